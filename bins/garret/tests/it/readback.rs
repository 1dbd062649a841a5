//! Reads a path back as a substituter does, and believes nothing.

use nar_format::narinfo::NarInfo;
use nar_format::signing::PublicKey;
use nar_format::{NarHash, StoreDir};

use crate::http::{Answer, try_get};

/// A cache, as a reader knows it.
pub(crate) struct Reader {
    origin: String,
    cache: String,
    authorization: String,
    key: PublicKey,
}

/// What kept a path from being read.
pub(crate) enum Trouble {
    /// No connection, or one that ended before the answer did.
    Cut(String),
    /// An answer that no sound cache gives.
    Fault(String),
}

impl Trouble {
    pub(crate) fn text(self) -> String {
        match self {
            Self::Cut(text) | Self::Fault(text) => text,
        }
    }
}

impl Reader {
    pub(crate) fn new(origin: &str, cache: &str, token: &str, key: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            cache: cache.to_owned(),
            authorization: format!("Bearer {token}"),
            key: key.parse().expect("a public key"),
        }
    }

    fn get(&self, name: &str) -> Result<Answer, Trouble> {
        let path = format!("/{}/{name}", self.cache);
        let headers = [("Authorization", self.authorization.as_str())];
        try_get(&self.origin, &path, &headers)
            .map_err(|error| Trouble::Cut(format!("{path}: {error}")))
    }

    /// What the cache says of a path, `None` where it has none of that name.
    pub(crate) fn narinfo(&self, path: &str) -> Result<Option<NarInfo>, Trouble> {
        let answer = self.get(&format!("{}.narinfo", hash_of(path)))?;
        let text = answer.text();
        let fault = |what: &str| Err(Trouble::Fault(format!("narinfo of {path}: {what}: {text}")));
        match answer.status {
            200 => {}
            404 => return Ok(None),
            other => return fault(&format!("HTTP {other}")),
        }
        let info = match NarInfo::parse(&text, &StoreDir::default()) {
            Ok(info) => info,
            Err(error) => return fault(&error.to_string()),
        };
        let fingerprint = info.fingerprint();
        let signed = |sig| self.key.verify(&fingerprint, sig);
        if info.store_path.to_string() != base_name(path) {
            return fault("another path");
        }
        if !info.sigs.iter().any(signed) {
            return fault("no signature of the cache");
        }
        Ok(Some(info))
    }

    /// Reads the NAR of a narinfo that was answered; it must come whole. Returns its size.
    pub(crate) fn nar(&self, info: &NarInfo) -> Result<u64, Trouble> {
        let answer = self.get(&info.url)?;
        let path = &info.store_path;
        let fault = |what: String| Err(Trouble::Fault(format!("NAR of {path}: {what}")));
        if answer.status != 200 {
            return fault(format!("HTTP {}", answer.status));
        }
        if info.file_size != Some(answer.body.len() as u64) {
            return fault(format!("{} bytes", answer.body.len()));
        }
        match zstd::decode_all(answer.body.as_slice()) {
            Err(error) => fault(error.to_string()),
            Ok(nar) if NarHash::of(&nar) != info.nar_hash => fault("another hash".to_owned()),
            Ok(nar) => Ok(nar.len() as u64),
        }
    }

    /// Reads a path that must be there.
    pub(crate) fn whole(&self, path: &str) -> u64 {
        let read = self.narinfo(path).and_then(|info| match info {
            Some(info) => self.nar(&info),
            None => Err(Trouble::Fault("no narinfo".to_owned())),
        });
        match read {
            Ok(size) => size,
            Err(trouble) => panic!("{path} was published: {}", trouble.text()),
        }
    }
}

/// A store path without its store.
pub(crate) fn base_name(path: &str) -> &str {
    path.trim_start_matches("/nix/store/")
}

fn hash_of(path: &str) -> &str {
    &base_name(path)[..32]
}
