//! narinfos and the texts in them: what is read is written, and means what a
//! plainer reading says.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fmt::Display;
use std::str::FromStr;

use nar_format::cache_info::CacheInfo;
use nar_format::narinfo::NarInfo;
use nar_format::signing::{PublicKey, Signature};
use nar_format::{NarHash, StoreDir, StorePath, base32};

use crate::input::{Damage, Input};

/// Lines as Nix writes them, and as nobody should.
const LINES: [&str; 24] = [
    "StorePath: /nix/store/s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3",
    "URL: nar/x.nar",
    "NarHash: sha256:0s2mqw0h0di75k5ycvd5adrkiymnqzkar431sq7lmrwb1zyygwsc",
    "NarSize: 1104",
    "Compression: zstd",
    "FileHash: sha256:0s2mqw0h0di75k5ycvd5adrkiymnqzkar431sq7lmrwb1zyygwsc",
    "FileSize: 500",
    "References: v3f9wbzq2gbnkwdgygcab0sj1p9yi2mp-golden-one-1.0 i1l8gjqwpnlkf7wbwkacnbhmw8mxgqvx-golden-two-2.0",
    "References: ",
    "References: i1l8gjqwpnlkf7wbwkacnbhmw8mxgqvx-golden-two-2.0",
    "Deriver: v3f9wbzq2gbnkwdgygcab0sj1p9yi2mp-golden-3.drv",
    "Deriver: unknown-deriver",
    "System: x86_64-linux",
    "Sig: k-1:bm9ib2R5IHNpZ25lZCB0aGlzLCBpdCBpcyA2NCBieXRlcyBsb25nLCBubyBtb3JlIG9yIGxlc3MgIA==",
    "Sig: rubbish",
    "CA: fixed:r:sha256:05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy",
    "CA: ",
    "NarSize: 0",
    "Unknown: x: y",
    "Priority: 41",
    "StoreDir: /nix/store",
    "WantMassQuery: 1",
    "no colon",
    "",
];

/// A narinfo, or text that resembles one: reading and writing are inverse, and
/// each value is the one that a plain search finds.
pub fn narinfo(data: &[u8]) {
    let mut input = Input::new(data);
    let dir = match input.byte() % 8 {
        0 => "/gnu/store",
        _ => "/nix/store",
    };
    let Ok(dir) = StoreDir::parse(dir) else {
        unreachable!("a store directory")
    };
    let bytes = if input.byte().is_multiple_of(2) {
        input.rest().to_vec()
    } else {
        let damage = Damage::read(&mut input);
        let mut text = String::new();
        // The four that are needed come first, most of the time.
        let needed = LINES[..4].iter().skip(usize::from(input.byte() < 16));
        for line in needed {
            text.push_str(&format!("{line}\n"));
        }
        while !input.is_empty() {
            text.push_str(input.choose(&LINES));
            text.push('\n');
        }
        let mut bytes = text.into_bytes();
        damage.apply(&mut bytes);
        bytes
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return;
    };
    check(text, &dir);
    keeps::<CacheInfo>(text);
    for line in text.lines() {
        check_value(line);
        if let Some((_, value)) = line.split_once(": ") {
            check_value(value);
        }
    }
}

fn check(text: &str, dir: &StoreDir) {
    let Ok(info) = NarInfo::parse(text, dir) else {
        return;
    };
    let printed = info.to_string();
    let again = NarInfo::parse(&printed, dir);
    assert_eq!(again.as_ref(), Ok(&info), "{printed}");
    assert!(info.nar_size > 0 && !info.url.is_empty());
    assert!(
        info.references.is_sorted_by(|a, b| a < b),
        "a sorted set: {printed}"
    );
    assert_eq!(printed.matches('\n').count(), printed.lines().count());
    check_fingerprint(&info, &printed);
    // Lines as everybody sees them: a name without a colon, or a value without
    // its space, would take the line's end and what follows as theirs.
    if !text.contains(":\n") && text.lines().all(|line| line.contains(':')) {
        check_plainly(&info, text, dir);
    }
}

/// The fingerprint, made of the lines that are printed.
fn check_fingerprint(info: &NarInfo, printed: &str) {
    let value = |name: &str| last(printed, name).unwrap_or_default();
    let references: Vec<String> = value("References")
        .split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| format!("{}/{name}", info.store_dir))
        .collect();
    let plain = format!(
        "1;{};{};{};{}",
        value("StorePath"),
        value("NarHash"),
        value("NarSize"),
        references.join(",")
    );
    assert_eq!(info.fingerprint(), plain);
}

/// The value of the last line of this name.
fn last<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    values(text, name).last().copied()
}

fn values<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let value = |line: &'t str| line.strip_prefix(name)?.strip_prefix(':')?.get(1..);
    text.split('\n').filter_map(value).collect()
}

fn check_plainly(info: &NarInfo, text: &str, dir: &StoreDir) {
    let path = info.store_path.absolute(dir);
    assert_eq!(last(text, "StorePath"), Some(path.as_str()));
    assert_eq!(last(text, "URL"), Some(info.url.as_str()));
    assert_eq!(last(text, "System"), info.system.as_deref());
    assert_eq!(last(text, "FileHash"), info.file_hash.as_deref());
    let number = |name| last(text, name).and_then(|value| value.parse::<u64>().ok());
    assert_eq!(number("NarSize"), Some(info.nar_size));
    assert_eq!(number("FileSize").filter(|size| *size > 0), info.file_size);
    let ca = values(text, "CA").into_iter().find(|ca| !ca.is_empty());
    assert_eq!(ca, info.ca.as_deref());
    let derivers = values(text, "Deriver");
    let deriver = derivers.iter().rfind(|value| **value != "unknown-deriver");
    let told = info.deriver.as_ref().map(StorePath::base_name);
    assert_eq!(deriver.copied(), told.as_deref());
    let lines = values(text, "References");
    let references: BTreeSet<String> = lines
        .iter()
        .flat_map(|line| line.split(' '))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let told: BTreeSet<String> = info.references.iter().map(StorePath::base_name).collect();
    assert_eq!(references, told);
    let sigs = values(text, "Sig");
    for sig in &info.sigs {
        assert!(sigs.contains(&sig.to_string().as_str()), "{sig}");
    }
}

fn check_value(text: &str) {
    keeps::<NarHash>(text);
    keeps::<Signature>(text);
    keeps::<PublicKey>(text);
    // These have one spelling only.
    for written in [
        keeps::<StorePath>(text),
        keeps::<StoreDir>(text),
        base32::decode(text)
            .ok()
            .map(|bytes| base32::encode(&bytes)),
    ] {
        assert!(written.is_none_or(|written| written == text), "{text:?}");
    }
}

/// Reads a text, and that what is written of it reads as the same.
fn keeps<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<String> {
    let value: T = text.parse().ok()?;
    let written = value.to_string();
    assert_eq!(written.parse().ok(), Some(value), "{text:?}");
    Some(written)
}
