//! The claims of a token, and their JSON.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::time::NumericDate;
use crate::{CachePattern, Permission, Permissions, TokenError};

/// The name of the claim that holds the permissions. Attic's, to the letter.
pub const NAMESPACE: &str = "https://jwt.attic.rs/v1";

/// What a token says. Times are unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whom it was made for; kept with what it publishes.
    pub sub: Option<String>,
    /// When it expires.
    pub exp: Option<u64>,
    /// When it begins.
    pub nbf: Option<u64>,
    /// When it was issued.
    pub iat: Option<u64>,
    /// Who issued it.
    pub iss: Option<String>,
    /// For whom it is; empty = not said.
    pub aud: Vec<String>,
    /// Its own name, so that it can be revoked.
    pub jti: Option<String>,
    /// What it may do to which caches, **in the order of the JSON text**: the
    /// first pattern that fits decides.
    pub caches: Vec<(CachePattern, Permissions)>,
}

impl Claims {
    /// Claims that grant nothing yet, with what every token issued here has: a
    /// unique id and the time.
    pub fn new(jti: impl Into<String>, iat: u64) -> Self {
        Self {
            jti: Some(jti.into()),
            iat: Some(iat),
            nbf: Some(iat),
            ..Self::default()
        }
    }

    /// Grants one more permission for `pattern`, in the entry of that pattern
    /// where there is one, else in a new last entry.
    pub fn grant(&mut self, pattern: CachePattern, permission: Permission) {
        match self.caches.iter_mut().find(|(own, _)| *own == pattern) {
            Some((_, permissions)) => *permissions = permissions.with(permission),
            None => self
                .caches
                .push((pattern, Permissions::NONE.with(permission))),
        }
    }

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

    /// The payload that holds the claims.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, TokenError> {
        let mut seen = BTreeSet::new();
        if let Some((pattern, _)) = self.caches.iter().find(|(own, _)| !seen.insert(own)) {
            return Err(TokenError::DuplicatePattern(pattern.to_string()));
        }
        serde_json::to_vec(&Payload(self)).map_err(TokenError::Claims)
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

/// Writes claims in Attic's order, with ours in between.
struct Payload<'a>(&'a Claims);

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let claims = self.0;
        let mut map = serializer.serialize_map(None)?;
        let times = [
            ("exp", claims.exp),
            ("nbf", claims.nbf),
            ("iat", claims.iat),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                map.serialize_entry(name, &time)?;
            }
        }
        let texts = [("iss", &claims.iss), ("sub", &claims.sub)];
        for (name, text) in texts {
            if let Some(text) = text {
                map.serialize_entry(name, text)?;
            }
        }
        if !claims.aud.is_empty() {
            map.serialize_entry("aud", &claims.aud)?;
        }
        if let Some(jti) = &claims.jti {
            map.serialize_entry("jti", jti)?;
        }
        map.serialize_entry(NAMESPACE, &NamespaceOut(claims))?;
        map.end()
    }
}

struct NamespaceOut<'a>(&'a Claims);

impl Serialize for NamespaceOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("caches", &CachesOut(self.0))?;
        map.end()
    }
}

struct CachesOut<'a>(&'a Claims);

impl Serialize for CachesOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.caches.iter();
        serializer.collect_map(entries.map(|(pattern, set)| (pattern.as_str(), EntryOut(*set))))
    }
}

struct EntryOut(Permissions);

impl Serialize for EntryOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|permission| (permission.letters(), 1)))
    }
}
