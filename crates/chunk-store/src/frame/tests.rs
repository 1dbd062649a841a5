use super::*;

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A block header: last?, type, length field.
fn block(last: bool, kind: u32, len: u32) -> [u8; 3] {
    let [a, b, c, _] = (u32::from(last) | kind << 1 | len << 3).to_le_bytes();
    [a, b, c]
}

/// A frame put together by hand: the bytes after the magic number.
fn frame(parts: &[&[u8]]) -> Vec<u8> {
    [&MAGIC[..], &parts.concat()].concat()
}

/// "hello" in a raw block, single segment.
fn hello() -> Vec<u8> {
    frame(&[&[0x20, 5], &block(true, 0, 5), b"hello"])
}

#[test]
fn hand_made_frames_of_every_legal_shape_are_taken() {
    let long = vec![b'x'; 300];
    let large = 512 * 1024u32;
    let runs: Vec<u8> = (0..4)
        .flat_map(|i| [&block(i == 3, 1, 128 * 1024)[..], b"x"].concat())
        .collect();
    let cases: Vec<(&str, Vec<u8>, Vec<u8>)> = vec![
        ("raw block", hello(), b"hello".to_vec()),
        (
            "run-length block",
            frame(&[&[0x20, 5], &block(true, 1, 5), b"x"]),
            vec![b'x'; 5],
        ),
        (
            "two-byte content size",
            frame(&[&[0x60, 44, 0], &block(true, 0, 300), &long]),
            long.clone(),
        ),
        (
            "eight-byte content size",
            frame(&[
                &[0xE0, 5, 0, 0, 0, 0, 0, 0, 0],
                &block(true, 0, 5),
                b"hello",
            ]),
            b"hello".to_vec(),
        ),
        (
            "window of 1 KiB beside the content size",
            frame(&[&[0x80, 0, 5, 0, 0, 0], &block(true, 0, 5), b"hello"]),
            b"hello".to_vec(),
        ),
        (
            "window of 512 KiB, the largest",
            frame(&[&[0x80, 9 << 3, 5, 0, 0, 0], &block(true, 0, 5), b"hello"]),
            b"hello".to_vec(),
        ),
        (
            "empty blocks around content",
            frame(&[
                &[0x20, 5],
                &block(false, 0, 0),
                &block(false, 0, 5),
                b"hello",
                &block(true, 0, 0),
            ]),
            b"hello".to_vec(),
        ),
        (
            "the largest chunk in runs",
            frame(&[&[0xA0], &large.to_le_bytes(), &runs]),
            vec![b'x'; MAX_RAW],
        ),
    ];
    let mut decoder = Decoder::new();
    for (name, frame, raw) in cases {
        assert_eq!(check_header(&frame, raw.len() as u32), Ok(()), "{name}");
        assert_eq!(decoder.decode(&frame, raw.len()), Ok(&raw[..]), "{name}");
    }
}

/// Every rule for frames, broken one at a time. The rest of each frame is as
/// it must be.
#[test]
fn each_rule_broken_alone_is_refused() {
    use FrameError::*;
    let raw_block = [&block(true, 0, 5)[..], b"hello"].concat();
    let with_header = |header: &[u8]| frame(&[header, &raw_block]);
    let mut skippable = hello();
    skippable[..4].copy_from_slice(&[0x5A, 0x2A, 0x4D, 0x18]);
    let mut magic = hello();
    magic[0] ^= 1;
    let window = |descriptor| with_header(&[0x80, descriptor, 5, 0, 0, 0]);
    let big = 128 * 1024 + 1;
    let big_run = |content: u32| {
        let blocks = [
            &block(false, 1, big)[..],
            b"x",
            &block(true, 1, content - big),
            b"x",
        ];
        frame(&[&[0xA0], &content.to_le_bytes(), &blocks.concat()])
    };
    let empty = frame(&[&[0x20, 0], &block(true, 0, 0)]);
    let bound = compress_bound(5);
    let padded = frame(&[&[0x20, 5], &block(false, 0, 0).repeat(30), &raw_block]);
    let cases: Vec<(Vec<u8>, u32, FrameError)> = vec![
        (empty, 0, RawLength(0)),
        (hello(), MAX_RAW as u32 + 1, RawLength(MAX_RAW as u64 + 1)),
        (
            padded.clone(),
            5,
            AboveBound {
                len: padded.len(),
                bound,
            },
        ),
        (skippable, 5, Skippable),
        (magic, 5, Magic),
        (with_header(&[0x30, 5]), 5, Reserved),
        (with_header(&[0x28, 5]), 5, Reserved),
        (with_header(&[0x24, 5]), 5, Checksum),
        (with_header(&[0x21, 0, 5]), 5, Dictionary),
        (with_header(&[0x23, 1, 0, 0, 0, 5]), 5, Dictionary),
        (with_header(&[0, 0]), 5, NoContentSize),
        (
            hello(),
            6,
            ContentSize {
                told: 5,
                announced: 6,
            },
        ),
        (window(9 << 3 | 1), 5, Window(576 * 1024)),
        (window(10 << 3), 5, Window(1 << 20)),
        (window(21 << 3), 5, Window(1 << 31)),
        (window(0xFF), 5, Window((1 << 41) / 8 * 15)),
        (
            frame(&[&[0x20, 5], &block(true, 3, 5), b"hello"]),
            5,
            BlockType,
        ),
        (
            big_run(300_000),
            300_000,
            BlockLength {
                len: big as usize,
                max: 128 * 1024,
            },
        ),
        (
            frame(&[&[0x20, 5], &block(true, 1, 6), b"x"]),
            5,
            BlockLength { len: 6, max: 5 },
        ),
        (
            frame(&[&[0x20, 5], &block(true, 0, 4), b"hell"]),
            5,
            BlockSum,
        ),
        (
            frame(&[
                &[0x20, 5],
                &block(false, 0, 5),
                b"hello",
                &block(true, 1, 1),
                b"x",
            ]),
            5,
            BlockSum,
        ),
        ([&hello()[..], b"x"].concat(), 5, Trailing(1)),
        ([hello(), hello()].concat(), 5, Trailing(14)),
    ];
    let mut decoder = Decoder::new();
    for (frame, raw_len, error) in cases {
        let checked = check_header(&frame, raw_len);
        assert_eq!(checked.as_ref(), Err(&error), "{frame:02x?}");
        assert_eq!(decoder.decode(&frame, raw_len as usize), Err(error));
    }
    let whole = hello();
    for len in 0..whole.len() {
        assert_eq!(
            check_header(&whole[..len], 5),
            Err(FrameError::Truncated),
            "{len} bytes"
        );
    }
}

#[test]
fn content_that_does_not_decode_is_refused() {
    let mut decoder = Decoder::new();
    let garbage = frame(&[&[0x20, 5], &block(true, 2, 5), &[0xFF; 5]]);
    assert_eq!(check_header(&garbage, 5), Ok(()));
    let error = decoder.decode(&garbage, 5);
    assert!(matches!(error, Err(FrameError::Corrupt(_))), "{error:?}");
    // A real frame that tells one byte more than its blocks yield.
    let raw = b"abcabcabcabc".repeat(100);
    let mut lying = Encoder::new(3).unwrap().encode(&raw).unwrap();
    assert_eq!(lying[4..7], [0x60, 0xB0, 3], "1,200 - 256 in two bytes");
    lying[5] += 1;
    assert_eq!(check_header(&lying, 1201), Ok(()));
    let error = decoder.decode(&lying, 1201);
    assert!(
        matches!(
            error,
            Err(FrameError::Corrupt(_) | FrameError::DecodedLength { .. })
        ),
        "{error:?}"
    );
    // A decoder is sound after an error.
    assert_eq!(decoder.decode(&hello(), 5), Ok(&b"hello"[..]));
}

#[test]
fn encoder_keeps_the_rules_at_every_level_and_length() {
    let mut noise = vec![0; MAX_RAW];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let text = b"the quick brown fox ".repeat(MAX_RAW / 20 + 1);
    let mut decoder = Decoder::new();
    let large = [
        255,
        256,
        257,
        65_791,
        65_792,
        128 << 10,
        (128 << 10) + 1,
        MAX_RAW,
    ];
    for level in [-7, 1, 3, 9, 19, 22] {
        let mut encoder = Encoder::new(level).unwrap();
        let lens = [1, 2, 3, 100].iter().chain(match level {
            1..=3 => &large[..],
            _ => &large[..5],
        });
        for len in lens {
            for raw in [&noise[..*len], &text[..*len], &vec![0; *len]] {
                let frame = encoder.encode(raw).unwrap();
                let (at, announced) = (format!("level {level}, {len} bytes"), *len as u32);
                assert_eq!(check_header(&frame, announced), Ok(()), "{at}");
                assert_eq!(frame[4] & 0x20, 0x20, "single segment: {at}");
                assert!(decoder.decode(&frame, *len) == Ok(raw), "{at}");
            }
        }
        for raw in [&[][..], &text[..MAX_RAW + 1]] {
            let error = FrameError::RawLength(raw.len() as u64);
            assert_eq!(encoder.encode(raw), Err(error));
        }
    }
}

#[test]
fn bound_and_sum_are_the_known_ones() {
    for len in (0..2000).chain([131_071, 131_072, 131_073, MAX_RAW]) {
        assert_eq!(compress_bound(len), zstd_safe::compress_bound(len), "{len}");
    }
    // The published XXH3-64 of the empty input, seed 0.
    assert_eq!(frame_sum(b""), 0x2D06_8005_38D3_94C2);
}

mod properties {
    use proptest::prelude::*;

    use super::super::*;

    proptest! {
        #[test]
        fn any_bytes_after_the_magic_are_judged_without_panic(
            rest in prop::collection::vec(any::<u8>(), 0..200),
            raw_len in 0u32..600_000,
        ) {
            let frame = [&[0x28, 0xB5, 0x2F, 0xFD][..], &rest].concat();
            let mut decoder = Decoder::new();
            if let Ok(raw) = decoder.decode(&frame, raw_len as usize) {
                prop_assert_eq!(raw.len(), raw_len as usize);
                prop_assert_eq!(check_header(&frame, raw_len), Ok(()));
            }
        }

        /// The walk over the blocks agrees with zstd's own.
        #[test]
        fn a_changed_frame_never_passes_with_another_length(
            raw in prop::collection::vec(0u8..4, 1..3000),
            at in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let mut frame = Encoder::new(3).unwrap().encode(&raw).unwrap();
            frame[at.index(raw.len().min(20)).min(6)] ^= 1 << bit;
            if check_header(&frame, raw.len() as u32).is_ok() {
                let len = zstd_safe::find_frame_compressed_size(&frame);
                prop_assert_eq!(len, Ok(frame.len()));
            }
        }
    }
}

/// Stored packs hold these sums: whatever computes them, on whatever processor, they stay.
#[test]
fn sums_are_those_of_xxh3_64() {
    for (len, sum) in [
        (0, 0x2d06_8005_38d3_94c2),
        (16, 0x8355_e3a6_f617_70db),
        (128, 0x85c6_174c_7ff4_c46b),
        (129, 0xec76_42b4_31ba_3e5a),
        (240, 0x375a_384d_957f_e865),
        (241, 0x02e8_cd95_421c_6d02),
        (1024, 0xe5d7_8baf_a45b_2aa5),
        (1025, 0xe95c_4228_8f28_186e),
        (500_000, 0x6049_33ad_5d76_e2fc),
    ] {
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        assert_eq!(frame_sum(&bytes), sum, "of {len} bytes");
    }
}
