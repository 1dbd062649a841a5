//! What histories consist of.

use std::collections::BTreeSet;

use super::claim::Claim;
use super::pool::Make;

/// One step: a tenant does something to a cache. All are numbers, of the pool.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub(super) who: usize,
    pub(super) cache: usize,
    pub(super) act: Act,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// With this signing key; `None` is one that is malformed.
    Create(Settings, Option<usize>),
    Configure(Settings),
    Destroy,
    AddKey(Option<usize>),
    RetireKey(usize),
    /// A pack of some chunks of a content, a bit each.
    Send(usize, u16, Make),
    /// A pack of a content that is damaged.
    SendDamaged(usize, Damage),
    Publish(Vec<Claim>),
    /// The numbers of digests do not add up.
    PublishUneven(Claim),
    /// What a client does: asks, sends what is missing, publishes.
    Push(Claim, Make),
    PathsMissing(Vec<usize>),
    ChunksMissing(Vec<usize>),
    /// Of a path; `HEAD` or `GET`.
    Narinfo(usize, bool),
    /// The NAR that a narinfo named at some time.
    Nar(usize, Ask),
    /// The name that Attic gives the NAR of a path.
    PlainNar(usize, Ask),
    Listing(usize),
    /// The paths after this one, at most so many.
    Page(Option<usize>, usize),
    Path(usize),
    Info,
    Caches,
    Remove(usize),
    /// Lets time go by, in seconds.
    Pass(u64),
    /// The tenant gets a new token.
    Renew,
    Restart,
    Crash,
}

/// Changes to a cache; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) is_public: Option<bool>,
    pub(super) priority: Option<i32>,
    pub(super) retention: Option<u64>,
    pub(super) max_size: Option<u64>,
    pub(super) upstream: Option<BTreeSet<usize>>,
}

/// What is wrong with a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    Header,
    Index,
    Frame,
    Cut,
    Longer,
}

impl Damage {
    pub(super) const ALL: [Self; 5] = [
        Self::Header,
        Self::Index,
        Self::Frame,
        Self::Cut,
        Self::Longer,
    ];
}

/// How a NAR is asked for.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) head: bool,
    pub(super) range: Span,
    /// `If-None-Match` with the right tag, or a wrong one.
    pub(super) known: Option<bool>,
    /// `If-Range`, in the same way.
    pub(super) if_range: Option<bool>,
    /// The URL names another version.
    pub(super) stale: bool,
}

/// A range; places are parts of the whole, of 65,536.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    None,
    Between(u16, u16),
    From(u16),
    Last(u16),
    /// Ends far behind the end.
    Beyond(u16),
    /// The last byte, the first byte, none at all.
    LastByte,
    FirstByte,
    LastZero,
    /// Begins at the end, or far behind it.
    AtEnd,
    FarOff,
    Several,
    Backwards,
    Nonsense,
}
