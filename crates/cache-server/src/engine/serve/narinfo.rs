//! narinfo: the promise that a NAR can be had, whole.

use std::fmt::Write as _;

use bytes::Bytes;
use cache_db::{CacheRow, NarinfoRow};
use nar_format::{
    PathHash, StoreDir,
    narinfo::{self, Lines},
    signing::Signature,
};

use super::{NarName, name::version_text};
use crate::engine::{
    Engine, EngineError,
    known::{ActiveKey, KnownCache},
};

/// Bytes of a usual narinfo without its references and signatures.
const SHORT: usize = 512;

impl Engine {
    /// The narinfo of a path, or `None` when it is not here. Trouble of the
    /// server is counted, logged and answered as `None` too.
    pub async fn narinfo(&self, cache: &CacheRow, path: PathHash) -> Option<Bytes> {
        let db = &self.0.config.db;
        // Before the row is read: see the module of the memory.
        let removed = db.removed_counter(cache.id);
        let tally = &self.0.tally;
        if self.require_ready().is_ok()
            && let Some(text) = self.0.hits.get(cache.id, path, removed)
        {
            tally.narinfo_memory_hits.inc();
            self.note_use(cache.id, path);
            return Some(text);
        }
        let Some(text) = self.absent(self.read_narinfo(cache, path).await) else {
            tally.narinfo_misses.inc();
            return None;
        };
        tally.narinfo_db_hits.inc();
        self.0.hits.put(cache.id, path, removed, text.clone());
        self.note_use(cache.id, path);
        Some(text)
    }

    async fn read_narinfo(
        &self,
        cache: &CacheRow,
        path: PathHash,
    ) -> Result<Option<Bytes>, EngineError> {
        self.require_ready()?;
        let known = self.known_cache(&cache.name).await?;
        let Some(known) = known.filter(|known| known.row.id == cache.id) else {
            return Ok(None);
        };
        let db = &self.0.config.db;
        let render = |object: NarinfoRow<'_>| render(&known, &object);
        db.narinfo(cache.id, &path, render).await?.transpose()
    }
}

/// What the cache says of an object. Keys that came after it was published
/// sign it now.
fn render(cache: &KnownCache, object: &NarinfoRow<'_>) -> Result<Bytes, EngineError> {
    let store_dir = StoreDir::parse(&cache.row.settings.store_dir)
        .map_err(|_| EngineError::Cut("the cache has a malformed store directory"))?;
    let url = NarName {
        path: object.path.hash(),
        exact: Some((object.nar.hash, version_text(&object.nar.version))),
    };
    let sigs = object.sigs.split_whitespace();
    let stored = sigs.filter_map(|sig| sig.parse().ok()).collect();
    let sigs = signatures(&cache.keys, object.created_at, stored, || {
        fingerprint(&store_dir, object)
    });
    let lines = Lines {
        store_path: &object.path,
        store_dir: &store_dir,
        url: &format!("nar/{url}"),
        compression: "zstd",
        file_hash: None,
        file_size: Some(object.nar.frame_size),
        nar_hash: &object.nar.hash,
        nar_size: object.nar.size,
        references: object.references,
        deriver: object.deriver.as_ref(),
        system: None,
        sigs: &sigs,
        ca: object.ca,
    };
    let mut text = String::with_capacity(SHORT + object.references.len() + object.sigs.len());
    write!(text, "{lines}").expect("a string takes all");
    Ok(text.into())
}

fn fingerprint(store_dir: &StoreDir, object: &NarinfoRow<'_>) -> String {
    let references = object.references.split_whitespace();
    let references: Vec<_> = references.filter_map(|name| name.parse().ok()).collect();
    let nar = &object.nar;
    narinfo::fingerprint(store_dir, &object.path, &nar.hash, nar.size, &references)
}

/// The stored signatures, with one of each active key among them.
///
/// A key that came before the object was made has signed it: the commit made
/// sure of that. Of another the signature may be there, since somebody sent it:
/// Ed25519 is deterministic, so signing finds it, three times as fast as
/// verifying would. Within the second in which the key came, either is possible.
fn signatures(
    keys: &[ActiveKey],
    made: i64,
    stored: Vec<Signature>,
    fingerprint: impl FnOnce() -> String,
) -> Vec<Signature> {
    let is_stored = |key: &ActiveKey| {
        key.since < made && stored.iter().any(|sig| sig.name == key.secret.name())
    };
    let wanting: Vec<_> = keys.iter().filter(|key| !is_stored(key)).collect();
    if wanting.is_empty() {
        return stored;
    }
    let text = fingerprint();
    let fresh = wanting.iter().map(|key| key.secret.sign(&text));
    let mut all: Vec<Signature> = fresh.filter(|sig| !stored.contains(sig)).collect();
    all.extend(stored);
    all
}

#[cfg(test)]
mod tests {
    use nar_format::signing::SecretKey;

    use super::*;

    fn key(name: &str, seed: u8, since: i64) -> ActiveKey {
        ActiveKey {
            id: cache_db::KeyId(i64::from(seed)),
            secret: SecretKey::from_seed(name, &[seed; 32]).unwrap(),
            since,
        }
    }

    #[test]
    fn every_active_key_signs_once_and_what_is_stored_stays() {
        const MADE: i64 = 100;
        let (old, new, foreign) = (key("team", 1, 50), key("team-2", 2, 150), key("team", 3, 0));
        let stored = vec![old.secret.sign("text"), foreign.secret.sign("text")];
        let names = |keys: &[ActiveKey]| -> Vec<String> {
            let sigs = signatures(keys, MADE, stored.clone(), || "text".to_owned());
            sigs.into_iter().map(|sig| sig.name).collect()
        };
        assert_eq!(names(&[]), ["team", "team"]);
        assert_eq!(names(std::slice::from_ref(&old)), ["team", "team"]);
        assert_eq!(names(&[old, new]), ["team-2", "team", "team"]);
        // Keys that came after the object, or with it, are told apart by what they sign.
        for since in [MADE, MADE + 1] {
            assert_eq!(names(&[key("team", 1, since)]).len(), 2);
            assert_eq!(names(&[key("team", 4, since)]).len(), 3);
        }
        // One that came before and is not there was pushed out by many others.
        assert_eq!(names(&[key("other", 5, 0)])[0], "other");
    }
}
