//! One file per way money arrives, and one for the way back; each turns bytes into statement lines, or
//! refunds into bytes, and decides nothing.
//!
//! Every format is read into one shape: a [`StatementFile`] of [`Statement`]s of [`Entry`]s.
//! What cannot be read at all is [`Refused`]; what can be read but must not be believed without
//! an operator is [`Held`], always with its place. Amounts are whole minor units, never rounded.

pub(crate) mod amount;
mod camt;
mod checks;
mod encoding;
mod mt940;
pub mod refund_list;
pub mod selfpay;
pub mod settlement;
mod table;
mod xml;

use chrono::NaiveDate;

crate::coded! {
    /// A family of file formats.
    pub enum FormatFamily as "statement format" {
        /// ISO 20022 account report, within the day.
        Camt052 = "camt.052.001",
        /// ISO 20022 account statement.
        Camt053 = "camt.053.001",
        /// ISO 20022 debit and credit notification.
        Camt054 = "camt.054.001",
        /// SWIFT customer statement.
        Mt940 = "MT940",
        /// SWIFT interim report, within the day.
        Mt942 = "MT942",
        /// The daily settlement file of SelfPay.
        SelfPaySettlement = "SELFPAY-SETTLEMENT",
        /// A table of transactions in the layout of a bank.
        Csv = "CSV",
    }
}

/// The format of a file: a family and, for ISO 20022, its version, for tables their layout.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Format {
    /// The family.
    pub family: FormatFamily,
    /// The version, `8` in `camt.053.001.08`; none where the family has no versions.
    pub version: Option<u8>,
    /// The layout of a table, `BT` in `CSV-BT`; none where the family has no layouts.
    pub profile: Option<&'static str>,
}

impl std::fmt::Display for Format {
    /// `camt.053.001.08`, `MT940`, `CSV-BT`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.family.as_str())?;
        if let Some(version) = self.version {
            write!(f, ".{version:02}")?;
        }
        match self.profile {
            Some(profile) => write!(f, "-{profile}"),
            None => Ok(()),
        }
    }
}

/// One file of a payment channel, read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementFile {
    /// What kind of file it is.
    pub format: Format,
    /// Its statements, in the order of the file.
    pub statements: Vec<Statement>,
    /// Why an operator must look before the money of a statement is believed.
    pub held: Vec<Held>,
    /// What is unusual but changes no money.
    pub warnings: Vec<Held>,
}

/// The movements of one account over one period.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Statement {
    /// The account as the bank writes it, an IBAN or another number.
    pub account: Option<String>,
    /// What the bank calls this statement: `Id` of camt, `:20:` of MT940, a settlement's lot.
    pub id: Option<String>,
    /// The number in the bank's sequence: `ElctrncSeqNb` of camt, `:28C:` of MT940.
    pub number: Option<String>,
    /// The account's currency (ISO 4217).
    pub currency: Option<String>,
    /// The booked balance before the first entry, negative when owed to the bank.
    pub opening_minor: Option<i64>,
    /// The booked balance after the last entry, negative when owed to the bank.
    pub closing_minor: Option<i64>,
    /// The day of the opening balance.
    pub opening_on: Option<NaiveDate>,
    /// The day of the closing balance.
    pub closing_on: Option<NaiveDate>,
    /// Whether opening plus booked entries is closing, as numbers; `None` when a balance is
    /// missing or without a sign, and for reports within the day, which promise none.
    pub ties: Option<bool>,
    /// The day on which the bank made the statement.
    pub created_on: Option<NaiveDate>,
    /// Its entries, in the order of the file.
    pub entries: Vec<Entry>,
}

/// One line of a statement.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Entry {
    /// The amount, never negative.
    pub amount_minor: i64,
    /// Its currency (ISO 4217).
    pub currency: String,
    /// Whether the account grew: the effect after the format's rules on reversals.
    pub credit: bool,
    /// Whether it takes back an earlier movement.
    pub reversal: bool,
    /// Whether the movement has happened; pending and announced ones have not.
    pub booked: bool,
    /// The booking date as written.
    pub booked_on: Option<NaiveDate>,
    /// The value date as written.
    pub value_on: Option<NaiveDate>,
    /// What the bank calls this movement.
    pub bank_reference: Option<String>,
    /// The payer's own key, when the whole entry has one.
    pub end_to_end_id: Option<String>,
    /// The creditor's reference in its own field, when the whole entry has one.
    pub structured_reference: Option<String>,
    /// The payer's account in a field of its own, when the whole entry has one.
    pub payer_account: Option<String>,
    /// The words it carries, pieces and broken lines joined with a blank.
    pub text: String,
    /// The same, pieces and broken lines joined with nothing: a number cut at the end of a line
    /// is whole here.
    pub joined_text: String,
    /// The same as the bank wrote it, lines joined with nothing, where the two above were taken
    /// apart and labelled anew; else empty.
    pub as_written: String,
    /// The movements inside it, when the bank tells them.
    pub details: Vec<Detail>,
    /// Where in the file it stands, for messages to operators.
    pub place: String,
}

/// One movement inside an entry.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Detail {
    /// The amount in the entry's currency; `None` when the bank does not split the entry.
    pub amount_minor: Option<i64>,
    /// Whether the account grew.
    pub credit: bool,
    /// The payer's own key.
    pub end_to_end_id: Option<String>,
    /// The creditor's reference in its own field.
    pub structured_reference: Option<String>,
    /// The words it carries, one piece of the bank a line.
    pub text: String,
}

/// Hides what a payer wrote: it names people.
const HIDDEN: &str = "…";

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("place", &self.place)
            .field("amount_minor", &self.amount_minor)
            .field("currency", &self.currency)
            .field("credit", &self.credit)
            .field("reversal", &self.reversal)
            .field("booked", &self.booked)
            .field("booked_on", &self.booked_on)
            .field("value_on", &self.value_on)
            .field("bank_reference", &self.bank_reference)
            .field("text", &HIDDEN)
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detail")
            .field("amount_minor", &self.amount_minor)
            .field("credit", &self.credit)
            .field("text", &HIDDEN)
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// The effect on the account: the amount, negative when it shrank.
    pub const fn signed_minor(&self) -> i64 {
        if self.credit {
            self.amount_minor
        } else {
            -self.amount_minor
        }
    }
}

crate::coded! {
    /// What an operator must look at, or might want to.
    pub enum HeldCode as "reason to hold a statement" {
        /// Opening balance plus entries is not the closing balance.
        BalanceDiffers = "BALANCE_DIFFERS",
        /// A statement that must have both balances has not.
        BalanceMissing = "BALANCE_MISSING",
        /// A page does not begin with the balance at which the page before it ended.
        PagesDoNotChain = "PAGES_DO_NOT_CHAIN",
        /// Counts or sums of the file's own summary differ from its entries.
        SummaryDiffers = "SUMMARY_DIFFERS",
        /// The file ends before it should.
        Incomplete = "INCOMPLETE",
        /// The details of an entry do not add up to it.
        DetailsDiffer = "DETAILS_DIFFER",
        /// An entry or a balance is in another currency than the account.
        CurrencyChanged = "CURRENCY_CHANGED",
        /// The statement does not say whose account it is.
        AccountMissing = "ACCOUNT_MISSING",
        /// An amount is missing, not a number, or has fractions of the smallest unit.
        AmountUnreadable = "AMOUNT_UNREADABLE",
        /// A date is no day of the calendar.
        DateUnreadable = "DATE_UNREADABLE",
        /// A value date lies long after the day of the closing balance.
        ValueDateLate = "VALUE_DATE_LATE",
        /// A line or row could not be read and is not among the entries.
        EntryUnreadable = "ENTRY_UNREADABLE",
        /// A field that the format does not know.
        UnknownField = "UNKNOWN_FIELD",
        /// Bytes that are no letters of the file's encoding.
        TextUnreadable = "TEXT_UNREADABLE",
        /// A version of the format that is not known; read as the known ones.
        UnknownVersion = "UNKNOWN_VERSION",
        /// A field read in spite of breaking the format's rules.
        OffStandard = "OFF_STANDARD",
    }
}

/// One reason for an operator to look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// The statement it concerns, counted from 0; `None` when it concerns the file.
    pub statement: Option<usize>,
    /// Where in the file: `statement 2, line 57`.
    pub place: String,
    /// What it is.
    pub code: HeldCode,
    /// What was found, in words for an operator; without personal data.
    pub reason: String,
}

crate::coded! {
    /// Why a file cannot be read at all.
    pub enum RefusedCode as "reason to refuse a file" {
        /// It has no content.
        Empty = "EMPTY",
        /// It is in none of the formats.
        UnknownFormat = "UNKNOWN_FORMAT",
        /// It is a table for whose columns there is no profile.
        UnknownTable = "UNKNOWN_TABLE",
        /// It is not well-formed XML.
        NotXml = "NOT_XML",
        /// It declares a document type, which statements never need and attackers use.
        DocumentType = "DOCUMENT_TYPE",
        /// It is nested deeper or is longer than any statement.
        TooLarge = "TOO_LARGE",
        /// It is of a known format but has no statement in it.
        NoStatement = "NO_STATEMENT",
    }
}

/// A file that cannot be read at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason} ({place})")]
pub struct Refused {
    /// Where in the file.
    pub place: String,
    /// What it is.
    pub code: RefusedCode,
    /// What was found, in words for an operator; without personal data.
    pub reason: String,
}

impl Held {
    pub(crate) fn new(code: HeldCode, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            statement: None,
            place: place.into(),
            code,
            reason: reason.into(),
        }
    }

    pub(crate) fn in_statement(self, at: usize) -> Self {
        Self {
            statement: Some(at),
            ..self
        }
    }
}

impl Refused {
    pub(crate) fn new(code: RefusedCode, place: impl Into<String>, reason: &str) -> Self {
        Self {
            place: place.into(),
            code,
            reason: reason.to_owned(),
        }
    }
}

/// Lines of SWIFT have 65 letters and rows of tables a few hundred.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Reads one file, whatever its format and encoding.
pub fn read(bytes: &[u8]) -> Result<StatementFile, Refused> {
    let decoded = encoding::decode(bytes);
    let decoded = with_line_feeds(decoded);
    let text = decoded.text.trim_start();
    let mut file = if text.is_empty() {
        Err(Refused::new(
            RefusedCode::Empty,
            "file",
            "the file is empty",
        ))
    } else if text.starts_with('<') {
        camt::read(&decoded.text)
    } else if let Some(number) = too_long_line(&decoded.text) {
        let reason = "a line is longer than any of a statement";
        let place = format!("line {number}");
        Err(Refused::new(RefusedCode::TooLarge, place, reason))
    } else if settlement::is_settlement(text) {
        settlement::read(&decoded.text)
    } else if mt940::is_swift(&decoded.text) {
        mt940::read(&decoded.text)
    } else {
        table::read(bytes, text).unwrap_or_else(|| Err(unknown(text)))
    }?;
    file.warnings.extend(decoded.warning);
    Ok(file)
}

/// Old programs end lines with a carriage return alone.
fn with_line_feeds(decoded: encoding::Decoded<'_>) -> encoding::Decoded<'_> {
    if decoded.text.contains('\n') || !decoded.text.contains('\r') {
        return decoded;
    }
    encoding::Decoded {
        text: decoded.text.replace('\r', "\n").into(),
        ..decoded
    }
}

/// The first line, counted from 1, that is longer than any of a format made of lines.
fn too_long_line(text: &str) -> Option<usize> {
    let mut lines = (1..).zip(text.lines());
    let found = lines.find(|(_, line)| line.len() > LINE_BYTES_MAX);
    found.map(|(number, _)| number)
}

/// Tells a table without a profile from what is no statement at all.
fn unknown(text: &str) -> Refused {
    let header = text.lines().next().unwrap_or("");
    let columns = |separator| header.split(separator).count();
    if [';', ',', '\t']
        .into_iter()
        .any(|separator| columns(separator) > 2)
    {
        let reason = "the columns are those of no known table";
        return Refused::new(RefusedCode::UnknownTable, "line 1", reason);
    }
    let reason = "neither camt.052/053/054, nor MT940/MT942, nor a table";
    Refused::new(RefusedCode::UnknownFormat, "line 1", reason)
}

#[cfg(test)]
mod tests;
