//! Reading an order as the bureau does: verified, complete, and without keeping its images.

use std::fmt;
use std::io::BufRead;

use chrono::NaiveDate;

use crate::bureau::fields::Fields;
use crate::bureau::header::HEADER;
use crate::bureau::order::control_totals::{ControlTotals, Presence, require_image_or_reason};
use crate::bureau::order::{OrderHeader, shape};
use crate::bureau::reader::{
    DocumentKind, RecordReader, read_document, require_kind, require_total,
};
use crate::bureau::refusal::{ReadError, incomplete};
use crate::domain::application::Product;
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::Verified;

/// A verified order.
#[derive(Clone, Debug)]
pub struct ReadOrder {
    /// What it says of itself.
    pub header: OrderHeader,
    /// Its lines, without images.
    pub lines: Vec<ReadLine>,
    /// How many images its lines have.
    pub image_count: u32,
    /// How many bytes the image files have together.
    pub image_bytes: u64,
    /// Who signed it, and the digest of the file.
    pub verified: Verified,
}

/// What a reader keeps of a line.
#[derive(Clone, Eq, PartialEq)]
pub struct ReadLine {
    /// The number of the line, from 1.
    pub line_no: u32,
    /// The number of the application.
    pub application_number: String,
    /// How many times the application has been ordered, this time included.
    pub attempt: u32,
    /// The code of the office that took the application.
    pub office_code: String,
    /// The code of the office that hands over the card.
    pub delivery_office_code: String,
    /// The day by which the applicant must have the card.
    pub deadline_on: NaiveDate,
    /// Family name.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// Personal numeric code.
    pub cnp: String,
    /// The sizes of the image files in bytes: face, signature, fingers, as far as they are there.
    pub image_bytes: Vec<u64>,
}

impl fmt::Debug for ReadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadLine")
            .field("line_no", &self.line_no)
            .field("application_number", &self.application_number)
            .finish_non_exhaustive()
    }
}

/// Verifies and reads an order.
///
/// What it returns was signed by someone whom `policy` trusts and is an order of version 1 with
/// control totals that agree. Whether its test flag fits the environment is the caller's to ask.
pub fn read_order(source: impl BufRead, policy: &TrustPolicy) -> Result<ReadOrder, ReadError> {
    let mut records = OrderRecords::default();
    let verified = read_document(source, policy, &mut records)?;
    let header = records.header.ok_or_else(|| incomplete(HEADER))?;
    Ok(ReadOrder {
        header,
        lines: records.lines,
        image_count: records.totals.image_count,
        image_bytes: records.totals.image_bytes,
        verified,
    })
}

/// What was gathered while the order was read; believed only afterwards.
#[derive(Default)]
struct OrderRecords {
    header: Option<OrderHeader>,
    lines: Vec<ReadLine>,
    totals: ControlTotals,
}

impl RecordReader for OrderRecords {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        require_kind(&shape::ORDER, namespace, root)
    }

    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
        if name == HEADER {
            self.header = Some(read_header(fields)?);
            Ok(())
        } else if name == shape::LINE.name {
            let line = read_line(fields, &mut self.totals)?;
            self.lines.push(line);
            Ok(())
        } else {
            require_control_totals(fields, &self.totals)
        }
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        let told = self.header.as_ref().map_or(0, |header| header.line_count);
        require_total("LineCount", told.into(), self.totals.line_count.into())
    }
}

fn read_header(fields: &Fields) -> Result<OrderHeader, ContentFault> {
    Ok(OrderHeader {
        number: fields.text(HEADER, "OrderNumber")?.to_owned(),
        message_id: fields.uuid(HEADER, "MessageId")?,
        bureau: fields.text(HEADER, "Bureau")?.to_owned(),
        product: fields.read(HEADER, "Product", |text| Product::parse(text).ok())?,
        test: fields.is_test(HEADER)?,
        created_at: fields.instant(HEADER, "CreatedAt")?,
        line_count: fields.number(HEADER, "LineCount")?,
        replaces: fields.find(HEADER, "Replaces").map(str::to_owned),
    })
}

fn read_line(fields: &Fields, totals: &mut ControlTotals) -> Result<ReadLine, ContentFault> {
    let line_no = fields.number("Line", "LineNumber")?;
    let application_number = fields.text("Line", "ApplicationNumber")?.to_owned();
    totals.add_line(line_no, &application_number)?;
    Ok(ReadLine {
        line_no,
        application_number,
        attempt: fields.number("Line", "Attempt")?,
        office_code: fields.text("Office", "Code")?.to_owned(),
        delivery_office_code: fields.text("DeliveryOffice", "Code")?.to_owned(),
        deadline_on: fields.day("Line", "DeadlineOn")?,
        surname: fields.text("Applicant", "Surname")?.to_owned(),
        given_names: fields.text("Applicant", "GivenNames")?.to_owned(),
        cnp: fields.text("Applicant", "Cnp")?.to_owned(),
        image_bytes: read_images(fields, totals)?,
    })
}

/// Counts the images of a line and checks that each is there or has its reason.
fn read_images(fields: &Fields, totals: &mut ControlTotals) -> Result<Vec<u64>, ContentFault> {
    let within = shape::BIOMETRICS.name;
    let positions: Vec<&str> = fields
        .all(within, "Finger")
        .filter_map(|finger| finger.attributes.first().map(String::as_str))
        .collect();
    require_image_or_reason(&Presence {
        signature: fields.find(within, "ApplicantSignature").is_some(),
        signature_missing: fields.find(within, "SignatureMissing").is_some(),
        finger_positions: &positions,
        fingers_missing: fields.find(within, "FingersMissing").is_some(),
    })?;
    let images = ["Face", "ApplicantSignature", "Finger"];
    Ok(images
        .iter()
        .flat_map(|name| fields.all(within, name))
        .map(|image| totals.add_image(image.base64_of_bytes))
        .collect())
}

fn require_control_totals(fields: &Fields, counted: &ControlTotals) -> Result<(), ContentFault> {
    let within = shape::CONTROL_TOTALS.name;
    for (name, counted) in [
        ("LineCount", u64::from(counted.line_count)),
        ("ImageCount", u64::from(counted.image_count)),
        ("ImageBytes", counted.image_bytes),
    ] {
        require_total(name, fields.number(within, name)?, counted)?;
    }
    Ok(())
}
