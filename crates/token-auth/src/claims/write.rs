//! Claims as JSON.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Claims, NAMESPACE, Permissions, TokenError};

impl Claims {
    /// The payload that holds the claims.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>, TokenError> {
        let mut seen = BTreeSet::new();
        if let Some((pattern, _)) = self.caches.iter().find(|(own, _)| !seen.insert(own)) {
            return Err(TokenError::DuplicatePattern(pattern.to_string()));
        }
        serde_json::to_vec(&Payload(self)).map_err(TokenError::Claims)
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
