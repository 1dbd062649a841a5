//! Bad packs at the HTTP boundary: every rule of packs and frames broken one at
//! a time, and a flipped byte in every region.

use chunk_store::{Digest, frame::frame_sum};

use crate::engine_support::noise;
use crate::http_bad_input::{check, server, state};
use crate::http_support::pack_of;

/// A frame made by hand around `raw`: descriptor, what follows it, one raw block, what follows that.
fn frame(descriptor: u8, header: &[u8], raw: &[u8], tail: &[u8]) -> Vec<u8> {
    let block = (raw.len() as u32) << 3 | 1;
    let magic = [0x28, 0xB5, 0x2F, 0xFD, descriptor];
    [&magic[..], header, &block.to_le_bytes()[..3], raw, tail].concat()
}

/// Single segment with a content size of four bytes.
const PLAIN: u8 = 0xA0;

fn size(raw: &[u8]) -> [u8; 4] {
    (raw.len() as u32).to_le_bytes()
}

pub(crate) fn good(raw: &[u8]) -> Vec<u8> {
    frame(PLAIN, &size(raw), raw, &[])
}

/// A pack of these frames whose index says what it is told to say.
pub(crate) fn pack(frames: &[(Digest, u32, Vec<u8>)]) -> Vec<u8> {
    pack_with(frames, |_, entry| entry)
}

type Entry = (Digest, u32, u32, u64);

fn pack_with(frames: &[(Digest, u32, Vec<u8>)], lie: impl Fn(usize, Entry) -> Entry) -> Vec<u8> {
    let mut index = Vec::new();
    for (at, (digest, raw_len, frame)) in frames.iter().enumerate() {
        let entry = (*digest, *raw_len, frame.len() as u32, frame_sum(frame));
        let (digest, raw_len, frame_len, sum) = lie(at, entry);
        index.extend_from_slice(digest.as_bytes());
        index.extend_from_slice(&raw_len.to_le_bytes());
        index.extend_from_slice(&frame_len.to_le_bytes());
        index.extend_from_slice(&sum.to_le_bytes());
    }
    let mut blob = b"GRTPACK1".to_vec();
    blob.extend_from_slice(&(frames.len() as u32).to_le_bytes());
    blob.extend_from_slice(blake3::hash(&index).as_bytes());
    blob.extend_from_slice(&index);
    frames
        .iter()
        .for_each(|(.., frame)| blob.extend_from_slice(frame));
    blob
}

/// A pack of one frame.
fn one(raw: &[u8], frame: Vec<u8>) -> Vec<u8> {
    pack(&[(Digest::of(raw), raw.len() as u32, frame)])
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_that_break_a_rule() {
    let (server, _) = server().await;
    let raw = noise(1, 300);
    let entry = (Digest::of(&raw), 300, good(&raw));
    let lying = |lie: fn(Entry) -> Entry| {
        pack_with(std::slice::from_ref(&entry), move |_, entry| lie(entry))
    };
    let skippable = [&[0x50, 0x2A, 0x4D, 0x18][..], &size(&raw), &raw].concat();
    let many: Vec<_> = (0..129u8)
        .map(|n| (Digest::of(&[n]), 1, good(&[n])))
        .collect();
    let big = vec![0; 512 << 10];
    let zeros = chunk_store::frame::Encoder::new(3)
        .unwrap()
        .encode(&big)
        .unwrap();
    let bombs: Vec<_> = (0..9u8)
        .map(|n| (Digest::of(&[n]), 512 << 10, zeros.clone()))
        .collect();
    let large = noise(2, 400 << 10);
    let larges: Vec<_> = (0..3u8)
        .map(|n| (Digest::of(&[n]), large.len() as u32, good_large(&large)))
        .collect();
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing at all", vec![], "pack_truncated"),
        (
            "another magic",
            b"GRTPACK2".repeat(20),
            "invalid_pack_header",
        ),
        ("no frame", pack(&[]), "invalid_pack_header"),
        ("too many frames", pack(&many), "pack_too_many_frames"),
        ("too much raw", pack(&bombs), "pack_too_much_raw"),
        ("too many bytes", pack(&larges), "pack_too_large"),
        (
            "the same digest twice",
            pack(&[entry.clone(), entry.clone()]),
            "pack_duplicate_digest",
        ),
        (
            "bytes after the end",
            [pack(std::slice::from_ref(&entry)), vec![0]].concat(),
            "pack_trailing_bytes",
        ),
        (
            "index: frame shorter than it is",
            lying(|(d, r, f, s)| (d, r, f - 1, s)),
            "frame_sum_mismatch",
        ),
        (
            "index: frame longer than it is",
            lying(|(d, r, f, s)| (d, r, f + 1, s)),
            "pack_truncated",
        ),
        (
            "index: another sum",
            lying(|(d, r, f, s)| (d, r, f, s ^ 1)),
            "frame_sum_mismatch",
        ),
        (
            "index: another raw length",
            lying(|(d, r, f, s)| (d, r + 1, f, s)),
            "frame_content_size",
        ),
        (
            "raw length 0",
            lying(|(d, _, f, s)| (d, 0, f, s)),
            "frame_length",
        ),
        (
            "raw length above 512 KiB",
            lying(|(d, _, f, s)| (d, (512 << 10) + 1, f, s)),
            "frame_length",
        ),
        (
            "frame above compressBound",
            lying(|(d, _, f, s)| (d, 1, f, s)),
            "frame_length",
        ),
        (
            "no content size",
            one(&raw, frame(0x00, &[0x48], &raw, &[])),
            "frame_content_size",
        ),
        (
            "another content size",
            one(&raw, frame(PLAIN, &size(&raw[1..]), &raw, &[])),
            "frame_content_size",
        ),
        (
            "a window of 2 GiB",
            one(
                &raw,
                frame(0x80, &[&[0xA8][..], &size(&raw)].concat(), &raw, &[]),
            ),
            "frame_window",
        ),
        (
            "a window just too large",
            one(
                &raw,
                frame(0x80, &[&[0x49][..], &size(&raw)].concat(), &raw, &[]),
            ),
            "frame_window",
        ),
        (
            "a dictionary",
            one(
                &raw,
                frame(PLAIN | 1, &[&[7][..], &size(&raw)].concat(), &raw, &[]),
            ),
            "frame_dictionary",
        ),
        (
            "a checksum",
            one(&raw, frame(PLAIN | 4, &size(&raw), &raw, &[0; 4])),
            "frame_checksum",
        ),
        (
            "a reserved bit",
            one(&raw, frame(PLAIN | 8, &size(&raw), &raw, &[])),
            "frame_header",
        ),
        ("a skippable frame", one(&raw, skippable), "frame_header"),
        ("no zstd at all", one(&raw, raw.clone()), "frame_header"),
        (
            "two frames in one",
            one(&raw, [good(&raw), good(b"x")].concat()),
            "frame_not_exact",
        ),
        (
            "a byte too many",
            one(&raw, [good(&raw), vec![0]].concat()),
            "frame_not_exact",
        ),
        (
            "a byte too few",
            one(&raw, good(&raw)[..312 - 5].to_vec()),
            "frame_not_exact",
        ),
    ];
    let before = state(&server).await;
    for (name, bytes, code) in table {
        let reply = server.put_pack("main", &server.admin(), bytes).await;
        check(name, &reply, code);
        assert_eq!(state(&server).await, before, "{name}");
    }
}

/// A block holds at most 128 KiB, so this one has several.
fn good_large(raw: &[u8]) -> Vec<u8> {
    chunk_store::frame::Encoder::new(1)
        .unwrap()
        .encode(raw)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_in_every_region_of_a_pack() {
    let (server, _) = server().await;
    let chunks = [noise(1, 5_000), noise(2, 6_000), vec![3; 7_000]];
    let sound = pack_of(&chunks, 3);
    let frames = 44 + 3 * 48;
    let end = sound.len() - 1;
    let regions: &[(&str, usize, &[&str])] = &[
        ("magic", 0, &["invalid_pack_header"]),
        ("version", 7, &["invalid_pack_header"]),
        ("count", 8, &["invalid_pack_index", "pack_too_many_frames"]),
        ("count, high byte", 11, &["pack_too_many_frames"]),
        ("index hash", 12, &["invalid_pack_index"]),
        ("index hash, end", 43, &["invalid_pack_index"]),
        ("digest", 44, &["invalid_pack_index"]),
        ("raw length", 76, &["invalid_pack_index"]),
        ("frame length", 80, &["invalid_pack_index"]),
        ("sum", 84, &["invalid_pack_index"]),
        ("last entry", frames - 1, &["invalid_pack_index"]),
        (
            "first frame's magic",
            frames,
            &["frame_sum_mismatch", "frame_header"],
        ),
        ("first frame's header", frames + 4, &["frame_sum_mismatch"]),
        (
            "first frame's content",
            frames + 1_000,
            &["frame_sum_mismatch"],
        ),
        (
            "second frame's content",
            frames + 8_000,
            &["frame_sum_mismatch"],
        ),
        ("last byte", end, &["frame_sum_mismatch"]),
    ];
    let before = state(&server).await;
    for (name, at, codes) in regions {
        let mut bytes = sound.clone();
        bytes[*at] ^= 0x10;
        let reply = server.put_pack("main", &server.admin(), bytes).await;
        assert_eq!(reply.status / 100, 4, "{name}: {reply:?}");
        assert!(codes.contains(&reply.code().as_str()), "{name}: {reply:?}");
        assert_eq!(state(&server).await, before, "{name}");
    }
    for cut in [0, 7, 20, 100, frames, frames + 3, end] {
        let reply = server
            .put_pack("main", &server.admin(), sound[..cut].to_vec())
            .await;
        check(&format!("cut at {cut}"), &reply, "pack_truncated");
        assert_eq!(state(&server).await, before, "cut at {cut}");
    }
    assert_eq!(
        server.put_pack("main", &server.admin(), sound).await.status,
        200
    );
}
