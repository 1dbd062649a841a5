//! Publish bodies: the golden one, and hostile ones.

use cache_api::publish_body::{PublishBodyError, decode, encode};
use cache_api::{ErrorBody, ErrorCode, Limits, PublishPath};
use proptest::prelude::*;

use crate::fixture;
use crate::golden::publish_paths;

const DIGESTS: [[u8; 32]; 3] = [[1; 32], [2; 32], [3; 32]];

fn good() -> Vec<u8> {
    encode(&publish_paths(), &DIGESTS)
}

/// The bytes in lines of 32 in hex.
fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| {
        line.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    bytes.chunks(32).map(|bytes| line(bytes) + "\n").collect()
}

#[test]
fn the_golden_body() {
    let path = fixture("publish-body.hex");
    expect_test::expect_file![path.as_str()].assert_eq(&hex(&good()));
    let (paths, digests) = decode(&good(), &Limits::default()).unwrap();
    assert_eq!((paths, digests), (publish_paths(), DIGESTS.to_vec()));
}

/// A body with this JSON and this many bytes of digests behind it.
fn body(json: &str, digests: usize) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    [&length[..], json.as_bytes(), &vec![0; digests]].concat()
}

/// JSON of one path with `chunks` and one field replaced by `with`.
fn json(replace: &str, with: &str) -> String {
    let json = serde_json::to_string(&publish_paths()[..1]).unwrap();
    assert!(json.contains(replace), "{replace}");
    json.replacen(replace, with, 1)
}

#[test]
fn hostile_bodies() {
    let limits = Limits {
        max_publish_body: 1 << 20,
        ..Limits::default()
    };
    let many = |n: usize| {
        json(
            "\"references\":[]",
            &format!("\"references\":[{}\"\"]", "\"\",".repeat(n)),
        )
    };
    let wrapping = {
        let mut paths = publish_paths();
        (paths[0].chunks, paths[1].chunks) = (u32::MAX, 3);
        encode(&paths, &DIGESTS[..2])
    };
    let table: [(&str, Vec<u8>, &str); 25] = [
        ("nothing", vec![], "truncated"),
        ("half a length", vec![0, 0, 0], "truncated"),
        ("no JSON", body("", 0), "json"),
        (
            "length beyond the end",
            [&[200, 0, 0, 0], &b"[]"[..]].concat(),
            "truncated",
        ),
        (
            "length of 4 GiB",
            [&[0xff; 4], &b"[]"[..]].concat(),
            "truncated",
        ),
        ("no paths", body("[]", 0), "ok"),
        ("no paths but a digest", body("[]", 32), "count"),
        ("one path", body(&json("x", "x"), 64), "ok"),
        ("a digest less", body(&json("x", "x"), 32), "count"),
        ("a digest more", body(&json("x", "x"), 96), "count"),
        ("a byte more", body(&json("x", "x"), 65), "partial"),
        ("a byte less", body(&json("x", "x"), 63), "partial"),
        ("counts that wrap together", wrapping, "count"),
        (
            "a count of 2^32 - 1",
            body(&json("\"chunks\":2", "\"chunks\":4294967295"), 64),
            "count",
        ),
        (
            "a negative count",
            body(&json("\"chunks\":2", "\"chunks\":-2"), 64),
            "json",
        ),
        (
            "a count too large",
            body(&json("\"chunks\":2", "\"chunks\":4294967296"), 64),
            "json",
        ),
        (
            "a fraction",
            body(&json("\"chunks\":2", "\"chunks\":2.0"), 64),
            "json",
        ),
        (
            "a negative size",
            body(&json("\"nar_size\":31000000", "\"nar_size\":-1"), 64),
            "json",
        ),
        ("no hash", body(&json("sha256:", "md5:"), 64), "json"),
        (
            "a field twice",
            body(&json("\"chunks\":2", "\"chunks\":2,\"chunks\":0"), 64),
            "json",
        ),
        (
            "JSON that goes on",
            body(&(json("x", "x") + "[]"), 64),
            "json",
        ),
        ("a depth bomb", body(&"[".repeat(500_000), 0), "json"),
        ("a few empty references", body(&many(4000), 64), "ok"),
        (
            "a flood of empty references",
            body(&many(200_000), 64),
            "items",
        ),
        ("above the limit", body("[]", (1 << 20) - 5), "large"),
    ];
    for (name, body, expected) in table {
        let outcome = match decode(&body, &limits) {
            Ok(_) => "ok",
            Err(PublishBodyError::TooLarge { .. }) => "large",
            Err(PublishBodyError::Truncated { .. }) => "truncated",
            Err(PublishBodyError::TooManyItems(_)) => "items",
            Err(PublishBodyError::Json(_)) => "json",
            Err(PublishBodyError::PartialDigest(_)) => "partial",
            Err(PublishBodyError::DigestCount { .. }) => "count",
        };
        assert_eq!(outcome, expected, "{name}");
    }
}

#[test]
fn the_largest_path_of_the_format_fits() {
    let limits = Limits::default();
    let mut path = publish_paths().remove(0);
    path.references = (0..10_000)
        .map(|i| format!("{}-{i}", "a".repeat(32)))
        .collect();
    path.chunks = 500_000;
    let body = encode(&[path.clone()], &vec![[9; 32]; 500_000]);
    assert!(
        body.len() as u64 <= limits.max_publish_body,
        "{}",
        body.len()
    );
    assert_eq!(decode(&body, &limits).unwrap().0, [path]);
}

#[test]
fn errors_as_they_are_answered() {
    let limits = Limits {
        max_publish_body: 3,
        ..Limits::default()
    };
    let too_large: ErrorBody = decode(&good(), &limits).unwrap_err().into();
    assert_eq!(too_large.code, ErrorCode::BodyTooLarge);
    let json: ErrorBody = decode(&body("{}", 0), &Limits::default())
        .unwrap_err()
        .into();
    assert_eq!(json.code, ErrorCode::InvalidPublishBody);
    assert!(
        json.message
            .starts_with("the JSON is not an array of paths: "),
        "{}",
        json.message
    );
}

proptest! {
    #[test]
    fn every_cut_and_flip_is_refused_or_still_a_body(at in any::<prop::sample::Index>(), bit in 0..8) {
        let good = good();
        let at = at.index(good.len());
        prop_assert!(decode(&good[..at], &Limits::default()).is_err());
        let mut flipped = good;
        flipped[at] ^= 1_u8 << bit;
        if let Ok((paths, digests)) = decode(&flipped, &Limits::default()) {
            let claimed: usize = paths.iter().map(|path: &PublishPath| path.chunks as usize).sum();
            prop_assert_eq!(claimed, digests.len());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, &Limits::default());
    }
}
