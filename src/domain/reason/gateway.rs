//! 8xx: why the gateway itself holds something for an operator.

use crate::domain::reason::reasons;

reasons! {
    801 NO_RECEIPT: Bureau, Escalate;
        en "The bureau has not confirmed that it holds the order." => "Ask the bureau whether the file arrived; send the same file again if not.";
        ro "Biroul de personalizare nu a confirmat primirea comenzii." => "Întrebați biroul dacă fișierul a sosit; dacă nu, retrimiteți același fișier.";
    802 ACKNOWLEDGEMENT_CONFLICT: Bureau, Escalate;
        en "The bureau said two different things under one sequence number." => "Ask the bureau which one counts, then apply that one.";
        ro "Biroul de personalizare a comunicat două răspunsuri diferite cu același număr de ordine." => "Întrebați biroul care răspuns este valabil, apoi aplicați-l.";
    803 SEQUENCE_GAP: Bureau, Wait;
        en "A word of the bureau on a line is missing before this one." => "Wait for the missing one; ask the bureau for it if it does not come.";
        ro "Lipsește un răspuns anterior al biroului de personalizare pentru această poziție." => "Așteptați răspunsul lipsă; dacă nu sosește, cereți-l biroului.";
    804 TOO_MANY_REMAKES: Gateway, Escalate;
        en "The card was made again too often." => "Find out with the bureau why it fails before it is made once more.";
        ro "Cartea a fost refăcută de prea multe ori." => "Aflați împreună cu biroul de personalizare de ce eșuează, înainte de o nouă refacere.";
    805 BUREAU_UNREACHABLE: Gateway, Retry;
        en "The bureau could not be reached in any of the attempts." => "Check the line to the bureau, then send again.";
        ro "Biroul de personalizare nu a putut fi contactat la nicio încercare." => "Verificați legătura cu biroul, apoi trimiteți din nou.";
    806 BUREAU_REFUSED: Gateway, Escalate;
        en "The bureau refused the delivery and trying again would not help." => "Read its answer in the delivery attempts, remove the cause, then send again.";
        ro "Biroul de personalizare a refuzat transmiterea, iar repetarea nu ar ajuta." => "Citiți răspunsul în lista încercărilor, înlăturați cauza, apoi trimiteți din nou.";
    807 IMPOSSIBLE_STEP: Gateway, Escalate;
        en "Something is said to have happened that cannot happen in this state." => "Compare the history with what the sender says and decide which state is true.";
        ro "S-a comunicat un eveniment care nu este posibil în această stare." => "Comparați istoricul cu cele comunicate de expeditor și stabiliți starea reală.";
    808 ORDER_REJECTED: Gateway, Escalate;
        en "The bureau refused the order as a file." => "Look at the receipt, correct the cause and order the lines anew.";
        ro "Biroul de personalizare a respins fișierul comenzii." => "Consultați confirmarea, corectați cauza și comandați din nou pozițiile.";
    809 CARD_SPOILED: Bureau, RemakeFree;
        en "The bureau spoiled the card and gave it up." => "Order the card anew; the applicant pays nothing.";
        ro "Biroul de personalizare a rebutat cartea și a renunțat la ea." => "Comandați din nou cartea; solicitantul nu plătește nimic.";
    810 OPERATOR_HOLD: Gateway, Escalate;
        en "An operator stopped it." => "Read the operator's note, then release or end it.";
        ro "Un operator a oprit cererea sau comanda." => "Citiți nota operatorului, apoi eliberați-o sau închideți-o.";
    811 DEADLINE_RISK: Gateway, Escalate;
        en "The legal term of 30 days is at risk." => "Find what it waits for; the head of the office may extend the term once by 15 days.";
        ro "Termenul legal de 30 de zile este în pericol." => "Aflați ce se așteaptă; șeful serviciului poate prelungi termenul o dată, cu 15 zile.";
    812 BUREAU_SILENT: Bureau, Escalate;
        en "The bureau holds the order and has long said nothing about its lines." => "Ask the bureau for the state of every line without an answer.";
        ro "Biroul de personalizare a primit comanda, dar nu a mai răspuns de mult la pozițiile ei." => "Cereți biroului situația fiecărei poziții fără răspuns.";
    820 ORDER_DENIED: Bureau, Escalate;
        en "The bureau does not know an order that it had confirmed." => "Clear with the bureau where the order is before anything of it is ordered anew.";
        ro "Biroul de personalizare nu mai cunoaște o comandă pe care o confirmase." => "Clarificați cu biroul situația comenzii înainte de a comanda ceva din nou.";
    821 ACCOUNTS_DIFFER: Bureau, Escalate;
        en "The bureau's account of the order differs from ours." => "Go through the named lines with the bureau: missing, extra and contradicting ones.";
        ro "Evidența biroului de personalizare despre comandă diferă de a noastră." => "Verificați împreună cu biroul pozițiile indicate: lipsă, în plus și contradictorii.";
    822 LETTER_UNANSWERED: Bureau, Escalate;
        en "The bureau took a letter of the gateway and has not answered it." => "Ask the bureau for its answer; the order is otherwise as it was.";
        ro "Biroul de personalizare a primit o solicitare și nu a răspuns la ea." => "Cereți biroului răspunsul; situația comenzii nu s-a schimbat.";
    823 LETTER_UNDELIVERED: Gateway, Retry;
        en "A letter to the bureau could not be delivered." => "Read its delivery attempts and remove the cause, then ask again.";
        ro "O solicitare către biroul de personalizare nu a putut fi transmisă." => "Consultați încercările de transmitere și înlăturați cauza, apoi solicitați din nou.";
}
