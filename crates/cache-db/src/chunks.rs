//! Visiting many chunk rows by id.
//!
//! Ids of a recipe are mostly consecutive, so sets of them are read as a few
//! ranges of the table rather than by one lookup each.

use std::collections::HashMap;

use chunk_store::{ChunkId, Digest, FrameId};
use roaring::RoaringTreemap;
use rusqlite::{Connection, Row};

use crate::bitmaps::recipe;
use crate::{Db, DbError, NarChunk, NarId, rows};

/// Ids this close are read in one range: a row that is skipped costs less
/// than a search.
const GAP: u64 = 8;

impl Db {
    /// The chunks of a NAR in order, as records name them; `None` when it is
    /// gone, has not exactly `count` chunks, or lacks one of them.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn nar_chunks(
        &self,
        id: NarId,
        count: usize,
    ) -> Result<Option<Vec<NarChunk>>, DbError> {
        self.read_long(move |_, conn| nar_chunks(conn, id, count))
            .await
    }
}

fn nar_chunks(
    conn: &Connection,
    id: NarId,
    count: usize,
) -> Result<Option<Vec<NarChunk>>, DbError> {
    let mut select = conn.prepare_cached("SELECT recipe FROM nar WHERE id = ?")?;
    let bytes: Option<Vec<u8>> = rows::first_value(select.query([id.0])?)?;
    let Some(recipe) = bytes.as_deref().map(recipe).transpose()? else {
        return Ok(None);
    };
    if recipe.ids().len() != count {
        return Ok(None);
    }
    let mut found = HashMap::new();
    let set = recipe.ids().iter().map(|id| id.0).collect();
    let columns = "digest, frame_id, frame_len, raw_len";
    visit(conn, &set, columns, |id, row| {
        let chunk = NarChunk {
            id: ChunkId(id),
            digest: Digest::from_bytes(row.get(1)?),
            frame_id: FrameId::from_bytes(row.get(2)?),
            frame_len: row.get(3)?,
            raw_len: row.get(4)?,
        };
        found.insert(chunk.id, chunk);
        Ok(())
    })?;
    Ok(recipe
        .ids()
        .iter()
        .map(|id| found.get(id).copied())
        .collect())
}

/// The ids as ranges, both ends included. Pure.
pub(crate) fn runs(ids: &RoaringTreemap) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((_, last)) if id - *last <= GAP => *last = id,
            _ => runs.push((id, id)),
        }
    }
    runs
}

/// Calls `visit` for the row of each id that has one, in order. `columns`
/// follow the id, which is column 0.
pub(crate) fn visit(
    conn: &Connection,
    ids: &RoaringTreemap,
    columns: &str,
    mut visit: impl FnMut(u64, &Row<'_>) -> Result<(), DbError>,
) -> Result<(), DbError> {
    let sql = format!("SELECT id, {columns} FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id");
    let mut select = conn.prepare_cached(&sql)?;
    for run in runs(ids) {
        let mut rows = select.query(run)?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if ids.contains(id) {
                visit(id, row)?;
            }
        }
    }
    Ok(())
}

/// Those of the ids that have a row which is not broken, and those of them
/// that are not verified.
pub(crate) fn sound(
    conn: &Connection,
    ids: &RoaringTreemap,
) -> Result<(RoaringTreemap, RoaringTreemap), DbError> {
    let (mut sound, mut unverified) = (RoaringTreemap::new(), RoaringTreemap::new());
    visit(conn, ids, "broken, verified", |id, row| {
        if !row.get::<_, bool>(1)? {
            sound.insert(id);
            if !row.get::<_, bool>(2)? {
                unverified.insert(id);
            }
        }
        Ok(())
    })?;
    Ok((sound, unverified))
}

/// The sum of the frame lengths of the ids that have a row.
pub(crate) fn frame_bytes(conn: &Connection, ids: &RoaringTreemap) -> Result<u64, DbError> {
    let mut bytes = 0;
    visit(conn, ids, "frame_len", |_, row| {
        bytes += row.get::<_, u64>(1)?;
        Ok(())
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_ids_are_read_as_one_range() {
        type Row<'a> = (&'a [u64], &'a [(u64, u64)]);
        let table: [Row<'_>; 4] = [
            (&[], &[]),
            (&[7], &[(7, 7)]),
            (&[1, 2, 3, 11, 20], &[(1, 11), (20, 20)]),
            (&[5, 1 << 40], &[(5, 5), (1 << 40, 1 << 40)]),
        ];
        for (ids, expected) in table {
            assert_eq!(runs(&ids.iter().copied().collect()), expected);
        }
    }
}
