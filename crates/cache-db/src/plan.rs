//! The sweep's planner: what is reachable, what is in grace, what is garbage.
//!
//! A pure function of rows and a list of blobs; nothing is left to decide when
//! it is carried out. Each destructive transaction looks again all the same.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chunk_store::{BlobKey, ChunkId};
use roaring::RoaringTreemap;

use crate::credit::seconds;
use crate::{LeaseId, NarId, ObjectId, PackId, RecordKind};

mod facts;

pub use facts::{ChunkFacts, LeaseFacts, NarUse, ObjectFacts, PackFacts, RecordFacts, Snapshot};

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// For leases, and for what was replaced or removed.
    pub grace: Duration,
    /// For blobs in trash, so that reads under way can end.
    pub read_grace: Duration,
}

/// How a row or blob stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing needs it. It goes.
    Garbage,
    /// Nothing that is visible needs it, yet it must stay for a while.
    InGrace,
    /// Something visible needs it.
    Reachable,
}

/// Every row and blob with its class, in the order of the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Objects: live ones, hidden ones in grace, and hidden ones.
    pub objects: Vec<(ObjectId, Class)>,
    /// NARs by their objects. A garbage nar still keeps its chunks: its row
    /// goes first.
    pub nars: Vec<(NarId, Class)>,
    /// Leases: in grace while young.
    pub leases: Vec<(LeaseId, Class)>,
    /// Chunks. Garbage = in no nar row and no young lease, so that
    /// [`crate::Db::condemn_chunks`] may have them with the snapshot's mark.
    pub chunks: Vec<(ChunkId, Class)>,
    /// Packs, as the best of their chunks.
    pub packs: Vec<(PackId, Class)>,
    /// Records.
    pub records: Vec<(BlobKey, Class)>,
    /// Blobs. Garbage = deletable, once the row that names it is gone.
    pub blobs: Vec<(BlobKey, Class)>,
    /// Blobs that nothing names, not even trash: to be put there, due a grace
    /// later, since a commit under way may still name them. In grace till then.
    pub orphans: Vec<BlobKey>,
}

/// Classes every row and blob of a snapshot. Pure.
pub fn classify(snapshot: &Snapshot, policy: &Policy) -> Plan {
    let ages = Ages {
        now: snapshot.now,
        grace: seconds(policy.grace),
        read_grace: seconds(policy.read_grace),
    };
    let mut plan = Plan::default();
    plan.objects.extend(
        snapshot
            .objects
            .iter()
            .map(|o| (o.id, ages.hidden(o.hidden_at))),
    );
    plan.nars = nars(snapshot, &ages);
    plan.leases.extend(
        snapshot
            .leases
            .iter()
            .map(|l| (l.id, ages.kept(l.created_at))),
    );
    plan.chunks = chunks(snapshot, &plan);
    plan.packs = packs(snapshot, &plan);
    plan.records = records(snapshot, &plan);
    (plan.blobs, plan.orphans) = blobs(snapshot, &plan, &ages);
    plan
}

struct Ages {
    now: i64,
    grace: i64,
    read_grace: i64,
}

impl Ages {
    fn kept(&self, since: i64) -> Class {
        if self.now.saturating_sub(since) < self.grace {
            Class::InGrace
        } else {
            Class::Garbage
        }
    }

    fn hidden(&self, since: Option<i64>) -> Class {
        since.map_or(Class::Reachable, |since| self.kept(since))
    }
}

fn nars(snapshot: &Snapshot, ages: &Ages) -> Vec<(NarId, Class)> {
    let mut named: HashMap<NarId, Option<i64>> = HashMap::new();
    for object in &snapshot.objects {
        let hidden = named.entry(object.nar).or_insert(object.hidden_at);
        *hidden = match (*hidden, object.hidden_at) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
    }
    let class = |nar: &NarUse| match (named.get(&nar.id), nar.unused_since) {
        (Some(None), _) => Class::Reachable,
        (_, Some(since)) => ages.kept(since),
        (Some(Some(since)), None) => ages.kept(*since),
        // Never used and never let go: nobody said that it may go.
        (None, None) => Class::InGrace,
    };
    snapshot
        .nars
        .iter()
        .map(|nar| (nar.id, class(nar)))
        .collect()
}

fn chunks(snapshot: &Snapshot, plan: &Plan) -> Vec<(ChunkId, Class)> {
    let (mut reachable, mut kept) = (RoaringTreemap::new(), RoaringTreemap::new());
    for (nar, (_, class)) in snapshot.nars.iter().zip(&plan.nars) {
        match class {
            Class::Reachable => reachable |= &nar.chunks,
            // The row of a garbage nar still promises its chunks.
            Class::InGrace | Class::Garbage => kept |= &nar.chunks,
        }
    }
    for (lease, (_, class)) in snapshot.leases.iter().zip(&plan.leases) {
        if *class == Class::InGrace {
            kept |= &lease.chunks;
        }
    }
    let class = |id: u64| match (reachable.contains(id), kept.contains(id)) {
        (true, _) => Class::Reachable,
        (false, true) => Class::InGrace,
        (false, false) => Class::Garbage,
    };
    let chunks = snapshot.chunks.iter();
    chunks.map(|chunk| (chunk.id, class(chunk.id.0))).collect()
}

fn packs(snapshot: &Snapshot, plan: &Plan) -> Vec<(PackId, Class)> {
    let mut best: HashMap<PackId, Class> = HashMap::new();
    for (chunk, (_, class)) in snapshot.chunks.iter().zip(&plan.chunks) {
        let held = best.entry(chunk.pack).or_insert(*class);
        *held = (*held).max(*class);
    }
    let class = |id| best.get(&id).copied().unwrap_or(Class::Garbage);
    let packs = snapshot.packs.iter();
    packs.map(|pack| (pack.id, class(pack.id))).collect()
}

fn records(snapshot: &Snapshot, plan: &Plan) -> Vec<(BlobKey, Class)> {
    let mut named: HashMap<&BlobKey, Class> = HashMap::new();
    for (object, (_, class)) in snapshot.objects.iter().zip(&plan.objects) {
        // The row of a garbage object still names its record.
        let held = named.entry(&object.record).or_insert(Class::InGrace);
        *held = (*held).max(*class);
    }
    let rows = snapshot.records.iter().map(|record| &record.key);
    let trash = snapshot.trash.iter().map(|(key, _)| key);
    let present: HashSet<&BlobKey> = rows.chain(trash).chain(&snapshot.blobs).collect();
    let ending = snapshot.ends.iter();
    let ending: HashSet<&BlobKey> = ending
        .filter(|(_, ended)| present.contains(ended))
        .map(|(key, _)| key)
        .collect();
    let mut newest: HashMap<&str, i64> = HashMap::new();
    let mut of_cache: HashMap<&str, usize> = HashMap::new();
    for record in &snapshot.records {
        *of_cache.entry(&record.cache_uid).or_default() += 1;
        if matches!(record.kind, RecordKind::Cache | RecordKind::Destroy) {
            let newest = newest.entry(&record.cache_uid).or_insert(record.created_at);
            *newest = (*newest).max(record.created_at);
        }
    }
    let class = |record: &RecordFacts| match record.kind {
        RecordKind::Publish | RecordKind::Tombstone => match named.get(&record.key) {
            Some(class) => *class,
            None if ending.contains(&record.key) => Class::InGrace,
            None => Class::Garbage,
        },
        RecordKind::Cache if newest[record.cache_uid.as_str()] > record.created_at => {
            Class::Garbage
        }
        RecordKind::Cache => Class::Reachable,
        RecordKind::Destroy if of_cache[record.cache_uid.as_str()] > 1 => Class::InGrace,
        RecordKind::Destroy => Class::Garbage,
    };
    let records = snapshot.records.iter();
    records
        .map(|record| (record.key.clone(), class(record)))
        .collect()
}

fn blobs(snapshot: &Snapshot, plan: &Plan, ages: &Ages) -> (Vec<(BlobKey, Class)>, Vec<BlobKey>) {
    let mut known: HashMap<&BlobKey, Class> = HashMap::new();
    for (key, since) in &snapshot.trash {
        let due = ages.now.saturating_sub(*since) >= ages.read_grace;
        known.insert(key, if due { Class::Garbage } else { Class::InGrace });
    }
    for (pack, (_, class)) in snapshot.packs.iter().zip(&plan.packs) {
        known.insert(&pack.key, *class);
    }
    known.extend(plan.records.iter().map(|(key, class)| (key, *class)));
    let mut orphans = Vec::new();
    let blobs = snapshot.blobs.iter().map(|key| {
        let class = match known.get(key) {
            Some(class) => *class,
            None if key.identity_parts().is_some() => Class::Reachable,
            None => {
                orphans.push(key.clone());
                Class::InGrace
            }
        };
        (key.clone(), class)
    });
    (blobs.collect(), orphans)
}

#[cfg(test)]
mod tests;
