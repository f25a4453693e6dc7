//! The fixed head of the file: 32 bytes, numbers in big-endian order.
//!
//! | at | bytes | |
//! |---|---|---|
//! | 0 | 8 | magic |
//! | 8 | 4 | format |
//! | 12 | 4 | length of the envelope |
//! | 16 | 4 | length of the manifest |
//! | 20 | 4 | number of blobs |
//! | 24 | 8 | length of all blobs with their frames |

use super::Refusal;

/// The first bytes of the file: not text, and changed by every program that converts line ends.
pub const MAGIC: [u8; 8] = *b"\x8dMCB\r\n\x1a\n";
/// The format of this version.
pub const FORMAT: u32 = 1;
/// The header's length.
pub const HEADER_LENGTH: usize = 32;
/// The longest envelope.
pub const MAX_ENVELOPE: usize = 64 << 10;
/// The longest manifest.
pub const MAX_MANIFEST: usize = 16 << 20;
/// The most signatures.
pub const MAX_SIGNATURES: usize = 16;
/// What stands before each blob: its digest and its length.
pub(super) const FRAME_LENGTH: usize = 32 + 8;

/// The header's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) envelope: usize,
    pub(super) manifest: usize,
    pub(super) blobs: u32,
    pub(super) blobs_length: u64,
}

/// A file cut into its parts by its header. Nothing is known about them yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections<'a> {
    pub(super) envelope: &'a [u8],
    pub(super) manifest: &'a [u8],
    pub(super) blob_count: u32,
    pub(super) blobs: &'a [u8],
}

impl Header {
    #[cfg(feature = "sign")]
    pub(super) fn to_bytes(self) -> [u8; HEADER_LENGTH] {
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        let mut out = [0; HEADER_LENGTH];
        out[..8].copy_from_slice(&MAGIC);
        out[8..12].copy_from_slice(&FORMAT.to_be_bytes());
        out[12..16].copy_from_slice(&short(self.envelope));
        out[16..20].copy_from_slice(&short(self.manifest));
        out[20..24].copy_from_slice(&self.blobs.to_be_bytes());
        out[24..].copy_from_slice(&self.blobs_length.to_be_bytes());
        out
    }

    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.get(..8) != Some(&MAGIC) {
            return Err(Refusal::NotABundle);
        }
        let Some(head) = bytes.get(..HEADER_LENGTH) else {
            return Err(Refusal::Length { expected: HEADER_LENGTH as u64, actual: bytes.len() as u64 });
        };
        let number =
            |at: usize, count: usize| head[at..at + count].iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
        let format = number(8, 4);
        if format != u64::from(FORMAT) {
            return Err(Refusal::Format { found: format });
        }
        let bounded = |at, what, limit: usize| {
            let size = number(at, 4);
            match usize::try_from(size) {
                Ok(size) if size <= limit => Ok(size),
                _ => Err(Refusal::TooLarge { what, size, limit: limit as u64 }),
            }
        };
        Ok(Self {
            envelope: bounded(12, "bytes of signatures", MAX_ENVELOPE)?,
            manifest: bounded(16, "bytes of manifest", MAX_MANIFEST)?,
            blobs: u32::try_from(number(20, 4)).unwrap_or(u32::MAX),
            blobs_length: number(24, 8),
        })
    }
}

impl<'a> Sections<'a> {
    /// Cuts a file. Its length must be exactly what the header says.
    pub(super) fn cut(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let header = Header::read(bytes)?;
        let fixed = HEADER_LENGTH + header.envelope + header.manifest;
        let expected = (fixed as u64).saturating_add(header.blobs_length);
        if bytes.len() as u64 != expected {
            return Err(Refusal::Length { expected, actual: bytes.len() as u64 });
        }
        let (envelope, rest) = bytes[HEADER_LENGTH..].split_at(header.envelope);
        let (manifest, blobs) = rest.split_at(header.manifest);
        Ok(Self { envelope, manifest, blob_count: header.blobs, blobs })
    }
}
