//! A camt.053 of invented people, the same for the same number of entries.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Entries that are booked on one day.
const ENTRIES_A_DAY: u64 = 40_000;

const NAMES: [&str; 8] = [
    "POP ION",
    "ȚĂRAN ȘTEFAN",
    "MUREȘAN ANA MARIA",
    "MÜLLER HANS",
    "IONESCU ELENA",
    "RADU GHEORGHE",
    "SZABO PETER",
    "CONSTANTINESCU ALEXANDRU",
];

/// Writes a statement that ties, and returns its bytes.
pub(crate) fn write(path: &Path, entries: u64) -> anyhow::Result<u64> {
    let mut file = BufWriter::with_capacity(1024 * 1024, File::create(path)?);
    let closing = 6_700 * entries;
    write!(
        file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n<BkToCstmrStmt>\n\
         <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-09-30T20:00:00</CreDtTm></GrpHdr>\n<Stmt>\n\
         <Id>S1</Id><ElctrncSeqNb>273</ElctrncSeqNb><CreDtTm>2026-09-30T20:00:00</CreDtTm>\n\
         <Acct><Id><IBAN>RO38CECEBC2030RON0923675</IBAN></Id><Ccy>RON</Ccy></Acct>\n"
    )?;
    balance(&mut file, "OPBD", 0)?;
    balance(&mut file, "CLBD", closing)?;
    for number in 0..entries {
        entry(&mut file, number)?;
    }
    file.write_all(b"</Stmt>\n</BkToCstmrStmt>\n</Document>\n")?;
    file.flush()?;
    Ok(file.get_ref().metadata()?.len())
}

fn balance(file: &mut impl Write, code: &str, bani: u64) -> anyhow::Result<()> {
    writeln!(
        file,
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"RON\">{}.{:02}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-09-30</Dt></Dt></Bal>",
        bani / 100,
        bani % 100
    )?;
    Ok(())
}

/// One of four has a reference of the bank, one of sixteen is one of many twins.
fn entry(file: &mut impl Write, number: u64) -> anyhow::Result<()> {
    let day = 1 + (number / ENTRIES_A_DAY) % 28;
    let who = usize::try_from(number % 8)?;
    let name = NAMES.get(who).unwrap_or(&"");
    let reference = match number % 4 {
        0 => format!("<AcctSvcrRef>B2609{number:011}</AcctSvcrRef>"),
        _ => String::new(),
    };
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let words = match number % 16 {
        1 => String::from("DEPUNERE NUMERAR TAXA BULETIN"),
        2..=9 => format!(
            "TAXA CARTE ELECTRONICA DE IDENTITATE RF{:02} {:010}",
            10 + mixed % 88,
            mixed % 10_000_000_000
        ),
        _ => format!(
            "TAXA CEI PENTRU {name} CNP {:013} GHISEU {}",
            mixed % 10_000_000_000_000,
            number % 40
        ),
    };
    writeln!(
        file,
        "<Ntry>\n  <NtryRef>{number}</NtryRef>\n  <Amt Ccy=\"RON\">67.00</Amt>\n  \
         <CdtDbtInd>CRDT</CdtDbtInd>\n  <Sts><Cd>BOOK</Cd></Sts>\n  \
         <BookgDt><Dt>2026-09-{day:02}</Dt></BookgDt>\n  <ValDt><Dt>2026-09-{day:02}</Dt></ValDt>\n  \
         {reference}\n  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>CNTR</Cd><SubFmlyCd>CDPT</SubFmlyCd>\
         </Fmly></Domn></BkTxCd>\n  <NtryDtls>\n    <TxDtls>\n      <Refs><EndToEndId>NOTPROVIDED\
         </EndToEndId></Refs>\n      <Amt Ccy=\"RON\">67.00</Amt>\n      <CdtDbtInd>CRDT</CdtDbtInd>\n      \
         <RltdPties>\n        <Dbtr><Pty><Nm>{name}</Nm><PstlAdr><Ctry>RO</Ctry><AdrLine>STR. LUNGA NR. {}\
         </AdrLine></PstlAdr></Pty></Dbtr>\n        <DbtrAcct><Id><IBAN>RO49AAAA1B3100759384{:04}</IBAN></Id>\
         </DbtrAcct>\n      </RltdPties>\n      <RmtInf><Ustrd>{words}</Ustrd></RmtInf>\n    </TxDtls>\n  \
         </NtryDtls>\n  <AddtlNtryInf>ghiseu CEC {}</AddtlNtryInf>\n</Ntry>",
        number % 200,
        number % 10_000,
        number % 700,
    )?;
    Ok(())
}
