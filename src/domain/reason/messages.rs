//! 1xx: messages as such, before anybody asks what they say.

use crate::domain::reason::reasons;

reasons! {
    101 SIGNATURE_INVALID: Gateway, Escalate;
        en "The signature of the message does not hold." => "Check which key signed it and whether the file was changed on its way, then send it again.",
            happened "The document was read to its last byte and its signature does not belong to these bytes and this key.", because "A changed file and a forged one look the same, so nothing that a broken signature covers may be used.";
        ro "Semnătura mesajului nu se verifică." => "Verificați cu ce cheie a fost semnat și dacă fișierul s-a modificat pe drum, apoi trimiteți-l din nou.",
            happened "Documentul a fost citit până la ultimul octet, iar semnătura nu corespunde acestui conținut și acestei chei.", because "Un fișier modificat și unul falsificat arată la fel, de aceea nu se folosește nimic din ce acoperă o semnătură greșită.";
    102 CERTIFICATE_UNTRUSTED: Gateway, Escalate;
        en "The signing certificate is not trusted, has expired or was revoked." => "Renew the certificate or have it registered with the receiver, then sign and send again.",
            happened "The signature may be right, but the certificate behind it does not lead to an authority that the receiver trusts today.", because "Certificates run out, are revoked, or were never registered with the receiver.";
        ro "Certificatul de semnare nu este de încredere, a expirat sau a fost revocat." => "Reînnoiți certificatul sau cereți înregistrarea lui la destinatar, apoi semnați și trimiteți din nou.",
            happened "Semnătura poate fi corectă, dar certificatul ei nu duce la o autoritate în care destinatarul are încredere astăzi.", because "Certificatele expiră, sunt revocate sau nu au fost înregistrate la destinatar.";
    103 DECRYPT_FAILED: Gateway, Escalate;
        en "The message could not be decrypted." => "Compare the encryption certificate with the one the receiver uses now, then send again.",
            happened "The message arrived encrypted, and none of the receiver's keys opens it.", because "It was encrypted for a certificate that the receiver has replaced, or its bytes were damaged.";
        ro "Mesajul nu a putut fi decriptat." => "Comparați certificatul de criptare cu cel folosit acum de destinatar, apoi trimiteți din nou.",
            happened "Mesajul a sosit criptat și nicio cheie a destinatarului nu îl deschide.", because "A fost criptat pentru un certificat între timp înlocuit sau conținutul s-a deteriorat.";
    104 SCHEMA_INVALID: Gateway, Escalate;
        en "The message does not follow its schema." => "Look at the place that the report names; the sender's software must be corrected.",
            happened "The file was opened, and at one place it holds something that the agreed form does not allow.", because "A field is missing, stands in the wrong place or has a value outside its list; the report names the place.";
        ro "Mesajul nu respectă schema." => "Consultați locul indicat în raport; aplicația expeditorului trebuie corectată.",
            happened "Fișierul a fost deschis, dar într-un loc conține ceva ce forma convenită nu permite.", because "Un câmp lipsește, este în alt loc sau are o valoare din afara listei; raportul indică locul.";
    105 DUPLICATE_MESSAGE: Gateway, Wait;
        en "The same message has already been received." => "Nothing is to be done: the first one counts.",
            happened "A message with the same number and the same content had arrived before this one.", because "Senders repeat a message when they do not see the answer to the first; a repetition is harmless.";
        ro "Același mesaj a fost deja primit." => "Nu este nimic de făcut: contează primul mesaj.",
            happened "Un mesaj cu același număr și același conținut sosise deja.", because "Expeditorul repetă mesajul când nu vede răspunsul la primul; repetarea nu are efecte.";
    106 UNKNOWN_VERSION: Gateway, Escalate;
        en "The version of the message is not known to the receiver." => "Agree with the receiver on a version that both know, then send again.",
            happened "The message says that it is written in a version of the form that the receiver does not read.", because "One side was updated before the other.";
        ro "Versiunea mesajului nu este cunoscută de destinatar." => "Stabiliți cu destinatarul o versiune cunoscută de ambele părți, apoi trimiteți din nou.",
            happened "Mesajul este scris într-o versiune a formatului pe care destinatarul nu o citește.", because "Una dintre părți a fost actualizată înaintea celeilalte.";
    107 SIZE_LIMIT: Gateway, Escalate;
        en "The message is larger than the receiver accepts." => "Split the order and lower the limit on the size of orders.",
            happened "The file has more bytes than the receiver takes in one message.", because "Photographs make most of the size; an order of many applications grows beyond the limit.";
        ro "Mesajul depășește dimensiunea acceptată de destinatar." => "Împărțiți comanda și micșorați limita de dimensiune a comenzilor.",
            happened "Fișierul are mai mulți octeți decât acceptă destinatarul într-un mesaj.", because "Fotografiile ocupă cea mai mare parte; o comandă cu multe cereri depășește limita.";
    108 UNKNOWN_ORDER_OR_LINE: Bureau, Escalate;
        en "The message speaks of an order or a line that does not exist." => "Ask the sender which order is meant; the message is kept until then.",
            happened "A signed message was read, and the order or line that it names is not in our books.", because "The order may be of another installation, or its number was mistyped where it was made.";
        ro "Mesajul se referă la o comandă sau la o poziție care nu există." => "Întrebați expeditorul la ce comandă se referă; mesajul se păstrează până atunci.",
            happened "S-a citit un mesaj semnat, dar comanda sau poziția indicată nu există în evidența noastră.", because "Comanda poate fi a altei instalații sau numărul a fost scris greșit la expeditor.";
    109 TEST_FLAG_MISMATCH: Gateway, Escalate;
        en "A test message reached production, or the reverse." => "Correct the address or the key that was used; nothing was done with the message.",
            happened "The mark of test data on the message is not the mark of this installation.", because "An address or a key of the test environment was used in production, or the other way round.";
        ro "Un mesaj de test a ajuns în producție sau invers." => "Corectați adresa sau cheia folosită; mesajul nu a avut niciun efect.",
            happened "Marcajul de test al mesajului nu este cel al acestei instalații.", because "S-a folosit în producție o adresă sau o cheie de test, ori invers.";
    110 SENDER_NOT_AUTHORISED: Gateway, Escalate;
        en "The sender may not send this kind of message." => "Check the sender's registration and rights.",
            happened "The sender proved who it is, and this kind of message is not among what it may send.", because "Each party is registered for what it does; the registration lacks this right, or the wrong key was used.";
        ro "Expeditorul nu are dreptul să trimită acest tip de mesaj." => "Verificați înregistrarea și drepturile expeditorului.",
            happened "Expeditorul și-a dovedit identitatea, dar acest tip de mesaj nu este printre cele permise lui.", because "Fiecare parte este înregistrată pentru operațiile ei; lipsește acest drept sau s-a folosit altă cheie.";
    111 MESSAGE_REPLAYED_DIFFERENTLY: Bureau, Escalate;
        en "A message came again under the same id with another content." => "Ask the sender which of the two counts; both are kept and the first one stands.",
            happened "Two messages bear one id and say different things.", because "Whoever repeats a message must send the same bytes; here the sender wrote it anew under the old id.";
        ro "Un mesaj a sosit din nou cu același identificator, dar cu alt conținut." => "Întrebați expeditorul care dintre cele două este valabil; ambele se păstrează, iar primul rămâne în vigoare.",
            happened "Două mesaje poartă același identificator, dar conțin lucruri diferite.", because "Un mesaj repetat trebuie să fie identic; aici expeditorul l-a rescris sub vechiul identificator.";
    112 CONTROL_TOTALS_WRONG: Gateway, Escalate;
        en "The totals of the message do not add up with what it contains." => "Have the sender make the file anew; nothing of it was used.",
            happened "The numbers at the end of the file are not the numbers of what stands in it.", because "Lines were lost or added after the totals were counted, so the file may be incomplete.";
        ro "Totalurile mesajului nu corespund conținutului." => "Cereți expeditorului să refacă fișierul; nimic din el nu a fost folosit.",
            happened "Cifrele de la sfârșitul fișierului nu sunt cele ale conținutului lui.", because "După calculul totalurilor s-au pierdut sau s-au adăugat poziții, deci fișierul poate fi incomplet.";
    113 ANSWER_UNASKED: Bureau, Escalate;
        en "The message answers no question of the receiver, or another one than it names." => "Ask the sender what it answers; nothing of it was used.",
            happened "An answer arrived and there is no open question of ours to which it belongs.", because "The question was closed, was asked by another installation, or the answer names the wrong one.";
        ro "Mesajul nu răspunde la nicio solicitare a destinatarului sau răspunde la alta decât cea indicată." => "Întrebați expeditorul la ce răspunde; nimic din mesaj nu a fost folosit.",
            happened "A sosit un răspuns, dar nu există o solicitare deschisă de care să aparțină.", because "Solicitarea a fost închisă, a pornit din altă instalație sau răspunsul o indică pe cea greșită.";
}
