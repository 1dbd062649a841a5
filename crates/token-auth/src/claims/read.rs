//! Claims out of JSON. Whatever could be read in two ways is refused: names that
//! occur twice, arrays for objects, and anything but an integer for a permission.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::time::NumericDate;
use crate::{CachePattern, Claims, Permission, Permissions, TokenError};

impl Claims {
    /// The claims that a payload holds.
    pub(crate) fn from_json(payload: &[u8]) -> Result<Self, TokenError> {
        let wire: ClaimsWire = object_from_json(payload).map_err(TokenError::Claims)?;
        Ok(Self {
            sub: wire.sub,
            exp: wire.exp.map(NumericDate::as_end),
            nbf: wire.nbf.map(NumericDate::as_start),
            iat: wire.iat.map(NumericDate::as_start),
            iss: wire.iss,
            aud: wire.aud.map_or_else(Vec::new, Audience::into_list),
            jti: wire.jti,
            caches: wire.namespace.caches.0,
        })
    }
}

/// A JSON object as a `T`. Serde would take an array for a struct as well.
pub(crate) fn object_from_json<'de, T: Deserialize<'de>>(
    json: &'de [u8],
) -> Result<T, serde_json::Error> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(de::Error::custom("not an object"));
    }
    serde_json::from_slice(json)
}

#[derive(serde::Deserialize)]
struct ClaimsWire {
    sub: Option<String>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
    iss: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    #[serde(rename = "https://jwt.attic.rs/v1")]
    namespace: Namespace,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List(Vec<String>),
}

impl Audience {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::One(audience) => vec![audience],
            Self::List(audiences) => audiences,
        }
    }
}

#[derive(serde::Deserialize)]
struct Namespace {
    caches: Caches,
}

struct Caches(Vec<(CachePattern, Permissions)>);

struct CachesVisitor;

impl<'de> Visitor<'de> for CachesVisitor {
    type Value = Caches;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from cache patterns to permissions")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Caches, A::Error> {
        let mut seen = BTreeSet::new();
        let mut caches = Vec::new();
        while let Some(text) = map.next_key::<String>()? {
            let pattern: CachePattern = text.parse().map_err(de::Error::custom)?;
            if !seen.insert(text) {
                return Err(de::Error::custom("a cache pattern occurs twice"));
            }
            caches.push((pattern, map.next_value::<Entry>()?.0));
        }
        Ok(Caches(caches))
    }
}

impl<'de> Deserialize<'de> for Caches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CachesVisitor)
    }
}

/// The permissions of one pattern.
struct Entry(Permissions);

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from permission letters to 0 or 1")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut seen = Permissions::NONE;
        let mut granted = Permissions::NONE;
        while let Some(letters) = map.next_key::<String>()? {
            let Some(permission) = Permission::from_letters(&letters) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen.has(permission) {
                return Err(de::Error::custom("a permission occurs twice"));
            }
            seen = seen.with(permission);
            if map.next_value::<Flag>()?.0 {
                granted = granted.with(permission);
            }
        }
        Ok(Entry(granted))
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor)
    }
}

/// The integer 1 or 0, and nothing that only resembles it.
struct Flag(bool);

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the integer 0 or 1")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Flag, E> {
        match number {
            0 => Ok(Flag(false)),
            1 => Ok(Flag(true)),
            _ => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
        }
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}
