//! What both sides count and check while an order is written or read.

use std::collections::HashSet;

use crate::bureau::refusal::ContentCode;
use crate::xmldsig::content::ContentFault;

/// The counts of an order, and what must hold across its lines.
#[derive(Debug, Default)]
pub(crate) struct ControlTotals {
    pub(crate) line_count: u32,
    pub(crate) image_count: u32,
    /// The sum of the sizes of the image files, not of their base64 texts.
    pub(crate) image_bytes: u64,
    applications: HashSet<String>,
}

/// Which biometric data a line has, without the data.
pub(crate) struct Presence<'a> {
    pub(crate) signature: bool,
    pub(crate) signature_missing: bool,
    pub(crate) finger_positions: &'a [&'a str],
    pub(crate) fingers_missing: bool,
}

impl ControlTotals {
    /// Counts a line: numbers go up by one, and each application stands once.
    pub(crate) fn add_line(
        &mut self,
        line_no: u32,
        application_number: &str,
    ) -> Result<(), ContentFault> {
        self.line_count += 1;
        let expected = self.line_count;
        if line_no != expected {
            return Err(ContentCode::LineOutOfPlace.fault(format!(
                "line {line_no} stands where line {expected} should"
            )));
        }
        if !self.applications.insert(application_number.to_owned()) {
            return Err(ContentCode::ApplicationRepeated
                .fault(format!("line {line_no} repeats an application")));
        }
        Ok(())
    }

    /// Counts an image by the size of its file in bytes, and returns it.
    pub(crate) fn add_image(&mut self, bytes: usize) -> u64 {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.image_count += 1;
        self.image_bytes = self.image_bytes.saturating_add(bytes);
        bytes
    }
}

/// Requires an image or a reason for each of signature and fingers, never both.
pub(crate) fn require_image_or_reason(line: &Presence<'_>) -> Result<(), ContentFault> {
    let disagree = |message: &str| Err(ContentCode::ElementsDisagree.fault(message));
    if line.signature == line.signature_missing {
        return disagree("either ApplicantSignature or SignatureMissing must stand");
    }
    if line.fingers_missing != (line.finger_positions.len() < 2) {
        return disagree("FingersMissing must stand when there are fewer than two fingers");
    }
    match line.finger_positions {
        [] | [_] => Ok(()),
        [first, second] if first != second => Ok(()),
        [_, _] => disagree("one finger stands twice"),
        _ => disagree("more than two fingers"),
    }
}
