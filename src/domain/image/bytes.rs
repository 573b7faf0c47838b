//! Reading headers without running over the end.

use crate::domain::image::ImageFault;

/// What is left to read. Whoever reads over the end learns that the file is cut off.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Whether everything was read.
    pub(super) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ImageFault> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(ImageFault::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Takes one byte.
    pub(super) fn u8(&mut self) -> Result<u8, ImageFault> {
        self.chunk::<1>().map(|[byte]| byte)
    }

    /// Takes a number of two bytes, the greater first.
    pub(super) fn u16(&mut self) -> Result<u16, ImageFault> {
        self.chunk().map(u16::from_be_bytes)
    }

    /// Takes a number of four bytes, the greatest first.
    pub(super) fn u32(&mut self) -> Result<u32, ImageFault> {
        self.chunk().map(u32::from_be_bytes)
    }

    /// Takes a number of eight bytes, the greatest first.
    pub(super) fn u64(&mut self) -> Result<u64, ImageFault> {
        self.chunk().map(u64::from_be_bytes)
    }

    /// Takes a marker of the JPEG family: `FF`, any more of them, and a code.
    pub(super) fn marker(&mut self) -> Result<u8, ImageFault> {
        if self.u8()? != 0xFF {
            return Err(ImageFault::Malformed("no marker where one must stand"));
        }
        loop {
            match self.u8()? {
                0xFF => {} // Markers may be padded.
                code => return Ok(code),
            }
        }
    }

    /// Takes a segment that begins with its own length of two bytes.
    pub(super) fn segment(&mut self) -> Result<Self, ImageFault> {
        let length = usize::from(self.u16()?)
            .checked_sub(2)
            .ok_or(ImageFault::Malformed("a segment shorter than its length"))?;
        self.take(length).map(Self)
    }

    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], ImageFault> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(ImageFault::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }
}

/// A length of 64 bits as one of memory; what memory cannot hold is not in the file either.
pub(super) fn length(bytes: u64) -> Result<usize, ImageFault> {
    usize::try_from(bytes).ok().ok_or(ImageFault::Truncated)
}
