use proptest::prelude::*;

use super::*;

const LIMIT: usize = 1 << 20;

fn key(number: u128) -> BlobKey {
    BlobKey::record(ulid::Ulid(number))
}

fn head() -> Head {
    let settings = serde_json::json!({"is_public": false, "store_dir": "/nix/store"});
    let serde_json::Value::Object(settings) = settings else {
        unreachable!()
    };
    Head {
        cache_uid: "01JD0000000000000000000000".to_owned(),
        cache_name: "team".to_owned(),
        settings,
        time: 1_800_000_000,
    }
}

fn path(base_name: &str, chunks: u8) -> PublishedPath {
    PublishedPath {
        path: base_name.parse().unwrap(),
        nar_hash: NarHash::of(base_name.as_bytes()),
        nar_size: 1234,
        references: Vec::new(),
        deriver: None,
        ca: None,
        sigs: Vec::new(),
        created_by: None,
        replaces: None,
        chunks: (0..chunks)
            .map(|i| ChunkRef {
                digest: Digest::of(&[i]),
                frame_id: FrameId::of(&[i]),
            })
            .collect(),
    }
}

fn records() -> Vec<Record> {
    let full = PublishedPath {
        references: vec!["00000000000000000000000000000000-a".parse().unwrap()],
        deriver: Some("11111111111111111111111111111111-a.drv".parse().unwrap()),
        ca: Some("fixed:r:sha256:abc".to_owned()),
        sigs: vec!["k:sig".to_owned()],
        created_by: Some("ci\n\"".to_owned()),
        replaces: Some(key(7)),
        ..path("00000000000000000000000000000000-a", 3)
    };
    let ended = EndedPath {
        path_hash: "00000000000000000000000000000000".parse().unwrap(),
        ends: key(8),
    };
    let bodies = [
        Body::Publish(vec![full, path("22222222222222222222222222222222-b", 0)]),
        Body::Publish(Vec::new()),
        Body::Cache { destroyed: false },
        Body::Cache { destroyed: true },
        Body::Tombstone(vec![ended.clone(), ended]),
    ];
    let record = |body| Record { head: head(), body };
    bodies.into_iter().map(record).collect()
}

fn unpack(blob: &[u8]) -> String {
    String::from_utf8(zstd::decode_all(blob).unwrap()).unwrap()
}

fn pack(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

#[test]
fn records_round_trip() {
    for record in records() {
        let blob = record.encode().unwrap();
        assert_eq!(Record::parse(&blob, LIMIT).unwrap(), record);
    }
}

#[test]
fn the_limit_is_on_what_comes_out() {
    let blob = records()[0].encode().unwrap();
    let len = unpack(&blob).len();
    assert!(Record::parse(&blob, len).is_ok());
    let error = Record::parse(&blob, len - 1);
    assert!(
        matches!(error, Err(RecordError::TooLarge(n)) if n == len - 1),
        "{error:?}"
    );
    // 1 GiB of zeros in some 33 kB: refused after LIMIT bytes.
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(0), 1 << 30),
        &mut bomb,
    )
    .unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 200_000);
    let error = Record::parse(&bomb, LIMIT);
    assert!(
        matches!(error, Err(RecordError::TooLarge(LIMIT))),
        "{error:?}"
    );
}

#[test]
fn a_huge_window_is_refused() {
    let mut wide = zstd::Encoder::new(Vec::new(), 1).unwrap();
    wide.window_log(27).unwrap();
    std::io::Write::write_all(
        &mut wide,
        unpack(&records()[0].encode().unwrap()).as_bytes(),
    )
    .unwrap();
    let error = Record::parse(&wide.finish().unwrap(), LIMIT);
    assert!(
        matches!(error, Err(RecordError::Decompress(_))),
        "{error:?}"
    );
}

#[test]
fn what_is_not_one_frame_is_refused() {
    let blob = records()[0].encode().unwrap();
    let twice = [&blob[..], &blob].concat();
    let longer = [&blob[..], b"x"].concat();
    let skippable = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2];
    for bytes in [
        &[][..],
        b"{}",
        &twice,
        &longer,
        &skippable,
        &blob[..blob.len() - 1],
    ] {
        let error = Record::parse(bytes, LIMIT);
        assert!(matches!(error, Err(RecordError::Frame)), "{error:?}");
    }
}

#[test]
fn malformed_lines_are_refused_by_number() {
    let all = records();
    let publish = unpack(&all[0].encode().unwrap());
    let cache = unpack(&all[2].encode().unwrap());
    let tombstone = unpack(&all[4].encode().unwrap());
    let refused = [
        (1, publish.replacen("\"publish\"", "\"other\"", 1)),
        (1, publish.replacen("\"time\"", "\"when\"", 1)),
        (1, publish.replacen("{\"version\":1", "{\"version\":-1", 1)),
        (
            2,
            publish.replacen("\"nar_size\":", "\"x\":1,\"nar_size\":", 1),
        ),
        (2, publish.replacen("\"chunks\":\"", "\"chunks\":\"AAAA", 1)),
        (2, publish.replacen("\"chunks\":\"", "\"chunks\":\"*", 1)),
        (2, publish.replacen("00000000-a\"", "00000000-a/\"", 1)),
        (2, publish.replacen('\n', "\n\n", 1)),
        (4, format!("{publish}\n")),
        (2, tombstone.replacen(".rec", ".pack", 1)),
    ];
    for (line, text) in refused {
        let error = Record::parse(&pack(&text), LIMIT);
        assert!(
            matches!(error, Err(RecordError::Line { line: told, .. }) if told == line),
            "{error:?}: {text}"
        );
    }
    let version = publish.replacen("{\"version\":1", "{\"new\":0,\"version\":2", 1);
    let error = Record::parse(&pack(&version), LIMIT);
    assert!(matches!(error, Err(RecordError::Version(2))), "{error:?}");
    let incomplete = [
        String::new(),
        publish.trim_end().to_owned(),
        cache.replacen(",\"destroyed\":false", "", 1),
        format!("{cache}{{}}\n"),
        publish.replacen("\"time\":", "\"destroyed\":true,\"time\":", 1),
    ];
    for text in incomplete {
        let error = Record::parse(&pack(&text), LIMIT);
        assert!(
            matches!(error, Err(RecordError::Lines)),
            "{error:?}: {text}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let _ = Record::parse(&bytes, LIMIT);
        let _ = Record::parse(&zstd::encode_all(&bytes[..], 1).unwrap(), LIMIT);
        let mut blob = records()[0].encode().unwrap();
        let at = at.index(blob.len());
        blob[at] ^= 1 << bit;
        let _ = Record::parse(&blob, LIMIT);
    }
}
