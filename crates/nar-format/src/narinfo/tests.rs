//! Which narinfos Nix reads, and as what.

use super::{MAX_REFERENCES, MAX_SIGNATURES, NarInfo};
use crate::signing::SecretKey;
use crate::{Error, StoreDir};

const PATH: &str = "StorePath: /nix/store/s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3\n";
const URL: &str = "URL: nar/x.nar\n";
const HASH: &str = "NarHash: sha256:0s2mqw0h0di75k5ycvd5adrkiymnqzkar431sq7lmrwb1zyygwsc\n";
const SIZE: &str = "NarSize: 1104\n";
const ONE: &str = "v3f9wbzq2gbnkwdgygcab0sj1p9yi2mp-golden-one-1.0";
const TWO: &str = "i1l8gjqwpnlkf7wbwkacnbhmw8mxgqvx-golden-two-2.0";
const CA: &str = "CA: fixed:r:sha256:05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy\n";

fn parse(text: &str) -> Result<NarInfo, Error> {
    NarInfo::parse(text, &StoreDir::default())
}

fn with(extra: &str) -> Result<NarInfo, Error> {
    parse(&format!("{PATH}{URL}{HASH}{SIZE}{extra}"))
}

fn base_names(info: &NarInfo) -> Vec<String> {
    info.references.iter().map(ToString::to_string).collect()
}

#[test]
fn needed_fields() {
    let all = [PATH, URL, HASH, SIZE];
    let info = parse(&all.concat()).unwrap();
    assert_eq!((info.compression.as_str(), info.nar_size), ("bzip2", 1104));
    assert_eq!(
        (info.file_hash, info.file_size, info.ca),
        (None, None, None)
    );
    let reversed: Vec<&str> = all.into_iter().rev().collect();
    assert!(parse(&reversed.concat()).is_ok(), "any order");
    for (at, what) in ["StorePath", "URL", "NarHash", "NarSize"]
        .iter()
        .enumerate()
    {
        let mut some = all.to_vec();
        some.remove(at);
        let error = parse(&some.concat()).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    assert!(parse("").is_err());
}

#[test]
fn repeated_and_unknown_fields() {
    assert_eq!(with("NarSize: 5\n").unwrap().nar_size, 5, "the last counts");
    assert_eq!(with("URL: b\n").unwrap().url, "b");
    assert_eq!(with("Whatever: x\nX:y\n"), with(""), "unknown ones do not");
    assert!(with("NarSize: 0\n").is_err());
    assert!(with("URL: \n").is_err());
    assert!(with(&format!("{CA}{CA}")).is_err());
    let (one, two) = (
        format!("References: {ONE}\n"),
        format!("References: {TWO}\n"),
    );
    assert!(with(&format!("{one}{two}")).is_err());
    let after_none = with(&format!("References: \n{one}")).unwrap();
    assert_eq!(base_names(&after_none), [ONE]);
    assert!(with(&format!("{one}References: \n")).is_err());
}

#[test]
fn values() {
    let refs = with(&format!("References:   {ONE} {TWO}  {ONE} \n")).unwrap();
    assert_eq!(base_names(&refs), [TWO, ONE], "a sorted set");
    assert_eq!(with("Deriver: unknown-deriver\n").unwrap().deriver, None);
    assert_eq!(with("CA: \n").unwrap().ca, None);
    assert_eq!(with("FileSize: 0\n").unwrap().file_size, None);
    assert_eq!(
        with("FileSize: 18446744073709551615\n").unwrap().file_size,
        Some(u64::MAX)
    );
    assert_eq!(with("Compression: \n").unwrap().compression, "bzip2");
    assert_eq!(
        with("System: x86_64-linux\n").unwrap().system.as_deref(),
        Some("x86_64-linux")
    );
    let hash = "FileHash: md5:1b013811f0ee4996b9ccf2b405396d55\n";
    assert!(with(hash).unwrap().file_hash.is_some());
    let url = with("URL: http://host/a:b?c=d\n").unwrap().url;
    assert_eq!(url, "http://host/a:b?c=d");
}

#[test]
fn signatures() {
    let key = SecretKey::from_seed("k-1", &[1; 32]).unwrap();
    let sig = key.sign("x");
    let text = format!("Sig: {sig}\nSig: rubbish\nSig: k:AAAA\nSig: {sig}\n");
    assert_eq!(with(&text).unwrap().sigs, [sig]);
}

#[test]
fn corrupt() {
    for extra in [
        "StorePath: /gnu/store/s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3\n",
        "StorePath: s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3\n",
        "NarSize: -1\n",
        "NarSize: 1x\n",
        "NarSize: \n",
        "NarSize: 18446744073709551616\n",
        "NarSize: 1104\r\n",
        "NarHash: sha1:vv34aq135wzamrvxvb0pl0i7ndwpgwxw\n",
        "NarHash: 05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy\n",
        "FileHash: x\n",
        "FileSize: x\n",
        "References: a\n",
        "References: /nix/store/s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3\n",
        "Deriver: x\n",
        "CA: x\n",
        "no colon\n",
        "\n",
        "no end: of the line",
        "X:",
        "X:ä",
        "X:\n",
    ] {
        assert!(with(extra).is_err(), "{extra:?}");
    }
}

#[test]
fn limits() {
    let refs = |count: usize| {
        let names = (0..count).map(|n| format!(" {}-{n}", &ONE[..32]));
        format!("References:{}\n", names.collect::<String>())
    };
    assert_eq!(
        with(&refs(MAX_REFERENCES)).unwrap().references.len(),
        MAX_REFERENCES
    );
    assert!(with(&refs(MAX_REFERENCES + 1)).is_err());
    let key = SecretKey::from_seed("k", &[1; 32]).unwrap();
    let sigs = |count: usize| {
        let lines = (0..count).map(|n| format!("Sig: {}\n", key.sign(&n.to_string())));
        lines.collect::<String>()
    };
    assert_eq!(
        with(&sigs(MAX_SIGNATURES)).unwrap().sigs.len(),
        MAX_SIGNATURES
    );
    assert!(with(&sigs(MAX_SIGNATURES + 1)).is_err());
    assert!(with(&format!("X: {}\n", "x".repeat(super::MAX_LEN))).is_err());
}
