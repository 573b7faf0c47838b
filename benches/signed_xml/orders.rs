//! Orders of the gateway's own layout, of invented people with the simulator's pictures.

use std::io::Write;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cei_gateway::bureau::ORDER_NAMESPACE;
use cei_gateway::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity,
};
use cei_gateway::domain::application::{CardReason, Product};
use cei_gateway::flow::content::{ApplicationContent, ImageContent};
use cei_gateway::random::Random;
use cei_gateway::simulator::person::People;
use cei_gateway::simulator::submission::{Request, submission};
use cei_gateway::xmldsig::sign::{SignedDocument, SignedWriter};
use chrono::NaiveDate;

use crate::parties::{Parties, now};

const IMAGE_BYTES_MAX: usize = 1024 * 1024;
const OFFICE: OfficeData<'_> = OfficeData {
    code: "CLJ",
    name: "SPCLEP Cluj-Napoca",
};

/// So many people stand in an order again and again. Their images fit the processor's cache, where
/// the gateway finds an application's images too: it has opened their seal just before.
const PEOPLE: u64 = 3;

/// What orders are written from.
pub(crate) struct Batch {
    pub(crate) contents: Vec<ApplicationContent>,
    numbers: Vec<String>,
    pub(crate) cards: u64,
}

impl Batch {
    /// So many cards in so many megabytes, or a little more or less.
    pub(crate) fn of(cards: u64, megabytes: u64) -> anyhow::Result<Self> {
        let mut batch = Self::draw(cards.min(PEOPLE))?;
        batch.cards = cards;
        let wanted = megabytes * 1_000_000 / cards.max(1);
        batch.lengthen(wanted, batch.line_bytes()?)?;
        Ok(batch)
    }

    /// So many cards; the same every time.
    pub(crate) fn draw(cards: u64) -> anyhow::Result<Self> {
        let random = Random::seeded(20_260_302);
        let mut people = People::new(random.clone());
        let registered_on = day(2026, 2, 16)?;
        let contents = (1..=cards).map(|serial| {
            let person = people.anyone(registered_on);
            let request = Request::new(OFFICE.code, serial, registered_on);
            let content = submission(&person, &request, None, &random);
            serde_json::from_value(content).context("an application")
        });
        Ok(Self {
            contents: contents.collect::<anyhow::Result<_>>()?,
            cards,
            numbers: (1..=cards).map(|n| format!("CEI-A-2026-{n:06}")).collect(),
        })
    }

    /// Makes every image longer by the same measure, `to` for `from`, up to what one may have: its
    /// file is repeated.
    pub(crate) fn lengthen(&mut self, to: u64, from: u64) -> anyhow::Result<()> {
        let (to, from) = (usize::try_from(to)?, usize::try_from(from)?);
        for image in self.contents.iter_mut().flat_map(images_mut) {
            let file = STANDARD.decode(&image.data)?;
            let wanted = (file.len() * to / from.max(1)).clamp(1, IMAGE_BYTES_MAX);
            let mut longer = file.repeat(wanted.div_ceil(file.len()));
            longer.truncate(wanted);
            image.data = STANDARD.encode(longer);
        }
        Ok(())
    }

    /// The order as a document in memory.
    pub(crate) fn signed(&self, parties: &Parties) -> anyhow::Result<Vec<u8>> {
        Ok(self.sign_to(Vec::new(), parties)?.0)
    }

    /// Writes and signs the order as the gateway does.
    pub(crate) fn sign_to<W: Write>(
        &self,
        sink: W,
        parties: &Parties,
    ) -> anyhow::Result<(W, SignedDocument)> {
        self.sign_lines_to(sink, parties, self.cards)
    }

    /// The same with so many lines, using the contents again and again.
    pub(crate) fn sign_lines_to<W: Write>(
        &self,
        sink: W,
        parties: &Parties,
        lines: u64,
    ) -> anyhow::Result<(W, SignedDocument)> {
        let header = header(u32::try_from(lines)?)?;
        let mut writer = OrderWriter::begin(sink, &parties.key, &header)?;
        for (line_no, content) in (1..=header.line_count).zip(self.contents.iter().cycle()) {
            let number = format!("CEI-A-2026-{line_no:06}");
            writer.line(&line(line_no, &number, content)?)?;
        }
        Ok(writer.finish(now()?)?)
    }

    /// Writes and signs the images of `files` alone, again and again until all cards have theirs,
    /// encoding them on the way.
    pub(crate) fn sign_encoding_to<W: Write>(
        &self,
        files: &[Vec<Vec<u8>>],
        sink: W,
        parties: &Parties,
    ) -> anyhow::Result<SignedDocument> {
        let mut writer = SignedWriter::new(sink, &parties.key, "Order", ORDER_NAMESPACE, &[])?;
        for (_, files) in (0..self.cards).zip(files.iter().cycle()) {
            for file in files {
                writer.start("Face", &[])?;
                writer.text_base64(file)?;
                writer.end()?;
            }
        }
        Ok(writer.finish(now()?, "application/xml")?.1)
    }

    /// Writes and signs more lines than an order may have: the cards' images and little else.
    pub(crate) fn sign_beyond_limits_to<W: Write>(
        &self,
        sink: W,
        parties: &Parties,
        bytes: u64,
    ) -> anyhow::Result<SignedDocument> {
        let mut writer = SignedWriter::new(sink, &parties.key, "Order", ORDER_NAMESPACE, &[])?;
        let mut written = 0;
        for (content, number) in self.contents.iter().zip(&self.numbers).cycle() {
            writer.newline()?;
            writer.start("Line", &[])?;
            writer.element("ApplicationNumber", &[], number)?;
            for image in images(content) {
                writer.element("Face", &[("mediaType", &image.media_type)], &image.data)?;
                written += u64::try_from(image.data.len())?;
            }
            writer.end()?;
            if written >= bytes {
                break;
            }
        }
        Ok(writer.finish(now()?, "application/xml")?.1)
    }

    /// What a line takes on average, in bytes of base64.
    pub(crate) fn line_bytes(&self) -> anyhow::Result<u64> {
        let images = self.contents.iter().flat_map(images);
        let bytes: usize = images.map(|image| image.data.len()).sum();
        let average = bytes.checked_div(self.contents.len());
        Ok(u64::try_from(average.context("no cards")?)?)
    }

    /// The image files of each person.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<Vec<Vec<u8>>>> {
        let decoded = |content| images(content).map(|image| STANDARD.decode(&image.data));
        let people = self
            .contents
            .iter()
            .map(|content| decoded(content).collect());
        Ok(people.collect::<Result<_, _>>()?)
    }
}

fn images(content: &ApplicationContent) -> impl Iterator<Item = &ImageContent> {
    let biometrics = &content.biometrics;
    let fingers = biometrics.fingers.iter().map(|finger| &finger.image);
    [&biometrics.face]
        .into_iter()
        .chain(&biometrics.signature)
        .chain(fingers)
}

fn images_mut(content: &mut ApplicationContent) -> impl Iterator<Item = &mut ImageContent> {
    let biometrics = &mut content.biometrics;
    let fingers = biometrics.fingers.iter_mut();
    [&mut biometrics.face]
        .into_iter()
        .chain(&mut biometrics.signature)
        .chain(fingers.map(|finger| &mut finger.image))
}

fn header(line_count: u32) -> anyhow::Result<OrderHeader> {
    Ok(OrderHeader {
        number: "CEI-O-2026-000001".to_owned(),
        message_id: "019527f0-1c2a-7d3e-8f4a-5b6c7d8e9f01".parse()?,
        bureau: "CNIN".to_owned(),
        product: Product::Cei,
        test: true,
        created_at: now()?,
        line_count,
        replaces: None,
    })
}

fn line<'a>(
    line_no: u32,
    number: &'a str,
    content: &'a ApplicationContent,
) -> anyhow::Result<OrderLine<'a>> {
    Ok(OrderLine {
        line_no,
        application_number: number,
        attempt: 1,
        office: OFFICE,
        delivery_office: OFFICE,
        deadline_on: day(2026, 3, 18)?,
        card_reason: CardReason::Expiry,
        validity: Validity::Years(10),
        applicant: applicant(content),
        biometrics: biometrics(content),
    })
}

fn applicant(content: &ApplicationContent) -> ApplicantData<'_> {
    let person = &content.applicant;
    let home = &person.domicile;
    ApplicantData {
        surname: &person.surname,
        given_names: &person.given_names,
        cnp: &person.cnp,
        sex: &person.sex,
        birth_on: person.birth_on,
        birth_place: &person.birth_place,
        citizenship: &person.citizenship,
        mother_given_names: person.mother_given_names.as_deref(),
        father_given_names: person.father_given_names.as_deref(),
        domicile: AddressData {
            county: &home.county,
            siruta: home.siruta,
            locality: &home.locality,
            street: home.street.as_deref(),
            number: home.number.as_deref(),
            postal_code: home.postal_code.as_deref(),
        },
    }
}

fn biometrics(content: &ApplicationContent) -> BiometricData<'_> {
    let taken = &content.biometrics;
    let fingers = taken.fingers.iter().map(|finger| FingerData {
        position: &finger.position,
        image: image(&finger.image),
    });
    BiometricData {
        face: image(&taken.face),
        signature: taken.signature.as_ref().map(image),
        signature_missing: taken.signature_missing.as_deref(),
        fingers: fingers.collect(),
        fingers_missing: taken.fingers_missing.as_deref(),
    }
}

fn image(content: &ImageContent) -> ImageData<'_> {
    ImageData {
        media_type: &content.media_type,
        base64: &content.data,
    }
}

fn day(year: i32, month: u32, day: u32) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).context("no such day")
}
