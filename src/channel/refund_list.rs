//! The way back: approved refunds as a bank takes them, a pain.001.001.09 document and a table with
//! the same. Functions on values; the same values give the same bytes.
//!
//! `schemas/pain.001.001.09-refunds.xsd` says what of ISO 20022 is used: one payment information, in
//! one currency, each refund booked by itself so that a statement names it.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::domain::bank_text::transliterate;
use crate::domain::iban::Iban;
use crate::domain::money::Money;

/// The namespace of the document.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// Letters of a name at most (`Max70Text` of the payment schemes).
const NAME_MAX: usize = 70;
/// Letters of a remittance text at most.
const TEXT_MAX: usize = 140;

/// Who pays.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Debtor {
    /// The name of the account's holder.
    pub name: String,
    /// The account.
    pub iban: Iban,
    /// The bank's code, where it is known.
    pub bic: Option<String>,
}

/// One refund in a list.
#[derive(Clone, Eq, PartialEq)]
pub struct Transfer {
    /// What the bank's statement will name it by, 35 letters at most.
    pub end_to_end_id: String,
    /// How much.
    pub amount: Money,
    /// Whose the account is.
    pub name: String,
    /// The account that it goes to.
    pub iban: Iban,
    /// What the payee reads.
    pub text: String,
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transfer({}, {}, …)", self.end_to_end_id, self.amount)
    }
}

/// A list of refunds.
#[derive(Clone, Debug)]
pub struct RefundDocument {
    /// Its number.
    pub number: String,
    /// When it is written.
    pub written_at: DateTime<Utc>,
    /// The day on which the bank is asked to pay.
    pub pay_on: NaiveDate,
    /// ISO 4217 code of all of it; of a currency with hundredths.
    pub currency: String,
    /// Who pays.
    pub debtor: Debtor,
    /// The refunds.
    pub transfers: Vec<Transfer>,
}

impl RefundDocument {
    /// The sum of all of it; `None` where 64 bits do not hold it.
    pub fn sum(&self) -> Option<Money> {
        let mut amounts = self.transfers.iter().map(|one| one.amount);
        amounts.try_fold(Money::ZERO, Money::checked_add)
    }

    /// The pain.001.001.09 document.
    pub fn to_xml(&self) -> std::io::Result<Vec<u8>> {
        let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 1));
        xml.0
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let document = BytesStart::new("Document").with_attributes([("xmlns", NAMESPACE)]);
        xml.0.write_event(Event::Start(document))?;
        xml.within("CstmrCdtTrfInitn", |xml| {
            xml.within("GrpHdr", |xml| self.header(xml))?;
            xml.within("PmtInf", |xml| self.payment(xml))
        })?;
        xml.0.write_event(Event::End(BytesEnd::new("Document")))?;
        let mut bytes = xml.0.into_inner();
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn header(&self, xml: &mut Xml) -> std::io::Result<()> {
        xml.leaf("MsgId", &self.number)?;
        let at = self.written_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        xml.leaf("CreDtTm", &at)?;
        self.control(xml)?;
        let name = carried_name(&self.debtor.name);
        xml.within("InitgPty", |xml| xml.leaf("Nm", &name))
    }

    fn control(&self, xml: &mut Xml) -> std::io::Result<()> {
        xml.leaf("NbOfTxs", &self.transfers.len().to_string())?;
        let sum = self.sum().ok_or(std::io::ErrorKind::InvalidData)?;
        xml.leaf("CtrlSum", &sum.to_string())
    }

    fn payment(&self, xml: &mut Xml) -> std::io::Result<()> {
        xml.leaf("PmtInfId", &format!("{}-1", self.number))?;
        xml.leaf("PmtMtd", "TRF")?;
        // One debit for each: a statement then names each of them.
        xml.leaf("BtchBookg", "false")?;
        self.control(xml)?;
        let day = self.pay_on.to_string();
        xml.within("ReqdExctnDt", |xml| xml.leaf("Dt", &day))?;
        let name = carried_name(&self.debtor.name);
        xml.within("Dbtr", |xml| xml.leaf("Nm", &name))?;
        xml.within("DbtrAcct", |xml| {
            xml.account(&self.debtor.iban)?;
            xml.leaf("Ccy", &self.currency)
        })?;
        xml.within("DbtrAgt", |xml| {
            xml.within("FinInstnId", |xml| match &self.debtor.bic {
                Some(bic) => xml.leaf("BICFI", bic),
                None => xml.within("Othr", |xml| xml.leaf("Id", "NOTPROVIDED")),
            })
        })?;
        xml.leaf("ChrgBr", "SLEV")?;
        for transfer in &self.transfers {
            xml.within("CdtTrfTxInf", |xml| self.transfer(xml, transfer))?;
        }
        Ok(())
    }

    fn transfer(&self, xml: &mut Xml, transfer: &Transfer) -> std::io::Result<()> {
        xml.within("PmtId", |xml| {
            xml.leaf("InstrId", &transfer.end_to_end_id)?;
            xml.leaf("EndToEndId", &transfer.end_to_end_id)
        })?;
        xml.within("Amt", |xml| {
            let amount = BytesStart::new("InstdAmt");
            let amount = amount.with_attributes([("Ccy", self.currency.as_str())]);
            xml.text(amount, &transfer.amount.to_string())
        })?;
        let name = carried_name(&transfer.name);
        xml.within("Cdtr", |xml| xml.leaf("Nm", &name))?;
        xml.within("CdtrAcct", |xml| xml.account(&transfer.iban))?;
        let text = transliterate(&transfer.text, TEXT_MAX);
        xml.within("RmtInf", |xml| xml.leaf("Ustrd", &text))
    }

    /// The same as a table with semicolons, for banks that take none of ISO 20022.
    pub fn to_csv(&self) -> std::io::Result<Vec<u8>> {
        let mut table = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        table.write_record([
            "list",
            "end_to_end_id",
            "payee",
            "iban",
            "amount",
            "currency",
            "text",
        ])?;
        for one in &self.transfers {
            table.write_record([
                self.number.as_str(),
                &one.end_to_end_id,
                &carried_name(&one.name),
                one.iban.as_str(),
                &one.amount.to_string(),
                &self.currency,
                &transliterate(&one.text, TEXT_MAX),
            ])?;
        }
        table.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A name that begins with a letter: a sign in front would be a formula to a spreadsheet.
fn carried_name(name: &str) -> String {
    let name = transliterate(name, NAME_MAX);
    let begins = name.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
    begins.to_owned()
}

/// Elements as they are written.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn within(
        &mut self,
        name: &str,
        inside: impl FnOnce(&mut Self) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name)))?;
        inside(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn leaf(&mut self, name: &str, text: &str) -> std::io::Result<()> {
        self.text(BytesStart::new(name), text)
    }

    fn text(&mut self, start: BytesStart<'_>, text: &str) -> std::io::Result<()> {
        let end = start.to_end().into_owned();
        self.0.write_event(Event::Start(start))?;
        self.0.write_event(Event::Text(BytesText::new(text)))?;
        self.0.write_event(Event::End(end))
    }

    fn account(&mut self, iban: &Iban) -> std::io::Result<()> {
        self.within("Id", |xml| xml.leaf("IBAN", iban.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> RefundDocument {
        let transfer = |id: &str, lei, name: &str| Transfer {
            end_to_end_id: id.to_owned(),
            amount: Money::from_lei(lei),
            name: name.to_owned(),
            iban: Iban::parse("RO49AAAA1B31007593840000").unwrap(),
            text: format!("Restituire taxă CEI {id} <plata CEC-1>"),
        };
        RefundDocument {
            number: "RL-20260902-001".to_owned(),
            written_at: "2026-09-02T09:00:00Z".parse().unwrap(),
            pay_on: NaiveDate::from_ymd_opt(2026, 9, 2).unwrap(),
            currency: "RON".to_owned(),
            debtor: Debtor {
                name: "CN Imprimeria Națională SA".to_owned(),
                iban: Iban::parse("RO38CECEBC2030RON0923675").unwrap(),
                bic: Some("CECEROBU".to_owned()),
            },
            transfers: vec![
                transfer("RB2026090200001", 30, "Ștefan Țuțea & fiii"),
                transfer("RB2026090200002", 70, "=2+5 Popa"),
            ],
        }
    }

    #[test]
    fn a_document_counts_and_sums_what_it_holds() {
        let xml = String::from_utf8(document().to_xml().unwrap()).unwrap();
        assert_eq!(xml.matches("<NbOfTxs>2</NbOfTxs>").count(), 2);
        assert_eq!(xml.matches("<CtrlSum>100.00</CtrlSum>").count(), 2);
        assert_eq!(xml.matches("<CdtTrfTxInf>").count(), 2);
        assert!(xml.contains("<InstdAmt Ccy=\"RON\">30.00</InstdAmt>"));
        assert!(xml.contains("<Nm>Stefan Tutea + fiii</Nm>"));
        assert!(xml.contains("<Ustrd>Restituire taxa CEI RB2026090200001 plata CEC-1</Ustrd>"));
        assert!(xml.contains("<Nm>CN Imprimeria Nationala SA</Nm>"));
        assert!(xml.is_ascii());
    }

    #[test]
    fn the_same_refunds_give_the_same_bytes() {
        let document = document();
        assert_eq!(document.to_xml().unwrap(), document.to_xml().unwrap());
        assert_eq!(document.to_csv().unwrap(), document.to_csv().unwrap());
    }

    #[test]
    fn the_table_says_the_same_and_holds_no_formula() {
        let table = String::from_utf8(document().to_csv().unwrap()).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[2],
            "RL-20260902-001;RB2026090200002;2+5 Popa;RO49AAAA1B31007593840000;70.00;RON;\
             Restituire taxa CEI RB2026090200002 plata CEC-1"
        );
    }

    #[test]
    fn a_bank_without_a_code_is_not_provided() {
        let mut document = document();
        document.debtor.bic = None;
        let xml = String::from_utf8(document.to_xml().unwrap()).unwrap();
        assert!(xml.contains("NOTPROVIDED"));
        assert!(!xml.contains("BICFI"));
    }
}
