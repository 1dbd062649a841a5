//! Committed inputs: seeds, which the generator here makes, and inputs that
//! once found a fault.

use std::fs;
use std::path::PathBuf;

/// A folder of `fuzz`, or of `fixtures`.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// The files of one folder of `fuzz` for one target, by name.
pub(crate) fn committed(kind: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder("fuzz").join(kind).join(target)) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Deterministic bytes for a label.
fn noise(label: &str, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let mut source = blake3::Hasher::new();
    source.update(label.as_bytes());
    source.finalize_xof().fill(&mut bytes);
    bytes
}

/// A token in which a pattern, an exact name behind it and a last resort differ.
const OVERLAP: &str = r#"{"exp":1750000100,"https://jwt.attic.rs/v1":{"caches":{"a*":{"r":1,"w":1},"ab":{"d":1,"r":0},"*":{"cc":1,"cd":1},"*b":{"cr":1}}}}"#;

/// The bytes in front that choose, then the content.
fn with(choice: &[u8], content: impl AsRef<[u8]>) -> Vec<u8> {
    [choice, content.as_ref()].concat()
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder("fixtures").join(name)).unwrap()
}

fn hex(name: &str) -> Vec<u8> {
    let text = String::from_utf8(fixture(name)).unwrap();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

/// The seeds of a target: fixtures as they are, and noise that the oracle builds
/// valid inputs of. The first bytes are what its function takes first.
pub(crate) fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let given: Vec<(&str, Vec<u8>)> = match target {
        "nar" => vec![
            ("file", with(&[0, 0], fixture("nar-format/file.nar"))),
            ("link", with(&[1, 7, 0], fixture("nar-format/link.nar"))),
            (
                "tree",
                with(&[2, 0, 5, 0], fixture("nar-format/closure.nar")),
            ),
            ("deep", vec![0, 1, 0, 5, 69]),
            ("large", vec![0, 1, 0, 0, 1, 6, 255, 255, 3]),
        ],
        "narinfo" => vec![
            (
                "closure",
                with(&[1, 0], fixture("nar-format/closure.narinfo")),
            ),
            ("tree", with(&[1, 0], fixture("nar-format/tree.narinfo"))),
            (
                "every-line",
                with(&[1, 1, 0, 99], (4..24).collect::<Vec<u8>>()),
            ),
        ],
        "pack" => vec![
            ("golden", with(&[1, 9, 0], hex("chunk-store/pack.hex"))),
            (
                "frame",
                with(&[0, 1, 5, 0], b"\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello"),
            ),
        ],
        "recipe" => vec![
            (
                "golden",
                with(&[9, 0, 40, 0, 0], hex("chunk-store/recipe.hex")),
            ),
            ("two-blocks", vec![9, 0, 40, 0, 2, 0, 12, 0, 7, 0, 2, 255]),
        ],
        "record" => vec![
            (
                "publish",
                with(&[0, 1], fixture("chunk-store/record-publish.jsonl")),
            ),
            (
                "cache",
                with(&[0, 1], fixture("chunk-store/record-cache.jsonl")),
            ),
            (
                "tombstone",
                with(&[0, 1], fixture("chunk-store/record-tombstone.jsonl")),
            ),
            ("built", vec![0, 2, 0, 2, 0, 1]),
        ],
        _ => vec![
            (
                "payload",
                with(&[1, 0, 0], fixture("token-auth/tokens/payload.json")),
            ),
            (
                "jwt",
                with(&[0, 0, 0], fixture("token-auth/tokens/hs256-python.jwt")),
            ),
            ("overlap", with(&[1, 0, 0], OVERLAP)),
        ],
    };
    // What makes of noise a valid input, whole and with a changed byte.
    let front: &[&[u8]] = match target {
        "pack" => &[&[0, 2, 0, 0], &[0, 2, 1, 0, 200, 0, 3, 1]],
        "token" => &[&[2, 0, 0], &[3, 1, 0, 40, 0, 1, 0]],
        _ => &[],
    };
    let built = front.iter().enumerate().map(|(n, front)| {
        let noise = noise(&format!("{target} built {n}"), 160);
        (format!("built-{n}"), with(front, noise))
    });
    let noises = (0..4).map(|n| (format!("noise-{n}"), noise(&format!("{target} {n}"), 160)));
    let given = given
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes));
    given.chain(built).chain(noises).collect()
}

/// `UPDATE_SEEDS=1 cargo test -p format-oracles` writes them anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "asks whether to write")]
fn seeds_are_what_the_generator_makes() {
    let update = std::env::var_os("UPDATE_SEEDS").is_some();
    for (target, _) in format_oracles::TARGETS {
        let mut made = seeds(target);
        made.sort();
        if update {
            let to = folder("fuzz/seeds").join(target);
            let _ = fs::remove_dir_all(&to);
            fs::create_dir_all(&to).unwrap();
            for (name, bytes) in &made {
                fs::write(to.join(name), bytes).unwrap();
            }
        }
        let total: usize = made.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(total < 8192, "{target}: seeds of {total} bytes");
        assert!(
            committed("seeds", target) == made,
            "{target}: UPDATE_SEEDS=1"
        );
    }
}
