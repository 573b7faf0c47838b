//! 2xx: what an application says about people and papers.

use crate::domain::reason::reasons;

reasons! {
    201 CNP_INVALID: Office, FixAndResubmit;
        en "The CNP is not valid." => "Copy the CNP from the birth certificate or the identity document.",
            happened "The 13 digits of the CNP do not pass the check on their last digit, date or county.", because "One digit was mistyped or two were exchanged; no person has such a number.";
        ro "CNP-ul nu este valid." => "Transcrieți CNP-ul de pe certificatul de naștere sau de pe actul de identitate.",
            happened "Cele 13 cifre ale CNP-ului nu trec verificarea cifrei de control, a datei sau a județului.", because "O cifră a fost scrisă greșit sau două au fost inversate; nicio persoană nu are un astfel de CNP.";
    202 CNP_MISMATCH: Office, FixAndResubmit;
        en "The CNP does not agree with the birth date or the sex." => "Compare CNP, birth date and sex with the birth certificate and correct the wrong one.",
            happened "The CNP is well formed, and it tells another birth date or sex than the application does.", because "One of the three values was copied wrongly.";
        ro "CNP-ul nu corespunde cu data nașterii sau cu sexul." => "Comparați CNP-ul, data nașterii și sexul cu certificatul de naștere și corectați valoarea greșită.",
            happened "CNP-ul este corect format, dar arată altă dată a nașterii sau alt sex decât cererea.", because "Una dintre cele trei valori a fost transcrisă greșit.";
    203 NAME_TOO_LONG: Office, FixAndResubmit;
        en "A text does not fit on the card." => "Agree with the applicant on the form that fits and write it as it shall be printed.",
            happened "A name or place has more letters than its line on the card.", because "The card has lines of fixed length, and nobody but the applicant may choose what is left out.";
        ro "Un text nu încape pe carte." => "Stabiliți cu solicitantul forma care încape și scrieți-o așa cum va fi tipărită.",
            happened "Un nume sau o localitate are mai multe litere decât rândul de pe carte.", because "Rândurile cărții au lungime fixă și numai solicitantul poate alege ce se prescurtează.";
    204 CHARSET_UNSUPPORTED: Office, FixAndResubmit;
        en "A text has a letter or sign that the card cannot carry." => "Write the text in Latin letters as in the birth certificate.",
            happened "A text holds a letter or sign outside the repertoire of the card.", because "Print and chip know Latin letters with the marks used in Romania and its minorities' languages.";
        ro "Un text conține o literă sau un semn care nu poate fi înscris pe carte." => "Scrieți textul cu litere latine, ca în certificatul de naștere.",
            happened "Un text conține o literă sau un semn din afara setului de caractere al cărții.", because "Tiparul și cipul acceptă literele latine cu semnele folosite în România și în limbile minorităților.";
    205 ADDRESS_INVALID: Office, FixAndResubmit;
        en "The address is not valid." => "Correct county, locality or postal code by the register of localities (SIRUTA).",
            happened "County, locality and postal code were compared with the register, and they do not belong together.", because "A locality was chosen from the wrong county, or the register changed since.";
        ro "Adresa nu este validă." => "Corectați județul, localitatea sau codul poștal după nomenclatorul SIRUTA.",
            happened "Județul, localitatea și codul poștal au fost comparate cu nomenclatorul și nu se potrivesc.", because "Localitatea a fost aleasă din alt județ sau nomenclatorul s-a schimbat între timp.";
    206 VALIDITY_WRONG: Gateway, Escalate;
        en "The validity of the card does not follow from the applicant's age." => "Compare the validity rules of the gateway with the bureau's.",
            happened "The last day of validity in the order is not the one that the receiver computes for this age.", because "The two sides use rules of different dates; the law gives other terms to children and to the old.";
        ro "Valabilitatea cărții nu corespunde vârstei solicitantului." => "Comparați regulile de valabilitate ale sistemului cu cele ale biroului de personalizare.",
            happened "Ultima zi de valabilitate din comandă nu este cea calculată de destinatar pentru această vârstă.", because "Cele două părți folosesc reguli de la date diferite; legea prevede alte termene pentru copii și vârstnici.";
    207 OFFICE_UNKNOWN: Office, FixAndResubmit;
        en "The office named is not known." => "Give the code of an office from the list of offices.",
            happened "The code of the office stands in no row of the list of offices on that day.", because "The office is new, was renamed or closed, or its code was mistyped.";
        ro "Serviciul indicat nu este cunoscut." => "Indicați codul unui serviciu din lista serviciilor.",
            happened "Codul serviciului nu apare în lista serviciilor la acea dată.", because "Serviciul este nou, a fost redenumit ori închis sau codul a fost scris greșit.";
    208 DUPLICATE_PERSON_ORDER: Gateway, Escalate;
        en "Another application or order for the same person is open." => "Look at both; withdraw the one that is not wanted.",
            happened "The same person has another application or order that is not finished.", because "Two cards for one person would be made; one of the two applications is a mistake or a repetition.";
        ro "Există deja o cerere sau o comandă deschisă pentru aceeași persoană." => "Verificați ambele cereri și retrageți-o pe cea care nu este dorită.",
            happened "Aceeași persoană are altă cerere sau comandă nefinalizată.", because "S-ar face două cărți pentru o persoană; una dintre cereri este o greșeală sau o repetare.";
    209 DOCUMENT_NUMBER_CONFLICT: Bureau, Escalate;
        en "The document number already belongs to another card." => "Ask the bureau which card bears the number; neither is handed over until then.",
            happened "The bureau reported a document number that is already tied to another card.", because "Series and number are unique; one of the two reports is wrong.";
        ro "Numărul documentului aparține deja altei cărți." => "Întrebați biroul de personalizare care carte poartă numărul; până atunci nu se înmânează niciuna.",
            happened "Biroul de personalizare a comunicat un număr de document care aparține deja altei cărți.", because "Seria și numărul sunt unice; una dintre comunicări este greșită.";
    210 PARENTS_MISSING: Office, FixAndResubmit;
        en "The parents' names are missing." => "Give the given names of at least one parent, as in the birth certificate.",
            happened "Neither parent's given name was entered.", because "The card bears the parents' given names, and at least one must be known.";
        ro "Lipsesc prenumele părinților." => "Completați prenumele a cel puțin unui părinte, ca în certificatul de naștere.",
            happened "Nu a fost completat prenumele niciunui părinte.", because "Cartea cuprinde prenumele părinților și cel puțin unul trebuie cunoscut.";
    211 CITIZENSHIP: Office, FixAndResubmit;
        en "The card is issued to Romanian citizens only." => "Check the proof of citizenship; for other citizens there are other documents.",
            happened "The application names a citizenship other than Romanian.", because "The law reserves the identity card for Romanian citizens (OUG 97/2005).";
        ro "Cartea se eliberează numai cetățenilor români." => "Verificați dovada cetățeniei; pentru alți cetățeni există alte documente.",
            happened "Cererea indică altă cetățenie decât cea română.", because "Legea rezervă cartea de identitate cetățenilor români (OUG 97/2005).";
    212 NOT_ELIGIBLE: Office, FixAndResubmit;
        en "By the rules of that day the applicant could not get the card, or not at this office." => "Check the day of registration, the age, the reason and the office; otherwise withdraw the application.",
            happened "Age, reason, office and day were compared with the rules then in force, and they do not allow this card.", because "Rules have dates: what is allowed today may not have been on the day of registration.";
        ro "Potrivit regulilor din acea zi, solicitantul nu putea primi cartea sau nu la acest serviciu." => "Verificați data înregistrării, vârsta, motivul și serviciul; altfel retrageți cererea.",
            happened "Vârsta, motivul, serviciul și ziua au fost comparate cu regulile de atunci, iar acestea nu permit cartea.", because "Regulile au date de aplicare: ce este permis astăzi putea să nu fie în ziua înregistrării.";
    213 PAPERS_INSUFFICIENT: Office, FixAndResubmit;
        en "A paper is missing, undated or too old." => "Ask the applicant for a new paper and enter it with its date.",
            happened "Of the papers that the reason requires, one is absent, has no date, or is older than allowed.", because "An old paper no longer proves what it says on the day of the application.";
        ro "Un document lipsește, nu are dată sau este prea vechi." => "Cereți solicitantului un document nou și înregistrați-l cu data lui.",
            happened "Dintre documentele cerute de motiv, unul lipsește, nu are dată sau este mai vechi decât se admite.", because "Un document vechi nu mai dovedește situația din ziua cererii.";
    214 REQUESTER_NOT_ENTITLED: Office, FixAndResubmit;
        en "Whoever asks for the card may not do so in the capacity given." => "Choose the capacity that applies and give the requesters and the paper it needs.",
            happened "The capacity given for whoever asks does not fit the applicant's age or the paper shown.", because "A parent, guardian or proxy may ask only where the law says so, and with its proof.";
        ro "Cel care solicită cartea nu are acest drept în calitatea indicată." => "Alegeți calitatea potrivită și indicați solicitanții și documentul pe care îl cere.",
            happened "Calitatea celui care solicită nu se potrivește cu vârsta solicitantului sau cu documentul prezentat.", because "Părintele, tutorele sau mandatarul poate cere cartea numai în cazurile legii și cu dovada ei.";
    215 VALUE_INVALID: Office, FixAndResubmit;
        en "A value is not one of those allowed." => "Correct the value by the description of the field.",
            happened "A field holds a value that is not in its list or not within its bounds.", because "The office's program uses an older list, or the value was typed by hand.";
        ro "O valoare nu este printre cele permise." => "Corectați valoarea după descrierea câmpului.",
            happened "Un câmp are o valoare care nu este în lista lui sau depășește limitele.", because "Aplicația serviciului folosește o listă veche sau valoarea a fost scrisă manual.";
}
