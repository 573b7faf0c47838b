//! ISO 20022 camt.053.001.08, with the elements in the schema's order.

use crate::domain::money::Money;
use crate::simulator::person::name_in_print;
use crate::simulator::statement::{DayStatement, Payer, StatementLine};

/// The most characters of one `Ustrd` element (`Max140Text`).
const REMITTANCE_COLUMNS: usize = 140;

pub(super) fn write(statement: &DayStatement) -> String {
    let (head, foot) = (header(statement), "</Stmt></BkToCstmrStmt></Document>\n");
    let entries: String = statement
        .lines
        .iter()
        .map(|line| entry(line, statement))
        .collect();
    format!("{head}{entries}{foot}")
}

fn header(statement: &DayStatement) -> String {
    let DayStatement {
        iban, number, day, ..
    } = statement;
    let created = format!("{day}T20:00:00");
    let compact_day = day.format("%Y%m%d");
    let opening = balance(
        "OPBD",
        statement.opening,
        &statement.day_before().to_string(),
    );
    let closing = balance("CLBD", statement.closing(), &day.to_string());
    let summary = summary(&statement.lines);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>CEC{compact_day}-{number}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>\n\
         <Stmt><Id>{iban}-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>\
         <CreDtTm>{created}</CreDtTm>\
         <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>RON</Ccy></Acct>\n\
         {opening}{closing}{summary}"
    )
}

fn balance(code: &str, amount: Money, day: &str) -> String {
    let sum = absolute(amount);
    let direction = direction(amount >= Money::ZERO);
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"RON\">{sum}</Amt>\
         {direction}<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )
}

fn summary(lines: &[StatementLine]) -> String {
    let total = |adds: bool| {
        let of_kind = || lines.iter().filter(move |line| line.mark.adds() == adds);
        let bani = of_kind().map(|line| line.amount.bani());
        let sum = Money::from_bani(bani.fold(0, i64::saturating_add));
        let count = of_kind().count();
        format!("<NbOfNtries>{count}</NbOfNtries><Sum>{sum}</Sum>")
    };
    let (credits, debits) = (total(true), total(false));
    format!(
        "<TxsSummry><TtlCdtNtries>{credits}</TtlCdtNtries>\
         <TtlDbtNtries>{debits}</TtlDbtNtries></TxsSummry>\n"
    )
}

/// The direction is the effect on the account; the reversal indicator does not turn it round.
fn entry(line: &StatementLine, statement: &DayStatement) -> String {
    let (day, amount) = (statement.day, absolute(line.amount));
    let direction = direction(line.mark.adds());
    let reversal = if line.mark.is_reversal() {
        "<RvslInd>true</RvslInd>"
    } else {
        ""
    };
    let reference = line
        .bank_reference
        .as_deref()
        .map_or_else(String::new, |text| {
            format!("<AcctSvcrRef>{}</AcctSvcrRef>", escaped(text))
        });
    let code = bank_code(line);
    let details = details(line);
    format!(
        "<Ntry><Amt Ccy=\"RON\">{amount}</Amt>{direction}{reversal}<Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{reference}{code}\
         <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
         <Amt Ccy=\"RON\">{amount}</Amt>{direction}{details}</TxDtls></NtryDtls></Ntry>\n"
    )
}

/// What kind of movement it is: cash at a counter, a transfer, the bank's own charge.
fn bank_code(line: &StatementLine) -> String {
    let (domain, family, kind) = match &line.payer {
        Some(Payer { iban: None, .. }) => ("PMNT", "CNTR", "CDPT"),
        Some(_) => ("PMNT", "RCDT", "DMCT"),
        None => ("ACMT", "MDOP", "CHRG"),
    };
    format!(
        "<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd>\
         <SubFmlyCd>{kind}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )
}

fn details(line: &StatementLine) -> String {
    let debtor = line.payer.as_ref().map_or_else(String::new, |payer| {
        let name = escaped(&name_in_print::in_capitals(&payer.name));
        format!("<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties>")
    });
    let structured = line
        .structured_reference
        .as_deref()
        .map_or_else(String::new, |text| {
            format!(
                "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>\
             <Ref>{}</Ref></CdtrRefInf></Strd>",
                escaped(text)
            )
        });
    let text = remittance_text(&line.text());
    format!("{debtor}<RmtInf>{text}{structured}</RmtInf>")
}

/// The text in pieces of 140 characters, cut without regard to words or numbers.
fn remittance_text(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = letters
        .chunks(REMITTANCE_COLUMNS)
        .map(|piece| escaped(&piece.iter().collect::<String>()))
        .collect();
    format!("<Ustrd>{}</Ustrd>", pieces.join("</Ustrd><Ustrd>"))
}

const fn direction(adds: bool) -> &'static str {
    if adds {
        "<CdtDbtInd>CRDT</CdtDbtInd>"
    } else {
        "<CdtDbtInd>DBIT</CdtDbtInd>"
    }
}

fn absolute(amount: Money) -> Money {
    Money::from_bani(amount.bani().saturating_abs())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
