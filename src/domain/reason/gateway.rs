//! 8xx: why the gateway itself holds something for an operator.

use crate::domain::reason::reasons;

reasons! {
    801 NO_RECEIPT: Bureau, Escalate;
        en "The bureau has not confirmed that it holds the order." => "Ask the bureau whether the file arrived; send the same file again if not.",
            happened "The order was sent and its time for a receipt ran out without one.", because "The file may have been lost, or the bureau may be late; sending other bytes now could make second cards.";
        ro "Biroul de personalizare nu a confirmat primirea comenzii." => "Întrebați biroul dacă fișierul a sosit; dacă nu, retrimiteți același fișier.",
            happened "Comanda a fost trimisă, iar termenul pentru confirmarea primirii a trecut fără răspuns.", because "Fișierul s-a putut pierde sau biroul întârzie; trimiterea altui fișier ar putea produce a doua carte.";
    802 ACKNOWLEDGEMENT_CONFLICT: Bureau, Escalate;
        en "The bureau said two different things under one sequence number." => "Ask the bureau which one counts, then apply that one.",
            happened "Two signed words of the bureau about one line bear the same number and differ.", because "The bureau numbers its words so that the last one counts; a number used twice makes that impossible.";
        ro "Biroul de personalizare a comunicat două răspunsuri diferite cu același număr de ordine." => "Întrebați biroul care răspuns este valabil, apoi aplicați-l.",
            happened "Două răspunsuri semnate ale biroului despre aceeași poziție au același număr și diferă.", because "Biroul își numerotează răspunsurile ca să conteze ultimul; un număr folosit de două ori face acest lucru imposibil.";
    803 SEQUENCE_GAP: Bureau, Wait;
        en "A word of the bureau on a line is missing before this one." => "Wait for the missing one; ask the bureau for it if it does not come.",
            happened "A word of the bureau came whose number skips one or more before it.", because "Words travel in separate files and may overtake each other; the missing one usually follows.";
        ro "Lipsește un răspuns anterior al biroului de personalizare pentru această poziție." => "Așteptați răspunsul lipsă; dacă nu sosește, cereți-l biroului.",
            happened "A sosit un răspuns al biroului al cărui număr sare peste cel puțin unul anterior.", because "Răspunsurile vin în fișiere separate și se pot depăși; cel lipsă sosește de obicei ulterior.";
    804 TOO_MANY_REMAKES: Gateway, Escalate;
        en "The card was made again too often." => "Find out with the bureau why it fails before it is made once more.",
            happened "The bureau failed to make this card as often as the limit allows.", because "A card that fails again and again has a cause that another try does not remove.";
        ro "Cartea a fost refăcută de prea multe ori." => "Aflați împreună cu biroul de personalizare de ce eșuează, înainte de o nouă refacere.",
            happened "Biroul nu a reușit să facă această carte de câte ori permite limita.", because "O carte care eșuează repetat are o cauză pe care altă încercare nu o înlătură.";
    805 BUREAU_UNREACHABLE: Gateway, Retry;
        en "The bureau could not be reached in any of the attempts." => "Check the line to the bureau, then send again.",
            happened "Every attempt to deliver the order ended without an answer of the bureau.", because "The line, a firewall or the bureau's server is down; nothing says that the order arrived.";
        ro "Biroul de personalizare nu a putut fi contactat la nicio încercare." => "Verificați legătura cu biroul, apoi trimiteți din nou.",
            happened "Toate încercările de a transmite comanda s-au încheiat fără răspuns de la birou.", because "Legătura, un paravan de protecție sau serverul biroului nu funcționează; nimic nu arată că a ajuns comanda.";
    806 BUREAU_REFUSED: Gateway, Escalate;
        en "The bureau refused the delivery and trying again would not help." => "Read its answer in the delivery attempts, remove the cause, then send again.",
            happened "The bureau's server answered the delivery with a refusal that is meant to last.", because "A wrong address, a missing right or a file the server does not take; the same again would be refused again.";
        ro "Biroul de personalizare a refuzat transmiterea, iar repetarea nu ar ajuta." => "Citiți răspunsul în lista încercărilor, înlăturați cauza, apoi trimiteți din nou.",
            happened "Serverul biroului a răspuns la transmitere cu un refuz definitiv.", because "Adresa este greșită, lipsește un drept sau serverul nu acceptă fișierul; aceeași cerere ar fi refuzată din nou.";
    807 IMPOSSIBLE_STEP: Gateway, Escalate;
        en "Something is said to have happened that cannot happen in this state." => "Compare the history with what the sender says and decide which state is true.",
            happened "A word arrived that the table of states does not allow where the thing stands.", because "Either an earlier word is missing or the sender speaks of something else.";
        ro "S-a comunicat un eveniment care nu este posibil în această stare." => "Comparați istoricul cu cele comunicate de expeditor și stabiliți starea reală.",
            happened "S-a primit un eveniment pe care tabelul stărilor nu îl permite în starea actuală.", because "Lipsește un eveniment anterior sau expeditorul se referă la altceva.";
    808 ORDER_REJECTED: Gateway, Escalate;
        en "The bureau refused the order as a file." => "Look at the receipt, correct the cause and order the lines anew.",
            happened "The bureau opened the file and sent back a receipt that refuses all of it.", because "One fault of the file, such as its signature or form, or one line makes the bureau refuse the whole.";
        ro "Biroul de personalizare a respins fișierul comenzii." => "Consultați confirmarea, corectați cauza și comandați din nou pozițiile.",
            happened "Biroul a deschis fișierul și a trimis o confirmare care îl respinge în întregime.", because "O greșeală a fișierului, de exemplu la semnătură sau formă, ori o singură poziție duce la respingerea lui.";
    809 CARD_SPOILED: Bureau, RemakeFree;
        en "The bureau spoiled the card and gave it up." => "Order the card anew; the applicant pays nothing.",
            happened "The bureau reported the card as spoiled and will not make it again under this order.", because "The bureau remakes within one order only so often, then gives the line back.";
        ro "Biroul de personalizare a rebutat cartea și a renunțat la ea." => "Comandați din nou cartea; solicitantul nu plătește nimic.",
            happened "Biroul a raportat cartea ca rebut și nu o mai reface în această comandă.", because "În cadrul unei comenzi biroul reface cartea de un număr limitat de ori, apoi returnează poziția.";
    810 OPERATOR_HOLD: Gateway, Escalate;
        en "An operator stopped it." => "Read the operator's note, then release or end it.",
            happened "An operator took it out of all automatic work and wrote down why.", because "What looks wrong to a person must not go on by itself.";
        ro "Un operator a oprit cererea sau comanda." => "Citiți nota operatorului, apoi eliberați-o sau închideți-o.",
            happened "Un operator a scos-o din orice prelucrare automată și a notat motivul.", because "Ce pare greșit unui om nu trebuie să continue automat.";
    811 DEADLINE_RISK: Gateway, Escalate;
        en "The legal term of 30 days is at risk." => "Find what it waits for; the head of the office may extend the term once by 15 days.",
            happened "Few days are left of the 30 within which the card must be issued.", because "The law sets the term from the day of registration, whoever caused the delay.";
        ro "Termenul legal de 30 de zile este în pericol." => "Aflați ce se așteaptă; șeful serviciului poate prelungi termenul o dată, cu 15 zile.",
            happened "Au mai rămas puține zile din cele 30 în care cartea trebuie eliberată.", because "Legea stabilește termenul din ziua înregistrării, oricine ar fi cauzat întârzierea.";
    812 BUREAU_SILENT: Bureau, Escalate;
        en "The bureau holds the order and has long said nothing about its lines." => "Ask the bureau for the state of every line without an answer.",
            happened "The bureau confirmed the order, then gave no word about some of its lines for too long.", because "A file of answers was lost, or the lines were forgotten at the bureau.";
        ro "Biroul de personalizare a primit comanda, dar nu a mai răspuns de mult la pozițiile ei." => "Cereți biroului situația fiecărei poziții fără răspuns.",
            happened "Biroul a confirmat comanda, apoi nu a mai comunicat prea mult timp nimic despre unele poziții.", because "Un fișier cu răspunsuri s-a pierdut sau pozițiile au fost omise la birou.";
    820 ORDER_DENIED: Bureau, Escalate;
        en "The bureau does not know an order that it had confirmed." => "Clear with the bureau where the order is before anything of it is ordered anew.",
            happened "The bureau once confirmed the order and now answers that it does not know it.", because "Its books were restored from an older copy, or two installations at the bureau disagree.";
        ro "Biroul de personalizare nu mai cunoaște o comandă pe care o confirmase." => "Clarificați cu biroul situația comenzii înainte de a comanda ceva din nou.",
            happened "Biroul a confirmat cândva comanda, iar acum răspunde că nu o cunoaște.", because "Evidența lui a fost restaurată dintr-o copie veche sau două instalații ale biroului nu concordă.";
    821 ACCOUNTS_DIFFER: Bureau, Escalate;
        en "The bureau's account of the order differs from ours." => "Go through the named lines with the bureau: missing, extra and contradicting ones.",
            happened "The nightly comparison found lines on which the bureau's books and ours disagree.", because "A word was lost, was applied on one side only, or a line was entered by hand.";
        ro "Evidența biroului de personalizare despre comandă diferă de a noastră." => "Verificați împreună cu biroul pozițiile indicate: lipsă, în plus și contradictorii.",
            happened "Comparația de noapte a găsit poziții la care evidența biroului și a noastră diferă.", because "Un răspuns s-a pierdut, s-a aplicat doar într-o parte sau o poziție a fost introdusă manual.";
    822 LETTER_UNANSWERED: Bureau, Escalate;
        en "The bureau took a letter of the gateway and has not answered it." => "Ask the bureau for its answer; the order is otherwise as it was.",
            happened "A question was delivered to the bureau and its time for an answer ran out.", because "Questions are answered by people at the bureau, who may not have seen it.";
        ro "Biroul de personalizare a primit o solicitare și nu a răspuns la ea." => "Cereți biroului răspunsul; situația comenzii nu s-a schimbat.",
            happened "O solicitare a ajuns la birou, iar termenul de răspuns a trecut.", because "La solicitări răspund oameni, care este posibil să nu o fi văzut.";
    823 LETTER_UNDELIVERED: Gateway, Retry;
        en "A letter to the bureau could not be delivered." => "Read its delivery attempts and remove the cause, then ask again.",
            happened "Every attempt to deliver a question to the bureau failed.", because "The line or the bureau's server is down, or the server refused the letter.";
        ro "O solicitare către biroul de personalizare nu a putut fi transmisă." => "Consultați încercările de transmitere și înlăturați cauza, apoi solicitați din nou.",
            happened "Toate încercările de a transmite o solicitare către birou au eșuat.", because "Legătura sau serverul biroului nu funcționează ori serverul a refuzat solicitarea.";
    831 WEBHOOK_EXHAUSTED: Office, Retry;
        en "The office's webhook failed in every try at one event and was disabled." => "Have the receiver mended, then enable the webhook; what was set aside is in the event feed.",
            happened "One event was tried as often as the plan of tries allows, over several days.", because "The receiver was down or answered with errors all that time; further tries would only load it.";
        ro "Webhook-ul serviciului a eșuat la toate încercările pentru un eveniment și a fost dezactivat." => "Remediați aplicația care primește, apoi reactivați webhook-ul; evenimentele omise sunt în lista de evenimente.",
            happened "Un eveniment a fost încercat de câte ori prevede planul, timp de mai multe zile.", because "Aplicația care primește a fost oprită sau a răspuns cu erori; alte încercări doar ar încărca-o.";
    832 WEBHOOK_GONE: Office, Wait;
        en "The office's webhook answered that it is gone for good (410) and was disabled." => "Give its new address and enable it, or remove it.",
            happened "The receiver answered one event with status 410.", because "By that status a receiver asks never to be called at this address again.";
        ro "Webhook-ul serviciului a răspuns că nu mai există (410) și a fost dezactivat." => "Indicați noua adresă și activați-l sau ștergeți-l.",
            happened "Aplicația a răspuns la un eveniment cu starea 410.", because "Prin această stare, aplicația cere să nu mai fie apelată la această adresă.";
    833 WEBHOOK_REFUSES: Office, Retry;
        en "The office's webhook refused many events one after the other and was disabled." => "Find out why the receiver refuses them, enable the webhook and recover from the first one refused.",
            happened "Many events in a row were answered with a refusal.", because "The receiver does not accept our signature or the form of the events since something changed there.";
        ro "Webhook-ul serviciului a refuzat multe evenimente la rând și a fost dezactivat." => "Aflați de ce aplicația le refuză, activați webhook-ul și reluați de la primul eveniment refuzat.",
            happened "La multe evenimente consecutive răspunsul a fost un refuz.", because "Aplicația nu acceptă semnătura sau forma evenimentelor de când s-a schimbat ceva la ea.";
}
