//! All rows at one moment, for the planner.

use chunk_store::ChunkId;
use rusqlite::{Connection, Row};

use crate::bitmaps::{recipe_set, store_seq, treemap};
use crate::plan::{ChunkFacts, LeaseFacts, NarUse, ObjectFacts, PackFacts, RecordFacts, Snapshot};
use crate::rows::{collect, key};
use crate::{Db, DbError, LeaseId, NarId, ObjectId, PackId, RecordKind};

impl Db {
    /// All rows at one moment of the commit order. The blob list is the
    /// caller's to add; taken after this, it holds every blob that these rows
    /// name.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn snapshot(&self) -> Result<Snapshot, DbError> {
        let now = self.now();
        self.read_long(move |_, conn| read(conn, now)).await
    }
}

fn read(conn: &Connection, now: i64) -> Result<Snapshot, DbError> {
    Ok(Snapshot {
        mark: store_seq(conn)?,
        now,
        objects: all(
            conn,
            "SELECT o.id, o.nar_id, o.record, coalesce(o.removed_at, c.deleted_at)
             FROM object o JOIN cache c ON c.id = o.cache_id ORDER BY o.id",
            |row| {
                Ok(ObjectFacts {
                    id: ObjectId(row.get(0)?),
                    nar: NarId(row.get(1)?),
                    record: key(row, 2)?,
                    hidden_at: row.get(3)?,
                })
            },
        )?,
        nars: all(
            conn,
            "SELECT id, unused_since, recipe FROM nar ORDER BY id",
            |row| {
                Ok(NarUse {
                    id: NarId(row.get(0)?),
                    unused_since: row.get(1)?,
                    chunks: recipe_set(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?,
                })
            },
        )?,
        leases: all(
            conn,
            "SELECT id, created_at, chunks FROM lease ORDER BY id",
            |row| {
                Ok(LeaseFacts {
                    id: LeaseId(row.get(0)?),
                    created_at: row.get(1)?,
                    chunks: treemap(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?,
                })
            },
        )?,
        chunks: all(conn, "SELECT id, pack_id FROM chunk ORDER BY id", |row| {
            Ok(ChunkFacts {
                id: ChunkId(row.get(0)?),
                pack: PackId(row.get(1)?),
            })
        })?,
        packs: all(conn, "SELECT id, key FROM pack ORDER BY id", |row| {
            Ok(PackFacts {
                id: PackId(row.get(0)?),
                key: key(row, 1)?,
            })
        })?,
        records: all(
            conn,
            "SELECT key, kind, cache_uid, created_at FROM record ORDER BY key",
            record,
        )?,
        ends: all(conn, "SELECT key, ended FROM ends ORDER BY key", |row| {
            Ok((key(row, 0)?, key(row, 1)?))
        })?,
        trash: all(conn, "SELECT key, since FROM trash ORDER BY key", |row| {
            Ok((key(row, 0)?, row.get(1)?))
        })?,
        blobs: Vec::new(),
    })
}

fn record(row: &Row<'_>) -> Result<RecordFacts, DbError> {
    let kind: String = row.get(1)?;
    Ok(RecordFacts {
        key: key(row, 0)?,
        kind: RecordKind::parse(&kind)
            .ok_or_else(|| DbError::Corrupt(format!("record kind {kind:?}")))?,
        cache_uid: row.get(2)?,
        created_at: row.get(3)?,
    })
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    collect(conn.prepare(sql)?.query([])?, read)
}
