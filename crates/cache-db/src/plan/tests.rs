use super::*;

const NOW: i64 = 1_000_000;
const POLICY: Policy = Policy {
    grace: Duration::from_secs(1000),
    read_grace: Duration::from_secs(100),
};
/// Seconds ago that are within grace, and beyond it.
const YOUNG: i64 = NOW - 999;
const OLD: i64 = NOW - 1000;

fn record_key(number: u128) -> BlobKey {
    BlobKey::record(ulid::Ulid::from(number))
}

fn pack_key(number: u128) -> BlobKey {
    BlobKey::pack(ulid::Ulid::from(number))
}

fn object(id: i64, nar: i64, hidden_at: Option<i64>) -> ObjectFacts {
    ObjectFacts {
        id: ObjectId(id),
        nar: NarId(nar),
        record: record_key(id as u128),
        hidden_at,
    }
}

fn nar(id: i64, unused_since: Option<i64>, chunks: &[u64]) -> NarUse {
    NarUse {
        id: NarId(id),
        unused_since,
        chunks: chunks.iter().copied().collect(),
    }
}

fn record(number: u128, kind: RecordKind, uid: &str, created_at: i64) -> RecordFacts {
    RecordFacts {
        key: record_key(number),
        kind,
        cache_uid: uid.to_owned(),
        created_at,
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        now: NOW,
        ..Snapshot::default()
    }
}

fn classes<T>(plan: &[(T, Class)]) -> String {
    let letter = |class: &Class| match class {
        Class::Reachable => 'R',
        Class::InGrace => 'g',
        Class::Garbage => '-',
    };
    plan.iter().map(|(_, class)| letter(class)).collect()
}

#[test]
fn nars_follow_their_objects() {
    // (objects of nar 1 as hidden_at, unused_since, class)
    type Row<'a> = (&'a [Option<i64>], Option<i64>, &'a str);
    let table: [Row<'_>; 10] = [
        (&[None], None, "R"),
        (&[Some(OLD), None], Some(OLD), "R"),
        (&[Some(YOUNG)], Some(YOUNG), "g"),
        (&[Some(OLD)], Some(OLD), "-"),
        // Of a destroyed cache: no object says unused, all are hidden.
        (&[Some(OLD), Some(YOUNG)], None, "g"),
        (&[Some(OLD), Some(OLD)], None, "-"),
        (&[], Some(YOUNG), "g"),
        (&[], Some(OLD), "-"),
        (&[], None, "g"),
        // A clock that was behind: what is in the future is young.
        (&[], Some(NOW + 5), "g"),
    ];
    for (row, (hidden, unused_since, expected)) in table.into_iter().enumerate() {
        let objects = hidden.iter().enumerate();
        let plan = classify(
            &Snapshot {
                objects: objects
                    .map(|(id, hidden)| object(id as i64, 1, *hidden))
                    .collect(),
                nars: vec![nar(1, unused_since, &[])],
                ..snapshot()
            },
            &POLICY,
        );
        assert_eq!(classes(&plan.nars), expected, "row {row}");
    }
}

#[test]
fn chunks_and_packs_are_the_best_of_what_holds_them() {
    let lease = |id, created_at, chunks: &[u64]| LeaseFacts {
        id: LeaseId(id),
        created_at,
        chunks: chunks.iter().copied().collect(),
    };
    let chunk = |id, pack| ChunkFacts {
        id: ChunkId(id),
        pack: PackId(pack),
    };
    let pack = |id| PackFacts {
        id: PackId(id),
        key: pack_key(id as u128),
    };
    let plan = classify(
        &Snapshot {
            objects: vec![object(1, 1, None), object(2, 2, Some(OLD))],
            nars: vec![nar(1, None, &[1, 2]), nar(2, Some(OLD), &[2, 3])],
            leases: vec![lease(1, YOUNG, &[2, 4]), lease(2, OLD, &[1, 4, 5])],
            chunks: vec![
                chunk(1, 1),
                chunk(2, 2),
                chunk(3, 2),
                chunk(4, 3),
                chunk(5, 3),
                chunk(6, 4),
            ],
            packs: (1..=5).map(pack).collect(),
            blobs: (1..=5).map(pack_key).collect(),
            ..snapshot()
        },
        &POLICY,
    );
    assert_eq!(classes(&plan.objects), "R-");
    assert_eq!(classes(&plan.nars), "R-");
    assert_eq!(classes(&plan.leases), "g-");
    assert_eq!(classes(&plan.chunks), "RRgg--");
    assert_eq!(classes(&plan.packs), "RRg--");
    assert_eq!(classes(&plan.blobs), "RRg--");
    assert!(plan.orphans.is_empty());
}

#[test]
fn records_go_when_nothing_names_them_and_all_they_end_is_deleted() {
    use RecordKind::{Publish, Tombstone};
    let ends = |a, b| (record_key(a), record_key(b));
    let snapshot = Snapshot {
        objects: vec![object(1, 1, None), object(2, 1, Some(OLD))],
        nars: vec![nar(1, None, &[])],
        records: vec![
            record(1, Publish, "u", OLD),   // named by a live object
            record(2, Publish, "u", OLD),   // by the row of a hidden one
            record(3, Publish, "u", YOUNG), // by none
            record(4, Tombstone, "u", OLD), // ends 2, which has a row
            record(5, Publish, "u", OLD),   // replaces 50, which is in trash
            record(6, Publish, "u", OLD),   // replaces 60, whose blob is listed
            record(7, Tombstone, "u", OLD), // ends 70, which is gone
            record(8, Tombstone, "u", OLD), // ends 70 and 60
        ],
        ends: vec![
            ends(4, 2),
            ends(5, 50),
            ends(6, 60),
            ends(7, 70),
            ends(8, 70),
            ends(8, 60),
        ],
        trash: vec![(record_key(50), NOW)],
        blobs: vec![record_key(60)],
        ..snapshot()
    };
    let plan = classify(&snapshot, &POLICY);
    assert_eq!(classes(&plan.records), "Rg-ggg-g");
}

#[test]
fn cache_records_go_when_a_newer_one_is_there_and_the_destroying_one_last() {
    use RecordKind::{Cache, Destroy, Publish};
    let snapshot = Snapshot {
        records: vec![
            record(1, Cache, "live", 10),
            record(2, Cache, "live", 20),
            record(3, Cache, "gone", 10),
            record(4, Destroy, "gone", 20),
            record(5, Destroy, "last", 20),
            record(6, Publish, "slow", 5),
            record(7, Destroy, "slow", 20),
            // Two of one second: which is newer is not known.
            record(8, Cache, "tie", 10),
            record(9, Cache, "tie", 10),
        ],
        ..snapshot()
    };
    let plan = classify(&snapshot, &POLICY);
    assert_eq!(classes(&plan.records), "-R-g--gRR");
}

#[test]
fn blobs_are_named_by_rows_then_by_trash_then_by_nobody() {
    let identity = BlobKey::identity("A", 1).unwrap();
    let upload: BlobKey = "tmp/upload-1".parse().unwrap();
    let snapshot = Snapshot {
        packs: vec![PackFacts {
            id: PackId(1),
            key: pack_key(1),
        }],
        records: vec![record(1, RecordKind::Cache, "u", OLD)],
        trash: vec![
            (pack_key(2), NOW - 99),
            (pack_key(3), NOW - 100),
            // A commit took it out, or put it back: the row counts.
            (record_key(1), NOW - 100),
        ],
        blobs: vec![
            pack_key(1),
            pack_key(2),
            pack_key(3),
            pack_key(4),
            record_key(1),
            record_key(2),
            identity,
            upload.clone(),
        ],
        ..snapshot()
    };
    let plan = classify(&snapshot, &POLICY);
    assert_eq!(classes(&plan.blobs), "-g-gRgRg");
    assert_eq!(plan.orphans, [pack_key(4), record_key(2), upload]);
}

#[test]
fn an_empty_snapshot_is_an_empty_plan() {
    assert_eq!(classify(&Snapshot::default(), &POLICY), Plan::default());
}
