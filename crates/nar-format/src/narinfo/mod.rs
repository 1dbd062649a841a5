//! narinfo: what a binary cache says of one store path, and the fingerprint
//! that its signatures sign.

mod lines;
#[cfg(test)]
mod tests;

use crate::hash::check_prefixed;
use crate::signing::Signature;
use crate::{Error, NarHash, StoreDir, StorePath, content_address};

pub use lines::Lines;

/// Greatest length of a narinfo, in bytes.
pub const MAX_LEN: usize = 16 * 1024 * 1024;
/// Greatest number of references of a path.
pub const MAX_REFERENCES: usize = 65_536;
/// Greatest number of signatures of a narinfo.
pub const MAX_SIGNATURES: usize = 1024;

/// What Nix takes a NAR for whose narinfo has no `Compression`.
pub const DEFAULT_COMPRESSION: &str = "bzip2";

/// A narinfo. The fields stand in the order in which Nix prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NarInfo {
    /// The path that is described.
    pub store_path: StorePath,
    /// The store directory of that path and of its references.
    pub store_dir: StoreDir,
    /// Where the NAR is, relative to the cache's URL.
    pub url: String,
    /// How the NAR is compressed; `none` if it is not.
    pub compression: String,
    /// Hash of the compressed NAR as it was written; Nix never checks it.
    pub file_hash: Option<String>,
    /// Size of the compressed NAR in bytes.
    pub file_size: Option<u64>,
    /// SHA-256 of the NAR.
    pub nar_hash: NarHash,
    /// Size of the NAR in bytes, never 0.
    pub nar_size: u64,
    /// The paths that the NAR mentions, itself included if it does.
    pub references: Vec<StorePath>,
    /// The derivation that made the path.
    pub deriver: Option<StorePath>,
    /// The platform that it was built for.
    pub system: Option<String>,
    /// Signatures of the fingerprint.
    pub sigs: Vec<Signature>,
    /// The content address, for paths that have one.
    pub ca: Option<String>,
}

impl NarInfo {
    /// Parses a narinfo as Nix does: unknown fields are passed over; of
    /// repeated ones the last counts, but a second `CA`, or `References` after
    /// ones that were not empty, is an error; `StorePath`, `URL`, `NarHash` and
    /// `NarSize` must be there. References come out sorted, each once.
    ///
    /// # Errors
    /// What Nix calls corrupt, or a limit of this module.
    pub fn parse(text: &str, store_dir: &StoreDir) -> Result<Self, Error> {
        if text.len() > MAX_LEN {
            return Err(Error::NarInfo("too long"));
        }
        let mut fields = Fields::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (name, value, after) = split_line(rest)?;
            fields.set(name, value, store_dir)?;
            rest = after;
        }
        fields.into_narinfo(store_dir)
    }

    /// The text that signatures of this narinfo sign.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(
            &self.store_dir,
            &self.store_path,
            &self.nar_hash,
            self.nar_size,
            &self.references,
        )
    }
}

/// Splits off a line: `NAME: VALUE`. Nix takes whatever single character
/// follows the colon for the space, and looks for the line's end after it.
fn split_line(text: &str) -> Result<(&str, &str, &str), Error> {
    let (name, rest) = text
        .split_once(':')
        .ok_or(Error::NarInfo("a line without a colon"))?;
    let (value, after) = rest
        .get(1..)
        .and_then(|rest| rest.split_once('\n'))
        .ok_or(Error::NarInfo("a line without an end"))?;
    Ok((name, value, after))
}

/// What the lines said so far.
#[derive(Default)]
struct Fields {
    store_path: Option<StorePath>,
    url: String,
    compression: String,
    file_hash: Option<String>,
    file_size: Option<u64>,
    nar_hash: Option<NarHash>,
    nar_size: u64,
    references: Vec<StorePath>,
    deriver: Option<StorePath>,
    system: Option<String>,
    sigs: Vec<Signature>,
    ca: Option<String>,
}

impl Fields {
    fn set(&mut self, name: &str, value: &str, store_dir: &StoreDir) -> Result<(), Error> {
        match name {
            "StorePath" => {
                let path = StorePath::parse(store_dir, value).map_err(within("StorePath"))?;
                self.store_path = Some(path);
            }
            "URL" => value.clone_into(&mut self.url),
            "Compression" => value.clone_into(&mut self.compression),
            "FileHash" => {
                check_prefixed(value).map_err(within("FileHash"))?;
                self.file_hash = Some(value.to_owned());
            }
            // 0 is how Nix says that it does not know.
            "FileSize" => self.file_size = Some(number("FileSize", value)?).filter(|&n| n > 0),
            "NarHash" => self.nar_hash = Some(value.parse().map_err(within("NarHash"))?),
            "NarSize" => self.nar_size = number("NarSize", value)?,
            "References" => self.references(value)?,
            "Deriver" if value == "unknown-deriver" => {}
            "Deriver" => self.deriver = Some(value.parse().map_err(within("Deriver"))?),
            "System" => self.system = Some(value.to_owned()),
            "Sig" => self.sig(value)?,
            "CA" if self.ca.is_some() => return Err(Error::NarInfo("CA stands there twice")),
            "CA" if value.is_empty() => {}
            "CA" => {
                content_address::check(value).map_err(within("CA"))?;
                self.ca = Some(value.to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn references(&mut self, value: &str) -> Result<(), Error> {
        if !self.references.is_empty() {
            return Err(Error::NarInfo("References stands there twice"));
        }
        for base_name in value.split(' ').filter(|part| !part.is_empty()) {
            if self.references.len() >= MAX_REFERENCES {
                return Err(Error::NarInfo("too many references"));
            }
            let reference = base_name.parse().map_err(within("References"))?;
            self.references.push(reference);
        }
        self.references.sort_unstable();
        self.references.dedup();
        Ok(())
    }

    /// Nix keeps any text here and finds out when it verifies. What is no
    /// signature can verify nothing, so it is left out.
    fn sig(&mut self, value: &str) -> Result<(), Error> {
        let Ok(sig) = value.parse::<Signature>() else {
            return Ok(());
        };
        if self.sigs.len() >= MAX_SIGNATURES {
            return Err(Error::NarInfo("too many signatures"));
        }
        if !self.sigs.contains(&sig) {
            self.sigs.push(sig);
        }
        Ok(())
    }

    fn into_narinfo(self, store_dir: &StoreDir) -> Result<NarInfo, Error> {
        let missing = |what| Error::NarInfo(what);
        let store_path = self.store_path.ok_or(missing("StorePath is missing"))?;
        let nar_hash = self.nar_hash.ok_or(missing("NarHash is missing"))?;
        if self.url.is_empty() {
            return Err(missing("URL is missing"));
        }
        if self.nar_size == 0 {
            return Err(missing("NarSize is missing"));
        }
        let compression = match self.compression.as_str() {
            "" => DEFAULT_COMPRESSION.to_owned(),
            _ => self.compression,
        };
        Ok(NarInfo {
            store_path,
            store_dir: store_dir.clone(),
            url: self.url,
            compression,
            file_hash: self.file_hash,
            file_size: self.file_size,
            nar_hash,
            nar_size: self.nar_size,
            references: self.references,
            deriver: self.deriver,
            system: self.system,
            sigs: self.sigs,
            ca: self.ca,
        })
    }
}

fn within(field: &'static str) -> impl Fn(Error) -> Error {
    move |source| Error::Field {
        field,
        source: Box::new(source),
    }
}

fn number(field: &'static str, value: &str) -> Result<u64, Error> {
    value.parse().map_err(|_| within(field)(Error::Number))
}

/// The text that the signatures of a path sign. The order in which references
/// are given does not matter.
#[must_use]
pub fn fingerprint(
    store_dir: &StoreDir,
    path: &StorePath,
    nar_hash: &NarHash,
    nar_size: u64,
    references: &[StorePath],
) -> String {
    let path = path.absolute(store_dir);
    let mut text = format!("1;{path};{nar_hash};{nar_size};");
    for (at, reference) in sorted(references).into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&reference.absolute(store_dir));
    }
    text
}

/// References are a set in Nix: sorted, each once.
fn sorted(references: &[StorePath]) -> Vec<&StorePath> {
    let mut sorted: Vec<&StorePath> = references.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
