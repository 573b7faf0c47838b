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
    /// What happened, in English.
    pub happened_en: &'static str,
    /// Why, in English.
    pub why_en: &'static str,
    /// What to do, in English.
    pub todo_en: &'static str,
    /// What is wrong, in Romanian.
    pub title_ro: &'static str,
    /// What happened, in Romanian.
    pub happened_ro: &'static str,
    /// Why, in Romanian.
    pub why_ro: &'static str,
    /// What to do, in Romanian.
    pub todo_ro: &'static str,
}

/// Declares problems: a constant for each, and the table of all.
macro_rules! problems {
    ($(
        $name:ident = $status:literal $code:literal;
            en $title_en:literal => $todo_en:literal,
                happened $happened_en:literal, because $why_en:literal;
            ro $title_ro:literal => $todo_ro:literal,
                happened $happened_ro:literal, because $why_ro:literal;
    )+) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title_en)]
            pub const $name: &Entry = &Entry {
                code: $code,
                status: $status,
                title_en: $title_en,
                happened_en: $happened_en,
                why_en: $why_en,
                todo_en: $todo_en,
                title_ro: $title_ro,
                happened_ro: $happened_ro,
                why_ro: $why_ro,
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
        en "The body is not JSON." => "Send one JSON object in UTF-8, as the API's description shows it.",
            happened "The bytes of the body were read as JSON and broke off or stumbled at the place named.", because "Only a body that can be read as a whole is looked at; nothing of it was kept.";
        ro "Conținutul cererii nu este JSON." => "Trimiteți un obiect JSON în UTF-8, conform descrierii interfeței.",
            happened "Conținutul a fost citit ca JSON și citirea s-a oprit la locul indicat.", because "Se folosește numai un conținut care poate fi citit în întregime; nimic din el nu s-a păstrat.";
    QUERY_INVALID = 400 "query-invalid";
        en "The query has a parameter that is unknown or cannot be read." => "Compare the query with the API's description.",
            happened "A parameter after the question mark is not one that this address knows, or its value has another form.", because "An ignored filter would answer with more than was asked for, so it is refused instead.";
        ro "Interogarea conține un parametru necunoscut sau care nu poate fi citit." => "Comparați parametrii cu descrierea interfeței.",
            happened "Un parametru de după semnul întrebării nu este cunoscut la această adresă sau are altă formă.", because "Un filtru ignorat ar întoarce mai mult decât s-a cerut, de aceea este refuzat.";
    CURSOR_INVALID = 400 "cursor-invalid";
        en "The cursor was not given to this caller for this list." => "Use a cursor as it was given, or begin without one.",
            happened "The cursor of the page was changed, was cut, or belongs to another list.", because "A cursor is sealed for one caller and one list, so that nobody reads where another stopped.";
        ro "Cursorul nu a fost emis acestui apelant pentru această listă." => "Folosiți cursorul exact cum a fost primit sau începeți fără cursor.",
            happened "Cursorul paginii a fost modificat, tăiat sau aparține altei liste.", because "Un cursor este legat de un apelant și de o listă, ca nimeni să nu citească de unde s-a oprit altul.";
    CURSOR_EXPIRED = 410 "cursor-expired";
        en "What follows the cursor is not kept any more." => "Go on with the cursor in `cursor`, and read the state of the applications that may have changed before it.",
            happened "Events between the cursor and the first one kept have been removed.", because "Events are kept for a set time; who asks less often must catch up by the states.";
        ro "Ceea ce urmează după cursor nu se mai păstrează." => "Continuați cu cursorul din câmpul `cursor` și citiți starea cererilor care s-au putut schimba înaintea lui.",
            happened "Evenimentele dintre cursor și primul păstrat au fost șterse.", because "Evenimentele se păstrează un timp stabilit; cine întreabă mai rar trebuie să citească stările.";
    IDEMPOTENCY_KEY_MISSING = 400 "idempotency-key-missing";
        en "The request has no Idempotency-Key." => "Give every new request a new key, and a repeated one its first key.",
            happened "A request that changes something came without the key that makes repeating safe.", because "When an answer is lost, only the key shows that the second request is the first one again.";
        ro "Cererea nu are antetul Idempotency-Key." => "Dați fiecărei cereri noi o cheie nouă, iar cererii repetate cheia inițială.",
            happened "O cerere care modifică date a venit fără cheia care face repetarea sigură.", because "Când un răspuns se pierde, numai cheia arată că a doua cerere este tot prima.";
    IDEMPOTENCY_KEY_INVALID = 400 "idempotency-key-invalid";
        en "The Idempotency-Key is not 1 to 128 visible ASCII characters." => "Use a UUID.",
            happened "The key is empty, too long or holds signs that a header should not carry.", because "The key is kept with the answer and compared byte by byte.";
        ro "Idempotency-Key nu are între 1 și 128 de caractere ASCII vizibile." => "Folosiți un UUID.",
            happened "Cheia este goală, prea lungă sau conține semne nepermise într-un antet.", because "Cheia se păstrează împreună cu răspunsul și se compară octet cu octet.";

    // Who asks.
    CREDENTIALS_MISSING = 401 "credentials-missing";
        en "The request does not say who asks." => "Connect with your client certificate, or send an API key as bearer token.",
            happened "Neither a client certificate nor an API key came with the request.", because "Everything but the descriptions of the interface is answered to known callers only.";
        ro "Cererea nu arată cine o trimite." => "Conectați-vă cu certificatul de client sau trimiteți o cheie API ca token bearer.",
            happened "Cererea nu are nici certificat de client, nici cheie API.", because "În afara descrierilor interfeței, se răspunde numai apelanților cunoscuți.";
    CREDENTIALS_UNKNOWN = 401 "credentials-unknown";
        en "The certificate or API key is not known here." => "Have it registered, or use the one that is.",
            happened "A certificate or key came that stands in no row of the register.", because "It was never registered here, or belongs to another installation.";
        ro "Certificatul sau cheia API nu este cunoscută." => "Cereți înregistrarea ei sau folosiți-o pe cea înregistrată.",
            happened "S-a prezentat un certificat sau o cheie care nu există în registru.", because "Nu a fost înregistrată aici sau aparține altei instalații.";
    CREDENTIALS_REVOKED = 401 "credentials-revoked";
        en "The certificate or API key was revoked." => "Use the one that replaced it.",
            happened "The certificate or key is registered and an operator has ended it.", because "It was replaced, lost, or its owner left.";
        ro "Certificatul sau cheia API a fost revocată." => "Folosiți-o pe cea care a înlocuit-o.",
            happened "Certificatul sau cheia este în registru, dar a fost închisă de un operator.", because "A fost înlocuită, pierdută sau titularul ei a plecat.";
    CREDENTIALS_NOT_YET_VALID = 401 "credentials-not-yet-valid";
        en "The certificate or API key counts from later on." => "Use the one that it is to replace until then.",
            happened "The certificate or key is registered with a first day in the future.", because "A replacement is registered ahead of time, so that both sides can change over together.";
        ro "Certificatul sau cheia API este valabilă de la o dată ulterioară." => "Folosiți până atunci credențialul pe care îl va înlocui.",
            happened "Certificatul sau cheia este în registru cu o dată de început viitoare.", because "Înlocuirea se înregistrează din timp, ca ambele părți să treacă împreună la ea.";
    CREDENTIALS_EXPIRED = 401 "credentials-expired";
        en "The time of the certificate or API key is over." => "Use the one that replaced it, or have a new one made.",
            happened "The last moment of validity of the certificate or key is over.", because "Credentials end by themselves, so that forgotten ones cannot be used for ever.";
        ro "Certificatul sau cheia API a expirat." => "Folosiți credențialul care l-a înlocuit sau cereți unul nou.",
            happened "Perioada de valabilitate a certificatului sau a cheii s-a încheiat.", because "Credențialele expiră singure, ca cele uitate să nu poată fi folosite la nesfârșit.";
    CERTIFICATE_REFUSED = 401 "certificate-refused";
        en "The certificate was good when the connection was opened, and is no longer." => "Connect again with a certificate that its authority has not revoked.",
            happened "On a connection that is still open the certificate was checked again and failed.", because "Its authority revoked it, or it ran out, after the connection was made.";
        ro "Certificatul era valabil la deschiderea conexiunii, dar nu mai este." => "Reconectați-vă cu un certificat care nu a fost revocat.",
            happened "Pe o conexiune încă deschisă certificatul a fost verificat din nou și nu mai corespunde.", because "Autoritatea l-a revocat sau a expirat după deschiderea conexiunii.";
    KEY_OF_OTHER_ENVIRONMENT = 401 "key-of-other-environment";
        en "A test key is for test installations and a live key for production." => "Use a key of this installation.",
            happened "The key's prefix names another environment than this installation's.", because "Test keys lie in more hands; they must never reach real applications, nor real keys test data.";
        ro "O cheie de test este pentru instalații de test, iar una reală pentru producție." => "Folosiți o cheie a acestei instalații.",
            happened "Prefixul cheii arată alt mediu decât cel al acestei instalații.", because "Cheile de test sunt la mai multe persoane; ele nu trebuie să ajungă la cereri reale, nici invers.";
    NOTIFICATION_NOT_PROVEN = 401 "notification-not-proven";
        en "The notification does not prove who sent it, or when." => "Sign the body as it is sent, with the present key and the present time.",
            happened "The signature of the notification is missing, is wrong, or its time is too far from ours.", because "Anybody can send a request; only the signature shows that a payment was really told of.";
        ro "Notificarea nu dovedește cine și când a trimis-o." => "Semnați conținutul exact cum este trimis, cu cheia valabilă și cu ora curentă.",
            happened "Semnătura notificării lipsește, este greșită sau ora ei este prea departe de a noastră.", because "Oricine poate trimite o cerere; numai semnătura arată că plata a fost comunicată cu adevărat.";
    PARTY_NOT_ALLOWED = 403 "party-not-allowed";
        en "This is for another kind of caller." => "Look up in the API's description who may ask this.",
            happened "The caller is known, and this operation belongs to another kind of party.", because "Offices, the bureau, channels and operators each have operations of their own.";
        ro "Această operație este pentru alt tip de apelant." => "Verificați în descrierea interfeței cine o poate folosi.",
            happened "Apelantul este cunoscut, dar operația aparține altui tip de participant.", because "Serviciile, biroul de personalizare, canalele și operatorii au fiecare operațiile lor.";
    SCOPE_MISSING = 403 "scope-missing";
        en "The certificate or API key may not do this." => "Have the missing right added to it.",
            happened "The caller is of the right kind, but this right is not among those it was given.", because "Every credential carries only the rights that its work needs.";
        ro "Certificatul sau cheia API nu are acest drept." => "Cereți adăugarea dreptului lipsă.",
            happened "Apelantul este de tipul potrivit, dar dreptul nu este printre cele primite.", because "Fiecare credențial are numai drepturile necesare muncii lui.";

    // How often.
    AUTHENTICATION_LIMITED = 429 "authentication-limited";
        en "Too many requests with unknown credentials came from here." => "Wait for the time in the Retry-After header, then use a registered certificate or API key.",
            happened "Many requests from this address failed to prove who sent them, so all from it must wait.", because "Guessing keys must cost time.";
        ro "De aici au venit prea multe cereri cu credențiale necunoscute." => "Așteptați intervalul din antetul Retry-After, apoi folosiți un certificat sau o cheie API înregistrată.",
            happened "Multe cereri de la această adresă nu au dovedit cine le trimite, deci toate trebuie să aștepte.", because "Ghicirea cheilor trebuie să coste timp.";
    RATE_LIMITED = 429 "rate-limited";
        en "The office has asked too often." => "Wait for the time in the Retry-After header; ask for events with `wait`, and for many states at once.",
            happened "The office used up its share of requests for the moment.", because "The share keeps one office's program from slowing down all the others.";
        ro "Serviciul a trimis prea multe cereri." => "Așteptați intervalul din antetul Retry-After; cereți evenimentele cu `wait` și mai multe stări odată.",
            happened "Serviciul și-a consumat pentru moment numărul de cereri.", because "Limita împiedică programul unui serviciu să le încetinească pe celelalte.";

    // What is asked for.
    NOT_FOUND = 404 "not-found";
        en "There is no such thing, or it is not yours." => "Check the address.",
            happened "Nothing with this name or number can be shown to this caller.", because "What belongs to others is answered like what does not exist, so that nobody learns of it.";
        ro "Resursa nu există sau nu vă aparține." => "Verificați adresa.",
            happened "Nimic cu acest nume sau număr nu poate fi arătat acestui apelant.", because "Ce aparține altora primește același răspuns ca ce nu există, ca nimeni să nu afle de el.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed";
        en "The address does not know this method." => "Use one of those in the Allow header.",
            happened "The address exists and was asked in a way that it does not offer.", because "Reading, adding and removing are different methods; the Allow header lists those that work here.";
        ro "Adresa nu acceptă această metodă." => "Folosiți una dintre metodele din antetul Allow.",
            happened "Adresa există, dar a fost apelată cu o metodă pe care nu o oferă.", because "Citirea, adăugarea și ștergerea au metode diferite; antetul Allow le enumeră pe cele acceptate aici.";
    BODY_TOO_SLOW = 408 "body-too-slow";
        en "The body did not arrive in time." => "Send it again with the same Idempotency-Key.",
            happened "The request began, and its body stopped arriving.", because "Connections that wait for ever would keep others out.";
        ro "Conținutul nu a sosit la timp." => "Trimiteți-l din nou cu același Idempotency-Key.",
            happened "Cererea a început, dar conținutul ei nu a mai sosit.", because "Conexiunile care așteaptă la nesfârșit i-ar bloca pe ceilalți.";

    // What cannot be done as things stand.
    APPLICATION_OPEN = 409 "application-open";
        en "The person has an open application for this product." => "Wait for its end, or have it withdrawn.",
            happened "A second application for the same person and product was sent while the first is not finished.", because "One person gets one card; the number of the first is told to its own office.";
        ro "Persoana are deja o cerere deschisă pentru acest produs." => "Așteptați finalizarea ei sau cereți retragerea.",
            happened "S-a trimis a doua cerere pentru aceeași persoană și același produs, iar prima nu este finalizată.", because "O persoană primește o singură carte; numărul primei cereri se comunică serviciului ei.";
    OFFICE_REFERENCE_USED = 409 "office-reference-used";
        en "The office used this reference for other content." => "Use a new reference for a new application; send corrections of a returned one as a revision.",
            happened "An application with this reference of the office exists and its content differs.", because "The reference is how office and gateway agree on which application is meant.";
        ro "Serviciul a folosit această referință pentru alt conținut." => "Folosiți o referință nouă pentru o cerere nouă; corecturile unei cereri returnate se trimit ca revizie.",
            happened "Există o cerere cu această referință a serviciului și cu alt conținut.", because "Prin referință serviciul și sistemul știu despre ce cerere este vorba.";
    REQUEST_RUNNING = 409 "request-running";
        en "The first request with this Idempotency-Key is still running." => "Wait a moment, then repeat the request.",
            happened "The same request was sent again before the first one was answered.", because "Both would do the same work; the second gets the first one's answer once there is one.";
        ro "Prima cerere cu acest Idempotency-Key este încă în curs." => "Așteptați puțin, apoi repetați cererea.",
            happened "Aceeași cerere a fost trimisă din nou înainte de răspunsul la prima.", because "Ambele ar face același lucru; a doua primește răspunsul primei după ce există.";
    REVISION_NOT_POSSIBLE = 409 "revision-not-possible";
        en "Only an application that was returned takes a revision." => "Look at its state.",
            happened "Corrected content was sent for an application that nobody returned to the office.", because "What is being worked on must not change under the hands of others.";
        ro "Numai o cerere returnată primește o revizie." => "Consultați starea cererii.",
            happened "S-a trimis conținut corectat pentru o cerere care nu a fost returnată.", because "O cerere în lucru nu trebuie să se schimbe între timp.";
    WITHDRAWAL_NOT_POSSIBLE = 409 "withdrawal-not-possible";
        en "The application can no longer be withdrawn here." => "Ask an operator.",
            happened "The application has come too far for its office to end it alone.", because "Its card may be in the making, and calling it back is the bureau's decision.";
        ro "Cererea nu mai poate fi retrasă prin această interfață." => "Adresați-vă unui operator.",
            happened "Cererea a ajuns prea departe ca serviciul să o închidă singur.", because "Cartea poate fi deja în producție, iar oprirea ei depinde de biroul de personalizare.";
    REPORT_NOT_POSSIBLE = 409 "report-not-possible";
        en "No card of the application can be in this place." => "Compare the card's envelope with the application; ask an operator if they agree.",
            happened "The report speaks of a card where, by its history, no card of this application can be.", because "A card is reported at the office only after it was shipped, and handed over only after it arrived.";
        ro "Nicio carte a acestei cereri nu poate fi în acest loc." => "Comparați plicul cărții cu cererea; dacă se potrivesc, întrebați un operator.",
            happened "Raportul indică o carte într-un loc în care, potrivit istoricului, nu poate fi.", because "O carte se raportează la serviciu numai după expediere și înmânată numai după sosire.";
    CARD_OF_ANOTHER = 409 "card-of-another";
        en "The document number is not that of the application's card." => "Hand nothing over; compare the card with the application.",
            happened "The document number was compared with the card made for this application, and they differ.", because "Two envelopes were exchanged; the wrong person would get the card.";
        ro "Numărul documentului nu este cel al cărții acestei cereri." => "Nu înmânați cartea; comparați-o cu cererea.",
            happened "Numărul documentului a fost comparat cu al cărții făcute pentru această cerere și diferă.", because "Două plicuri au fost inversate; cartea ar ajunge la altă persoană.";
    COMPLAINT_NOT_POSSIBLE = 409 "complaint-not-possible";
        en "The card cannot be complained of now." => "Look at the application's state; chip and material are complained of within the warranty.",
            happened "A complaint was sent for an application without a card that can be complained of.", because "There is no card yet, it was ended, or its warranty is over.";
        ro "Cartea nu poate face acum obiectul unei reclamații." => "Consultați starea cererii; cipul și materialul se reclamă în termenul de garanție.",
            happened "S-a trimis o reclamație pentru o cerere fără o carte care poate fi reclamată.", because "Cartea nu există încă, a fost închisă sau garanția a expirat.";
    COMPLAINT_OPEN = 409 "complaint-open";
        en "A complaint about the card is open." => "Wait for its decision.",
            happened "A second complaint about the same card was sent while the first is not decided.", because "One decision settles the card; two could order it twice.";
        ro "Există deja o reclamație deschisă pentru această carte." => "Așteptați soluționarea ei.",
            happened "S-a trimis a doua reclamație pentru aceeași carte înainte de soluționarea primei.", because "O singură decizie rezolvă cartea; două ar putea-o comanda de două ori.";
    PAYMENT_DECISION_NOT_POSSIBLE = 409 "payment-decision-not-possible";
        en "This cannot be decided of the payment now." => "Read the payment again, then decide again.",
            happened "The payment's state, its amount or the application's fee does not allow what was decided.", because "It may have been matched, taken back or refunded since it was looked at.";
        ro "Această decizie nu este posibilă acum pentru plată." => "Citiți din nou plata, apoi decideți din nou.",
            happened "Starea plății, suma ei sau taxa cererii nu permite această decizie.", because "Între timp plata a putut fi asociată, retrasă sau restituită.";
    REFUND_UNDER_WAY = 409 "refund-under-way";
        en "A refund of the payment is under way." => "Withdraw the refund first; its money is then free again.",
            happened "Money of the payment is set aside for a refund that is not finished.", because "The same money cannot settle a fee and be given back.";
        ro "O restituire a plății este în curs." => "Retrageți mai întâi restituirea; banii devin din nou disponibili.",
            happened "Bani din această plată sunt rezervați pentru o restituire nefinalizată.", because "Aceiași bani nu pot achita o taxă și nu pot fi și restituiți.";
    REFUND_NOT_POSSIBLE = 409 "refund-not-possible";
        en "This cannot be done with the refund, the list or the payment now." => "Read its state and its history again, then decide again.",
            happened "The refund, its list or its payment is in a state in which this step does not exist.", because "A refund goes through proposal, approval, list and the bank's debit, in this order.";
        ro "Această operațiune nu este posibilă acum pentru restituire, listă sau plată." => "Citiți din nou starea și istoricul, apoi decideți din nou.",
            happened "Restituirea, lista sau plata se află într-o stare care nu permite acest pas.", because "O restituire trece prin propunere, aprobare, listă și debitarea băncii, în această ordine.";
    REFUND_TOO_MUCH = 409 "refund-too-much";
        en "More is asked for than can be given back of the payment." => "Ask for what is left at most; look among the candidates.",
            happened "The amount is greater than what came in, less what settles a fee and what was given back.", because "Only money that is there and free can be given back.";
        ro "Se cere mai mult decât se poate restitui din plată." => "Cereți cel mult suma rămasă; consultați lista candidaților.",
            happened "Suma depășește încasarea din care s-au scăzut taxele achitate și restituirile.", because "Se pot restitui numai bani existenți și disponibili.";
    REFUND_ACCOUNT_MISSING = 422 "refund-account-missing";
        en "The statement does not tell the payer's account." => "Ask the payer, and give IBAN and name.",
            happened "A refund was proposed without an account, and the statement names none.", because "Cash paid at a counter leaves no account behind.";
        ro "Extrasul nu conține contul plătitorului." => "Cereți plătitorului contul și indicați IBAN-ul și numele.",
            happened "S-a propus o restituire fără cont, iar extrasul nu indică niciunul.", because "Plata în numerar la ghișeu nu lasă un cont.";
    REFUND_DEBTOR_MISSING = 409 "refund-debtor-missing";
        en "It is not configured from which account refunds are paid." => "Set payments.refund.debtor_iban and debtor_name.",
            happened "A list for the bank was to be made, and the paying account is not set.", because "A payment order needs the account that it is paid from.";
        ro "Nu este configurat contul din care se plătesc restituirile." => "Setați payments.refund.debtor_iban și debtor_name.",
            happened "Trebuia făcută o listă pentru bancă, dar contul plătitor nu este setat.", because "Un ordin de plată are nevoie de contul din care se plătește.";
    APPROVAL_SAME_PERSON = 409 "approval-same-person";
        en "The same person cannot approve twice." => "Ask another person to approve.",
            happened "Whoever proposed or approved already tried to approve once more.", because "Two persons must have looked; one person twice is one.";
        ro "Aceeași persoană nu poate aproba de două ori." => "Cereți altei persoane să aprobe.",
            happened "Persoana care a propus sau a aprobat deja a încercat să aprobe din nou.", because "Trebuie să verifice două persoane; aceeași de două ori înseamnă una.";
    APPROVAL_NOT_A_PERSON = 403 "approval-not-a-person";
        en "Only a person can approve or refuse." => "Use an operator's own key.",
            happened "An automation's key tried to approve or refuse.", because "The second pair of eyes must be a person's.";
        ro "Numai o persoană poate aproba sau refuza." => "Folosiți cheia personală a unui operator.",
            happened "Cheia unui program a încercat să aprobe sau să refuze.", because "A doua verificare trebuie făcută de o persoană.";
    DAY_DECISION_NOT_POSSIBLE = 409 "day-decision-not-possible";
        en "The books of the day do not allow this decision." => "Look in the reconciliation report whether the day is over and whether it is closed.",
            happened "The day is not over, is closed already, or is not the one that follows the last closed day.", because "Days are closed one after the other, once their last statement is in.";
        ro "Starea zilei nu permite această decizie." => "Verificați în raportul de reconciliere dacă ziua s-a încheiat și dacă este închisă.",
            happened "Ziua nu s-a încheiat, este deja închisă sau nu urmează ultimei zile închise.", because "Zilele se închid pe rând, după sosirea ultimului extras.";
    DAY_DISAGREES = 409 "day-disagrees";
        en "Something in the books of the day does not agree." => "Read the reconciliation report of the day and set right what can be; or close it with a reason, which is kept with the totals.",
            happened "The report of the day found totals that do not belong together.", because "A file is missing, or money is in the account and not in the books, or the reverse.";
        ro "Datele zilei conțin neconcordanțe." => "Citiți raportul de reconciliere al zilei și corectați ce se poate; sau închideți ziua cu un motiv, care se păstrează împreună cu totalurile.",
            happened "Raportul zilei a găsit totaluri care nu corespund.", because "Lipsește un fișier sau există bani în cont care nu sunt în evidență, ori invers.";
    NOTIFICATION_CHANGED = 409 "notification-changed";
        en "The same transaction was told otherwise before." => "Give another payment another transaction; an operator looks at both notifications.",
            happened "A notification came for a known transaction with another amount, date or reference.", because "A transaction is told once and does not change; one of the two is wrong.";
        ro "Aceeași tranzacție a fost comunicată anterior cu alt conținut." => "Dați altei plăți altă tranzacție; un operator verifică ambele notificări.",
            happened "A sosit o notificare pentru o tranzacție cunoscută, cu altă sumă, dată sau referință.", because "O tranzacție se comunică o dată și nu se schimbă; una dintre notificări este greșită.";
    DECISION_NOT_POSSIBLE = 409 "decision-not-possible";
        en "The state of what was named does not allow this decision." => "Look at its state and its history.",
            happened "The decision was compared with the table of states, which has no such step here.", because "Somebody else may have decided meanwhile, or a word of the bureau came in between.";
        ro "Starea elementului indicat nu permite această decizie." => "Consultați starea și istoricul lui.",
            happened "Decizia a fost comparată cu tabelul stărilor, care nu are acest pas aici.", because "Altcineva a putut decide între timp sau a sosit un răspuns al biroului de personalizare.";
    BUREAU_MAY_HOLD_ORDER = 409 "bureau-may-hold-order";
        en "The bureau may hold the order." => "Ask the bureau before giving the order up: its cards may be made.",
            happened "An order was to be given up, and nothing proves that the bureau does not have it.", because "If the bureau holds it, its cards are made, and ordering anew would make them twice.";
        ro "Este posibil ca biroul de personalizare să aibă comanda." => "Întrebați biroul înainte de a renunța la comandă: cărțile pot fi produse.",
            happened "S-a cerut renunțarea la o comandă despre care nu se știe dacă a ajuns la birou.", because "Dacă biroul o are, cărțile se produc, iar o comandă nouă le-ar produce de două ori.";
    WEBHOOK_KEY_MISSING = 409 "webhook-key-missing";
        en "The webhook has no key, so that nothing could be signed." => "Make a key and give it to the receiver first.",
            happened "The webhook was to be used before a key was made for it.", because "Without a signature the receiver could not tell our events from anybody's.";
        ro "Webhook-ul nu are nicio cheie, deci nimic nu poate fi semnat." => "Creați mai întâi o cheie și configurați-o în aplicația care primește.",
            happened "S-a încercat folosirea webhook-ului înainte de a-i crea o cheie.", because "Fără semnătură, destinatarul nu ar putea deosebi evenimentele noastre de ale altora.";
    WEBHOOK_KEYS_TOO_MANY = 409 "webhook-keys-too-many";
        en "The webhook has as many valid keys as it may." => "End one that the receiver does not use any more.",
            happened "One more key was asked for than a webhook may have at once.", because "Two are enough to change over; forgotten keys are a danger.";
        ro "Webhook-ul are deja numărul maxim de chei valabile." => "Închideți o cheie pe care aplicația nu o mai folosește.",
            happened "S-a cerut o cheie în plus față de câte poate avea un webhook.", because "Două ajung pentru înlocuire; cheile uitate sunt un pericol.";
    WEBHOOK_KEY_LAST = 409 "webhook-key-last";
        en "It is the last key of a webhook that is enabled." => "Make another key first, or disable the webhook.",
            happened "The only key of an active webhook was to be ended.", because "Every event must be signed.";
        ro "Este ultima cheie a unui webhook activ." => "Creați mai întâi altă cheie sau dezactivați webhook-ul.",
            happened "S-a cerut închiderea singurei chei a unui webhook activ.", because "Fiecare eveniment trebuie semnat.";
    HOLD_CLOSED = 409 "hold-closed";
        en "Somebody has closed the hold." => "Read the list of holds again.",
            happened "A decision was sent for a hold that is closed by now.", because "Another operator or an event was faster; nothing was overwritten.";
        ro "Reținerea a fost închisă între timp." => "Recitiți lista reținerilor.",
            happened "S-a trimis o decizie pentru o reținere deja închisă.", because "Alt operator sau un eveniment a fost mai rapid; nimic nu a fost suprascris.";
    HOLD_CLAIMED = 409 "hold-claimed";
        en "Somebody else works on the hold." => "Talk to whoever it is; or take it over, with take_over_from and a reason.",
            happened "The hold was to be claimed or given back, and the claim of another person counts.", because "Of two who take the same, the first one has it, for eight hours.";
        ro "De reținere se ocupă altcineva." => "Vorbiți cu acea persoană sau preluați de la ea, cu take_over_from și un motiv.",
            happened "S-a cerut preluarea sau înapoierea unei rețineri de care se ocupă altă persoană.", because "Dintre doi care preiau același lucru, îl are primul, timp de opt ore.";
    SNOOZE_NOT_POSSIBLE = 409 "snooze-not-possible";
        en "The hold cannot rest until that day." => "Choose a working day to come, within 30 days and not after the legal term.",
            happened "A hold was to rest until a day that is not allowed, or rests until another one.", because "What rests comes back on a day when somebody works, and never hides a term that runs out.";
        ro "Reținerea nu se poate amâna până în acea zi." => "Alegeți o zi lucrătoare din următoarele 30 de zile, cel târziu ultima zi a termenului legal.",
            happened "S-a cerut o amânare până într-o zi nepermisă sau reținerea este deja amânată până în altă zi.", because "Ce se amână revine într-o zi în care se lucrează și nu ascunde un termen care expiră.";
    REASON_MISSING = 422 "reason-missing";
        en "A decision needs a reason in words." => "Say why; without personal data.",
            happened "A decision was sent with an empty reason.", because "Whoever reads the history later must understand why it was taken.";
        ro "O decizie necesită un motiv scris." => "Indicați motivul, fără date personale.",
            happened "S-a trimis o decizie cu motivul necompletat.", because "Cine citește mai târziu istoricul trebuie să înțeleagă de ce s-a decis așa.";
    CHANGED_MEANWHILE = 412 "changed-meanwhile";
        en "The application has changed since you looked." => "Read it again, then decide again.",
            happened "The version in If-Match is not the present one.", because "Somebody else changed the application; deciding on an old picture could undo their work.";
        ro "Cererea s-a schimbat între timp." => "Citiți-o din nou, apoi decideți din nou.",
            happened "Versiunea din If-Match nu este cea actuală.", because "Altcineva a modificat cererea; o decizie pe date vechi ar putea anula munca lui.";

    // The body.
    BODY_TOO_LARGE = 413 "body-too-large";
        en "The body is larger than allowed." => "An application with its images has about 130 KB; save the images smaller.",
            happened "More bytes arrived than this operation takes, and reading was stopped.", because "The limit keeps one caller from filling the memory of all.";
        ro "Conținutul depășește dimensiunea permisă." => "O cerere cu imagini are circa 130 KB; salvați imaginile la dimensiuni mai mici.",
            happened "Au sosit mai mulți octeți decât acceptă operația, iar citirea s-a oprit.", because "Limita împiedică un apelant să ocupe memoria tuturor.";
    MEDIA_TYPE_UNSUPPORTED = 415 "media-type-unsupported";
        en "The body's content type is not the one expected." => "Say what the body is, as the API's description shows it.",
            happened "The Content-Type header names a form that this operation does not read.", because "Guessing the form of a body would let one kind of file pass as another.";
        ro "Tipul conținutului nu este cel așteptat." => "Indicați tipul conținutului, conform descrierii interfeței.",
            happened "Antetul Content-Type indică un tip pe care operația nu îl citește.", because "Ghicirea tipului ar permite unui fel de fișier să treacă drept altul.";
    CONTENT_INVALID = 422 "content-invalid";
        en "The body is not of the shape that is expected." => "Correct the field that is named.",
            happened "The body is JSON, and a field in it is missing, unknown or of another kind.", because "Unknown fields are refused, so that a mistyped name does not vanish in silence.";
        ro "Conținutul nu are structura așteptată." => "Corectați câmpul indicat.",
            happened "Conținutul este JSON, dar un câmp lipsește, este necunoscut sau are alt tip.", because "Câmpurile necunoscute se refuză, ca un nume scris greșit să nu treacă neobservat.";
    APPLICATION_INVALID = 422 "application-invalid";
        en "The application has faults." => "Correct every fault that is listed and send it again.",
            happened "The application was read as a whole and compared with all rules; every fault found is listed.", because "Only what can become a card is taken in, so that the applicant hears of a fault at the counter and not weeks later.";
        ro "Cererea conține greșeli." => "Corectați toate greșelile enumerate și trimiteți-o din nou.",
            happened "Cererea a fost citită în întregime și comparată cu toate regulile; sunt enumerate toate greșelile.", because "Se primește numai ce poate deveni carte, ca solicitantul să afle de greșeală la ghișeu, nu după săptămâni.";
    REVISION_CHANGES_FIXED = 422 "revision-changes-fixed";
        en "A revision changes what was fixed when the application was registered." => "Give the fields that are listed as before.",
            happened "The revision has another person, product, day or reference than the application.", because "A correction must remain the same application; another person needs a new one.";
        ro "Revizia schimbă date stabilite la înregistrarea cererii." => "Păstrați valorile inițiale ale câmpurilor enumerate.",
            happened "Revizia are altă persoană, alt produs, altă zi sau altă referință decât cererea.", because "O corectură trebuie să rămână aceeași cerere; altă persoană are nevoie de o cerere nouă.";
    PAYMENT_REFERENCE_NOT_FREE = 422 "payment-reference-not-free";
        en "The payment reference was not given to this office, or another application bears it." => "Copy it from the payment slip, or leave it out to be given one.",
            happened "A payment reference was given that cannot become this application's.", because "Money is found by the reference; two applications under one would settle each other's fee.";
        ro "Referința de plată nu a fost dată acestui serviciu sau aparține altei cereri." => "Transcrieți-o de pe documentul de plată sau omiteți-o pentru a primi una.",
            happened "S-a indicat o referință de plată care nu poate deveni a acestei cereri.", because "Plățile se găsesc după referință; două cereri cu aceeași referință și-ar achita una alteia taxa.";
    STATEMENT_UNREADABLE = 422 "statement-unreadable";
        en "The file cannot be read; nothing of it is kept." => "Send it as the bank made it: camt.052, camt.053, camt.054, MT940, MT942 or a SelfPay settlement.",
            happened "The file was opened and is none of the formats known, or breaks off.", because "A file counts as a whole; half a statement would give wrong balances.";
        ro "Fișierul nu poate fi citit; nimic din el nu s-a păstrat." => "Trimiteți-l așa cum l-a emis banca: camt.052, camt.053, camt.054, MT940, MT942 sau o decontare SelfPay.",
            happened "Fișierul a fost deschis, dar nu este în niciunul dintre formatele cunoscute sau se întrerupe.", because "Un fișier contează în întregime; un extras pe jumătate ar da solduri greșite.";
    STATEMENT_OF_OTHER_CHANNEL = 422 "statement-of-other-channel";
        en "The file's format is not one of the channel that was named." => "Name the channel that the file comes from.",
            happened "The file is readable, and it comes from another channel than was said.", because "Each channel's payments have keys of their own; under the wrong one they would count twice.";
        ro "Formatul fișierului nu aparține canalului indicat." => "Indicați canalul din care provine fișierul.",
            happened "Fișierul poate fi citit, dar provine din alt canal decât cel indicat.", because "Plățile fiecărui canal au cheile lor; sub canalul greșit ar fi numărate de două ori.";
    NOTIFICATION_INVALID = 422 "notification-invalid";
        en "The body is signed, but it is no notification." => "Correct it as the description of the channel shows it.",
            happened "The signature holds, and the body lacks a field or has one of another form.", because "What a payment is must be told in full before it counts.";
        ro "Conținutul este semnat, dar nu este o notificare." => "Corectați-l conform descrierii canalului.",
            happened "Semnătura este corectă, dar lipsește un câmp sau are altă formă.", because "O plată contează numai după ce este comunicată complet.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency-key-reused";
        en "The Idempotency-Key was used for another request." => "Give every new request a new key.",
            happened "The key was kept with a request whose body differs from this one.", because "The old answer would be wrong for the new request.";
        ro "Idempotency-Key a fost folosit pentru altă cerere." => "Dați fiecărei cereri noi o cheie nouă.",
            happened "Cheia este păstrată cu o cerere al cărei conținut diferă de acesta.", because "Răspunsul vechi ar fi greșit pentru cererea nouă.";

    // Us.
    INTERNAL_ERROR = 500 "internal-error";
        en "Something failed here." => "Tell the operators the request's id; repeating the request does no harm.",
            happened "The gateway began to answer and could not finish.", because "A defect or a broken dependency of ours; what was begun was undone as a whole.";
        ro "A apărut o eroare internă." => "Comunicați operatorilor identificatorul cererii; repetarea cererii nu produce efecte nedorite.",
            happened "Sistemul a început să răspundă și nu a putut termina.", because "Este un defect al nostru sau al unei componente; ce s-a început a fost anulat în întregime.";
    TEMPORARILY_UNAVAILABLE = 503 "temporarily-unavailable";
        en "The gateway cannot answer at the moment." => "Repeat the request after the time in the Retry-After header.",
            happened "The database or another part that the answer needs did not respond in time.", because "It is being restarted, moved or is overloaded; nothing was changed.";
        ro "Sistemul nu poate răspunde momentan." => "Repetați cererea după intervalul din antetul Retry-After.",
            happened "Baza de date sau altă componentă necesară nu a răspuns la timp.", because "Este în repornire, în mutare sau suprasolicitată; nu s-a modificat nimic.";
}
