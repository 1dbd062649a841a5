//! Packs: any bytes in any slices are refused by name or are what they say.

use chunk_store::frame::frame_sum;
use chunk_store::pack::{
    Builder, IndexEntry, PackError, PackFrame, PackLimits, PackSummary, Reader,
};
use chunk_store::{Digest, FrameId};

use crate::input::{Damage, Input, Slicing};
use crate::zstd_frame;

/// Well under what a fuzzer may use, and above all that is built here.
const LIMITS: PackLimits = PackLimits {
    bytes: 8 << 20,
    frames: 64,
    raw: 8 << 20,
};

/// A frame with what its index entry says.
struct Forged {
    digest: Digest,
    raw_len: u32,
    frame: Vec<u8>,
}

/// A pack, or bytes that resemble one: slices change nothing, the bytes follow
/// from what was read, each frame is what zstd takes it for, and a pack that
/// was changed without its checksums is refused.
pub fn pack(data: &[u8]) {
    let mut input = Input::new(data);
    let slicing = Slicing::read(&mut input);
    match input.byte() % 4 {
        0 => check(input.rest(), &slicing),
        1 => {
            let raw_len = input.word() as u32;
            zstd_frame::check(input.rest(), raw_len);
        }
        _ => {
            let (damage, repaired) = (Damage::read(&mut input), input.byte().is_multiple_of(2));
            let mut frames = frames(&mut input);
            if let Some(last) = frames.last_mut().filter(|_| repaired) {
                damage.apply(&mut last.frame);
            }
            let good = forge(&frames);
            check(&good, &slicing);
            let mut damaged = good.clone();
            damage.apply(&mut damaged);
            if !repaired && !damage.is_none() && damaged != good {
                assert!(read(Reader::new(LIMITS), &[&damaged]).1.is_err(), "changed");
                check(&damaged, &slicing);
            }
        }
    }
}

/// Noise, a run, or a short text again and again.
pub(crate) fn raw(len: usize, kind: u8) -> Vec<u8> {
    let mut raw = vec![kind; len];
    match kind % 3 {
        0 => {
            let mut source = blake3::Hasher::new();
            source.update(&[kind]).finalize_xof().fill(&mut raw);
        }
        1 => {}
        _ => {
            for (at, byte) in raw.iter_mut().enumerate() {
                *byte = kind.wrapping_add(at as u8 % 23);
            }
        }
    }
    raw
}

fn frames(input: &mut Input<'_>) -> Vec<Forged> {
    let count = input.below(6);
    (0..count).map(|_| frame(input)).collect()
}

fn frame(input: &mut Input<'_>) -> Forged {
    let (how, kind) = (input.byte(), input.byte());
    let len = match how % 8 {
        0..=4 => 1 + input.below(200),
        5 => 1 + input.word(),
        6 => 1 + 8 * input.word(),
        _ => return hostile(input),
    };
    let raw = raw(len, kind);
    let frame = zstd_frame::encode(&raw, how >= 128);
    let digest = match input.byte() {
        0 => Digest::of(b"a lie"),
        _ => Digest::of(&raw),
    };
    Forged {
        digest,
        raw_len: (len as u32).wrapping_add(u32::from(input.byte() == 255)),
        frame,
    }
}

/// Any bytes as a frame; they get right checksums.
fn hostile(input: &mut Input<'_>) -> Forged {
    let (raw_len, len) = (input.magnitude() as u32, input.below(64));
    let head: &[u8] = match input.byte() % 4 {
        0 => &[],
        _ => &[0x28, 0xB5, 0x2F, 0xFD],
    };
    let frame = [head, input.bytes(len)].concat();
    Forged {
        digest: Digest::of(&frame),
        raw_len,
        frame,
    }
}

fn index_entry(forged: &Forged) -> IndexEntry {
    IndexEntry {
        digest: forged.digest,
        raw_len: forged.raw_len,
        frame_len: forged.frame.len() as u32,
        sum: frame_sum(&forged.frame),
    }
}

fn forge(frames: &[Forged]) -> Vec<u8> {
    let entries: Vec<_> = frames.iter().map(index_entry).collect();
    let bytes: Vec<_> = frames.iter().map(|forged| &forged.frame[..]).collect();
    write(&entries, &bytes)
}

/// The bytes of a pack, written down after the format's description.
fn write(entries: &[IndexEntry], frames: &[&[u8]]) -> Vec<u8> {
    let mut index = Vec::new();
    for entry in entries {
        index.extend_from_slice(entry.digest.as_bytes());
        index.extend_from_slice(&entry.raw_len.to_le_bytes());
        index.extend_from_slice(&entry.frame_len.to_le_bytes());
        index.extend_from_slice(&entry.sum.to_le_bytes());
    }
    let count = (entries.len() as u32).to_le_bytes();
    let hash = blake3::hash(&index);
    [
        b"GRTPACK1",
        &count[..],
        hash.as_bytes(),
        &index,
        &frames.concat(),
    ]
    .concat()
}

/// A frame as the reader handed it on.
#[derive(Debug, PartialEq)]
struct Seen {
    entry: IndexEntry,
    offset: u64,
    frame_id: FrameId,
    frame: Vec<u8>,
}

type Outcome = (Vec<Seen>, Result<PackSummary, PackError>);

fn read(mut reader: Reader, slices: &[&[u8]]) -> Outcome {
    let mut seen = Vec::new();
    let mut sink = |frame: PackFrame<'_>| {
        seen.push(Seen {
            entry: frame.entry,
            offset: frame.offset,
            frame_id: frame.frame_id,
            frame: frame.frame.to_vec(),
        });
    };
    let pushed = slices
        .iter()
        .try_for_each(|slice| reader.push(slice, &mut sink));
    if pushed.is_err() {
        let again = reader.push(b"x", &mut |_| panic!("goes on"));
        assert_eq!(again, pushed, "an error stays");
    }
    let ended = reader.finish();
    assert_eq!(pushed.is_err(), pushed.is_err() && ended.is_err());
    (seen, ended)
}

fn check(bytes: &[u8], slicing: &Slicing) {
    let slices = slicing.cut(bytes);
    let mut taken = [false; 2];
    for (taken, new) in taken.iter_mut().zip([Reader::new, Reader::for_repacked]) {
        let (seen, ended) = read(new(LIMITS), &[bytes]);
        let sliced = read(new(LIMITS), &slices);
        assert_eq!(sliced.1, ended, "slices matter");
        assert!(sliced.0 == seen, "slices matter to frames");
        let raws: Vec<_> = seen
            .iter()
            .map(|s| zstd_frame::check(&s.frame, s.entry.raw_len))
            .collect();
        if let Ok(summary) = ended {
            *taken = true;
            check_taken(bytes, &seen, summary);
            check_built(bytes, &seen, &raws, summary);
        }
    }
    // What clients may send, a server may write.
    assert!(taken[1] || !taken[0], "a repacked pack is held to more");
}

/// All that a pack which was taken says follows from its frames.
fn check_taken(bytes: &[u8], seen: &[Seen], summary: PackSummary) {
    let entries: Vec<_> = seen.iter().map(|s| s.entry).collect();
    let frames: Vec<_> = seen.iter().map(|s| &s.frame[..]).collect();
    assert!(
        write(&entries, &frames) == bytes,
        "other bytes say the same"
    );
    let raw: u64 = entries.iter().map(|entry| u64::from(entry.raw_len)).sum();
    let all = (seen.len() as u32, bytes.len() as u64, raw);
    assert_eq!((summary.frames, summary.bytes, summary.raw), all);
    assert!((1..=LIMITS.frames).contains(&all.0) && all.1 <= LIMITS.bytes && raw <= LIMITS.raw);
    for s in seen {
        assert_eq!(s.frame_id, FrameId::of(&s.frame));
        assert_eq!(s.entry.sum, frame_sum(&s.frame));
        let at = usize::try_from(s.offset).unwrap_or(usize::MAX);
        assert!(
            bytes
                .get(at..)
                .is_some_and(|rest| rest.starts_with(&s.frame))
        );
    }
    // One byte less of anything is too little.
    let tight = PackLimits {
        bytes: all.1 - 1,
        frames: all.0 - 1,
        raw: raw - 1,
    };
    for limits in [
        PackLimits {
            bytes: tight.bytes,
            ..LIMITS
        },
        PackLimits {
            frames: tight.frames,
            ..LIMITS
        },
        PackLimits {
            raw: tight.raw,
            ..LIMITS
        },
    ] {
        assert!(read(Reader::for_repacked(limits), &[bytes]).1.is_err());
    }
}

/// The builder makes the same pack of the same frames; and frames that are true
/// are, one after the other, a zstd file of all raw bytes.
fn check_built(bytes: &[u8], seen: &[Seen], raws: &[Option<Vec<u8>>], summary: PackSummary) {
    let mut builder = Builder::new(LIMITS);
    let pushed = seen
        .iter()
        .try_for_each(|s| builder.push(s.entry.digest, s.entry.raw_len, s.frame.clone()));
    match pushed {
        Ok(()) => {
            assert_eq!(builder.bytes(), summary.bytes);
            assert!(builder.finish() == bytes, "the builder makes other bytes");
        }
        Err(error) => assert!(matches!(error, PackError::Duplicate { .. }), "{error}"),
    }
    if let Some(raws) = raws.iter().cloned().collect::<Option<Vec<_>>>() {
        let joined: Vec<u8> = seen.iter().flat_map(|s| s.frame.clone()).collect();
        let decoded = zstd::stream::decode_all(&joined[..]).ok();
        assert!(decoded == Some(raws.concat()), "frames laid end to end");
    }
}
