//! Writing an order line by line, in constant memory.

use std::io::Write;

use chrono::{DateTime, NaiveDate, Utc};

use crate::bureau::header::{
    APPLICATION_NUMBER, BUREAU, CREATED_AT, ENVIRONMENT, HEADER, LINE_COUNT, LINE_NUMBER,
    MESSAGE_ID, ORDER_NUMBER, environment,
};
use crate::bureau::order::control_totals::{ControlTotals, Presence, require_image_or_reason};
use crate::bureau::order::{
    AddressData, ApplicantData, BiometricData, ImageData, OfficeData, OrderHeader, OrderLine,
    Validity, shape,
};
use crate::bureau::reader::require_total;
use crate::bureau::shape::Shape;
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{form, value};
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;

/// Writes an order: `begin`, then each `line`, then `finish`.
///
/// After an error the sink holds a part of a document; it must be thrown away.
pub struct OrderWriter<'k, W> {
    writer: DocumentWriter<'k, W>,
    line_count: u32,
    totals: ControlTotals,
}

impl<'k, W: Write> OrderWriter<'k, W> {
    /// Writes the header.
    pub fn begin(
        sink: W,
        key: &'k dyn SigningKey,
        header: &OrderHeader,
    ) -> Result<Self, DocumentError> {
        let mut writer = DocumentWriter::begin(sink, key, &shape::ORDER)?;
        write_header(&mut writer, header)?;
        Ok(Self {
            writer,
            line_count: header.line_count,
            totals: ControlTotals::default(),
        })
    }

    /// Writes the next line. Lines are numbered from 1 without gaps.
    pub fn line(&mut self, line: &OrderLine<'_>) -> Result<(), DocumentError> {
        self.write_line(line)
            .map_err(|error| error.in_line(line.line_no))
    }

    /// Writes the control totals and the signature. Refuses when there were more or fewer lines
    /// than the header says.
    pub fn finish(
        mut self,
        signed_at: DateTime<Utc>,
    ) -> Result<(W, SignedDocument), DocumentError> {
        let totals = &self.totals;
        require_total(
            "LineCount",
            self.line_count.into(),
            totals.line_count.into(),
        )?;
        let writer = &mut self.writer;
        writer.open(shape::CONTROL_TOTALS.name)?;
        writer.leaf(&LINE_COUNT, &totals.line_count.to_string())?;
        writer.leaf(&shape::IMAGE_COUNT, &totals.image_count.to_string())?;
        writer.leaf(&shape::IMAGE_BYTES, &totals.image_bytes.to_string())?;
        writer.close_record()?;
        self.writer.finish(signed_at)
    }

    fn write_line(&mut self, line: &OrderLine<'_>) -> Result<(), DocumentError> {
        self.totals
            .add_line(line.line_no, line.application_number)?;
        let writer = &mut self.writer;
        writer.open(shape::LINE.name)?;
        writer.leaf(&LINE_NUMBER, &line.line_no.to_string())?;
        writer.leaf(&APPLICATION_NUMBER, line.application_number)?;
        writer.leaf(&shape::ATTEMPT, &line.attempt.to_string())?;
        write_office(writer, &shape::OFFICE, line.office)?;
        write_office(writer, &shape::DELIVERY_OFFICE, line.delivery_office)?;
        writer.leaf(&shape::DEADLINE_ON, &day(line.deadline_on))?;
        writer.leaf(&shape::CARD_REASON, line.card_reason.as_str())?;
        writer.leaf(&shape::VALIDITY, &validity(line.validity))?;
        write_applicant(writer, &line.applicant)?;
        self.write_biometrics(&line.biometrics)?;
        self.writer.close_record()
    }

    fn write_biometrics(&mut self, data: &BiometricData<'_>) -> Result<(), DocumentError> {
        let positions: Vec<_> = data.fingers.iter().map(|finger| finger.position).collect();
        require_image_or_reason(&Presence {
            signature: data.signature.is_some(),
            signature_missing: data.signature_missing.is_some(),
            finger_positions: &positions,
            fingers_missing: data.fingers_missing.is_some(),
        })?;
        self.writer.open(shape::BIOMETRICS.name)?;
        self.write_image(&shape::FACE, &[], data.face)?;
        if let Some(image) = data.signature {
            self.write_image(&shape::APPLICANT_SIGNATURE, &[], image)?;
        }
        self.writer
            .optional(&shape::SIGNATURE_MISSING, data.signature_missing)?;
        for finger in &data.fingers {
            self.write_image(&shape::FINGER, &[finger.position], finger.image)?;
        }
        self.writer
            .optional(&shape::FINGERS_MISSING, data.fingers_missing)?;
        self.writer.close()
    }

    fn write_image(
        &mut self,
        shape: &Shape,
        attributes: &[&str],
        image: ImageData<'_>,
    ) -> Result<(), DocumentError> {
        let attributes = [attributes, &[image.media_type]].concat();
        let bytes = self.writer.base64_with(shape, &attributes, image.base64)?;
        self.totals.add_image(bytes);
        Ok(())
    }
}

fn write_header<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    header: &OrderHeader,
) -> Result<(), DocumentError> {
    writer.open(HEADER)?;
    writer.leaf(&MESSAGE_ID, &header.message_id.hyphenated().to_string())?;
    writer.leaf(&ORDER_NUMBER, &header.number)?;
    writer.optional(&shape::REPLACES, header.replaces.as_deref())?;
    writer.leaf(&BUREAU, &header.bureau)?;
    writer.leaf(&shape::PRODUCT, header.product.as_str())?;
    writer.leaf(&ENVIRONMENT, environment(header.test))?;
    writer.leaf(&CREATED_AT, &form::instant_text(header.created_at))?;
    writer.leaf(&LINE_COUNT, &header.line_count.to_string())?;
    writer.close_record()
}

fn write_office<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    shape: &Shape,
    office: OfficeData<'_>,
) -> Result<(), DocumentError> {
    writer.open(shape.name)?;
    writer.leaf(&shape::CODE, office.code)?;
    writer.leaf(&shape::NAME, office.name)?;
    writer.close()
}

fn write_applicant<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    applicant: &ApplicantData<'_>,
) -> Result<(), DocumentError> {
    writer.open(shape::APPLICANT.name)?;
    writer.leaf(&shape::SURNAME, applicant.surname)?;
    writer.leaf(&shape::GIVEN_NAMES, applicant.given_names)?;
    writer.leaf(&shape::CNP, applicant.cnp)?;
    writer.leaf(&shape::SEX, applicant.sex)?;
    writer.leaf(&shape::BIRTH_ON, &day(applicant.birth_on))?;
    writer.leaf(&shape::BIRTH_PLACE, applicant.birth_place)?;
    writer.leaf(&shape::CITIZENSHIP, applicant.citizenship)?;
    writer.optional(&shape::MOTHER_GIVEN_NAMES, applicant.mother_given_names)?;
    writer.optional(&shape::FATHER_GIVEN_NAMES, applicant.father_given_names)?;
    write_domicile(writer, &applicant.domicile)?;
    writer.close()
}

fn write_domicile<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    address: &AddressData<'_>,
) -> Result<(), DocumentError> {
    writer.open(shape::DOMICILE.name)?;
    writer.leaf(&shape::COUNTY, address.county)?;
    writer.leaf(&shape::SIRUTA, &address.siruta.to_string())?;
    writer.leaf(&shape::LOCALITY, address.locality)?;
    writer.optional(&shape::STREET, address.street)?;
    writer.optional(&shape::STREET_NUMBER, address.number)?;
    writer.optional(&shape::POSTAL_CODE, address.postal_code)?;
    writer.close()
}

fn day(on: NaiveDate) -> String {
    // Four digits of the year, two of the month and of the day: ISO 8601.
    on.to_string()
}

fn validity(validity: Validity) -> String {
    match validity {
        Validity::Years(years) => years.to_string(),
        Validity::Unlimited => value::UNLIMITED.to_owned(),
    }
}
