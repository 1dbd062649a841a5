//! Formats that must not change by accident. `UPDATE_EXPECT=1 cargo test`
//! rewrites the files; a change of one is a change of a format on disk.

use std::fmt::Write as _;

use chunk_store::chunker::{MAX, MIN, NarChunker};
use chunk_store::pack::{Builder, PackLimits};
use chunk_store::recipe::{self, Recipe};
use chunk_store::record::{Body, ChunkRef, EndedPath, Head, PublishedPath, Record};
use chunk_store::{BlobKey, ChunkId, Digest, FrameId};
use expect_test::expect_file;
use ulid::Ulid;

use crate::support::{TestNar, hex, nar, noise, raw_frame, read_default};

/// Noise, text, runs, and small files in between.
fn golden_nar() -> TestNar {
    let large = noise("garret golden cut points", 6 << 20);
    let text: String = (0..60_000).map(|i| format!("line {i}\n")).collect();
    let zeros = vec![0; 2 * MAX + 12_345];
    nar(&[
        ("a.bin", &large),
        ("b.txt", text.as_bytes()),
        ("c.zero", &zeros),
        ("d.small", &large[..1000]),
        ("e.below", &large[5..MIN + 4]),
        ("f.least", &large[5..MIN + 5]),
        ("g.again", &large[..1 << 20]),
        ("h.tail", b"end"),
    ])
}

#[test]
fn cut_points() {
    let nar = golden_nar();
    let (mut text, mut offset) = ("# offset length blake3\n".to_owned(), 0);
    let mut chunker = NarChunker::new();
    let mut line = |chunk: &[u8]| {
        writeln!(text, "{offset} {} {}", chunk.len(), Digest::of(chunk)).unwrap();
        offset += chunk.len();
    };
    chunker.push(&nar.bytes, &mut line).unwrap();
    chunker.finish(&mut line).unwrap();
    expect_file!["../../../../fixtures/chunk-store/cuts.txt"].assert_eq(&text);
}

/// Three chunks in frames that no zstd version would make otherwise: a raw
/// block, a run, and a compressed block with its bytes given here.
fn golden_frames() -> Vec<(Vec<u8>, Vec<u8>)> {
    let run = [
        0x28, 0xB5, 0x2F, 0xFD, 0x60, 0x00, 0x01, 0x03, 0x10, 0x00, b'z',
    ];
    let packed = [
        0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x77, 0x75, 0x00, 0x00, 0x38, 0x67, 0x61, 0x72, 0x72, 0x65,
        0x74, 0x20, 0x01, 0x00, 0x4D, 0x69, 0x31, 0x02,
    ];
    vec![
        (b"hello".to_vec(), raw_frame(b"hello")),
        (vec![b'z'; 512], run.to_vec()),
        (b"garret ".repeat(17), packed.to_vec()),
    ]
}

#[test]
fn pack() {
    let mut builder = Builder::new(PackLimits::default());
    for (raw, frame) in golden_frames() {
        let pushed = builder.push(Digest::of(&raw), raw.len() as u32, frame);
        pushed.unwrap();
    }
    let blob = builder.finish();
    expect_file!["../../../../fixtures/chunk-store/pack.hex"].assert_eq(&hex(&blob));

    let (seen, summary) = read_default(&blob).unwrap();
    let mut text = format!("{summary:?}\n");
    let mut decoder = chunk_store::frame::Decoder::new();
    for (frame, (raw, _)) in seen.iter().zip(golden_frames()) {
        let entry = frame.entry;
        let decoded = decoder.decode(&frame.frame, entry.raw_len as usize);
        assert_eq!(decoded, Ok(&raw[..]));
        writeln!(
            text,
            "offset {} digest {} frame {} raw_len {} frame_len {} xxh3 {:016x}",
            frame.offset, entry.digest, frame.frame_id, entry.raw_len, entry.frame_len, entry.sum
        )
        .unwrap();
    }
    expect_file!["../../../../fixtures/chunk-store/pack.txt"].assert_eq(&text);
}

#[test]
fn recipe() {
    // Two uploads, a chunk from elsewhere, one chunk twice; over one block.
    let ids = (5000..5700).chain(80_000..80_400).chain([17, 5003, 5003]);
    let chunks: Vec<_> = ids
        .map(|id| (ChunkId(id), 1000 + id as u32 % 777))
        .collect();
    let bytes = recipe::encode(&chunks);
    expect_file!["../../../../fixtures/chunk-store/recipe.hex"].assert_eq(&hex(&bytes));
    let parsed = Recipe::parse(&bytes).unwrap();
    assert!(parsed.ids().iter().eq(chunks.iter().map(|(id, _)| id)));
}

fn golden_records() -> Vec<Record> {
    let settings = serde_json::json!({
        "is_public": false, "store_dir": "/nix/store", "priority": 41,
        "upstream_keys": ["cache.example.org-1"],
    });
    let serde_json::Value::Object(settings) = settings else {
        unreachable!()
    };
    let head = Head {
        cache_uid: Ulid(1).to_string(),
        cache_name: "team".to_owned(),
        settings,
        time: 1_800_000_000,
    };
    let path: nar_format::StorePath = "0c5b8vw40dy178xlpddw65q9gf1h2186-hello-2.10"
        .parse()
        .unwrap();
    let chunk = |raw: &[u8]| ChunkRef {
        digest: Digest::of(raw),
        frame_id: FrameId::of(&raw_frame(raw)),
    };
    let published = PublishedPath {
        path: path.clone(),
        nar_hash: nar_format::NarHash::of(b"not really a NAR"),
        nar_size: 16,
        references: vec![path.clone()],
        deriver: Some(
            "1c5b8vw40dy178xlpddw65q9gf1h2186-hello-2.10.drv"
                .parse()
                .unwrap(),
        ),
        ca: None,
        sigs: vec!["cache.example.org-1:AAAA".to_owned()],
        created_by: Some("ci".to_owned()),
        replaces: Some(BlobKey::record(Ulid(2))),
        chunks: vec![chunk(b"not really "), chunk(b"a NAR")],
    };
    let ended = EndedPath {
        path_hash: path.hash(),
        ends: BlobKey::record(Ulid(3)),
    };
    let bodies = [
        Body::Publish(vec![published]),
        Body::Cache { destroyed: false },
        Body::Tombstone(vec![ended]),
    ];
    let record = |body| Record {
        head: head.clone(),
        body,
    };
    bodies.into_iter().map(record).collect()
}

#[test]
fn records() {
    let files = [
        expect_file!["../../../../fixtures/chunk-store/record-publish.jsonl"],
        expect_file!["../../../../fixtures/chunk-store/record-cache.jsonl"],
        expect_file!["../../../../fixtures/chunk-store/record-tombstone.jsonl"],
    ];
    for (record, file) in golden_records().into_iter().zip(files) {
        let text = zstd::decode_all(&record.encode().unwrap()[..]).unwrap();
        file.assert_eq(&String::from_utf8(text).unwrap());
        let blob = zstd::encode_all(file.data().as_bytes(), 9).unwrap();
        assert_eq!(Record::parse(&blob, 1 << 20).unwrap(), record);
    }
}
