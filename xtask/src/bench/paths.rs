//! Store paths made for a measurement, through Nix's own programs.

use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::cleanup::Child;
use crate::corpus::Corpus;
use crate::nix::Store;
use crate::shell;

/// A path of some hundred bytes for each number and one, of the number after the
/// last, that refers to all of them; by one `nix-store --import`: a build for each
/// would take minutes. Other numbers are other names and contents.
///
/// # Errors
/// If Nix does not take them.
pub(crate) fn tiny(folder: &Path, numbers: Range<u32>) -> Result<Corpus> {
    let store = Store::new(&folder.join("store"), &folder.join("home"))?;
    let mut import = store.command("nix-store", "");
    import
        .arg("--import")
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = Child::spawn(&mut import)?;
    let stdin = child.inner().stdin.take().context("opening a pipe")?;
    let mut out = BufWriter::new(stdin);
    let paths: Vec<String> = numbers.clone().map(|number| path(number, "tiny")).collect();
    let top = path(numbers.end, "tiny-all");
    let written = (|| {
        for (number, path) in numbers.clone().zip(&paths) {
            export(&mut out, path, &contents(number), &[])?;
        }
        export(&mut out, &top, paths.join("\n").as_bytes(), &paths)?;
        out.write_all(&0_u64.to_le_bytes())?;
        out.flush()
    })();
    drop(out);
    let ended = child.wait()?;
    if !ended.success() {
        bail!("nix-store --import ended with {ended}");
    }
    written.context("handing over paths")?;
    Corpus::of(store, top)
}

/// One path with a file of `bytes` that neither compress nor repeat.
///
/// # Errors
/// If Nix does not take it.
pub(crate) fn big(folder: &Path, bytes: u64) -> Result<Corpus> {
    let file = folder.join("big");
    let mut out = BufWriter::new(std::fs::File::create(&file).context("making a big file")?);
    let mut noise = Noise(1);
    for _ in 0..bytes / 8 {
        out.write_all(&noise.next().to_le_bytes())
            .context("writing a big file")?;
    }
    out.flush().context("writing a big file")?;
    drop(out);
    let store = Store::new(&folder.join("store"), &folder.join("home"))?;
    let mut add = store.command("nix-store", "");
    let top = shell::read(add.arg("--add").arg(&file))?;
    std::fs::remove_file(&file).context("removing a big file")?;
    Corpus::of(store, top.trim().to_owned())
}

/// A generator of numbers that look random.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// A path of which nothing can tell that it was never built.
fn path(number: u32, name: &str) -> String {
    format!("/nix/store/{}-{name}-{number}", hash(number))
}

/// What begins the name of the path of a number.
pub(crate) fn hash(number: u32) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15 ^ u64::from(number + 1));
    let mut letter = || char::from(LETTERS[(noise.next() >> 32) as usize % LETTERS.len()]);
    std::iter::repeat_with(&mut letter)
        .skip(8)
        .take(32)
        .collect()
}

/// 100 to 1,000 bytes of text as in a small configuration file.
fn contents(number: u32) -> Vec<u8> {
    let lines = 4 + number % 32;
    let text: String = (0..lines)
        .map(|line| format!("setting-{line} = value {}\n", number * 31 + line))
        .collect();
    text.into_bytes()
}

/// What `nix-store --export` writes of one path that is a file.
fn export(out: &mut impl Write, path: &str, file: &[u8], references: &[String]) -> io::Result<()> {
    const MAGIC: u64 = 0x4558_494e;
    out.write_all(&1_u64.to_le_bytes())?;
    for word in ["nix-archive-1", "(", "type", "regular", "contents"] {
        string(out, word.as_bytes())?;
    }
    string(out, file)?;
    string(out, b")")?;
    out.write_all(&MAGIC.to_le_bytes())?;
    string(out, path.as_bytes())?;
    out.write_all(&(references.len() as u64).to_le_bytes())?;
    let mut sorted: Vec<&String> = references.iter().collect();
    sorted.sort();
    for reference in sorted {
        string(out, reference.as_bytes())?;
    }
    // No deriver, no signature.
    string(out, b"")?;
    out.write_all(&0_u64.to_le_bytes())
}

/// Nix's own way to write bytes: the length, they, zeros up to a multiple of 8.
fn string(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(bytes)?;
    out.write_all(&[0; 8][..bytes.len().next_multiple_of(8) - bytes.len()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn strings_are_padded() {
        for (text, length) in [("", 8), ("a", 16), ("12345678", 16), ("123456789", 24)] {
            let mut out = Vec::new();
            string(&mut out, text.as_bytes()).unwrap();
            assert_eq!(out.len(), length, "{text:?}");
        }
    }

    #[test]
    fn no_two_paths_are_alike() {
        let paths: BTreeSet<String> = (0..5_000).map(|number| path(number, "x")).collect();
        let hashes: BTreeSet<&str> = paths.iter().map(|path| &path[11..43]).collect();
        assert_eq!((paths.len(), hashes.len()), (5_000, 5_000));
        assert!((100..1_100).contains(&contents(31).len()));
        let files: BTreeSet<Vec<u8>> = (0..5_000).map(contents).collect();
        assert_eq!(files.len(), 5_000);
    }
}
