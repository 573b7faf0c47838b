use proptest::prelude::*;

use super::*;

const MT940: &str = ":20:S1\n:25:RO49AAAA1B31007593840000\n:28C:1\n:60F:C260831RON100,00\n\
                     :61:2609010901CN67,00NTRFNONREF//B1\n:86:?20taxa?32POPA\n\
                     :62F:C260901RON167,00\n-\n";

const CAMT: &str = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>\
                    <BkToCstmrStmt><Stmt><Acct><Id><IBAN>RO49</IBAN></Id><Ccy>RON</Ccy></Acct>\
                    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='RON'>1</Amt>\
                    <CdtDbtInd>DBIT</CdtDbtInd></Bal><Ntry><Amt Ccy='RON'>67.00</Amt>\
                    <CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls><Chrgs><Amt Ccy='RON'>1</Amt>\
                    </Chrgs></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>";

const SETTLEMENT: &str = "lot;id_tranzactie;data_ora;terminal;referinta;suma;moneda;comision;status\n\
                          SP1;T-1;2026-08-31 10:05:00;TRM0;2940;67.00;RON;0.50;OK\nTOTAL;1;67.00\n";

#[test]
fn formats_print_as_their_standards_name_them() {
    for (text, format) in [
        (MT940, "MT940"),
        (CAMT, "camt.053.001.08"),
        (SETTLEMENT, "SELFPAY-SETTLEMENT"),
    ] {
        let file = read(text.as_bytes()).unwrap();
        assert_eq!(file.format.to_string(), format);
        assert_eq!(file.statements.len(), 1);
    }
}

#[test]
fn an_older_encoding_is_read_too() {
    let mut bytes = MT940.replace("taxa", "tax@").into_bytes();
    for byte in &mut bytes {
        if *byte == b'@' {
            *byte = 0xE3;
        }
    }
    let file = read(&bytes).unwrap();
    assert!(file.statements[0].entries[0].text.starts_with("taxă"));
}

#[test]
fn what_a_payer_wrote_is_hidden_from_debug() {
    let entry = Entry {
        text: "POPA ION".to_owned(),
        joined_text: "POPAION".to_owned(),
        details: vec![Detail {
            text: "POPA ION".to_owned(),
            ..Detail::default()
        }],
        ..Entry::default()
    };
    let debug = format!("{entry:?}");
    assert!(!debug.contains("POPA"), "{debug}");
}

#[test]
fn a_refusal_says_where_and_why() {
    let refused = read(b"hello").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "neither camt.052/053/054, nor MT940/MT942, nor a SelfPay settlement (line 1)"
    );
}

/// A file of which some bytes were cut out and replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let sample = prop::sample::select(vec![MT940, CAMT, SETTLEMENT]);
    let patch = prop::collection::vec(
        prop::sample::select(b"0123456789,.:-?<>&;CDR\n\xC8".to_vec()),
        0..24,
    );
    (sample, any::<prop::sample::Index>(), 0..40_usize, patch).prop_map(
        |(sample, at, cut, patch)| {
            let mut bytes = sample.as_bytes().to_vec();
            let start = at.index(bytes.len());
            let end = (start + cut).min(bytes.len());
            bytes.splice(start..end, patch);
            bytes
        },
    )
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused_and_never_loses_a_place(bytes in damaged()) {
        match read(&bytes) {
            Ok(file) => {
                let statements = file.statements.len();
                prop_assert!(statements > 0);
                for held in file.held.iter().chain(&file.warnings) {
                    prop_assert!(!held.place.is_empty() && !held.reason.is_empty());
                    prop_assert!(held.statement.is_none_or(|at| at < statements));
                }
                for entry in file.statements.iter().flat_map(|statement| &statement.entries) {
                    prop_assert!(entry.amount_minor >= 0 && !entry.place.is_empty());
                }
            }
            Err(refused) => prop_assert!(!refused.place.is_empty()),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(refused) = read(&bytes) {
            prop_assert!(!refused.reason.is_empty());
        }
    }
}
