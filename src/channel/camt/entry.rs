//! One `Ntry` of camt.

use chrono::NaiveDate;

use crate::channel::camt::date;
use crate::channel::xml::Node;
use crate::channel::{Detail, Entry, FormatFamily, Held, HeldCode, amount, checks};

/// Reads an entry and what is doubtful about it; without amount or sign there is no entry.
pub(crate) fn read(
    node: &Node,
    family: FormatFamily,
    place: &str,
) -> Result<(Entry, Vec<Held>), Held> {
    let (amount_minor, currency) = entry_amount(node, place)?;
    let credit = sign(node).ok_or_else(|| {
        let reason = "the entry says neither credit nor debit";
        Held::new(HeldCode::EntryUnreadable, place, reason)
    })?;
    let mut doubts = Vec::new();
    let booked_on = day(node, "BookgDt", place, &mut doubts);
    let value_on = day(node, "ValDt", place, &mut doubts);
    let transactions = transactions(node);
    let details = details(&transactions, amount_minor, &currency, credit);
    let texts: Vec<Vec<&str>> = transactions.iter().map(|node| pieces(node)).collect();
    let closing = closing_words(node, &transactions);
    let entry = Entry {
        amount_minor,
        currency,
        credit,
        reversal: matches!(node.text_at(&["RvslInd"]), Some("true" | "1")),
        booked: is_booked(node, family),
        booked_on,
        value_on,
        bank_reference: bank_reference(node, &transactions),
        end_to_end_id: only(details.iter().map(|detail| &detail.end_to_end_id)),
        structured_reference: only(details.iter().map(|detail| &detail.structured_reference)),
        payer_account: payer_account(&transactions),
        text: joined(&texts, " ", &closing),
        joined_text: joined(&texts, "", &closing),
        as_written: String::new(),
        details,
        place: place.to_owned(),
    };
    doubts.extend(checks::differing_details(
        &entry,
        charges(node, &transactions, &entry.currency),
    ));
    doubts.extend(missing_transactions(node, place));
    Ok((entry, doubts))
}

/// The date of an element that contains `Dt` or `DtTm`.
pub(crate) fn date_in(node: &Node, path: &[&str]) -> Result<Option<NaiveDate>, ()> {
    let Some(element) = node.at(path) else {
        return Ok(None);
    };
    let text = element
        .text_at(&["Dt"])
        .or_else(|| element.text_at(&["DtTm"]))
        .or_else(|| element.text_at(&[]));
    match text {
        None => Ok(None),
        Some(text) => date(text).map(Some).ok_or(()),
    }
}

fn day(node: &Node, name: &str, place: &str, doubts: &mut Vec<Held>) -> Option<NaiveDate> {
    if let Ok(day) = date_in(node, &[name]) {
        return day;
    }
    let reason = format!("{name} is no day of the calendar");
    doubts.push(Held::new(HeldCode::DateUnreadable, place, reason));
    None
}

fn entry_amount(node: &Node, place: &str) -> Result<(i64, String), Held> {
    let held = |reason: String| Held::new(HeldCode::AmountUnreadable, place, reason);
    let element = node
        .at(&["Amt"])
        .ok_or_else(|| held("the entry has no amount".to_owned()))?;
    let currency = element.currency.clone().unwrap_or_default();
    let minor = amount::decimal(element.raw_text().trim(), &currency)
        .map_err(|error| held(error.to_string()))?;
    Ok((minor, currency))
}

/// `CdtDbtInd` is already the effect on the account: `RvslInd` never turns it round.
fn sign(node: &Node) -> Option<bool> {
    match node.text_at(&["CdtDbtInd"])? {
        "CRDT" => Some(true),
        "DBIT" => Some(false),
        _ => None,
    }
}

/// An entry without status is booked in a statement, which has no others; elsewhere it is not.
fn is_booked(node: &Node, family: FormatFamily) -> bool {
    // From version 07 on, the status is in an element of its own.
    match node
        .text_at(&["Sts", "Cd"])
        .or_else(|| node.text_at(&["Sts"]))
    {
        Some(status) => status == "BOOK",
        None => node.at(&["Sts"]).is_none() && family == FormatFamily::Camt053,
    }
}

/// The `TxDtls`; version 01 has them directly in the entry.
fn transactions(node: &Node) -> Vec<&Node> {
    node.all("NtryDtls")
        .flat_map(|details| details.all("TxDtls"))
        .chain(node.all("TxDtls"))
        .collect()
}

/// Banks cut long lists of details without saying so; the batch tells how many there were.
fn missing_transactions(node: &Node, place: &str) -> Option<Held> {
    node.all("NtryDtls").find_map(|details| {
        let told: usize = details.text_at(&["Btch", "NbOfTxs"])?.parse().ok()?;
        let found = details.all("TxDtls").count();
        // A batch without any detail is booked as one sum, and wants none.
        (0 < found && found < told).then(|| {
            let reason = format!("incomplete: the batch has {told} transactions, {found} are told");
            Held::new(HeldCode::DetailsDiffer, place, reason)
        })
    })
}

fn details(transactions: &[&Node], minor: i64, currency: &str, credit: bool) -> Vec<Detail> {
    let is_alone = transactions.len() == 1;
    let detail = |node: &&Node| {
        let own = detail_amount(node, currency);
        // The entry's amount comes with the entry's sign.
        let (amount_minor, credit) = match own {
            None if is_alone => (Some(minor), credit),
            _ => (own, sign(node).unwrap_or(credit)),
        };
        Detail {
            amount_minor,
            credit,
            end_to_end_id: node
                .text_at(&["Refs", "EndToEndId"])
                .filter(|id| *id != "NOTPROVIDED")
                .map(str::to_owned),
            structured_reference: structured_reference(node),
            text: pieces(node).join("\n"),
        }
    };
    transactions.iter().map(detail).collect()
}

/// The detail's amount, when it is given in the entry's currency.
fn detail_amount(node: &Node, currency: &str) -> Option<i64> {
    let element = [
        &["Amt"][..],
        &["AmtDtls", "TxAmt", "Amt"],
        &["AmtDtls", "InstdAmt", "Amt"],
    ]
    .into_iter()
    .find_map(|path| node.at(path))?;
    if element.currency.as_deref() != Some(currency) {
        return None;
    }
    amount::decimal(element.raw_text().trim(), currency).ok()
}

/// The reference of the remittance, when it has one and no other.
fn structured_reference(node: &Node) -> Option<String> {
    let remittances = node.all("RmtInf").flat_map(|piece| piece.all("Strd"));
    let mut references = remittances.filter_map(|piece| {
        // Version 01 has another name for it.
        let version_one = || piece.text_at(&["CdtrRefInf", "CdtrRef"]);
        piece.text_at(&["CdtrRefInf", "Ref"]).or_else(version_one)
    });
    let first = references.next()?;
    references
        .all(|other| other == first)
        .then(|| first.to_owned())
}

/// The value that all have in common, when all have it.
fn only<'a>(mut values: impl Iterator<Item = &'a Option<String>>) -> Option<String> {
    let first = values.next()?.clone()?;
    values
        .all(|value| value.as_ref() == Some(&first))
        .then_some(first)
}

fn bank_reference(node: &Node, transactions: &[&Node]) -> Option<String> {
    let of_the_only = || match transactions {
        [one] => one.text_at(&["Refs", "AcctSvcrRef"]),
        _ => None,
    };
    node.text_at(&["AcctSvcrRef"])
        .or_else(of_the_only)
        .map(str::to_owned)
}

/// The pieces of remittance text of one transaction.
fn pieces(node: &Node) -> Vec<&str> {
    let remittances = || node.all("RmtInf");
    let unstructured = remittances().flat_map(|piece| piece.all("Ustrd"));
    let structured = remittances()
        .flat_map(|piece| piece.all("Strd"))
        .flat_map(|piece| piece.all("AddtlRmtInf"));
    unstructured
        .chain(structured)
        .chain(node.all("AddtlTxInf"))
        .map(Node::raw_text)
        .filter(|text| !text.trim().is_empty())
        .collect()
}

/// What is said about the whole entry, and who paid, under the labels that CEC Bank uses.
fn closing_words(node: &Node, transactions: &[&Node]) -> String {
    let mut words: Vec<String> = node
        .all("AddtlNtryInf")
        .map(|piece| piece.raw_text().trim().to_owned())
        .collect();
    if let [one] = transactions {
        for (label, path) in [
            ("Platitor", &["RltdPties", "Dbtr", "Nm"][..]),
            // From version 07 on, parties are in an element of their own.
            ("Platitor", &["RltdPties", "Dbtr", "Pty", "Nm"]),
            (
                "CUI/CNP Platitor",
                &["RltdPties", "Dbtr", "Id", "PrvtId", "Othr", "Id"],
            ),
            (
                "CUI/CNP Platitor",
                &["RltdPties", "Dbtr", "Pty", "Id", "PrvtId", "Othr", "Id"],
            ),
        ] {
            words.extend(one.text_at(path).map(|text| format!(",{label} {text}")));
        }
    }
    words.join(" ")
}

/// The account of the payer, where the entry is one transaction.
fn payer_account(transactions: &[&Node]) -> Option<String> {
    match transactions {
        [one] => one
            .text_at(&["RltdPties", "DbtrAcct", "Id", "IBAN"])
            .map(str::to_owned),
        _ => None,
    }
}

/// Joins the pieces of each transaction with `seam`, transactions with a blank.
fn joined(texts: &[Vec<&str>], seam: &str, closing: &str) -> String {
    let mut parts: Vec<String> = texts.iter().map(|pieces| pieces.join(seam)).collect();
    parts.push(closing.to_owned());
    parts.retain(|part| !part.trim().is_empty());
    parts.join(" ").trim().to_owned()
}

/// What banks took out of or put onto the amounts of the details.
fn charges(node: &Node, transactions: &[&Node], currency: &str) -> u64 {
    std::iter::once(&node)
        .chain(transactions)
        .flat_map(|node| node.all("Chrgs"))
        .flat_map(|charges| {
            let records = charges.all("Rcrd").filter_map(|record| record.at(&["Amt"]));
            charges.all("Amt").chain(records)
        })
        .filter_map(|element| amount::decimal(element.raw_text().trim(), currency).ok())
        .fold(0, |sum, minor| sum.saturating_add(minor.unsigned_abs()))
}
