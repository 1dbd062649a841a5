//! What a tenant says of a path that it publishes, true or not.

use std::collections::BTreeSet;

use cache_api::{ErrorCode, PublishPath, PublishStatus};
use chunk_store::Digest;
use nar_format::{NarHash, StoreDir, StorePath};

use super::cache::Facts;
use super::pool::{Content, Pool, store_path};

/// A path that a tenant wants to publish.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) path: usize,
    pub(super) content: usize,
    pub(super) twist: Twist,
    /// Foreign keys that sign it, a bit each; the bit after them is a
    /// signature that nobody made.
    pub(super) sigs: u8,
    pub(super) replace: bool,
}

/// What is odd about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    None,
    /// Other facts, but true ones.
    Name,
    References,
    Ca,
    /// Does not count as a difference.
    Deriver,
    TwiceReferenced,
    /// Lies.
    Hash,
    Size,
    Backwards,
    Short,
    /// Malformed.
    BadPath,
    ElsewhereDir,
    BadReference,
    BadDeriver,
    BadCa,
    BadSignature,
}

impl Twist {
    pub(super) const ALL: [Self; 16] = [
        Self::None,
        Self::Name,
        Self::References,
        Self::Ca,
        Self::Deriver,
        Self::TwiceReferenced,
        Self::Hash,
        Self::Size,
        Self::Backwards,
        Self::Short,
        Self::BadPath,
        Self::ElsewhereDir,
        Self::BadReference,
        Self::BadDeriver,
        Self::BadCa,
        Self::BadSignature,
    ];

    pub(super) fn malformed(self) -> Option<ErrorCode> {
        Some(match self {
            Self::BadPath => ErrorCode::InvalidStorePath,
            Self::ElsewhereDir => ErrorCode::WrongStoreDir,
            Self::BadReference => ErrorCode::InvalidReference,
            Self::BadDeriver => ErrorCode::InvalidDeriver,
            Self::BadCa => ErrorCode::InvalidContentAddress,
            Self::BadSignature => ErrorCode::InvalidSignature,
            _ => return None,
        })
    }
}

/// What is answered of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) path: String,
    pub(super) status: PublishStatus,
    pub(super) code: Option<ErrorCode>,
    pub(super) missing: Vec<u32>,
}

impl Claim {
    pub(super) fn content(&self) -> &'static Content {
        &Pool::get().contents[self.content]
    }

    pub(super) fn digests(&self) -> Vec<Digest> {
        let mut digests = self.content().chunks.clone();
        match self.twist {
            Twist::Backwards => digests.reverse(),
            Twist::Short => drop(digests.pop()),
            _ => {}
        }
        digests
    }

    pub(super) fn text(&self) -> String {
        let path = self.facts().path;
        match self.twist {
            Twist::BadPath => "/nix/store/nonsense".to_owned(),
            Twist::ElsewhereDir => format!("/gnu/store/{}", path.base_name()),
            _ => path.absolute(&StoreDir::default()),
        }
    }

    pub(super) fn facts(&self) -> Facts {
        let name = if self.twist == Twist::Name {
            "other"
        } else {
            "path"
        };
        let content = self.content();
        let mut references: BTreeSet<StorePath> = BTreeSet::new();
        references.insert(store_path(self.path / 2, "path"));
        if self.twist == Twist::References {
            references.insert(store_path(self.path, "path"));
        }
        let ca = format!("fixed:r:{}", NarHash::of(b"any"));
        Facts {
            path: store_path(self.path, name),
            hash: match self.twist {
                Twist::Hash => NarHash::of(b"another"),
                _ => content.hash,
            },
            size: content.nar.len() as u64 + u64::from(self.twist == Twist::Size),
            references,
            ca: (self.twist == Twist::Ca).then_some(ca),
        }
    }

    pub(super) fn deriver(&self) -> Option<StorePath> {
        (self.twist == Twist::Deriver).then(|| store_path(self.path, "deriver"))
    }

    /// The signatures that come along, good and bad.
    pub(super) fn signatures(&self) -> Vec<String> {
        let pool = Pool::get();
        let fingerprint = self.facts().fingerprint();
        let keys = pool.foreign.iter().enumerate();
        let mut sigs: Vec<String> = keys
            .filter(|(at, _)| self.sigs & (1 << at) != 0)
            .map(|(_, key)| key.sign(&fingerprint).to_string())
            .collect();
        if self.sigs & (1 << pool.foreign.len()) != 0 {
            sigs.push(pool.foreign[0].sign("something else").to_string());
        }
        sigs
    }

    /// As it is sent.
    pub(super) fn to_body(&self) -> PublishPath {
        let facts = self.facts();
        let mut references: Vec<String> =
            facts.references.iter().map(StorePath::base_name).collect();
        let mut sigs = self.signatures();
        let mut ca = facts.ca.clone();
        let mut deriver = self.deriver().map(|path| path.base_name());
        match self.twist {
            Twist::TwiceReferenced => references.push(references[0].clone()),
            Twist::BadReference => references.push("nonsense".to_owned()),
            Twist::BadDeriver => deriver = Some("nonsense".to_owned()),
            Twist::BadCa => ca = Some("fixed:nonsense".to_owned()),
            Twist::BadSignature => sigs.push("nonsense".to_owned()),
            _ => {}
        }
        PublishPath {
            path: self.text(),
            nar_hash: facts.hash,
            nar_size: facts.size,
            references,
            deriver,
            ca,
            sigs,
            chunks: self.digests().len() as u32,
            replace: self.replace,
        }
    }

    pub(super) fn line(&self, status: PublishStatus, code: Option<ErrorCode>) -> Line {
        Line {
            path: self.text(),
            status,
            code,
            missing: Vec::new(),
        }
    }

    pub(super) fn error(&self, code: ErrorCode) -> Line {
        self.line(PublishStatus::Error, Some(code))
    }
}
