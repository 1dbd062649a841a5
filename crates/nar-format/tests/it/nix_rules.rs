//! What a real Nix refuses is refused here, and what it reads is read alike.

use std::fs;

use nar_format::narinfo::NarInfo;
use nar_format::{StoreDir, StorePath, base32};

use crate::nix::Nix;

const HASH: &str = "s3aq8cqnqlycl25376r0b3pj2z2zssrw";
const REF: &str = "v3f9wbzq2gbnkwdgygcab0sj1p9yi2mp-golden-one-1.0";
const OTHER: &str = "i1l8gjqwpnlkf7wbwkacnbhmw8mxgqvx-golden-two-2.0";
const CA: &str = "fixed:r:sha256:05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy";

#[test]
fn names() {
    let Some(nix) = Nix::find() else { return };
    let legal: String = (' '..='~')
        .filter(|c| c.is_ascii_alphanumeric() || "+-._?=".contains(*c))
        .collect();
    let (longest, too_long) = ("n".repeat(211), "n".repeat(212));
    for name in [
        &legal, &longest, &too_long, "a", ".a", "..a", "=", "?", "", "a b", "a!", "a#", "a%", "a&",
        "a(", "a*", "a,", "a/", "a:", "a;", "a<", "a@", "a[", "a^", "a~", "a|", "a{", "ä",
    ] {
        let expression = format!("builtins.toFile {name:?} \"\"");
        let line = [
            "nix-instantiate",
            "--readonly-mode",
            "--eval",
            "-E",
            &expression,
        ];
        let theirs = nix.run(&line).status.success();
        let ours = StorePath::from_base_name(&format!("{HASH}-{name}")).is_ok();
        assert_eq!(ours, theirs, "{name:?}");
    }
}

/// Lines of a narinfo in which `REF`, `OTHER` and `CONTENT` stand for values.
const NARINFOS: &[&[&str]] = &[
    &["PATH", "URL", "HASH", "SIZE"],
    &["SIZE", "HASH", "URL", "PATH"],
    &["URL", "HASH", "SIZE"],
    &["PATH", "HASH", "SIZE"],
    &["PATH", "URL", "SIZE"],
    &["PATH", "URL", "HASH"],
    &["PATH", "URL", "HASH", "SIZE", "NarSize: 5"],
    &["PATH", "URL", "HASH", "SIZE", "NarSize: 0"],
    &["PATH", "URL", "HASH", "NarSize: -5"],
    &["PATH", "URL", "HASH", "NarSize: +5"],
    &["PATH", "URL", "HASH", "NarSize: 007"],
    &["PATH", "URL", "HASH", "NarSize: 0x10"],
    &["PATH", "URL", "HASH", "NarSize: 5 "],
    &["PATH", "URL", "HASH", "NarSize: 9223372036854775807"],
    &["PATH", "URL", "HASH", "NarSize: 18446744073709551616"],
    &["PATH", "URL", "HASH", "SIZE", "URL: "],
    &["PATH", "URL", "HASH", "SIZE", "Unknown: x", "Other:y"],
    &["PATH", "URL", "HASH", "SIZE", "no colon"],
    &["PATH", "URL", "HASH", "SIZE", ""],
    &["PATH", "no colon", "URL", "HASH", "SIZE"],
    &["PATH", "URL", "HASH", "SIZE", "References: REF"],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "References:  REF   OTHER REF ",
    ],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "References: REF",
        "References: OTHER",
    ],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "References: ",
        "References: OTHER",
    ],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "References: REF",
        "References: ",
    ],
    &["PATH", "URL", "HASH", "SIZE", "References:", "Deriver: REF"],
    &["PATH", "URL", "HASH", "SIZE", "References: /nix/store/REF"],
    &["PATH", "URL", "HASH", "SIZE", "Deriver: unknown-deriver"],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "Deriver: REF",
        "Deriver: OTHER",
    ],
    &["PATH", "URL", "HASH", "SIZE", "Deriver: x"],
    &["PATH", "URL", "HASH", "SIZE", "Deriver: "],
    &["PATH", "URL", "HASH", "SIZE", "CA: CONTENT"],
    &["PATH", "URL", "HASH", "SIZE", "CA: CONTENT", "CA: CONTENT"],
    &["PATH", "URL", "HASH", "SIZE", "CA: ", "CA: CONTENT"],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "CA: text:md5:1b013811f0ee4996b9ccf2b405396d55",
    ],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "CA: fixed:md5:1b013811f0ee4996b9ccf2b405396d55",
    ],
    &["PATH", "URL", "HASH", "SIZE", "CA: fixed:sha256:00"],
    &["PATH", "URL", "HASH", "SIZE", "FileHash: x", "FileSize: 1"],
    &[
        "PATH",
        "URL",
        "HASH",
        "SIZE",
        "FileHash: md5:2mdlwhbd7jrjwrcjgfy08kh08v",
    ],
    &["PATH", "URL", "HASH", "SIZE", "FileSize: x"],
    &[
        "PATH",
        "URL",
        "SIZE",
        "NarHash: sha256-/g+KkPtbO6z9qyC7JHSD3ppKIEzeDR5DaJhF1OJC3BY=",
    ],
    &[
        "PATH",
        "URL",
        "SIZE",
        "NarHash: sha256:/g+KkPtbO6z9qyC7JHSD3ppKIEzeDR5DaJhF1OJC3BY=",
    ],
    &[
        "PATH",
        "URL",
        "SIZE",
        "NarHash: 05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy",
    ],
    &[
        "PATH",
        "URL",
        "SIZE",
        "NarHash: sha256:z5nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy",
    ],
    &["PATH", "URL", "SIZE", "NarHash: sha256:x"],
    &["PATH\r", "URL\r", "HASH\r", "SIZE\r"],
];

/// The text of a narinfo, and the path that it describes.
fn narinfo(number: usize, lines: &[&str]) -> (StorePath, String) {
    let hash = base32::encode(&[number as u8; 20]);
    let path: StorePath = format!("{hash}-x").parse().unwrap();
    let mut text = String::new();
    for line in lines {
        let line = line
            .replace("PATH", &format!("StorePath: /nix/store/{path}"))
            .replace(
                "URL",
                if line.starts_with("URL:") {
                    "URL"
                } else {
                    "URL: nar/x"
                },
            )
            .replace(
                "HASH",
                "NarHash: sha256:05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy",
            )
            .replace("SIZE", "NarSize: 7288")
            .replace("REF", REF)
            .replace("OTHER", OTHER)
            .replace("CONTENT", CA);
        text.push_str(&line);
        text.push('\n');
    }
    (path, text)
}

#[test]
fn narinfos() {
    let Some(nix) = Nix::find() else { return };
    fs::create_dir(nix.path("cache")).unwrap();
    fs::write(nix.path("cache/nix-cache-info"), "StoreDir: /nix/store\n").unwrap();
    let dir = StoreDir::default();
    let mut read = 0;
    for (number, lines) in NARINFOS.iter().enumerate() {
        let (path, text) = narinfo(number, lines);
        let file = nix.path(&format!("cache/{}.narinfo", path.hash()));
        fs::write(file, &text).unwrap();
        let absolute = path.absolute(&dir);
        let line = [
            "nix",
            "path-info",
            "--json",
            "--store",
            "file://@/cache",
            &absolute,
        ];
        let theirs = nix.run(&line);
        let ours = NarInfo::parse(&text, &dir);
        let talk = String::from_utf8_lossy(&theirs.stderr);
        assert_eq!(
            ours.is_ok(),
            theirs.status.success(),
            "{text}\n{ours:?}\n{talk}"
        );
        if let Ok(info) = ours {
            let json: serde_json::Value = serde_json::from_slice(&theirs.stdout).unwrap();
            check_alike(&info, &json[0], &text);
            read += 1;
        }
    }
    assert!(read > 10, "{read} were read");
}

pub(crate) fn check_alike(ours: &NarInfo, theirs: &serde_json::Value, text: &str) {
    let dir = &ours.store_dir;
    let references: Vec<String> = ours
        .references
        .iter()
        .map(|path| path.absolute(dir))
        .collect();
    assert_eq!(theirs["narHash"], ours.nar_hash.to_sri(), "{text}");
    assert_eq!(theirs["narSize"].as_u64(), Some(ours.nar_size), "{text}");
    assert_eq!(
        theirs["references"],
        serde_json::json!(references),
        "{text}"
    );
    let deriver = ours.deriver.as_ref().map(|path| path.absolute(dir));
    assert_eq!(theirs["deriver"].as_str(), deriver.as_deref(), "{text}");
    assert_eq!(theirs["ca"].as_str().is_some(), ours.ca.is_some(), "{text}");
    assert_eq!(theirs["url"], ours.url, "{text}");
}
