//! Every fault that intake can find. Codes are stable and never used for something else.

use crate::domain::reason::Reason;
use crate::flow::intake::fault::FaultText;

/// Declares faults: a constant for each, and the table of all.
macro_rules! faults {
    ($(
        $name:ident = $code:literal $reason:ident;
            en $title_en:literal => $todo_en:literal;
            ro $title_ro:literal => $todo_ro:literal;
    )+) => {
        $(
            pub(super) const $name: FaultText = FaultText {
                code: $code,
                reason: Reason::$reason,
                title_en: $title_en,
                todo_en: $todo_en,
                title_ro: $title_ro,
                todo_ro: $todo_ro,
            };
        )+

        /// Every fault that intake can find.
        pub const FAULTS: &[FaultText] = &[$($name),+];
    };
}

faults! {
    // The application as such.
    OFFICE_REFERENCE_INVALID = "office-reference-invalid" VALUE_INVALID;
        en "The office's reference is not 1 to 64 visible ASCII characters." => "Give the number of the application in the office's register.";
        ro "Referința serviciului nu are între 1 și 64 de caractere ASCII vizibile." => "Indicați numărul cererii din registrul serviciului.";
    RESERVATION_CODE_INVALID = "reservation-code-invalid" VALUE_INVALID;
        en "The reservation code is not 1 to 64 visible ASCII characters." => "Copy it from the confirmation, or leave it out.";
        ro "Codul rezervării nu are între 1 și 64 de caractere ASCII vizibile." => "Transcrieți-l din confirmare sau omiteți-l.";
    PRODUCT_UNKNOWN = "product-unknown" VALUE_INVALID;
        en "The product is not one of those issued." => "Give one of these codes.";
        ro "Produsul nu este printre cele eliberate." => "Indicați unul dintre aceste coduri.";
    CARD_REASON_UNKNOWN = "card-reason-unknown" VALUE_INVALID;
        en "The reason for the card is not one of those the law lists." => "Give one of these codes.";
        ro "Motivul eliberării nu este printre cele prevăzute de lege." => "Indicați unul dintre aceste coduri.";
    REGISTERED_IN_FUTURE = "registered-in-future" VALUE_INVALID;
        en "The day of registration lies in the future." => "Give the day on which the office registered the application.";
        ro "Data înregistrării este în viitor." => "Indicați ziua în care serviciul a înregistrat cererea.";
    COLLECT_OFFICE_UNKNOWN = "collect-office-unknown" OFFICE_UNKNOWN;
        en "The office where the card shall be collected is not known." => "Give the code of an office from the list, or leave it out.";
        ro "Serviciul de la care se ridică cartea nu este cunoscut." => "Indicați codul unui serviciu din listă sau omiteți câmpul.";
    PAYMENT_REFERENCE_INVALID = "payment-reference-invalid" VALUE_INVALID;
        en "The payment reference is mistyped: it is RF and 12 digits whose check digits must fit." => "Copy it from the payment slip, or leave it out.";
        ro "Referința de plată este scrisă greșit: conține RF și 12 cifre, cu cifre de control." => "Transcrieți-o de pe documentul de plată sau omiteți-o.";
    EARLIER_CARD_UNKNOWN = "earlier-card-unknown" VALUE_INVALID;
        en "What is attested about earlier electronic cards is not one of the possible answers." => "Give one of these codes.";
        ro "Mențiunea despre cărțile electronice anterioare nu este printre cele posibile." => "Indicați unul dintre aceste coduri.";

    // Who may get a card.
    NOT_YET_ISSUED = "not-yet-issued" NOT_ELIGIBLE;
        en "The office did not issue electronic cards on the day of registration." => "Check the day of registration.";
        ro "Serviciul nu elibera cărți electronice la data înregistrării." => "Verificați data înregistrării.";
    TOO_YOUNG = "too-young" NOT_ELIGIBLE;
        en "On the day of registration the card was issued only from this age." => "Check birth date and day of registration.";
        ro "La data înregistrării cartea se elibera numai de la această vârstă." => "Verificați data nașterii și data înregistrării.";
    OUTSIDE_PILOT_COUNTY = "outside-pilot-county" NOT_ELIGIBLE;
        en "Until 19.03.2025 the card was issued only to people with domicile in Cluj county." => "Check the domicile and the day of registration.";
        ro "Până la 19.03.2025 cartea se elibera numai celor cu domiciliul în județul Cluj." => "Verificați domiciliul și data înregistrării.";
    OUTSIDE_PILOT_REASON = "outside-pilot-reason" NOT_ELIGIBLE;
        en "Until 19.03.2025 the card was issued only when the identity document had expired." => "Check the reason and the day of registration.";
        ro "Până la 19.03.2025 cartea se elibera numai la expirarea actului de identitate." => "Verificați motivul și data înregistrării.";
    CARD_REASON_NOT_FOR_AGE = "card-reason-not-for-age" NOT_ELIGIBLE;
        en "The reason for the card does not fit the applicant's age." => "Under 14 give OPTIONAL_UNDER_14, from 30 days before the 14th birthday on FIRST_AT_14, or another reason.";
        ro "Motivul eliberării nu corespunde vârstei solicitantului." => "Sub 14 ani indicați OPTIONAL_UNDER_14, cu cel mult 30 de zile înainte de 14 ani FIRST_AT_14 sau alt motiv.";
    OFFICE_NOT_OF_DOMICILE = "office-not-of-domicile" NOT_ELIGIBLE;
        en "Before 01.08.2025 only the office of domicile or residence took the request." => "Check the domicile, or enter the proof of residence among the papers.";
        ro "Înainte de 01.08.2025 cererea se depunea numai la serviciul de la domiciliu sau reședință." => "Verificați domiciliul sau înregistrați dovada reședinței printre documente.";
    COLLECT_ELSEWHERE_TOO_EARLY = "collect-elsewhere-too-early" NOT_ELIGIBLE;
        en "Before 01.08.2025 a card was collected where it was asked for." => "Leave the other office out, or check the day of registration.";
        ro "Înainte de 01.08.2025 cartea se ridica de la serviciul la care a fost cerută." => "Omiteți celălalt serviciu sau verificați data înregistrării.";

    // Texts that are printed.
    TEXT_EMPTY = "text-empty" VALUE_INVALID;
        en "There is no letter in the text." => "Fill the field in as in the birth certificate or the address proof.";
        ro "Textul nu conține nicio literă." => "Completați câmpul conform certificatului de naștere sau dovezii adresei.";
    TEXT_LETTER = "text-letter" CHARSET_UNSUPPORTED;
        en "The text has a letter or sign that the card cannot carry." => "Write the text in Latin letters as in the birth certificate.";
        ro "Textul conține o literă sau un semn care nu poate fi înscris pe carte." => "Scrieți textul cu litere latine, ca în certificatul de naștere.";
    TEXT_TOO_LONG = "text-too-long" NAME_TOO_LONG;
        en "The text does not fit on the card." => "Agree with the applicant on a shorter form and write it as it shall be printed.";
        ro "Textul nu încape pe carte." => "Stabiliți cu solicitantul o formă mai scurtă și scrieți-o așa cum va fi tipărită.";

    // The CNP.
    CNP_LENGTH = "cnp-length" CNP_INVALID;
        en "The CNP does not have 13 digits." => "Copy it from the birth certificate or identity document, without blanks.";
        ro "CNP-ul nu are 13 cifre." => "Transcrieți-l de pe certificatul de naștere sau actul de identitate, fără spații.";
    CNP_NOT_DIGITS = "cnp-not-digits" CNP_INVALID;
        en "The CNP contains something other than digits." => "Replace letters such as O or I with the digits meant.";
        ro "CNP-ul conține și altceva decât cifre." => "Înlocuiți literele precum O sau I cu cifrele corecte.";
    CNP_FIRST_DIGIT = "cnp-first-digit" CNP_INVALID;
        en "The first digit of the CNP is not possible." => "Compare the CNP with the birth certificate.";
        ro "Prima cifră a CNP-ului nu este posibilă." => "Comparați CNP-ul cu certificatul de naștere.";
    CNP_BIRTH_DATE = "cnp-birth-date" CNP_INVALID;
        en "The CNP contains no real birth date (digits 2 to 7)." => "Compare the CNP with the birth certificate.";
        ro "CNP-ul nu conține o dată de naștere reală (cifrele 2-7)." => "Comparați CNP-ul cu certificatul de naștere.";
    CNP_COUNTY = "cnp-county" CNP_INVALID;
        en "The county in the CNP (digits 8 and 9) did not exist at that birth date." => "Compare the CNP with the birth certificate.";
        ro "Județul din CNP (cifrele 8 și 9) nu exista la data nașterii." => "Comparați CNP-ul cu certificatul de naștere.";
    CNP_SEQUENCE = "cnp-sequence" CNP_INVALID;
        en "The number in the CNP (digits 10 to 12) is 000." => "Compare the CNP with the birth certificate.";
        ro "Numărul din CNP (cifrele 10-12) este 000." => "Comparați CNP-ul cu certificatul de naștere.";
    CNP_CHECKSUM = "cnp-checksum" CNP_INVALID;
        en "The last digit of the CNP does not fit the others: one of them is mistyped." => "Compare the CNP digit by digit with the birth certificate.";
        ro "Ultima cifră a CNP-ului nu se potrivește cu celelalte: una este scrisă greșit." => "Comparați CNP-ul cifră cu cifră cu certificatul de naștere.";
    CNP_NOT_CITIZEN = "cnp-not-citizen" CNP_INVALID;
        en "The CNP is of a resident or foreigner, not of a citizen (first digit 7, 8 or 9)." => "Give the CNP received with citizenship.";
        ro "CNP-ul aparține unui rezident sau străin, nu unui cetățean (prima cifră 7, 8 sau 9)." => "Indicați CNP-ul atribuit odată cu cetățenia.";
    CNP_BORN_IN_FUTURE = "cnp-born-in-future" CNP_INVALID;
        en "The birth date in the CNP lies in the future." => "Compare the first seven digits with the birth certificate.";
        ro "Data nașterii din CNP este în viitor." => "Comparați primele șapte cifre cu certificatul de naștere.";
    CNP_BIRTH_MISMATCH = "cnp-birth-mismatch" CNP_MISMATCH;
        en "The birth date differs from that in the CNP." => "Compare both with the birth certificate and correct the wrong one.";
        ro "Data nașterii diferă de cea din CNP." => "Comparați ambele cu certificatul de naștere și corectați valoarea greșită.";
    CNP_SEX_MISMATCH = "cnp-sex-mismatch" CNP_MISMATCH;
        en "The sex differs from that in the CNP." => "Compare both with the birth certificate and correct the wrong one.";
        ro "Sexul diferă de cel din CNP." => "Comparați ambele cu certificatul de naștere și corectați valoarea greșită.";

    // The person.
    SEX_UNKNOWN = "sex-unknown" VALUE_INVALID;
        en "The sex is not one of the possible codes." => "Give one of these codes.";
        ro "Sexul nu este printre codurile posibile." => "Indicați unul dintre aceste coduri.";
    BIRTH_AFTER_REGISTRATION = "birth-after-registration" VALUE_INVALID;
        en "The birth date lies after the day of registration." => "Compare both dates with the papers.";
        ro "Data nașterii este ulterioară datei înregistrării." => "Comparați ambele date cu documentele.";
    CITIZENSHIP_NOT_ROMANIAN = "citizenship-not-romanian" CITIZENSHIP;
        en "The card is issued to Romanian citizens only." => "Check the proof of citizenship.";
        ro "Cartea se eliberează numai cetățenilor români." => "Verificați dovada cetățeniei.";
    PARENTS_NOT_NAMED = "parents-missing" PARENTS_MISSING;
        en "Neither parent is named." => "Give the given names of at least one parent, as in the birth certificate.";
        ro "Nu este indicat niciun părinte." => "Completați prenumele a cel puțin unui părinte, ca în certificatul de naștere.";
    COUNTY_UNKNOWN = "county-unknown" ADDRESS_INVALID;
        en "The county code is not one of those on registration plates." => "Give one or two capital letters such as CJ or B.";
        ro "Codul județului nu este printre cele de pe plăcuțele de înmatriculare." => "Indicați una sau două litere mari, de exemplu CJ sau B.";
    SIRUTA_INVALID = "siruta-invalid" ADDRESS_INVALID;
        en "The SIRUTA code of the locality is not a number of one to six digits." => "Look the locality up in the SIRUTA register.";
        ro "Codul SIRUTA al localității nu este un număr de una până la șase cifre." => "Căutați localitatea în nomenclatorul SIRUTA.";
    POSTAL_CODE_INVALID = "postal-code-invalid" ADDRESS_INVALID;
        en "The postal code does not have six digits." => "Correct it, or leave it out.";
        ro "Codul poștal nu are șase cifre." => "Corectați-l sau omiteți-l.";

    // Who asks.
    CAPACITY_UNKNOWN = "capacity-unknown" REQUESTER_NOT_ENTITLED;
        en "The capacity of the requester is not one of those the law lists." => "Give one of these codes.";
        ro "Calitatea solicitantului nu este printre cele prevăzute de lege." => "Indicați unul dintre aceste coduri.";
    CAPACITY_NOT_ADMITTED = "capacity-not-admitted" REQUESTER_NOT_ENTITLED;
        en "One parent with the other's declaration is not admitted." => "Both parents must come, or another capacity must apply.";
        ro "Nu se admite un singur părinte cu declarația celuilalt." => "Trebuie să se prezinte ambii părinți sau să se aplice altă calitate.";
    CAPACITY_NOT_FOR_AGE = "capacity-not-for-age" REQUESTER_NOT_ENTITLED;
        en "Nobody may ask in this capacity for an applicant of this age." => "Under 14 others ask for the child; from 18 on the applicant asks (SELF).";
        ro "În această calitate nu se poate cere cartea pentru o persoană de această vârstă." => "Sub 14 ani cer alții pentru copil; de la 18 ani cere titularul (SELF).";
    REQUESTER_COUNT = "requester-count" REQUESTER_NOT_ENTITLED;
        en "The number of requesters beside the applicant does not fit the capacity." => "Give the CNP of each, both parents' for BOTH_PARENTS, one parent's for an applicant of 14 to 17.";
        ro "Numărul celor care cer cartea împreună cu titularul nu corespunde calității." => "Indicați CNP-ul fiecăruia: ale ambilor părinți la BOTH_PARENTS, al unui părinte pentru titularul de 14-17 ani.";
    REQUESTER_REPEATED = "requester-repeated" REQUESTER_NOT_ENTITLED;
        en "The same requester is given twice." => "Give each requester once.";
        ro "Aceeași persoană este indicată de două ori." => "Indicați fiecare persoană o singură dată.";
    REQUESTER_IS_APPLICANT = "requester-is-applicant" REQUESTER_NOT_ENTITLED;
        en "The applicant's own CNP stands among the requesters." => "Give only the CNPs of others, such as parents.";
        ro "Printre cei care cer cartea apare CNP-ul titularului." => "Indicați numai CNP-urile altor persoane, de exemplu ale părinților.";
    CAPACITY_DOCUMENT_MISSING = "capacity-document-missing" REQUESTER_NOT_ENTITLED;
        en "The judgment, ordinance, delegation or declaration that the capacity rests on is missing." => "Give its number and date.";
        ro "Lipsește hotărârea, ordonanța, delegația sau declarația pe care se întemeiază calitatea." => "Indicați numărul și data documentului.";
    CAPACITY_DOCUMENT_FROM_FUTURE = "capacity-document-from-future" REQUESTER_NOT_ENTITLED;
        en "The paper that the capacity rests on is dated after the registration." => "Correct its date.";
        ro "Documentul pe care se întemeiază calitatea are o dată ulterioară înregistrării." => "Corectați data documentului.";
    ORDINANCE_NOT_EXPRESS = "ordinance-not-express" REQUESTER_NOT_ENTITLED;
        en "A presidential ordinance must expressly give the right to ask for the card." => "Check its text; without that right both parents or a judgment are needed.";
        ro "Ordonanța președințială trebuie să prevadă expres dreptul de a cere cartea." => "Verificați textul; fără acest drept sunt necesari ambii părinți sau o hotărâre.";

    // Papers.
    OFFICIAL_INVALID = "official-invalid" PAPERS_INSUFFICIENT;
        en "The official's mark is not 1 to 64 visible ASCII characters." => "Give the mark, not the name, of the official who saw the papers.";
        ro "Marca funcționarului nu are între 1 și 64 de caractere ASCII vizibile." => "Indicați marca, nu numele, funcționarului care a văzut documentele.";
    PAPERS_NOT_LISTED = "papers-missing" PAPERS_INSUFFICIENT;
        en "No paper is attested." => "List the papers that the office has seen.";
        ro "Nu este atestat niciun document." => "Enumerați documentele văzute de serviciu.";
    PAPER_KIND_UNKNOWN = "paper-kind-unknown" PAPERS_INSUFFICIENT;
        en "The kind of paper is not one of those known." => "Give one of these codes.";
        ro "Tipul documentului nu este printre cele cunoscute." => "Indicați unul dintre aceste coduri.";
    PAPER_DATE_MISSING = "paper-date-missing" PAPERS_INSUFFICIENT;
        en "The date of a paper is missing, and its age matters." => "Give the day on which it was issued.";
        ro "Lipsește data unui document a cărui vechime contează." => "Indicați ziua în care a fost emis.";
    PAPER_FROM_FUTURE = "paper-from-future" PAPERS_INSUFFICIENT;
        en "A paper is dated after the registration." => "Correct its date.";
        ro "Un document are o dată ulterioară înregistrării." => "Corectați data documentului.";
    PAPER_TOO_OLD = "paper-too-old" PAPERS_INSUFFICIENT;
        en "A paper is older than it may be on the day of registration." => "Ask the applicant for a new one.";
        ro "Un document este mai vechi decât este permis la data înregistrării." => "Cereți solicitantului un document nou.";

    // Images; each falls under the reason of what it shows.
    IMAGE_MEDIA_TYPE_UNKNOWN = "image-media-type-unknown" VALUE_INVALID;
        en "The media type is not one of those known." => "Give one of these types.";
        ro "Tipul media nu este printre cele cunoscute." => "Indicați unul dintre aceste tipuri.";
    IMAGE_NOT_BASE64 = "image-not-base64" VALUE_INVALID;
        en "The image is not base64 (RFC 4648, padded, without line breaks)." => "Encode the file again.";
        ro "Imaginea nu este în base64 (RFC 4648, cu completare, fără linii noi)." => "Codificați din nou fișierul.";
    IMAGE_EMPTY = "image-empty" VALUE_INVALID;
        en "The image file is empty." => "Capture it again.";
        ro "Fișierul imaginii este gol." => "Preluați din nou imaginea.";
    IMAGE_FORMAT_UNKNOWN = "image-format-unknown" VALUE_INVALID;
        en "The file is neither JPEG, JPEG 2000, PNG nor WSQ." => "Export the image in one of the formats allowed.";
        ro "Fișierul nu este JPEG, JPEG 2000, PNG sau WSQ." => "Exportați imaginea într-unul dintre formatele permise.";
    IMAGE_BARE_CODESTREAM = "image-bare-codestream" VALUE_INVALID;
        en "The file is a bare JPEG 2000 codestream (.j2k)." => "Export it in the JPEG 2000 file format (.jp2).";
        ro "Fișierul este un flux JPEG 2000 fără antet de fișier (.j2k)." => "Exportați-l în formatul de fișier JPEG 2000 (.jp2).";
    IMAGE_TRUNCATED = "image-truncated" VALUE_INVALID;
        en "The image file is cut off." => "Export it again and check that the whole file is sent.";
        ro "Fișierul imaginii este trunchiat." => "Exportați-l din nou și verificați că se trimite întreg.";
    IMAGE_MALFORMED = "image-malformed" VALUE_INVALID;
        en "The image file contradicts its format." => "Export it again, or capture it again.";
        ro "Fișierul imaginii nu respectă formatul." => "Exportați-l din nou sau preluați din nou imaginea.";
    IMAGE_MEDIA_TYPE_MISMATCH = "image-media-type-mismatch" VALUE_INVALID;
        en "The file is of another format than its media type says." => "Give the media type of the file.";
        ro "Fișierul are alt format decât cel declarat." => "Indicați tipul media al fișierului.";
    IMAGE_FORMAT_NOT_ALLOWED = "image-format-not-allowed" VALUE_INVALID;
        en "The format of the image is not allowed here." => "Export it in one of these formats.";
        ro "Formatul imaginii nu este permis aici." => "Exportați imaginea într-unul dintre aceste formate.";
    IMAGE_TOO_FEW_PIXELS = "image-too-few-pixels" VALUE_INVALID;
        en "The image has too few pixels." => "Capture it with a higher resolution; do not enlarge it.";
        ro "Imaginea are prea puțini pixeli." => "Preluați-o la o rezoluție mai mare; nu o măriți artificial.";
    IMAGE_TOO_MANY_PIXELS = "image-too-many-pixels" VALUE_INVALID;
        en "The image has too many pixels." => "Capture it with a lower resolution.";
        ro "Imaginea are prea mulți pixeli." => "Preluați-o la o rezoluție mai mică.";
    IMAGE_TOO_LARGE = "image-too-large" VALUE_INVALID;
        en "The image file is too large." => "Export it with stronger compression from the original capture.";
        ro "Fișierul imaginii este prea mare." => "Exportați-l din captura originală cu o compresie mai puternică.";

    // Signature and fingers.
    SIGNATURE_NOT_GIVEN = "signature-missing" SIGNATURE_MISSING;
        en "There is neither a signature nor a reason for its absence." => "Capture the signature, or give UNDER_14 or UNABLE_TO_SIGN.";
        ro "Nu există nici semnătură, nici motivul absenței ei." => "Preluați semnătura sau indicați UNDER_14 ori UNABLE_TO_SIGN.";
    SIGNATURE_CONTRADICTION = "signature-contradiction" EXCEPTION_NOT_JUSTIFIED;
        en "There is a signature and a reason for its absence." => "Leave one of them out.";
        ro "Există și semnătură, și motivul absenței ei." => "Omiteți una dintre ele.";
    SIGNATURE_REASON_UNKNOWN = "signature-reason-unknown" EXCEPTION_NOT_JUSTIFIED;
        en "The reason for the missing signature is not one of those known." => "Give one of these codes.";
        ro "Motivul lipsei semnăturii nu este printre cele cunoscute." => "Indicați unul dintre aceste coduri.";
    SIGNATURE_REASON_NOT_FOR_AGE = "signature-reason-not-for-age" EXCEPTION_NOT_JUSTIFIED;
        en "The applicant is 14 or older and signs." => "Capture the signature, or give UNABLE_TO_SIGN.";
        ro "Titularul are cel puțin 14 ani și semnează." => "Preluați semnătura sau indicați UNABLE_TO_SIGN.";
    FINGER_POSITION_UNKNOWN = "finger-position-unknown" FINGER_FORMAT;
        en "The finger is not one of the ten." => "Give one of these codes.";
        ro "Degetul nu este unul dintre cele zece." => "Indicați unul dintre aceste coduri.";
    FINGERS_REASON_UNKNOWN = "fingers-reason-unknown" EXCEPTION_NOT_JUSTIFIED;
        en "The reason for missing fingers is not one of those known." => "Give one of these codes.";
        ro "Motivul lipsei amprentelor nu este printre cele cunoscute." => "Indicați unul dintre aceste coduri.";
    FINGERS_TAKEN_UNDER_12 = "fingers-under-12" FINGERS_UNDER_12;
        en "No fingers are taken under the age of 12." => "Leave the fingers out and erase them at the office.";
        ro "Sub vârsta de 12 ani nu se preiau amprente." => "Omiteți amprentele și ștergeți-le la serviciu.";
    FINGERS_TOO_FEW = "fingers-too-few" FINGERS_REQUIRED;
        en "Two fingers are needed." => "Capture two fingers, or give the reason why it is impossible.";
        ro "Sunt necesare două degete." => "Preluați două degete sau indicați motivul pentru care nu este posibil.";
    FINGERS_TOO_MANY = "fingers-too-many" VALUE_INVALID;
        en "The card carries two fingers." => "Leave out all but the best two.";
        ro "Cartea conține două degete." => "Păstrați numai cele mai bune două.";
    FINGER_REPEATED = "finger-repeated" SAME_FINGER_TWICE;
        en "The same finger is given twice." => "Capture two different fingers.";
        ro "Același deget este transmis de două ori." => "Preluați două degete diferite.";
    FINGERS_REASON_DOES_NOT_FIT = "fingers-reason-does-not-fit" EXCEPTION_NOT_JUSTIFIED;
        en "The reason for missing fingers fits neither the age nor the fingers given." => "Correct the reason, or leave it out.";
        ro "Motivul lipsei amprentelor nu corespunde vârstei sau degetelor transmise." => "Corectați motivul sau omiteți-l.";
    FINGERS_REFUSED = "fingers-refused" FINGERS_REQUIRED;
        en "Who refuses to give fingers gets no electronic card." => "Capture two fingers, or withdraw the application.";
        ro "Cine refuză preluarea amprentelor nu primește carte electronică." => "Preluați două degete sau retrageți cererea.";
}
