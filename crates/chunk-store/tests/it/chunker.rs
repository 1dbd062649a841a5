use chunk_store::Digest;
use chunk_store::chunker::{AVG, MAX, MIN, NarChunker};
use nar_format::listing::ListingBuilder;
use nar_format::nar::{Decoder, Limits};
use proptest::prelude::*;

use crate::support::{TestNar, nar, noise};

/// Where the chunks of a NAR end, fed in slices of these lengths in turn.
fn cuts(bytes: &[u8], slices: &[usize]) -> Vec<usize> {
    let mut chunker = NarChunker::new();
    let (mut ends, mut joined) = (Vec::new(), Vec::with_capacity(bytes.len()));
    let mut sink = |chunk: &[u8]| {
        joined.extend_from_slice(chunk);
        ends.push(joined.len());
    };
    let (mut rest, mut lens) = (bytes, slices.iter().cycle());
    while !rest.is_empty() {
        let len = rest.len().min(*lens.next().unwrap());
        let (slice, tail) = rest.split_at(len);
        chunker.push(slice, &mut sink).unwrap();
        rest = tail;
    }
    assert_eq!(chunker.offset(), bytes.len() as u64);
    chunker.finish(&mut sink).unwrap();
    assert!(joined == bytes, "chunks joined are the NAR");
    ends
}

/// What the format says: each segment between borders by FastCDC alone.
fn expected_cuts(nar: &TestNar) -> Vec<usize> {
    let (mut ends, mut start) = (Vec::new(), 0);
    for border in nar.borders.iter().chain([&nar.bytes.len()]) {
        let segment = &nar.bytes[start..*border];
        let cdc = fastcdc::v2020::FastCDC::new(segment, MIN as u32, AVG as u32, MAX as u32);
        ends.extend(cdc.map(|chunk| start + chunk.offset + chunk.length));
        start = *border;
    }
    ends
}

/// Files around every size that matters.
fn many_files() -> TestNar {
    let noise = noise("files", 3 << 20);
    let zeros = vec![0; 3 * MAX + 1];
    nar(&[
        ("a-empty", b""),
        ("b-small", &noise[..100]),
        ("c-below", &noise[..MIN - 1]),
        ("d-least", &noise[..MIN]),
        ("e-above", &noise[1..MIN + 2]),
        ("f-large", &noise),
        ("g-max", &noise[..MAX]),
        ("h-zeros", &zeros),
        ("i-below", &noise[..MIN - 1]),
        ("j-last", &noise[7..2 * MIN]),
    ])
}

#[test]
fn cuts_fall_where_the_format_says() {
    let small: Vec<_> = (0..40)
        .map(|i| (format!("{i:02}"), noise("s", 20_000)))
        .collect();
    let small: Vec<_> = small.iter().map(|(n, c)| (n.as_str(), &c[..])).collect();
    for nar in [nar(&[]), nar(&[("x", b"y")]), many_files(), nar(&small)] {
        let want = expected_cuts(&nar);
        for slice in [1, 4093, 65_536, 1 << 20, usize::MAX] {
            assert_eq!(cuts(&nar.bytes, &[slice]), want, "slices of {slice}");
        }
        for border in &nar.borders {
            assert!(want.contains(border), "a cut at {border}");
        }
        let sizes = want.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(sizes.max().unwrap_or(0) <= MAX);
    }
}

#[test]
fn a_file_yields_the_same_chunks_wherever_it_stands() {
    let (file, other) = (noise("moved", 2 << 20), noise("other", 77_777));
    let digests = |nar: &TestNar, from: usize, to: usize| {
        let mut all = Vec::new();
        let mut start = 0;
        for end in expected_cuts(nar) {
            if from <= start && end <= to {
                all.push(Digest::of(&nar.bytes[start..end]));
            }
            start = end;
        }
        all
    };
    let alone = nar(&[("file", &file)]);
    let moved = nar(&[
        ("a", &other),
        ("b", b"tiny"),
        ("file", &file),
        ("z", &other),
    ]);
    let first = digests(&alone, alone.borders[0], alone.borders[1]);
    assert!(first.len() > 8);
    assert_eq!(first, digests(&moved, moved.borders[2], moved.borders[3]));
}

#[test]
fn one_pass_cuts_and_lists() {
    let nar = many_files();
    let (mut listing, mut want) = (ListingBuilder::new(), ListingBuilder::new());
    let (mut chunker, mut chunks) = (NarChunker::new(), 0);
    for slice in nar.bytes.chunks(100_000) {
        chunker
            .push_with(slice, &mut |event| listing.event(event), &mut |_| {
                chunks += 1
            })
            .unwrap();
    }
    chunker.finish(&mut |_| chunks += 1).unwrap();
    let decoded = Decoder::new().push(&nar.bytes, &mut |event| want.event(&event));
    decoded.unwrap();
    assert_eq!(
        listing.finish().map(|l| l.to_json()),
        want.finish().map(|l| l.to_json())
    );
    assert_eq!(chunks, expected_cuts(&nar).len());
}

#[test]
fn what_is_no_nar_is_refused() {
    let nar = nar(&[("a", &noise("a", MIN))]).bytes;
    for len in 0..nar.len() {
        if len > 500 && len < nar.len() - 500 && len % 1009 != 0 {
            continue;
        }
        let mut chunker = NarChunker::new();
        let pushed = chunker.push(&nar[..len], &mut |_| {});
        assert!(pushed.is_ok(), "{len} bytes are a start");
        assert!(
            chunker.finish(&mut |_| {}).is_err(),
            "{len} bytes end early"
        );
    }
    let longer = [&nar[..], b"x"].concat();
    assert!(NarChunker::new().push(&longer, &mut |_| {}).is_err());
    let mut wrong = nar.clone();
    wrong[20] ^= 1;
    let mut chunks = 0;
    assert!(
        NarChunker::new()
            .push(&wrong, &mut |_| chunks += 1)
            .is_err()
    );
    assert_eq!(chunks, 0);
    let nar_size = nar.len() as u64 - 1;
    let limits = Limits {
        nar_size,
        ..Limits::default()
    };
    assert!(
        NarChunker::with_limits(limits)
            .push(&nar, &mut |_| {})
            .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn slicing_changes_nothing(
        sizes in prop::collection::vec(
            prop_oneof![0usize..200, MIN - 9..MIN + 9, 0usize..700_000],
            0..6,
        ),
        slices in prop::collection::vec(
            prop_oneof![1usize..50, 1000usize..9000, 100_000usize..1_200_000],
            1..6,
        ),
    ) {
        let noise = noise("slicing", 700_000);
        let names: Vec<_> = (0..sizes.len()).map(|i| i.to_string()).collect();
        let files: Vec<_> = names
            .iter()
            .zip(&sizes)
            .map(|(name, size)| (name.as_str(), &noise[..*size]))
            .collect();
        let nar = nar(&files);
        prop_assert_eq!(cuts(&nar.bytes, &slices), expected_cuts(&nar));
    }
}
