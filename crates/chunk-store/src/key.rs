//! Names of blobs in a store.

use std::fmt;
use std::str::FromStr;

use ulid::{ULID_LEN, Ulid};

/// The name of a blob in a store.
///
/// | key | what |
/// |---|---|
/// | `packs/<last two characters>/<ulid>.pack` | a pack |
/// | `records/<last two characters>/<ulid>.rec` | a record |
/// | `store/<store id>-<generation>` | empty: which database owns the store |
/// | `tmp/<name>` | an upload under way, or left behind by a crash |
///
/// ULIDs stand in their canonical upper case, so a key is one text only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

/// A text that is not the key of a blob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a blob key: {0:?}")]
pub struct BlobKeyError(String);

/// Longest store id, in characters.
const MAX_STORE_ID: usize = 64;
/// Longest name below `tmp/`, in bytes.
const MAX_TMP_NAME: usize = 128;

impl BlobKey {
    /// The key of the pack with this fresh ULID.
    pub fn pack(ulid: Ulid) -> Self {
        Self(spread("packs", &ulid.to_string(), "pack"))
    }

    /// The key of the record with this fresh ULID.
    pub fn record(ulid: Ulid) -> Self {
        Self(spread("records", &ulid.to_string(), "rec"))
    }

    /// The key that says which database owns the store.
    ///
    /// # Errors
    /// When the store id is not 1 to 64 ASCII letters and digits.
    pub fn identity(store_id: &str, generation: u64) -> Result<Self, BlobKeyError> {
        format!("store/{store_id}-{generation}").parse()
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this names a pack.
    pub fn is_pack(&self) -> bool {
        self.0.starts_with("packs/")
    }

    /// Whether this names a record.
    pub fn is_record(&self) -> bool {
        self.0.starts_with("records/")
    }

    /// Store id and generation, when this is an identity key.
    pub fn identity_parts(&self) -> Option<(&str, u64)> {
        identity_parts(self.0.strip_prefix("store/")?)
    }
}

fn spread(folder: &str, ulid: &str, extension: &str) -> String {
    format!("{folder}/{}/{ulid}.{extension}", &ulid[ulid.len() - 2..])
}

fn identity_parts(name: &str) -> Option<(&str, u64)> {
    let (store_id, generation) = name.rsplit_once('-')?;
    let number: u64 = generation.parse().ok()?;
    let valid = (1..=MAX_STORE_ID).contains(&store_id.len())
        && store_id.bytes().all(|b| b.is_ascii_alphanumeric())
        && number.to_string() == generation;
    valid.then_some((store_id, number))
}

fn is_spread(rest: &str, extension: &str) -> bool {
    let file = rest.split_once('/').and_then(|(folder, file)| {
        let text = file.strip_suffix(extension)?.strip_suffix('.')?;
        let ulid = Ulid::from_string(text).ok()?;
        // As we write it: small letters and more than 128 bits are read too.
        let is_canonical = ulid.array_to_str(&mut [0; ULID_LEN]) == text;
        Some(is_canonical && text.ends_with(folder) && folder.len() == 2)
    });
    file.unwrap_or(false)
}

fn is_tmp_name(name: &str) -> bool {
    (1..=MAX_TMP_NAME).contains(&name.len())
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

impl FromStr for BlobKey {
    type Err = BlobKeyError;

    fn from_str(text: &str) -> Result<Self, BlobKeyError> {
        let valid = match text.split_once('/') {
            Some(("packs", rest)) => is_spread(rest, "pack"),
            Some(("records", rest)) => is_spread(rest, "rec"),
            Some(("store", rest)) => identity_parts(rest).is_some(),
            Some(("tmp", rest)) => is_tmp_name(rest),
            _ => false,
        };
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(BlobKeyError(text.chars().take(200).collect()))
        }
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for BlobKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for BlobKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ULID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    #[test]
    fn keys_are_the_documented_texts() {
        let ulid = Ulid::from_string(ULID).unwrap();
        let keys = [
            (BlobKey::pack(ulid), format!("packs/AV/{ULID}.pack")),
            (BlobKey::record(ulid), format!("records/AV/{ULID}.rec")),
            (
                BlobKey::identity("S1", 12).unwrap(),
                "store/S1-12".to_owned(),
            ),
        ];
        for (key, text) in keys {
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key.clone()));
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(serde_json::from_str::<BlobKey>(&json).unwrap(), key);
        }
        let key: BlobKey = "store/S1-12".parse().unwrap();
        assert_eq!(key.identity_parts(), Some(("S1", 12)));
        assert_eq!(BlobKey::pack(ulid).identity_parts(), None);
        assert!(BlobKey::pack(ulid).is_pack() && !BlobKey::pack(ulid).is_record());
        assert!("tmp/12-0.link".parse::<BlobKey>().is_ok());
    }

    #[test]
    fn any_other_text_is_refused() {
        let lower = ULID.to_lowercase();
        let refused = [
            String::new(),
            "packs".to_owned(),
            "/packs".to_owned(),
            ULID.to_owned(),
            format!("packs/{ULID}.pack"),
            format!("packs/AA/{ULID}.pack"),
            format!("packs/AV/{ULID}.rec"),
            format!("packs/AV/{ULID}pack"),
            format!("packs/av/{lower}.pack"),
            format!("packs/AV/{ULID}.pack/"),
            format!("packs/../{ULID}.pack"),
            format!("other/AV/{ULID}.pack"),
            // More than 128 bits.
            "packs/AV/8ZZZZZZZZZZZZZZZZZZZZZZZAV.pack".to_owned(),
            "store/-1".to_owned(),
            "store/S1".to_owned(),
            "store/S1-".to_owned(),
            "store/S1-01".to_owned(),
            "store/S1-+1".to_owned(),
            "store/S/1-1".to_owned(),
            "store/S1-99999999999999999999".to_owned(),
            format!("store/{}-1", "S".repeat(65)),
            "tmp/".to_owned(),
            "tmp/..".to_owned(),
            "tmp/a/b".to_owned(),
            format!("tmp/{}", "a".repeat(129)),
        ];
        for text in refused {
            assert!(text.parse::<BlobKey>().is_err(), "{text}");
        }
        assert!(BlobKey::identity("a-b", 1).is_err());
    }
}
