//! Inputs that are the same in every run, and a NAR maker that knows where
//! cuts must fall.

use chunk_store::chunker::MIN;
use chunk_store::frame::frame_sum;
use chunk_store::pack::{IndexEntry, PackError, PackFrame, PackLimits, PackSummary, Reader};
use chunk_store::{Digest, FrameId};
use nar_format::nar::Encoder;

/// Incompressible bytes: the output of BLAKE3 for this label.
pub(crate) fn noise(label: &str, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new()
        .update(label.as_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

/// A NAR, and the offsets at which a cut must fall.
pub(crate) struct TestNar {
    pub(crate) bytes: Vec<u8>,
    pub(crate) borders: Vec<usize>,
}

/// A NAR of one folder with these files.
pub(crate) fn nar(files: &[(&str, &[u8])]) -> TestNar {
    let (mut encoder, mut bytes, mut borders) = (Encoder::new(), Vec::new(), Vec::new());
    encoder.enter_directory(&mut bytes).unwrap();
    for (name, content) in files {
        encoder.entry(name.as_bytes(), &mut bytes).unwrap();
        let size = content.len() as u64;
        encoder.file(false, size, &mut bytes).unwrap();
        let start = bytes.len();
        bytes.extend_from_slice(content);
        if content.len() >= MIN {
            borders.extend([start, bytes.len()]);
        }
        encoder.end_file(size, &mut bytes).unwrap();
    }
    encoder.leave_directory(&mut bytes).unwrap();
    TestNar { bytes, borders }
}

/// A zstd frame of up to 255 raw bytes that does not depend on a zstd
/// version: a raw block in a single segment.
pub(crate) fn raw_frame(raw: &[u8]) -> Vec<u8> {
    let len = u8::try_from(raw.len()).unwrap();
    let [a, b, c, _] = (1 | u32::from(len) << 3).to_le_bytes();
    let head = [0x28, 0xB5, 0x2F, 0xFD, 0x20, len, a, b, c];
    [&head, raw].concat()
}

/// The true index entry of a frame.
pub(crate) fn entry(raw: &[u8], frame: &[u8]) -> IndexEntry {
    IndexEntry {
        digest: Digest::of(raw),
        raw_len: raw.len() as u32,
        frame_len: frame.len() as u32,
        sum: frame_sum(frame),
    }
}

/// A pack with any index, its hash right, before any bytes.
pub(crate) fn forge(entries: &[IndexEntry], frames: &[u8]) -> Vec<u8> {
    let mut index = Vec::new();
    for entry in entries {
        index.extend_from_slice(entry.digest.as_bytes());
        index.extend_from_slice(&entry.raw_len.to_le_bytes());
        index.extend_from_slice(&entry.frame_len.to_le_bytes());
        index.extend_from_slice(&entry.sum.to_le_bytes());
    }
    let mut blob = b"GRTPACK1".to_vec();
    blob.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    blob.extend_from_slice(blake3::hash(&index).as_bytes());
    blob.extend_from_slice(&index);
    blob.extend_from_slice(frames);
    blob
}

/// A frame as the reader handed it on.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) entry: IndexEntry,
    pub(crate) offset: u64,
    pub(crate) frame_id: FrameId,
    pub(crate) frame: Vec<u8>,
}

/// Reads a pack that comes in slices of `slice` bytes.
pub(crate) fn read(
    mut reader: Reader,
    blob: &[u8],
    slice: usize,
) -> Result<(Vec<Seen>, PackSummary), PackError> {
    let mut seen = Vec::new();
    let mut sink = |frame: PackFrame<'_>| {
        seen.push(Seen {
            entry: frame.entry,
            offset: frame.offset,
            frame_id: frame.frame_id,
            frame: frame.frame.to_vec(),
        });
    };
    for part in blob.chunks(slice) {
        reader.push(part, &mut sink)?;
    }
    let summary = reader.finish()?;
    Ok((seen, summary))
}

/// Reads an uploaded pack with the default limits.
pub(crate) fn read_default(blob: &[u8]) -> Result<(Vec<Seen>, PackSummary), PackError> {
    read(Reader::new(PackLimits::default()), blob, usize::MAX)
}

/// Bytes as hexadecimal lines of 32 bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n";
    bytes.chunks(32).map(line).collect()
}
