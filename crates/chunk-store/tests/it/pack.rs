use chunk_store::frame::{Decoder, Encoder, FrameError, MAX_RAW, compress_bound};
use chunk_store::pack::{Builder, IndexEntry, PackError, PackLimits, Reader};
use chunk_store::{Digest, FrameId};
use proptest::prelude::*;

use crate::support::{Seen, entry, forge, noise, raw_frame, read, read_default};

const HEADER: usize = 44;
const ENTRY: usize = 48;

/// Chunks of several sizes, some compressible, with their frames.
fn chunks() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut encoder = Encoder::new(3).unwrap();
    let text = b"all work and no play ".repeat(9000);
    let raws = [
        noise("x", 1),
        noise("y", 70_000),
        text,
        vec![0; MAX_RAW],
        noise("z", 300),
    ];
    let frame = |raw: Vec<u8>| {
        let frame = encoder.encode(&raw).unwrap();
        (raw, frame)
    };
    raws.into_iter().map(frame).collect()
}

fn build(chunks: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut builder = Builder::new(PackLimits::default());
    for (raw, frame) in chunks {
        assert!(builder.fits(frame.len(), raw.len()));
        let pushed = builder.push(Digest::of(raw), raw.len() as u32, frame.clone());
        pushed.unwrap();
    }
    let bytes = builder.bytes();
    let blob = builder.finish();
    assert_eq!(blob.len() as u64, bytes);
    blob
}

/// Whether a pack that the reader took also decodes to its digests.
fn is_true(seen: &[Seen]) -> bool {
    let mut decoder = Decoder::new();
    seen.iter().all(|s| {
        decoder
            .decode(&s.frame, s.entry.raw_len as usize)
            .is_ok_and(|raw| Digest::of(raw) == s.entry.digest)
    })
}

#[test]
fn what_was_built_is_read_in_slices_of_any_size() {
    let chunks = chunks();
    let blob = build(&chunks);
    for slice in [1, 43, 44, 45, 1000, 100_000, usize::MAX] {
        let reader = Reader::new(PackLimits::default());
        let (seen, summary) = read(reader, &blob, slice).unwrap();
        assert_eq!(summary.frames as usize, chunks.len());
        assert_eq!(summary.bytes, blob.len() as u64);
        let raw: usize = chunks.iter().map(|(raw, _)| raw.len()).sum();
        assert_eq!(summary.raw, raw as u64);
        let mut offset = HEADER + ENTRY * chunks.len();
        for (seen, (raw, frame)) in seen.iter().zip(&chunks) {
            assert_eq!(seen.entry, entry(raw, frame));
            assert_eq!(seen.offset, offset as u64);
            assert_eq!(seen.frame_id, FrameId::of(frame));
            assert!(seen.frame == *frame);
            offset += frame.len();
        }
        assert!(is_true(&seen));
    }
}

#[test]
fn builder_refuses_what_the_reader_would() {
    let limits = PackLimits {
        bytes: 300,
        frames: 3,
        raw: 20,
    };
    let frame = raw_frame;
    let mut builder = Builder::new(limits);
    assert!(builder.is_empty());
    builder.push(Digest::of(b"one"), 3, frame(b"one")).unwrap();
    let before = builder.bytes();
    let refused = [
        (
            &b"one"[..],
            3,
            frame(b"one"),
            PackError::Duplicate { index: 1 },
        ),
        (
            b"eighteen bytes long",
            19,
            frame(b"eighteen bytes long"),
            PackError::TooMuchRaw { raw: 22, limit: 20 },
        ),
        (
            b"two",
            3,
            frame(b"twoo"),
            PackError::Frame {
                index: 1,
                source: FrameError::ContentSize {
                    told: 4,
                    announced: 3,
                },
            },
        ),
    ];
    for (raw, len, frame, error) in refused {
        assert_eq!(builder.push(Digest::of(raw), len, frame), Err(error));
    }
    assert_eq!(
        (builder.len(), builder.bytes(), builder.raw_bytes()),
        (1, before, 3)
    );
    assert!(builder.contains(&Digest::of(b"one")) && !builder.contains(&Digest::of(b"two")));
    builder.push(Digest::of(b"two"), 3, frame(b"two")).unwrap();
    assert!(builder.fits(12, 3));
    assert!(!builder.fits(104, 3), "44 + 3 * 48 + 24 + 104 bytes");
    assert!(!builder.fits(12, 15));
    builder
        .push(Digest::of(b"three"), 5, frame(b"three"))
        .unwrap();
    assert!(!builder.fits(1, 1), "three frames are all");
    assert!(read(Reader::new(limits), &builder.finish(), 7).is_ok());
}

/// Every rule for packs, broken one at a time.
#[test]
fn each_rule_broken_alone_is_refused() {
    let (one, two) = (raw_frame(b"one"), raw_frame(b"two2"));
    let (a, b) = (entry(b"one", &one), entry(b"two2", &two));
    let frames = [&one[..], &two].concat();
    let good = forge(&[a, b], &frames);
    assert!(is_true(&read_default(&good).unwrap().0));

    let mut magic = good.clone();
    magic[7] = b'2';
    let mut hash = good.clone();
    hash[12] ^= 1;
    let changed = |change: &dyn Fn(&mut IndexEntry)| {
        let mut b = b;
        change(&mut b);
        forge(&[a, b], &frames)
    };
    let at_1 = |source| PackError::Entry { index: 1, source };
    let (max, bound) = (MAX_RAW as u32, compress_bound(4));
    let cases = [
        (magic, PackError::Magic),
        (forge(&[], &[]), PackError::Empty),
        (hash, PackError::IndexHash),
        (changed(&|b| b.raw_len = 0), at_1(FrameError::RawLength(0))),
        (
            changed(&|b| b.raw_len = max + 1),
            at_1(FrameError::RawLength(u64::from(max) + 1)),
        ),
        (changed(&|b| b.frame_len = 0), at_1(FrameError::Truncated)),
        (
            changed(&|b| b.frame_len = bound as u32 + 1),
            at_1(FrameError::AboveBound {
                len: bound + 1,
                bound,
            }),
        ),
        (
            changed(&|b| b.digest = a.digest),
            PackError::Duplicate { index: 1 },
        ),
        (changed(&|b| b.sum ^= 1), PackError::Sum { index: 1 }),
        (
            changed(&|b| b.raw_len += 1),
            PackError::Frame {
                index: 1,
                source: FrameError::ContentSize {
                    told: 4,
                    announced: 5,
                },
            },
        ),
        ([&good[..], b"x"].concat(), PackError::Trailing),
    ];
    for (blob, error) in cases {
        for slice in [1, usize::MAX] {
            let reader = Reader::new(PackLimits::default());
            assert_eq!(read(reader, &blob, slice), Err(error.clone()));
        }
    }
    for len in 0..good.len() {
        assert_eq!(
            read_default(&good[..len]),
            Err(PackError::Truncated(len as u64))
        );
    }
}

#[test]
fn each_limit_is_hit_before_the_frames_come() {
    let raws: Vec<_> = (0..3).map(|i| vec![i; 100]).collect();
    let frames: Vec<_> = raws.iter().map(|raw| raw_frame(raw)).collect();
    let entries: Vec<_> = raws.iter().zip(&frames).map(|(r, f)| entry(r, f)).collect();
    let blob = forge(&entries, &frames.concat());
    let bytes = blob.len() as u64;
    let exact = PackLimits {
        bytes,
        frames: 3,
        raw: 300,
    };
    assert!(read(Reader::new(exact), &blob, 10).is_ok());
    let head = &blob[..HEADER + 3 * ENTRY];
    let cases = [
        (
            PackLimits {
                bytes: bytes - 1,
                ..exact
            },
            PackError::TooLarge {
                bytes,
                limit: bytes - 1,
            },
        ),
        (
            PackLimits { frames: 2, ..exact },
            PackError::TooManyFrames {
                frames: 3,
                limit: 2,
            },
        ),
        (
            PackLimits { raw: 299, ..exact },
            PackError::TooMuchRaw {
                raw: 300,
                limit: 299,
            },
        ),
    ];
    for (limits, error) in cases {
        assert_eq!(read(Reader::new(limits), head, usize::MAX), Err(error));
    }
    // A count that lies is refused on the header alone.
    let mut header = blob[..HEADER].to_vec();
    header[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let frames = PackLimits {
        frames: u32::MAX,
        ..exact
    };
    for limits in [exact, frames] {
        let mut reader = Reader::new(limits);
        let first = reader.push(&header, &mut |_| panic!("no frame yet"));
        assert!(first.is_err());
        assert_eq!(
            reader.push(&blob, &mut |_| panic!("refused")),
            first,
            "stays refused"
        );
        assert_eq!(reader.index(), None);
        assert_eq!(reader.finish().map(|_| ()), first);
    }
}

/// A changed byte anywhere is refused as it comes; and where somebody made
/// the checksums fit again, by the frame rules or the digest.
#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let raws = [
        &b"first chunk"[..],
        b"aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbb",
        b"third",
    ];
    let mut encoder = Encoder::new(3).unwrap();
    let frames: Vec<_> = raws
        .iter()
        .map(|raw| encoder.encode(raw).unwrap())
        .collect();
    let entries: Vec<_> = raws.iter().zip(&frames).map(|(r, f)| entry(r, f)).collect();
    let good = forge(&entries, &frames.concat());
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut blob = good.clone();
            blob[at] ^= 1 << bit;
            assert!(read_default(&blob).is_err(), "bit {bit} of byte {at}");
        }
    }
    for (number, frame) in frames.iter().enumerate() {
        for at in 0..frame.len() {
            for bit in 0..8 {
                let (mut entries, mut frames) = (entries.clone(), frames.clone());
                frames[number][at] ^= 1 << bit;
                entries[number].sum = chunk_store::frame::frame_sum(&frames[number]);
                let blob = forge(&entries, &frames.concat());
                let taken = read_default(&blob).is_ok_and(|(seen, _)| is_true(&seen));
                assert!(!taken, "bit {bit} of byte {at} of frame {number}");
            }
        }
    }
    let mut lying = entries.clone();
    lying[1].digest = Digest::of(b"another chunk");
    let (seen, _) = read_default(&forge(&lying, &frames.concat())).unwrap();
    assert!(!is_true(&seen), "only decoding finds a digest that lies");
}

#[test]
fn a_repacked_pack_may_hold_two_frames_of_a_chunk_but_none_twice() {
    let raw = b"abababababababababababababababab";
    let (plain, packed) = (
        raw_frame(raw),
        Encoder::new(3).unwrap().encode(raw).unwrap(),
    );
    assert_ne!(plain, packed);
    let entries = [entry(raw, &plain), entry(raw, &packed)];
    let blob = forge(&entries, &[plain.clone(), packed].concat());
    let repacked = || Reader::for_repacked(PackLimits::default());
    let (seen, _) = read(repacked(), &blob, 9).unwrap();
    assert!(seen.len() == 2 && is_true(&seen));
    assert_eq!(read_default(&blob), Err(PackError::Duplicate { index: 1 }));
    let twice = forge(&[entries[0]; 2], &[plain.clone(), plain].concat());
    assert_eq!(
        read(repacked(), &twice, 9),
        Err(PackError::Duplicate { index: 1 })
    );
}

#[test]
fn a_full_pack_is_taken() {
    let limits = PackLimits::default();
    let mut builder = Builder::new(limits);
    for number in 0..limits.frames {
        let raw = number.to_le_bytes();
        builder.push(Digest::of(&raw), 4, raw_frame(&raw)).unwrap();
    }
    assert!(!builder.fits(1, 1));
    let parts = builder.clone().finish_parts();
    let blob = builder.finish();
    assert!(parts.concat() == blob);
    let (seen, summary) = read(Reader::new(limits), &blob, 4096).unwrap();
    assert_eq!(summary.frames, limits.frames);
    assert!(is_true(&seen));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        frames in 0u32..5,
        rehash in any::<bool>(),
        slice in 1usize..100,
    ) {
        let mut blob = b"GRTPACK1".to_vec();
        blob.extend_from_slice(&frames.to_le_bytes());
        let index = &bytes[..bytes.len().min(frames as usize * ENTRY)];
        if rehash {
            blob.extend_from_slice(blake3::hash(index).as_bytes());
        }
        blob.extend_from_slice(&bytes);
        for blob in [&blob, &bytes] {
            let whole = read(Reader::new(PackLimits::default()), blob, usize::MAX);
            let sliced = read(Reader::new(PackLimits::default()), blob, slice);
            prop_assert!(whole.is_err());
            prop_assert_eq!(whole, sliced);
        }
    }
}
