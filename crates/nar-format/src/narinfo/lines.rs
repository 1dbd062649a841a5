//! How a narinfo is printed.

use std::fmt;

use super::{NarInfo, sorted};
use crate::signing::Signature;
use crate::{NarHash, StoreDir, StorePath};

/// What a narinfo says, where it lies already. Printing it makes the same text
/// as a [`NarInfo`] of the same values.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    /// The path that is described.
    pub store_path: &'a StorePath,
    /// The store directory of that path and of its references.
    pub store_dir: &'a StoreDir,
    /// Where the NAR is, relative to the cache's URL.
    pub url: &'a str,
    /// How the NAR is compressed; `none` if it is not.
    pub compression: &'a str,
    /// Hash of the compressed NAR as it was written.
    pub file_hash: Option<&'a str>,
    /// Size of the compressed NAR in bytes.
    pub file_size: Option<u64>,
    /// SHA-256 of the NAR.
    pub nar_hash: &'a NarHash,
    /// Size of the NAR in bytes.
    pub nar_size: u64,
    /// Base names, sorted, each once, with spaces between.
    pub references: &'a str,
    /// The derivation that made the path.
    pub deriver: Option<&'a StorePath>,
    /// The platform that it was built for.
    pub system: Option<&'a str>,
    /// Signatures of the fingerprint.
    pub sigs: &'a [Signature],
    /// The content address, for paths that have one.
    pub ca: Option<&'a str>,
}

/// As Nix writes it: references sorted, each once; absent values have no line.
impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "StorePath: {}/{}", self.store_dir, self.store_path)?;
        writeln!(f, "URL: {}", self.url)?;
        writeln!(f, "Compression: {}", self.compression)?;
        if let Some(hash) = self.file_hash {
            writeln!(f, "FileHash: {hash}")?;
        }
        if let Some(size) = self.file_size {
            writeln!(f, "FileSize: {size}")?;
        }
        writeln!(f, "NarHash: {}", self.nar_hash)?;
        writeln!(f, "NarSize: {}", self.nar_size)?;
        writeln!(f, "References: {}", self.references)?;
        if let Some(deriver) = self.deriver {
            writeln!(f, "Deriver: {deriver}")?;
        }
        if let Some(system) = self.system {
            writeln!(f, "System: {system}")?;
        }
        for sig in self.sigs {
            writeln!(f, "Sig: {sig}")?;
        }
        if let Some(ca) = self.ca {
            writeln!(f, "CA: {ca}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NarInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let references = sorted(&self.references);
        let references: Vec<String> = references.into_iter().map(StorePath::base_name).collect();
        let lines = Lines {
            store_path: &self.store_path,
            store_dir: &self.store_dir,
            url: &self.url,
            compression: &self.compression,
            file_hash: self.file_hash.as_deref(),
            file_size: self.file_size,
            nar_hash: &self.nar_hash,
            nar_size: self.nar_size,
            references: &references.join(" "),
            deriver: self.deriver.as_ref(),
            system: self.system.as_deref(),
            sigs: &self.sigs,
            ca: self.ca.as_deref(),
        };
        lines.fmt(f)
    }
}
