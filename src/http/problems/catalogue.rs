//! Every problem that the API tells of. Codes are stable and never used for something else.

/// One kind of problem: its stable code, its HTTP status and its texts.
#[derive(Debug, Eq, PartialEq)]
pub struct Entry {
    /// The stable code, such as `application-open`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, in English.
    pub title_en: &'static str,
    /// What to do, in English.
    pub todo_en: &'static str,
    /// What is wrong, in Romanian.
    pub title_ro: &'static str,
    /// What to do, in Romanian.
    pub todo_ro: &'static str,
}

/// Declares problems: a constant for each, and the table of all.
macro_rules! problems {
    ($(
        $name:ident = $status:literal $code:literal;
            en $title_en:literal => $todo_en:literal;
            ro $title_ro:literal => $todo_ro:literal;
    )+) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title_en)]
            pub const $name: &Entry = &Entry {
                code: $code,
                status: $status,
                title_en: $title_en,
                todo_en: $todo_en,
                title_ro: $title_ro,
                todo_ro: $todo_ro,
            };
        )+

        /// Every problem that the API tells of.
        pub const CATALOGUE: &[&Entry] = &[$($name),+];
    };
}

problems! {
    // The request as such.
    JSON_MALFORMED = 400 "json-malformed";
        en "The body is not JSON." => "Send one JSON object in UTF-8, as the API's description shows it.";
        ro "Conținutul cererii nu este JSON." => "Trimiteți un obiect JSON în UTF-8, conform descrierii interfeței.";
    QUERY_INVALID = 400 "query-invalid";
        en "The query has a parameter that is unknown or cannot be read." => "Compare the query with the API's description.";
        ro "Interogarea conține un parametru necunoscut sau care nu poate fi citit." => "Comparați parametrii cu descrierea interfeței.";
    CURSOR_INVALID = 400 "cursor-invalid";
        en "The cursor was not given to this caller for this list." => "Use a cursor as it was given, or begin without one.";
        ro "Cursorul nu a fost emis acestui apelant pentru această listă." => "Folosiți cursorul exact cum a fost primit sau începeți fără cursor.";
    CURSOR_EXPIRED = 410 "cursor-expired";
        en "What follows the cursor is not kept any more." => "Go on with the cursor in `cursor`, and read the state of the applications that may have changed before it.";
        ro "Ceea ce urmează după cursor nu se mai păstrează." => "Continuați cu cursorul din câmpul `cursor` și citiți starea cererilor care s-au putut schimba înaintea lui.";
    IDEMPOTENCY_KEY_MISSING = 400 "idempotency-key-missing";
        en "The request has no Idempotency-Key." => "Give every new request a new key, and a repeated one its first key.";
        ro "Cererea nu are antetul Idempotency-Key." => "Dați fiecărei cereri noi o cheie nouă, iar cererii repetate cheia inițială.";
    IDEMPOTENCY_KEY_INVALID = 400 "idempotency-key-invalid";
        en "The Idempotency-Key is not 1 to 128 visible ASCII characters." => "Use a UUID.";
        ro "Idempotency-Key nu are între 1 și 128 de caractere ASCII vizibile." => "Folosiți un UUID.";

    // Who asks.
    CREDENTIALS_MISSING = 401 "credentials-missing";
        en "The request does not say who asks." => "Connect with your client certificate, or send an API key as bearer token.";
        ro "Cererea nu arată cine o trimite." => "Conectați-vă cu certificatul de client sau trimiteți o cheie API ca token bearer.";
    CREDENTIALS_UNKNOWN = 401 "credentials-unknown";
        en "The certificate or API key is not known here." => "Have it registered, or use the one that is.";
        ro "Certificatul sau cheia API nu este cunoscută." => "Cereți înregistrarea ei sau folosiți-o pe cea înregistrată.";
    CREDENTIALS_REVOKED = 401 "credentials-revoked";
        en "The certificate or API key was revoked." => "Use the one that replaced it.";
        ro "Certificatul sau cheia API a fost revocată." => "Folosiți-o pe cea care a înlocuit-o.";
    CREDENTIALS_NOT_YET_VALID = 401 "credentials-not-yet-valid";
        en "The certificate or API key counts from later on." => "Use the one that it is to replace until then.";
        ro "Certificatul sau cheia API este valabilă de la o dată ulterioară." => "Folosiți până atunci credențialul pe care îl va înlocui.";
    CREDENTIALS_EXPIRED = 401 "credentials-expired";
        en "The time of the certificate or API key is over." => "Use the one that replaced it, or have a new one made.";
        ro "Certificatul sau cheia API a expirat." => "Folosiți credențialul care l-a înlocuit sau cereți unul nou.";
    CERTIFICATE_REFUSED = 401 "certificate-refused";
        en "The certificate was good when the connection was opened, and is no longer." => "Connect again with a certificate that its authority has not revoked.";
        ro "Certificatul era valabil la deschiderea conexiunii, dar nu mai este." => "Reconectați-vă cu un certificat care nu a fost revocat.";
    KEY_OF_OTHER_ENVIRONMENT = 401 "key-of-other-environment";
        en "A test key is for test installations and a live key for production." => "Use a key of this installation.";
        ro "O cheie de test este pentru instalații de test, iar una reală pentru producție." => "Folosiți o cheie a acestei instalații.";
    NOTIFICATION_NOT_PROVEN = 401 "notification-not-proven";
        en "The notification does not prove who sent it, or when." => "Sign the body as it is sent, with the present key and the present time.";
        ro "Notificarea nu dovedește cine și când a trimis-o." => "Semnați conținutul exact cum este trimis, cu cheia valabilă și cu ora curentă.";
    PARTY_NOT_ALLOWED = 403 "party-not-allowed";
        en "This is for another kind of caller." => "Look up in the API's description who may ask this.";
        ro "Această operație este pentru alt tip de apelant." => "Verificați în descrierea interfeței cine o poate folosi.";
    SCOPE_MISSING = 403 "scope-missing";
        en "The certificate or API key may not do this." => "Have the missing right added to it.";
        ro "Certificatul sau cheia API nu are acest drept." => "Cereți adăugarea dreptului lipsă.";

    // How often.
    AUTHENTICATION_LIMITED = 429 "authentication-limited";
        en "Too many requests with unknown credentials came from here." => "Wait for the time in the Retry-After header, then use a registered certificate or API key.";
        ro "De aici au venit prea multe cereri cu credențiale necunoscute." => "Așteptați intervalul din antetul Retry-After, apoi folosiți un certificat sau o cheie API înregistrată.";
    RATE_LIMITED = 429 "rate-limited";
        en "The office has asked too often." => "Wait for the time in the Retry-After header; ask for events with `wait`, and for many states at once.";
        ro "Serviciul a trimis prea multe cereri." => "Așteptați intervalul din antetul Retry-After; cereți evenimentele cu `wait` și mai multe stări odată.";

    // What is asked for.
    NOT_FOUND = 404 "not-found";
        en "There is no such thing, or it is not yours." => "Check the address.";
        ro "Resursa nu există sau nu vă aparține." => "Verificați adresa.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed";
        en "The address does not know this method." => "Use one of those in the Allow header.";
        ro "Adresa nu acceptă această metodă." => "Folosiți una dintre metodele din antetul Allow.";
    BODY_TOO_SLOW = 408 "body-too-slow";
        en "The body did not arrive in time." => "Send it again with the same Idempotency-Key.";
        ro "Conținutul nu a sosit la timp." => "Trimiteți-l din nou cu același Idempotency-Key.";

    // What cannot be done as things stand.
    APPLICATION_OPEN = 409 "application-open";
        en "The person has an open application for this product." => "Wait for its end, or have it withdrawn.";
        ro "Persoana are deja o cerere deschisă pentru acest produs." => "Așteptați finalizarea ei sau cereți retragerea.";
    OFFICE_REFERENCE_USED = 409 "office-reference-used";
        en "The office used this reference for other content." => "Use a new reference for a new application; send corrections of a returned one as a revision.";
        ro "Serviciul a folosit această referință pentru alt conținut." => "Folosiți o referință nouă pentru o cerere nouă; corecturile unei cereri returnate se trimit ca revizie.";
    REQUEST_RUNNING = 409 "request-running";
        en "The first request with this Idempotency-Key is still running." => "Wait a moment, then repeat the request.";
        ro "Prima cerere cu acest Idempotency-Key este încă în curs." => "Așteptați puțin, apoi repetați cererea.";
    REVISION_NOT_POSSIBLE = 409 "revision-not-possible";
        en "Only an application that was returned takes a revision." => "Look at its state.";
        ro "Numai o cerere returnată primește o revizie." => "Consultați starea cererii.";
    WITHDRAWAL_NOT_POSSIBLE = 409 "withdrawal-not-possible";
        en "The application can no longer be withdrawn here." => "Ask an operator.";
        ro "Cererea nu mai poate fi retrasă prin această interfață." => "Adresați-vă unui operator.";
    REPORT_NOT_POSSIBLE = 409 "report-not-possible";
        en "No card of the application can be in this place." => "Compare the card's envelope with the application; ask an operator if they agree.";
        ro "Nicio carte a acestei cereri nu poate fi în acest loc." => "Comparați plicul cărții cu cererea; dacă se potrivesc, întrebați un operator.";
    CARD_OF_ANOTHER = 409 "card-of-another";
        en "The document number is not that of the application's card." => "Hand nothing over; compare the card with the application.";
        ro "Numărul documentului nu este cel al cărții acestei cereri." => "Nu înmânați cartea; comparați-o cu cererea.";
    COMPLAINT_NOT_POSSIBLE = 409 "complaint-not-possible";
        en "The card cannot be complained of now." => "Look at the application's state; chip and material are complained of within the warranty.";
        ro "Cartea nu poate face acum obiectul unei reclamații." => "Consultați starea cererii; cipul și materialul se reclamă în termenul de garanție.";
    COMPLAINT_OPEN = 409 "complaint-open";
        en "A complaint about the card is open." => "Wait for its decision.";
        ro "Există deja o reclamație deschisă pentru această carte." => "Așteptați soluționarea ei.";
    PAYMENT_DECISION_NOT_POSSIBLE = 409 "payment-decision-not-possible";
        en "This cannot be decided of the payment now." => "Read the payment again, then decide again.";
        ro "Această decizie nu este posibilă acum pentru plată." => "Citiți din nou plata, apoi decideți din nou.";
    REFUND_UNDER_WAY = 409 "refund-under-way";
        en "A refund of the payment is under way." => "Withdraw the refund first; its money is then free again.";
        ro "O restituire a plății este în curs." => "Retrageți mai întâi restituirea; banii devin din nou disponibili.";
    REFUND_NOT_POSSIBLE = 409 "refund-not-possible";
        en "This cannot be done with the refund, the list or the payment now." => "Read its state and its history again, then decide again.";
        ro "Această operațiune nu este posibilă acum pentru restituire, listă sau plată." => "Citiți din nou starea și istoricul, apoi decideți din nou.";
    REFUND_TOO_MUCH = 409 "refund-too-much";
        en "More is asked for than can be given back of the payment." => "Ask for what is left at most; look among the candidates.";
        ro "Se cere mai mult decât se poate restitui din plată." => "Cereți cel mult suma rămasă; consultați lista candidaților.";
    REFUND_ACCOUNT_MISSING = 422 "refund-account-missing";
        en "The statement does not tell the payer's account." => "Ask the payer, and give IBAN and name.";
        ro "Extrasul nu conține contul plătitorului." => "Cereți plătitorului contul și indicați IBAN-ul și numele.";
    REFUND_DEBTOR_MISSING = 409 "refund-debtor-missing";
        en "It is not configured from which account refunds are paid." => "Set payments.refund.debtor_iban and debtor_name.";
        ro "Nu este configurat contul din care se plătesc restituirile." => "Setați payments.refund.debtor_iban și debtor_name.";
    APPROVAL_SAME_PERSON = 409 "approval-same-person";
        en "The same person cannot approve twice." => "Ask another person to approve.";
        ro "Aceeași persoană nu poate aproba de două ori." => "Cereți altei persoane să aprobe.";
    APPROVAL_NOT_A_PERSON = 403 "approval-not-a-person";
        en "Only a person can approve or refuse." => "Use an operator's own key.";
        ro "Numai o persoană poate aproba sau refuza." => "Folosiți cheia personală a unui operator.";
    DAY_DECISION_NOT_POSSIBLE = 409 "day-decision-not-possible";
        en "The books of the day do not allow this decision." => "Look in the reconciliation report whether the day is over and whether it is closed.";
        ro "Starea zilei nu permite această decizie." => "Verificați în raportul de reconciliere dacă ziua s-a încheiat și dacă este închisă.";
    DAY_DISAGREES = 409 "day-disagrees";
        en "Something in the books of the day does not agree." => "Read the reconciliation report of the day and set right what can be; or close it with a reason, which is kept with the totals.";
        ro "Datele zilei conțin neconcordanțe." => "Citiți raportul de reconciliere al zilei și corectați ce se poate; sau închideți ziua cu un motiv, care se păstrează împreună cu totalurile.";
    NOTIFICATION_CHANGED = 409 "notification-changed";
        en "The same transaction was told otherwise before." => "Give another payment another transaction; an operator looks at both notifications.";
        ro "Aceeași tranzacție a fost comunicată anterior cu alt conținut." => "Dați altei plăți altă tranzacție; un operator verifică ambele notificări.";
    DECISION_NOT_POSSIBLE = 409 "decision-not-possible";
        en "The state of what was named does not allow this decision." => "Look at its state and its history.";
        ro "Starea elementului indicat nu permite această decizie." => "Consultați starea și istoricul lui.";
    BUREAU_MAY_HOLD_ORDER = 409 "bureau-may-hold-order";
        en "The bureau may hold the order." => "Ask the bureau before giving the order up: its cards may be made.";
        ro "Este posibil ca biroul de personalizare să aibă comanda." => "Întrebați biroul înainte de a renunța la comandă: cărțile pot fi produse.";
    WEBHOOK_KEY_MISSING = 409 "webhook-key-missing";
        en "The webhook has no key, so that nothing could be signed." => "Make a key and give it to the receiver first.";
        ro "Webhook-ul nu are nicio cheie, deci nimic nu poate fi semnat." => "Creați mai întâi o cheie și configurați-o în aplicația care primește.";
    WEBHOOK_KEYS_TOO_MANY = 409 "webhook-keys-too-many";
        en "The webhook has as many valid keys as it may." => "End one that the receiver does not use any more.";
        ro "Webhook-ul are deja numărul maxim de chei valabile." => "Închideți o cheie pe care aplicația nu o mai folosește.";
    WEBHOOK_KEY_LAST = 409 "webhook-key-last";
        en "It is the last key of a webhook that is enabled." => "Make another key first, or disable the webhook.";
        ro "Este ultima cheie a unui webhook activ." => "Creați mai întâi altă cheie sau dezactivați webhook-ul.";
    HOLD_CLOSED = 409 "hold-closed";
        en "Somebody has closed the hold." => "Read the list of holds again.";
        ro "Reținerea a fost închisă între timp." => "Recitiți lista reținerilor.";
    REASON_MISSING = 422 "reason-missing";
        en "A decision needs a reason in words." => "Say why; without personal data.";
        ro "O decizie necesită un motiv scris." => "Indicați motivul, fără date personale.";
    CHANGED_MEANWHILE = 412 "changed-meanwhile";
        en "The application has changed since you looked." => "Read it again, then decide again.";
        ro "Cererea s-a schimbat între timp." => "Citiți-o din nou, apoi decideți din nou.";

    // The body.
    BODY_TOO_LARGE = 413 "body-too-large";
        en "The body is larger than allowed." => "An application with its images has about 130 KB; save the images smaller.";
        ro "Conținutul depășește dimensiunea permisă." => "O cerere cu imagini are circa 130 KB; salvați imaginile la dimensiuni mai mici.";
    MEDIA_TYPE_UNSUPPORTED = 415 "media-type-unsupported";
        en "The body's content type is not the one expected." => "Say what the body is, as the API's description shows it.";
        ro "Tipul conținutului nu este cel așteptat." => "Indicați tipul conținutului, conform descrierii interfeței.";
    CONTENT_INVALID = 422 "content-invalid";
        en "The body is not of the shape that is expected." => "Correct the field that is named.";
        ro "Conținutul nu are structura așteptată." => "Corectați câmpul indicat.";
    APPLICATION_INVALID = 422 "application-invalid";
        en "The application has faults." => "Correct every fault that is listed and send it again.";
        ro "Cererea conține greșeli." => "Corectați toate greșelile enumerate și trimiteți-o din nou.";
    REVISION_CHANGES_FIXED = 422 "revision-changes-fixed";
        en "A revision changes what was fixed when the application was registered." => "Give the fields that are listed as before.";
        ro "Revizia schimbă date stabilite la înregistrarea cererii." => "Păstrați valorile inițiale ale câmpurilor enumerate.";
    PAYMENT_REFERENCE_NOT_FREE = 422 "payment-reference-not-free";
        en "The payment reference was not given to this office, or another application bears it." => "Copy it from the payment slip, or leave it out to be given one.";
        ro "Referința de plată nu a fost dată acestui serviciu sau aparține altei cereri." => "Transcrieți-o de pe documentul de plată sau omiteți-o pentru a primi una.";
    STATEMENT_UNREADABLE = 422 "statement-unreadable";
        en "The file cannot be read; nothing of it is kept." => "Send it as the bank made it: camt.052, camt.053, camt.054, MT940, MT942 or a SelfPay settlement.";
        ro "Fișierul nu poate fi citit; nimic din el nu s-a păstrat." => "Trimiteți-l așa cum l-a emis banca: camt.052, camt.053, camt.054, MT940, MT942 sau o decontare SelfPay.";
    STATEMENT_OF_OTHER_CHANNEL = 422 "statement-of-other-channel";
        en "The file's format is not one of the channel that was named." => "Name the channel that the file comes from.";
        ro "Formatul fișierului nu aparține canalului indicat." => "Indicați canalul din care provine fișierul.";
    NOTIFICATION_INVALID = 422 "notification-invalid";
        en "The body is signed, but it is no notification." => "Correct it as the description of the channel shows it.";
        ro "Conținutul este semnat, dar nu este o notificare." => "Corectați-l conform descrierii canalului.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency-key-reused";
        en "The Idempotency-Key was used for another request." => "Give every new request a new key.";
        ro "Idempotency-Key a fost folosit pentru altă cerere." => "Dați fiecărei cereri noi o cheie nouă.";

    // Us.
    INTERNAL_ERROR = 500 "internal-error";
        en "Something failed here." => "Tell the operators the request's id; repeating the request does no harm.";
        ro "A apărut o eroare internă." => "Comunicați operatorilor identificatorul cererii; repetarea cererii nu produce efecte nedorite.";
    TEMPORARILY_UNAVAILABLE = 503 "temporarily-unavailable";
        en "The gateway cannot answer at the moment." => "Repeat the request after the time in the Retry-After header.";
        ro "Sistemul nu poate răspunde momentan." => "Repetați cererea după intervalul din antetul Retry-After.";
}
