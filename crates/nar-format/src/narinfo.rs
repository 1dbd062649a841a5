//! narinfo: what a binary cache says of one store path, and the fingerprint
//! that its signatures sign.

use std::fmt;

use crate::signing::Signature;
use crate::{Error, NarHash, StoreDir, StorePath, content_address};

/// Greatest length of a narinfo, in bytes.
pub const MAX_LEN: usize = 16 * 1024 * 1024;
/// Greatest number of references of a path.
pub const MAX_REFERENCES: usize = 65_536;
/// Greatest number of signatures of a narinfo.
pub const MAX_SIGNATURES: usize = 1024;

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
    /// Parses a narinfo as Nix does.
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

fn split_line(text: &str) -> Result<(&str, &str, &str), Error> {
    unimplemented!("{text}")
}

#[derive(Default)]
struct Fields {}

impl Fields {
    fn set(&mut self, name: &str, value: &str, store_dir: &StoreDir) -> Result<(), Error> {
        let _ = (name, value, store_dir, content_address::check(value));
        unimplemented!()
    }
    fn into_narinfo(self, store_dir: &StoreDir) -> Result<NarInfo, Error> {
        unimplemented!("{store_dir}")
    }
}

impl fmt::Display for NarInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "StorePath: {}",
            self.store_path.absolute(&self.store_dir)
        )?;
        writeln!(f, "URL: {}", self.url)?;
        writeln!(f, "Compression: {}", self.compression)?;
        if let Some(hash) = &self.file_hash {
            writeln!(f, "FileHash: {hash}")?;
        }
        if let Some(size) = self.file_size {
            writeln!(f, "FileSize: {size}")?;
        }
        writeln!(f, "NarHash: {}", self.nar_hash)?;
        writeln!(f, "NarSize: {}", self.nar_size)?;
        write!(f, "References: ")?;
        for (at, reference) in sorted(&self.references).into_iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{reference}")?;
        }
        writeln!(f)?;
        if let Some(deriver) = &self.deriver {
            writeln!(f, "Deriver: {deriver}")?;
        }
        if let Some(system) = &self.system {
            writeln!(f, "System: {system}")?;
        }
        for sig in &self.sigs {
            writeln!(f, "Sig: {sig}")?;
        }
        if let Some(ca) = &self.ca {
            writeln!(f, "CA: {ca}")?;
        }
        Ok(())
    }
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
