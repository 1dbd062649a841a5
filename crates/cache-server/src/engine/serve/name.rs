//! File names of NAR URLs.

use std::{fmt, str::FromStr};

use nar_format::{NarHash, PathHash};

/// The file name of a NAR below `nar/`.
///
/// `PATHHASH-NARHASH-V.nar.zst` is Garret's own; `PATHHASH.nar` is Attic's and
/// answers whatever the path's NAR is today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarName {
    /// Whose NAR.
    pub path: PathHash,
    /// NAR hash and version, in Garret's own form.
    pub exact: Option<(NarHash, String)>,
}

/// A text that is not the file name of a NAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the file name of a NAR")]
pub struct NarNameError;

/// Characters of a version: nix-base32 of 16 bytes.
const VERSION_LEN: usize = 26;
/// Characters of a NAR hash: nix-base32 of 32 bytes.
const HASH_LEN: usize = 52;

impl FromStr for NarName {
    type Err = NarNameError;

    fn from_str(text: &str) -> Result<Self, NarNameError> {
        if let Some(path) = text.strip_suffix(".nar") {
            return Ok(Self {
                path: path.parse().map_err(|_| NarNameError)?,
                exact: None,
            });
        }
        let stem = text.strip_suffix(".nar.zst").ok_or(NarNameError)?;
        let mut parts = stem.split('-');
        let (Some(path), Some(hash), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NarNameError);
        };
        let is_base32 = |text: &str| nar_format::base32::decode(text).is_ok();
        if hash.len() != HASH_LEN || version.len() != VERSION_LEN || !is_base32(version) {
            return Err(NarNameError);
        }
        let hash = format!("sha256:{hash}").parse().map_err(|_| NarNameError)?;
        Ok(Self {
            path: path.parse().map_err(|_| NarNameError)?,
            exact: Some((hash, version.to_owned())),
        })
    }
}

impl fmt::Display for NarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.exact {
            None => write!(f, "{}.nar", self.path),
            Some((hash, version)) => {
                write!(f, "{}-{}-{version}.nar.zst", self.path, hash.to_nix32())
            }
        }
    }
}

/// The text of a version, as it stands in URL and `ETag`.
pub(crate) fn version_text(version: &[u8; 16]) -> String {
    nar_format::base32::encode(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_come_back() {
        let path = "0".repeat(32);
        let hash = NarHash::of(b"x").to_nix32();
        let version = version_text(&[7; 16]);
        assert_eq!(version.len(), VERSION_LEN);
        for text in [
            format!("{path}.nar"),
            format!("{path}-{hash}-{version}.nar.zst"),
        ] {
            assert_eq!(text.parse::<NarName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let path = "0".repeat(32);
        let hash = NarHash::of(b"x").to_nix32();
        let version = version_text(&[7; 16]);
        for text in [
            String::new(),
            ".nar".to_owned(),
            path.clone(),
            format!("{path}.nar.zst"),
            format!("{path}-{hash}.nar.zst"),
            format!("{path}-{hash}-{version}.nar"),
            format!("{path}-{hash}-{version}x.nar.zst"),
            format!("{path}-{hash}-{version}-.nar.zst"),
            format!("{path}-{version}-{hash}.nar.zst"),
            format!("{}-{hash}-{version}.nar.zst", "e".repeat(32)),
            format!("{path}-{hash}-{}.nar.zst", "e".repeat(26)),
        ] {
            assert_eq!(text.parse::<NarName>(), Err(NarNameError), "{text}");
        }
    }
}
