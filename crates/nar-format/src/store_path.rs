//! Store directories, store paths and their parts, by Nix's own rules.

use std::fmt;
use std::str::FromStr;

use crate::text::serde_text;
use crate::{Error, base32};

/// Number of characters of a path hash.
pub const PATH_HASH_LEN: usize = 32;
/// Greatest number of characters of a name: what is left of a file name's 255
/// bytes after the hash, the dash and Nix's own suffixes.
pub const MAX_NAME_LEN: usize = 211;
/// Greatest length of a store directory, in bytes.
pub const MAX_STORE_DIR_LEN: usize = 1024;

/// The 32 characters of nix-base32 at the start of a store path's base name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathHash([u8; PATH_HASH_LEN]);

impl PathHash {
    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of ASCII characters only")
    }

    /// The hash as its 32 ASCII characters.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; PATH_HASH_LEN] {
        &self.0
    }
}

impl FromStr for PathHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes: [u8; PATH_HASH_LEN] = text
            .as_bytes()
            .try_into()
            .map_err(|_| Error::StorePath("the hash is not 32 characters"))?;
        if !base32::is_base32(&bytes) {
            return Err(Error::StorePath("the hash is not nix-base32"));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for PathHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PathHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathHash({})", self.as_str())
    }
}

serde_text!(PathHash);

/// The folder that holds a store, `/nix/store` by default.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreDir(String);

impl StoreDir {
    /// Takes an absolute path in its shortest form: no `.`, `..`, doubled or
    /// trailing slash, no control character.
    ///
    /// # Errors
    /// Any other text, and one beyond [`MAX_STORE_DIR_LEN`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why| Err(Error::StoreDir(why));
        if text.len() > MAX_STORE_DIR_LEN {
            return refuse("too long");
        }
        let Some(rest) = text.strip_prefix('/') else {
            return refuse("not absolute");
        };
        if text.chars().any(char::is_control) {
            return refuse("a control character");
        }
        if rest.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return refuse("not in its shortest form");
        }
        Ok(Self(text.to_owned()))
    }

    /// The path of the folder, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for StoreDir {
    fn default() -> Self {
        Self("/nix/store".to_owned())
    }
}

impl FromStr for StoreDir {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for StoreDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_text!(StoreDir);

/// A store path: its hash and its name. Text, JSON and order are those of the
/// base name `HASH-NAME`; the store directory comes in where it is needed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorePath {
    hash: PathHash,
    name: String,
}

impl StorePath {
    /// Parses `HASH-NAME`.
    ///
    /// # Errors
    /// A hash or name that Nix would not accept.
    pub fn from_base_name(base_name: &str) -> Result<Self, Error> {
        let (hash, name) = split(base_name)?;
        Ok(Self {
            hash,
            name: name.to_owned(),
        })
    }

    /// Whether a text is `HASH-NAME`.
    ///
    /// # Errors
    /// Those of [`StorePath::from_base_name`].
    pub fn check(base_name: &str) -> Result<(), Error> {
        split(base_name).map(drop)
    }

    /// Parses an absolute path that lies directly in `dir`.
    ///
    /// # Errors
    /// A path elsewhere or deeper, or a base name that Nix would not accept.
    pub fn parse(dir: &StoreDir, absolute: &str) -> Result<Self, Error> {
        let base_name = absolute
            .strip_prefix(dir.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or(Error::StorePath("not in the store directory"))?;
        Self::from_base_name(base_name)
    }

    /// The first part of the base name.
    #[must_use]
    pub const fn hash(&self) -> PathHash {
        self.hash
    }

    /// What follows the dash.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `HASH-NAME`.
    #[must_use]
    pub fn base_name(&self) -> String {
        self.to_string()
    }

    /// The path below `dir`.
    #[must_use]
    pub fn absolute(&self, dir: &StoreDir) -> String {
        format!("{dir}/{self}")
    }
}

fn split(base_name: &str) -> Result<(PathHash, &str), Error> {
    let too_short = Error::StorePath("shorter than a hash, a dash and a name");
    let Some((hash, rest)) = base_name.split_at_checked(PATH_HASH_LEN) else {
        return Err(too_short);
    };
    let hash = hash.parse()?;
    let name = rest.strip_prefix('-').ok_or(too_short)?;
    check_name(name)?;
    Ok((hash, name))
}

/// The rules of Nix today. Nix 2.8 takes any leading dots.
fn check_name(name: &str) -> Result<(), Error> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._?=".contains(&byte);
    let why = if name.is_empty() {
        "empty name"
    } else if name.len() > MAX_NAME_LEN {
        "name longer than 211 characters"
    } else if !name.bytes().all(legal) {
        "illegal character in the name"
    } else if matches!(name.split('-').next(), Some("." | "..")) {
        "name starts with a dot or two and then ends or goes on with a dash"
    } else {
        return Ok(());
    };
    Err(Error::StorePath(why))
}

impl FromStr for StorePath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_base_name(text)
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.hash, self.name)
    }
}

impl fmt::Debug for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StorePath({self})")
    }
}

serde_text!(StorePath);

#[cfg(test)]
mod tests {
    use super::{MAX_NAME_LEN, PathHash, StoreDir, StorePath};

    const HASH: &str = "s3aq8cqnqlycl25376r0b3pj2z2zssrw";

    #[test]
    fn names() {
        let longest = "n".repeat(MAX_NAME_LEN);
        for name in [
            "a",
            "golden-two-2.0+b_?=",
            "-",
            "=",
            "?",
            "a.",
            ".foo",
            "..foo",
            "...",
            ".a-b",
            "ZY9",
            &longest,
        ] {
            let path = StorePath::from_base_name(&format!("{HASH}-{name}")).expect(name);
            assert_eq!((path.hash().as_str(), path.name()), (HASH, name));
            assert_eq!(path.base_name(), format!("{HASH}-{name}"));
        }
        let too_long = "n".repeat(MAX_NAME_LEN + 1);
        for name in [
            "", ".", "..", ".-", ".-a", "..-", "..-a", "a/b", "a b", "a:b", "a\0", "a\n", "ä",
            "a~", "a%", &too_long,
        ] {
            let text = format!("{HASH}-{name}");
            assert!(StorePath::from_base_name(&text).is_err(), "{name}");
        }
    }

    #[test]
    fn hashes() {
        let hash: PathHash = HASH.parse().unwrap();
        assert_eq!(hash.to_string(), HASH);
        for text in [
            "",
            &HASH[1..],
            &format!("{HASH}0"),
            &HASH.replace('s', "e"),
            &HASH.to_uppercase(),
        ] {
            assert!(text.parse::<PathHash>().is_err(), "{text}");
            assert!(StorePath::from_base_name(&format!("{text}-a")).is_err());
        }
        for text in ["", HASH, &format!("{HASH}_a"), &"ä".repeat(20)] {
            assert!(StorePath::from_base_name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn absolute_paths() {
        let dir = StoreDir::default();
        let text = format!("/nix/store/{HASH}-a");
        let path = StorePath::parse(&dir, &text).unwrap();
        assert_eq!(path.absolute(&dir), text);
        for text in [
            format!("{HASH}-a"),
            format!("/nix/store{HASH}-a"),
            format!("/nix/store//{HASH}-a"),
            format!("/nix/store/{HASH}-a/"),
            format!("/nix/store/{HASH}-a/bin"),
            format!("/nix/store/../store/{HASH}-a"),
            format!("/gnu/store/{HASH}-a"),
        ] {
            assert!(StorePath::parse(&dir, &text).is_err(), "{text}");
        }
        let other: StoreDir = "/gnu/store".parse().unwrap();
        assert_eq!(path.absolute(&other), format!("/gnu/store/{HASH}-a"));
    }

    #[test]
    fn store_dirs() {
        let long = format!("/{}", "d".repeat(1024));
        for text in [
            "",
            "/",
            "nix/store",
            "/nix/store/",
            "/nix//store",
            "/nix/./store",
            "/nix/..",
            "/a\nb",
            &long,
        ] {
            assert!(StoreDir::parse(text).is_err(), "{text}");
        }
        for text in ["/nix/store", "/s", "/with space/.hidden"] {
            assert_eq!(StoreDir::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn json_and_order() {
        let a: StorePath = format!("{HASH}-a").parse().unwrap();
        let json = serde_json::to_string(&a).unwrap();
        assert_eq!(json, format!("\"{HASH}-a\""));
        assert_eq!(serde_json::from_str::<StorePath>(&json).unwrap(), a);
        assert!(serde_json::from_str::<StorePath>("\"a\"").is_err());
        let b: StorePath = format!("0{}-a", &HASH[1..]).parse().unwrap();
        let mut both = [a, b];
        both.sort();
        assert!(both.is_sorted_by_key(StorePath::base_name));
    }
}
