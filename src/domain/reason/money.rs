//! 9xx: why a payment or a statement waits for an operator.

use crate::domain::reason::reasons;

reasons! {
    901 REFERENCE_MISSING: Gateway, Escalate;
        en "The payment bears no reference and no CNP." => "Look for the applicant among the candidates, or ask the payer through the bank.",
            happened "The text of the payment was read, and nothing in it names an application or a person.", because "The cashier left the field empty or wrote something else into it.";
        ro "Plata nu conține referință de plată și nici CNP." => "Căutați solicitantul printre candidați sau întrebați plătitorul prin bancă.",
            happened "Textul plății a fost citit și nimic din el nu indică o cerere sau o persoană.", because "Casierul a lăsat câmpul gol sau a scris altceva.";
    902 REFERENCE_UNKNOWN: Gateway, Wait;
        en "No open application has the reference or CNP of the payment." => "Wait: payments often come before their application; it is offered again then.",
            happened "The payment names a reference or a CNP, and no application that waits for a fee has it.", because "The applicant paid before coming to the office, or a digit was mistyped.";
        ro "Nicio cerere deschisă nu are referința sau CNP-ul din plată." => "Așteptați: plățile sosesc adesea înaintea cererii și se verifică din nou atunci.",
            happened "Plata indică o referință sau un CNP pe care nu îl are nicio cerere care așteaptă taxa.", because "Solicitantul a plătit înainte de a veni la serviciu sau o cifră a fost greșită.";
    903 UNDERPAID: Office, Wait;
        en "The payment is less than the fee." => "Ask the applicant to pay the difference with the same reference.",
            happened "The payment was matched, and something of the fee is still owed.", because "The old price or a part was paid; a card is ordered for the whole fee only.";
        ro "Plata este mai mică decât taxa." => "Cereți solicitantului să plătească diferența cu aceeași referință.",
            happened "Plata a fost asociată, dar a mai rămas de plătit o parte din taxă.", because "S-a plătit prețul vechi sau numai o parte; cartea se comandă la taxa întreagă.";
    904 OVERPAID: Gateway, Refund;
        en "The payment is more than the fee." => "The card is ordered; give the surplus back at the payer's request.",
            happened "The payment was matched and more came in than was owed.", because "Two fees were paid in one, or the amount was mistyped; the surplus belongs to the payer.";
        ro "Plata este mai mare decât taxa." => "Cartea se comandă; restituiți diferența la cererea plătitorului.",
            happened "Plata a fost asociată, dar s-a încasat mai mult decât se datora.", because "S-au plătit două taxe împreună sau suma a fost greșită; diferența aparține plătitorului.";
    905 OTHER_PRODUCT: Office, Wait;
        en "The payment has the price of another document." => "Ask the applicant to pay the difference, or which document is wanted.",
            happened "The amount is exactly the price of another document, such as a provisional card.", because "The cashier chose the wrong document, or the applicant asked for another one.";
        ro "Plata are valoarea altui document." => "Cereți solicitantului diferența sau întrebați ce document dorește.",
            happened "Suma este exact prețul altui document, de exemplu al cărții provizorii.", because "Casierul a ales alt document sau solicitantul a cerut altul.";
    906 OLD_TARIFF: Office, Wait;
        en "The payment has the price of another period." => "Ask the applicant to pay the difference to the price of the day of registration.",
            happened "The amount is exactly the price that counted at another time.", because "The price of the day of registration counts, and it changed.";
        ro "Plata are valoarea din altă perioadă." => "Cereți solicitantului diferența până la tariful din ziua înregistrării.",
            happened "Suma este exact tariful valabil în altă perioadă.", because "Contează tariful din ziua înregistrării, iar acesta s-a schimbat.";
    907 SECOND_PAYMENT: Gateway, Refund;
        en "The fee of the application is already paid." => "Give this payment back, unless it was meant for somebody else.",
            happened "A second payment came for a fee that was settled already.", because "A family member paid too, or the applicant was not sure that the first one went through.";
        ro "Taxa pentru această cerere este deja plătită." => "Restituiți această plată, dacă nu era destinată altei persoane.",
            happened "A sosit a doua plată pentru o taxă deja achitată.", because "A plătit și un membru al familiei sau solicitantul nu era sigur că prima plată a reușit.";
    908 EXEMPT_BUT_PAID: Gateway, Refund;
        en "The applicant owes nothing and paid." => "Give the payment back, unless it was meant for somebody else.",
            happened "A payment came for an application that owes no fee.", because "Not every cashier and applicant knows who is exempt.";
        ro "Solicitantul este scutit, dar a plătit." => "Restituiți plata, dacă nu era destinată altei persoane.",
            happened "A sosit o plată pentru o cerere care nu datorează taxă.", because "Nu orice casier și nu orice solicitant știe cine este scutit.";
    909 APPLICATION_ENDED: Gateway, Refund;
        en "The payment is for an application that has ended." => "Give the payment back, or match it to a new application of the same person.",
            happened "The payment names an application that was withdrawn, refused or finished.", because "The applicant paid late, or meant a newer application.";
        ro "Plata este pentru o cerere încheiată." => "Restituiți plata sau asociați-o cu o cerere nouă a aceleiași persoane.",
            happened "Plata indică o cerere retrasă, respinsă sau finalizată.", because "Solicitantul a plătit târziu sau se referea la o cerere mai nouă.";
    910 SEVERAL_CANDIDATES: Gateway, Escalate;
        en "The payment fits several applications." => "Compare names, dates and amounts and choose, or split the payment.",
            happened "What the payment says leads to more than one application that waits for a fee.", because "Family members apply together and cashiers write one name for all.";
        ro "Plata se potrivește cu mai multe cereri." => "Comparați numele, datele și sumele și alegeți sau împărțiți plata.",
            happened "Datele din plată duc la mai multe cereri care așteaptă taxa.", because "Membrii unei familii depun cereri împreună, iar casierii scriu un singur nume.";
    911 OTHER_PERSON_SUSPECTED: Gateway, Escalate;
        en "The CNP in the payment may be the payer's and not the beneficiary's." => "Look for a child or relative of the payer among the open applications.",
            happened "The CNP belongs to a person without an open application, whose child or relative may have one.", because "Cashiers often write the CNP of whoever stands before them.";
        ro "CNP-ul din plată poate fi al plătitorului, nu al beneficiarului." => "Căutați printre cererile deschise un copil sau o rudă a plătitorului.",
            happened "CNP-ul este al unei persoane fără cerere deschisă; un copil sau o rudă poate avea una.", because "Casierii scriu adesea CNP-ul celui din fața lor.";
    912 OTHER_CURRENCY: Gateway, Refund;
        en "The payment is not in lei." => "Give the payment back and ask for one in lei.",
            happened "Money in another currency was booked to the account.", because "Fees are set in lei, and the bank did not convert the payment.";
        ro "Plata nu este în lei." => "Restituiți plata și cereți o plată în lei.",
            happened "În cont s-au înregistrat bani în altă monedă.", because "Taxele sunt stabilite în lei, iar banca nu a convertit plata.";
    913 NOT_A_FEE: Gateway, Wait;
        en "The entry is a bank charge or an own transfer, not a fee." => "Nothing is to be done: it counts in the statement and is matched to nobody.",
            happened "The entry was recognised as the bank's own charge or a transfer between own accounts.", because "Statements list everything that moves the balance, not only fees.";
        ro "Înregistrarea este un comision sau un transfer propriu, nu o taxă." => "Nu este nimic de făcut: se regăsește în extras și nu se asociază nimănui.",
            happened "Înregistrarea a fost recunoscută drept comision bancar sau transfer între conturi proprii.", because "Extrasele cuprind tot ce modifică soldul, nu numai taxele.";
    914 SETTLEMENT_LOT: Gateway, Wait;
        en "The entry is a lot of many payments of a payment institution." => "Wait for its settlement file, which lists the single payments.",
            happened "One credit holds many single payments that a payment institution collected.", because "The institution pays out once a day and lists the single payments in a file of its own.";
        ro "Înregistrarea este un lot cu mai multe plăți al unei instituții de plată." => "Așteptați fișierul de decontare, care cuprinde plățile individuale.",
            happened "O singură creditare cuprinde multe plăți colectate de o instituție de plată.", because "Instituția virează o dată pe zi și enumeră plățile într-un fișier separat.";
    915 REVERSAL_WITHOUT_PAYMENT: Bank, Escalate;
        en "A reversal came for a payment that is not known." => "Ask the channel for the payment; it may come later.",
            happened "A channel took back a payment that it never told us of.", because "The payment is in a file that has not come, or its reference was changed.";
        ro "S-a primit o stornare pentru o plată necunoscută." => "Cereți canalului plata respectivă; poate sosi mai târziu.",
            happened "Un canal a retras o plată pe care nu ne-a comunicat-o.", because "Plata se află într-un fișier care nu a sosit sau i s-a schimbat referința.";
    916 REVERSED_AFTER_ORDER: Bank, Escalate;
        en "The payment was taken back after the card was ordered." => "The card is made; clear with payer and bank who owes the fee.",
            happened "A payment was taken back after its fee had let the card be ordered.", because "The order cannot be called back for money; the debt remains.";
        ro "Plata a fost retrasă după comandarea cărții." => "Cartea se produce; clarificați cu plătitorul și cu banca cine datorează taxa.",
            happened "O plată a fost retrasă după ce taxa permisese comandarea cărții.", because "Comanda nu se poate opri din cauza banilor; datoria rămâne.";
    917 STATEMENT_DOES_NOT_TIE: Bank, Escalate;
        en "Opening balance and entries do not give the closing balance." => "Ask the bank for a complete statement; nothing of this one was used.",
            happened "The statement's entries were added up, and the sum does not lead from its first balance to its last.", because "An entry is missing or was changed; money could be counted wrongly.";
        ro "Soldul inițial și înregistrările nu dau soldul final." => "Cereți băncii un extras complet; nimic din acesta nu a fost folosit.",
            happened "Înregistrările extrasului au fost însumate și nu duc de la soldul inițial la cel final.", because "O înregistrare lipsește sau a fost modificată; banii ar putea fi numărați greșit.";
    918 STATEMENT_CHANGED: Bank, Escalate;
        en "A statement came again with the same number and another content." => "Ask the bank which one counts; the first one stands until then.",
            happened "Two statements bear one number and list different entries.", because "The bank corrected a statement without giving it a new number, or one of them is not the bank's.";
        ro "Un extras a sosit din nou cu același număr, dar cu alt conținut." => "Întrebați banca care este valabil; până atunci rămâne primul.",
            happened "Două extrase au același număr și înregistrări diferite.", because "Banca a corectat extrasul fără număr nou sau unul dintre ele nu provine de la bancă.";
    919 STATEMENT_GAP: Bank, Wait;
        en "A statement is missing before this one." => "Ask the bank for the missing statement.",
            happened "The number or opening balance of this statement does not follow the last one recorded.", because "A statement in between has not come, and its payments are not known yet.";
        ro "Lipsește un extras anterior." => "Cereți băncii extrasul lipsă.",
            happened "Numărul sau soldul inițial al acestui extras nu urmează ultimului înregistrat.", because "Un extras intermediar nu a sosit, iar plățile lui nu se cunosc încă.";
    920 REFERENCE_REPAIRED: Gateway, Escalate;
        en "The reference of the payment has a typing error that could be guessed." => "Compare name, amount and date, then confirm or refuse the suggestion.",
            happened "The reference fits no application, and with one sign changed it fits exactly one.", because "References carry check digits that show most typing errors, but a guess is not a proof.";
        ro "Referința plății are o greșeală de scriere care a putut fi ghicită." => "Comparați numele, suma și data, apoi confirmați sau respingeți sugestia.",
            happened "Referința nu se potrivește cu nicio cerere; cu un semn schimbat se potrivește exact cu una.", because "Referințele au cifre de control care arată majoritatea greșelilor, dar o presupunere nu este o dovadă.";
    921 NOTIFICATION_CHANGED: Bank, Escalate;
        en "A payment notification came again with another content." => "Ask the channel which one counts; both are kept and the first one stands.",
            happened "A channel told of one transaction twice, with different words.", because "Its program corrected the payment under the old number, or somebody else writes in its name.";
        ro "O notificare de plată a sosit din nou cu alt conținut." => "Întrebați canalul care este valabilă; ambele se păstrează, iar prima rămâne în vigoare.",
            happened "Un canal a comunicat aceeași tranzacție de două ori, cu date diferite.", because "Programul lui a corectat plata sub vechiul număr sau altcineva scrie în numele lui.";
    922 ENTRY_UNREADABLE: Bank, Escalate;
        en "An entry of a statement or file could not be read." => "Look at the raw line; ask the channel if it is damaged.",
            happened "One entry of a file is not written as its format demands; the others were used.", because "The file was cut, edited by hand or written by a faulty program.";
        ro "O înregistrare dintr-un extras sau fișier nu a putut fi citită." => "Verificați linia originală; dacă este deteriorată, întrebați canalul.",
            happened "O înregistrare din fișier nu respectă formatul; celelalte au fost folosite.", because "Fișierul a fost tăiat, editat manual sau scris de un program defect.";
    930 REFUND_AMOUNT_DIFFERS: Bank, Escalate;
        en "The bank's entry names a refund and has another amount or currency." => "Ask the bank; the refund stays open until the right entry comes.",
            happened "A debit names a refund and takes another amount or currency than was listed.", because "The bank corrected the amount, or the number of another refund was given.";
        ro "Înregistrarea băncii indică o restituire, dar are altă sumă sau monedă." => "Întrebați banca; restituirea rămâne deschisă până la înregistrarea corectă.",
            happened "O debitare indică o restituire, dar are altă sumă sau monedă decât cea din listă.", because "Banca a modificat suma sau s-a indicat numărul altei restituiri.";
    931 REFUND_PAID_TWICE: Bank, Escalate;
        en "The bank paid the same refund twice." => "Ask the bank to take the second payment back.",
            happened "Two debits name one refund.", because "The list was run twice at the bank, or a payment was repeated by hand.";
        ro "Banca a plătit de două ori aceeași restituire." => "Cereți băncii să recupereze a doua plată.",
            happened "Două debitări indică aceeași restituire.", because "Lista a fost executată de două ori la bancă sau o plată a fost repetată manual.";
    932 REFUND_NOT_LISTED: Bank, Escalate;
        en "The bank's entry names a refund that it was not asked for." => "Find out who ordered it; withdraw the refund if its list was withdrawn and paid all the same.",
            happened "A debit names a refund that stands on no list given to the bank.", because "The list was withdrawn too late, or somebody paid it by hand.";
        ro "Înregistrarea băncii indică o restituire care nu i-a fost cerută." => "Aflați cine a dispus plata; retrageți restituirea dacă lista a fost retrasă, dar plătită totuși.",
            happened "O debitare indică o restituire care nu este pe nicio listă dată băncii.", because "Lista a fost retrasă prea târziu sau cineva a plătit manual.";
    933 REFUND_AND_REVERSAL: Bank, Escalate;
        en "The channel took back a payment that is being given back, or was." => "Stop the refund at the bank, or ask the payer to return it.",
            happened "The same money is asked for twice: by the channel's reversal and by our refund.", because "The payer disputed the payment and asked for a refund at the same time.";
        ro "Canalul a stornat o plată care se restituie sau a fost restituită." => "Opriți restituirea la bancă sau cereți plătitorului să o returneze.",
            happened "Aceiași bani se întorc de două ori: prin stornarea canalului și prin restituirea noastră.", because "Plătitorul a contestat plata și a cerut în același timp restituirea.";
    934 REFUND_PAID: Gateway, Wait;
        en "The entry is the bank's debit for a refund." => "Nothing is to be done: it closed the refund that it names.",
            happened "The debit was recognised by its number and its amount as one of our refunds.", because "Refunds are paid from the account whose statements are read here.";
        ro "Înregistrarea este debitarea băncii pentru o restituire." => "Nu este nimic de făcut: a închis restituirea pe care o indică.",
            happened "Debitarea a fost recunoscută după număr și sumă ca o restituire a noastră.", because "Restituirile se plătesc din contul ale cărui extrase se citesc aici.";
    935 REFUND_RETURNED: Gateway, Refund;
        en "The money of a refund came back: the account did not take it." => "Ask the payer for the right account and propose the refund again.",
            happened "The bank paid the refund and the money came back in a later entry.", because "The account is closed, or its number and name do not belong together.";
        ro "Banii unei restituiri s-au întors: contul nu i-a primit." => "Cereți plătitorului contul corect și propuneți din nou restituirea.",
            happened "Banca a plătit restituirea, iar banii s-au întors printr-o înregistrare ulterioară.", because "Contul este închis sau numărul lui nu corespunde cu numele.";
}
