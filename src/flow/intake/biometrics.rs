//! Face, signature and fingers.

use crate::domain::fingerprints::{self, Finger, FingerPosition, FingersFault, FingersMissing};
use crate::domain::image::{self, ImageFault, ImageFormat, ImageInfo, ImageRefusal, ImageRule};
use crate::domain::reason::Reason;
use crate::domain::signature::{self, Signature, SignatureFault, SignatureMissing};
use crate::domain::submission::Biometrics;
use crate::flow::content::{BiometricsContent, FingerContent, ImageContent};
use crate::flow::intake::IntakePolicy;
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::{Fault, Faults, known};

/// What an image shows, and the reason codes that its faults fall under.
struct Subject<'a> {
    rule: &'a ImageRule,
    format: Reason,
    size: Reason,
    empty: Reason,
}

/// Reads what was captured of an applicant of `age`.
pub(super) fn read(
    content: &BiometricsContent,
    age: Option<u32>,
    policy: &IntakePolicy,
    faults: &mut Faults,
) -> Option<Biometrics> {
    let face = Subject {
        rule: &policy.face,
        format: Reason::FACE_FORMAT,
        size: Reason::FACE_RESOLUTION,
        empty: Reason::FACE_FORMAT,
    };
    let face = picture("/biometrics/face", &content.face, &face, faults);
    let signature = signature(content, age, &policy.signature, faults);
    let fingers = fingers(content, &policy.finger, faults);
    let missing = content.fingers_missing.as_deref().map(fingers_missing);
    let missing = faults.note(missing.transpose());
    if let (Some(age), Some(missing), Some(positions)) = (age, missing, positions(content)) {
        for fault in fingerprints::faults(age, &positions, missing) {
            faults.add(fault_of_fingers(fault, &positions));
        }
    }
    Some(Biometrics {
        face: face?,
        signature: signature?,
        fingers: fingers?,
        fingers_missing: fingerprints::reason_kept(age?, missing?),
    })
}

fn signature(
    content: &BiometricsContent,
    age: Option<u32>,
    rule: &ImageRule,
    faults: &mut Faults,
) -> Option<Signature> {
    let subject = Subject {
        rule,
        format: Reason::SIGNATURE_FORMAT,
        size: Reason::SIGNATURE_FORMAT,
        empty: Reason::SIGNATURE_EMPTY,
    };
    let given = content
        .signature
        .as_ref()
        .map(|image| picture("/biometrics/signature", image, &subject, faults));
    let missing = content.signature_missing.as_deref().map(signature_missing);
    let missing = faults.note(missing.transpose());
    if let (Some(age), Some(missing)) = (age, missing)
        && let Some(fault) = signature::fault(age, given.is_some(), missing)
    {
        faults.add(fault_of_signature(fault));
    }
    match given {
        Some(image) => image.map(Signature::Given),
        None => missing.flatten().map(Signature::Missing),
    }
}

fn signature_missing(code: &str) -> Result<SignatureMissing, Fault> {
    known(
        "/biometrics/signature_missing",
        &text::SIGNATURE_REASON_UNKNOWN,
        SignatureMissing::parse(code),
        SignatureMissing::ALL,
    )
}

fn fault_of_signature(fault: SignatureFault) -> Fault {
    const REASON: &str = "/biometrics/signature_missing";
    match fault {
        SignatureFault::Missing => Fault::new("/biometrics/signature", &text::SIGNATURE_NOT_GIVEN),
        SignatureFault::Contradiction => Fault::new(REASON, &text::SIGNATURE_CONTRADICTION),
        SignatureFault::ReasonDoesNotFit(_) => {
            Fault::new(REASON, &text::SIGNATURE_REASON_NOT_FOR_AGE)
        }
    }
}

fn fingers(
    content: &BiometricsContent,
    rule: &ImageRule,
    faults: &mut Faults,
) -> Option<Vec<Finger>> {
    let subject = Subject {
        rule,
        format: Reason::FINGER_FORMAT,
        size: Reason::FINGER_FORMAT,
        empty: Reason::FINGER_FORMAT,
    };
    let fingers: Vec<Option<Finger>> = content
        .fingers
        .iter()
        .enumerate()
        .map(|(at, taken)| {
            finger(
                &format!("/biometrics/fingers/{at}"),
                taken,
                &subject,
                faults,
            )
        })
        .collect();
    fingers.into_iter().collect()
}

fn finger(
    pointer: &str,
    taken: &FingerContent,
    subject: &Subject<'_>,
    faults: &mut Faults,
) -> Option<Finger> {
    let position = faults.note(known(
        format!("{pointer}/position"),
        &text::FINGER_POSITION_UNKNOWN,
        FingerPosition::parse(&taken.position),
        FingerPosition::ALL,
    ));
    let image = picture(&format!("{pointer}/image"), &taken.image, subject, faults);
    Some(Finger {
        position: position?,
        image: image?,
    })
}

/// Which fingers were taken, whatever became of their images; `None` when one is unknown.
fn positions(content: &BiometricsContent) -> Option<Vec<FingerPosition>> {
    content
        .fingers
        .iter()
        .map(|taken| FingerPosition::parse(&taken.position).ok())
        .collect()
}

fn fingers_missing(code: &str) -> Result<FingersMissing, Fault> {
    known(
        "/biometrics/fingers_missing",
        &text::FINGERS_REASON_UNKNOWN,
        FingersMissing::parse(code),
        FingersMissing::ALL,
    )
}

fn fault_of_fingers(fault: FingersFault, positions: &[FingerPosition]) -> Fault {
    const FINGERS: &str = "/biometrics/fingers";
    const REASON: &str = "/biometrics/fingers_missing";
    let two = fingerprints::FINGERS_ON_CARD;
    match fault {
        FingersFault::TakenUnder12 => Fault::new(FINGERS, &text::FINGERS_TAKEN_UNDER_12),
        FingersFault::TooFew(given) => {
            Fault::detailed(FINGERS, &text::FINGERS_TOO_FEW, format!("{given} < {two}"))
        }
        FingersFault::TooMany(given) => {
            Fault::detailed(FINGERS, &text::FINGERS_TOO_MANY, format!("{given} > {two}"))
        }
        FingersFault::Repeated(position) => {
            let again = positions.iter().rposition(|other| *other == position);
            let pointer = again.map_or(FINGERS.to_owned(), |at| format!("{FINGERS}/{at}/position"));
            Fault::detailed(pointer, &text::FINGER_REPEATED, position)
        }
        FingersFault::ReasonDoesNotFit(reason) => {
            Fault::detailed(REASON, &text::FINGERS_REASON_DOES_NOT_FIT, reason)
        }
        FingersFault::Refused => Fault::new(REASON, &text::FINGERS_REFUSED),
    }
}

/// Reads one image and notes every fault of it under the reason codes of what it shows.
fn picture(
    pointer: &str,
    content: &ImageContent,
    subject: &Subject<'_>,
    faults: &mut Faults,
) -> Option<ImageInfo> {
    let declared = faults.note(
        known(
            format!("{pointer}/media_type"),
            &text::IMAGE_MEDIA_TYPE_UNKNOWN,
            ImageFormat::parse(&content.media_type),
            ImageFormat::ALL,
        )
        .map_err(|fault| fault.because(subject.format)),
    );
    let data = format!("{pointer}/data");
    let info = faults.note(inspected(&data, &content.data, subject))?;
    if declared.is_some_and(|declared| declared != info.format) {
        let media_type = format!("{pointer}/media_type");
        let mismatch = &text::IMAGE_MEDIA_TYPE_MISMATCH;
        faults.add(Fault::detailed(media_type, mismatch, info.format).because(subject.format));
    }
    for refusal in subject.rule.refusals(&info) {
        faults.add(fault_of_refusal(&data, refusal, &info, subject));
    }
    Some(info)
}

fn inspected(pointer: &str, data: &str, subject: &Subject<'_>) -> Result<ImageInfo, Fault> {
    // What is far too large is not even decoded: four letters stand for three bytes.
    if data.len() / 4 > subject.rule.size_max_bytes / 3 + 1 {
        return Err(too_large(pointer, data.len() / 4 * 3, subject));
    }
    let bytes = base64_simd::STANDARD
        .decode_to_vec(data)
        .ok()
        .ok_or_else(|| Fault::new(pointer, &text::IMAGE_NOT_BASE64).because(subject.format))?;
    image::inspect(&bytes).map_err(|fault| fault_of_file(pointer, fault, subject))
}

fn fault_of_file(pointer: &str, fault: ImageFault, subject: &Subject<'_>) -> Fault {
    let (text, reason) = match fault {
        ImageFault::Empty => (&text::IMAGE_EMPTY, subject.empty),
        ImageFault::UnknownFormat => (&text::IMAGE_FORMAT_UNKNOWN, subject.format),
        ImageFault::BareCodestream => (&text::IMAGE_BARE_CODESTREAM, subject.format),
        ImageFault::Truncated => (&text::IMAGE_TRUNCATED, subject.format),
        ImageFault::Malformed(_) => (&text::IMAGE_MALFORMED, subject.format),
    };
    Fault::new(pointer, text).because(reason)
}

fn fault_of_refusal(
    pointer: &str,
    refusal: ImageRefusal,
    info: &ImageInfo,
    subject: &Subject<'_>,
) -> Fault {
    let pixels = |sign: char, (width, height): (u32, u32)| {
        format!(
            "{} × {} px {sign} {width} × {height} px",
            info.width, info.height
        )
    };
    let (text, detail, reason) = match refusal {
        ImageRefusal::Format(_) => {
            let formats: Vec<_> = subject.rule.formats.iter().map(|f| f.as_str()).collect();
            (
                &text::IMAGE_FORMAT_NOT_ALLOWED,
                formats.join(", "),
                subject.format,
            )
        }
        ImageRefusal::TooFewPixels => {
            let detail = pixels('<', subject.rule.pixels_min);
            (&text::IMAGE_TOO_FEW_PIXELS, detail, subject.size)
        }
        ImageRefusal::TooManyPixels => {
            let detail = pixels('>', subject.rule.pixels_max);
            (&text::IMAGE_TOO_MANY_PIXELS, detail, subject.size)
        }
        ImageRefusal::TooLarge => return too_large(pointer, info.size_bytes, subject),
    };
    Fault::detailed(pointer, text, detail).because(reason)
}

fn too_large(pointer: &str, size_bytes: usize, subject: &Subject<'_>) -> Fault {
    let detail = format!("{size_bytes} B > {} B", subject.rule.size_max_bytes);
    Fault::detailed(pointer, &text::IMAGE_TOO_LARGE, detail).because(subject.size)
}
