//! 1xx: messages as such, before anybody asks what they say.

use crate::domain::reason::reasons;

reasons! {
    101 SIGNATURE_INVALID: Gateway, Escalate;
        en "The signature of the message does not hold." => "Check which key signed it and whether the file was changed on its way, then send it again.";
        ro "Semnătura mesajului nu se verifică." => "Verificați cu ce cheie a fost semnat și dacă fișierul s-a modificat pe drum, apoi trimiteți-l din nou.";
    102 CERTIFICATE_UNTRUSTED: Gateway, Escalate;
        en "The signing certificate is not trusted, has expired or was revoked." => "Renew the certificate or have it registered with the receiver, then sign and send again.";
        ro "Certificatul de semnare nu este de încredere, a expirat sau a fost revocat." => "Reînnoiți certificatul sau cereți înregistrarea lui la destinatar, apoi semnați și trimiteți din nou.";
    103 DECRYPT_FAILED: Gateway, Escalate;
        en "The message could not be decrypted." => "Compare the encryption certificate with the one the receiver uses now, then send again.";
        ro "Mesajul nu a putut fi decriptat." => "Comparați certificatul de criptare cu cel folosit acum de destinatar, apoi trimiteți din nou.";
    104 SCHEMA_INVALID: Gateway, Escalate;
        en "The message does not follow its schema." => "Look at the place that the report names; the sender's software must be corrected.";
        ro "Mesajul nu respectă schema." => "Consultați locul indicat în raport; aplicația expeditorului trebuie corectată.";
    105 DUPLICATE_MESSAGE: Gateway, Wait;
        en "The same message has already been received." => "Nothing is to be done: the first one counts.";
        ro "Același mesaj a fost deja primit." => "Nu este nimic de făcut: contează primul mesaj.";
    106 UNKNOWN_VERSION: Gateway, Escalate;
        en "The version of the message is not known to the receiver." => "Agree with the receiver on a version that both know, then send again.";
        ro "Versiunea mesajului nu este cunoscută de destinatar." => "Stabiliți cu destinatarul o versiune cunoscută de ambele părți, apoi trimiteți din nou.";
    107 SIZE_LIMIT: Gateway, Escalate;
        en "The message is larger than the receiver accepts." => "Split the order and lower the limit on the size of orders.";
        ro "Mesajul depășește dimensiunea acceptată de destinatar." => "Împărțiți comanda și micșorați limita de dimensiune a comenzilor.";
    108 UNKNOWN_ORDER_OR_LINE: Bureau, Escalate;
        en "The message speaks of an order or a line that does not exist." => "Ask the sender which order is meant; the message is kept until then.";
        ro "Mesajul se referă la o comandă sau la o poziție care nu există." => "Întrebați expeditorul la ce comandă se referă; mesajul se păstrează până atunci.";
    109 TEST_FLAG_MISMATCH: Gateway, Escalate;
        en "A test message reached production, or the reverse." => "Correct the address or the key that was used; nothing was done with the message.";
        ro "Un mesaj de test a ajuns în producție sau invers." => "Corectați adresa sau cheia folosită; mesajul nu a avut niciun efect.";
    110 SENDER_NOT_AUTHORISED: Gateway, Escalate;
        en "The sender may not send this kind of message." => "Check the sender's registration and rights.";
        ro "Expeditorul nu are dreptul să trimită acest tip de mesaj." => "Verificați înregistrarea și drepturile expeditorului.";
    111 MESSAGE_REPLAYED_DIFFERENTLY: Bureau, Escalate;
        en "A message came again under the same id with another content." => "Ask the sender which of the two counts; both are kept and the first one stands.";
        ro "Un mesaj a sosit din nou cu același identificator, dar cu alt conținut." => "Întrebați expeditorul care dintre cele două este valabil; ambele se păstrează, iar primul rămâne în vigoare.";
    112 CONTROL_TOTALS_WRONG: Gateway, Escalate;
        en "The totals of the message do not add up with what it contains." => "Have the sender make the file anew; nothing of it was used.";
        ro "Totalurile mesajului nu corespund conținutului." => "Cereți expeditorului să refacă fișierul; nimic din el nu a fost folosit.";
    113 ANSWER_UNASKED: Bureau, Escalate;
        en "The message answers no question of the receiver, or another one than it names." => "Ask the sender what it answers; nothing of it was used.";
        ro "Mesajul nu răspunde la nicio solicitare a destinatarului sau răspunde la alta decât cea indicată." => "Întrebați expeditorul la ce răspunde; nimic din mesaj nu a fost folosit.";
}
