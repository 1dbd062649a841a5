//! NARs: the codec against a plain reader, in any slices, and the chunker on top.

use chunk_store::chunker::{MAX, MIN, NarChunker};
use nar_format::listing::ListingBuilder;
use nar_format::nar::{Decoder, Encoder, Limits, NarError};

use crate::input::{Damage, Input, Slicing};
use crate::tree::{self, Owned, Tree, Written};

/// A NAR, or bytes that resemble one: decoder and plain reader agree, slices
/// change nothing, encoding gives the bytes back, chunks are the NAR.
pub fn nar(data: &[u8]) {
    let mut input = Input::new(data);
    let slicing = Slicing::read(&mut input);
    let bytes = if input.byte().is_multiple_of(2) {
        input.rest().to_vec()
    } else {
        let damage = Damage::read(&mut input);
        let mut nar = Tree::build(&mut input, 5).write().nar;
        damage.apply(&mut nar);
        nar
    };
    check(&bytes, &slicing);
}

fn check(bytes: &[u8], slicing: &Slicing) {
    let whole = decode(&[bytes], Limits::default());
    let slices = slicing.cut(bytes);
    assert_eq!(decode(&slices, Limits::default()), whole, "slices matter");
    let chunked = chunks(&[bytes], &whole);
    assert_eq!(chunks(&slices, &whole), chunked, "slices matter to chunks");
    match (tree::read(bytes), whole) {
        (None, (_, Err(_))) => {}
        (Some(tree), (events, Ok(()))) => {
            let Written { events: plain, .. } = tree.write();
            assert_eq!(events, plain, "the plain reader sees another tree");
            assert!(encode(&events) == bytes, "encodes to other bytes");
            check_limits(&tree, bytes);
            check_listing(&tree, bytes);
            check_chunks(&events, &chunked, bytes.len());
        }
        (plain, (_, decoded)) => {
            panic!(
                "the plain reader says {}, the decoder {decoded:?}",
                plain.is_some()
            );
        }
    }
}

/// The events up to the end or the first error.
fn decode(slices: &[&[u8]], limits: Limits) -> (Vec<Owned>, Result<(), NarError>) {
    let mut events = Vec::new();
    let mut decoder = Decoder::with_limits(limits);
    let pushed = slices
        .iter()
        .try_for_each(|slice| decoder.push(slice, &mut |event| Owned::keep(event, &mut events)));
    if pushed.is_err() {
        assert_eq!(decoder.push(b"x", &mut |_| panic!("goes on")), pushed);
        assert_eq!(decoder.finish(), pushed, "an error stays");
    }
    let ended = pushed.and_then(|()| decoder.finish());
    if ended.is_ok() {
        let len: u64 = slices.iter().map(|slice| slice.len() as u64).sum();
        assert_eq!(decoder.offset(), len);
    }
    (events, ended)
}

fn encode(events: &[Owned]) -> Vec<u8> {
    let (mut encoder, mut out, mut open) = (Encoder::new(), Vec::new(), 0);
    for event in events {
        let called = match event {
            Owned::Enter => encoder.enter_directory(&mut out),
            Owned::Entry(name) => encoder.entry(name, &mut out),
            Owned::Leave => encoder.leave_directory(&mut out),
            Owned::Link(target) => encoder.symlink(target, &mut out),
            Owned::File(executable, size, _) => {
                open = *size;
                encoder.file(*executable, *size, &mut out)
            }
            Owned::Data(data) => {
                out.extend_from_slice(data);
                Ok(())
            }
            Owned::EndFile => encoder.end_file(open, &mut out),
        };
        assert_eq!(called, Ok(()), "{event:?}");
    }
    assert_eq!(encoder.finish(), Ok(()));
    out
}

/// What is just within a limit passes, and what is just beyond does not.
fn check_limits(tree: &Tree, bytes: &[u8]) {
    let (nar_size, depth) = (bytes.len() as u64, tree.depth());
    let exact = Limits {
        nar_size,
        depth,
        ..Limits::default()
    };
    assert_eq!(decode(&[bytes], exact).1, Ok(()));
    let smaller = Limits {
        nar_size: nar_size - 1,
        ..exact
    };
    assert!(decode(&[bytes], smaller).1.is_err(), "beyond its size");
    if depth > 0 {
        let limit = depth - 1;
        let flatter = Limits {
            depth: limit,
            ..exact
        };
        let refused = Err(NarError::Depth { limit });
        assert_eq!(decode(&[bytes], flatter).1, refused);
    }
}

fn check_listing(tree: &Tree, bytes: &[u8]) {
    let mut listing = ListingBuilder::new();
    let decoded = Decoder::new().push(bytes, &mut |event| listing.event(&event));
    assert_eq!(decoded, Ok(()));
    let json = listing
        .finish()
        .map(nar_format::listing::Listing::into_json);
    let Some(json) = json.filter(|_| tree.depth() < 60) else {
        return;
    };
    let read: Result<serde_json::Value, _> = serde_json::from_str(&json);
    assert!(read.is_ok_and(|value| value["version"] == 1), "{json}");
}

/// Lengths of the chunks up to the end or the first error, which is the decoder's.
fn chunks(slices: &[&[u8]], decoded: &(Vec<Owned>, Result<(), NarError>)) -> Vec<usize> {
    let (mut chunker, mut joined, mut lens) = (NarChunker::new(), Vec::new(), Vec::new());
    let mut sink = |chunk: &[u8]| {
        lens.push(chunk.len());
        joined.extend_from_slice(chunk);
    };
    let ended = slices
        .iter()
        .try_for_each(|slice| chunker.push(slice, &mut sink))
        .and_then(|()| chunker.finish(&mut sink));
    assert_eq!(ended, decoded.1, "the chunker is the decoder's judge");
    let bytes = slices.concat();
    if ended.is_err() {
        assert!(
            bytes.starts_with(&joined),
            "chunks are the start of the NAR"
        );
        // How far it came before the error is the slices' business.
        return Vec::new();
    }
    assert!(joined == bytes, "chunks are the NAR");
    lens
}

fn check_chunks(events: &[Owned], lens: &[usize], nar_size: usize) {
    let mut ends = vec![0];
    for len in lens {
        assert!((1..=MAX).contains(len), "a chunk of {len} bytes");
        ends.push(ends[ends.len() - 1] + len);
    }
    assert_eq!(ends.last(), Some(&nar_size));
    for event in events {
        if let Owned::File(_, size, offset) = event
            && *size >= MIN as u64
        {
            for border in [*offset, offset + size] {
                let border = usize::try_from(border).unwrap_or(usize::MAX);
                assert!(ends.binary_search(&border).is_ok(), "no cut at {border}");
            }
        }
    }
}
