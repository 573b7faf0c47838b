//! 2xx: what an application says about people and papers.

use crate::domain::reason::reasons;

reasons! {
    201 CNP_INVALID: Office, FixAndResubmit;
        en "The CNP is not valid." => "Copy the CNP from the birth certificate or the identity document.";
        ro "CNP-ul nu este valid." => "Transcrieți CNP-ul de pe certificatul de naștere sau de pe actul de identitate.";
    202 CNP_MISMATCH: Office, FixAndResubmit;
        en "The CNP does not agree with the birth date or the sex." => "Compare CNP, birth date and sex with the birth certificate and correct the wrong one.";
        ro "CNP-ul nu corespunde cu data nașterii sau cu sexul." => "Comparați CNP-ul, data nașterii și sexul cu certificatul de naștere și corectați valoarea greșită.";
    203 NAME_TOO_LONG: Office, FixAndResubmit;
        en "A text does not fit on the card." => "Agree with the applicant on the form that fits and write it as it shall be printed.";
        ro "Un text nu încape pe carte." => "Stabiliți cu solicitantul forma care încape și scrieți-o așa cum va fi tipărită.";
    204 CHARSET_UNSUPPORTED: Office, FixAndResubmit;
        en "A text has a letter or sign that the card cannot carry." => "Write the text in Latin letters as in the birth certificate.";
        ro "Un text conține o literă sau un semn care nu poate fi înscris pe carte." => "Scrieți textul cu litere latine, ca în certificatul de naștere.";
    205 ADDRESS_INVALID: Office, FixAndResubmit;
        en "The address is not valid." => "Correct county, locality or postal code by the register of localities (SIRUTA).";
        ro "Adresa nu este validă." => "Corectați județul, localitatea sau codul poștal după nomenclatorul SIRUTA.";
    206 VALIDITY_WRONG: Gateway, Escalate;
        en "The validity of the card does not follow from the applicant's age." => "Compare the validity rules of the gateway with the bureau's.";
        ro "Valabilitatea cărții nu corespunde vârstei solicitantului." => "Comparați regulile de valabilitate ale sistemului cu cele ale biroului de personalizare.";
    207 OFFICE_UNKNOWN: Office, FixAndResubmit;
        en "The office named is not known." => "Give the code of an office from the list of offices.";
        ro "Serviciul indicat nu este cunoscut." => "Indicați codul unui serviciu din lista serviciilor.";
    208 DUPLICATE_PERSON_ORDER: Gateway, Escalate;
        en "Another application or order for the same person is open." => "Look at both; withdraw the one that is not wanted.";
        ro "Există deja o cerere sau o comandă deschisă pentru aceeași persoană." => "Verificați ambele cereri și retrageți-o pe cea care nu este dorită.";
    209 DOCUMENT_NUMBER_CONFLICT: Bureau, Escalate;
        en "The document number already belongs to another card." => "Ask the bureau which card bears the number; neither is handed over until then.";
        ro "Numărul documentului aparține deja altei cărți." => "Întrebați biroul de personalizare care carte poartă numărul; până atunci nu se înmânează niciuna.";
    210 PARENTS_MISSING: Office, FixAndResubmit;
        en "The parents' names are missing." => "Give the given names of at least one parent, as in the birth certificate.";
        ro "Lipsesc prenumele părinților." => "Completați prenumele a cel puțin unui părinte, ca în certificatul de naștere.";
    211 CITIZENSHIP: Office, FixAndResubmit;
        en "The card is issued to Romanian citizens only." => "Check the proof of citizenship; for other citizens there are other documents.";
        ro "Cartea se eliberează numai cetățenilor români." => "Verificați dovada cetățeniei; pentru alți cetățeni există alte documente.";
    212 NOT_ELIGIBLE: Office, FixAndResubmit;
        en "By the rules of that day the applicant could not get the card, or not at this office." => "Check the day of registration, the age, the reason and the office; otherwise withdraw the application.";
        ro "Potrivit regulilor din acea zi, solicitantul nu putea primi cartea sau nu la acest serviciu." => "Verificați data înregistrării, vârsta, motivul și serviciul; altfel retrageți cererea.";
    213 PAPERS_INSUFFICIENT: Office, FixAndResubmit;
        en "A paper is missing, undated or too old." => "Ask the applicant for a new paper and enter it with its date.";
        ro "Un document lipsește, nu are dată sau este prea vechi." => "Cereți solicitantului un document nou și înregistrați-l cu data lui.";
    214 REQUESTER_NOT_ENTITLED: Office, FixAndResubmit;
        en "Whoever asks for the card may not do so in the capacity given." => "Choose the capacity that applies and give the requesters and the paper it needs.";
        ro "Cel care solicită cartea nu are acest drept în calitatea indicată." => "Alegeți calitatea potrivită și indicați solicitanții și documentul pe care îl cere.";
    215 VALUE_INVALID: Office, FixAndResubmit;
        en "A value is not one of those allowed." => "Correct the value by the description of the field.";
        ro "O valoare nu este printre cele permise." => "Corectați valoarea după descrierea câmpului.";
}
