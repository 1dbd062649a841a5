//! Chunks that nothing reaches lose their rows.

use chunk_store::ChunkId;
use roaring::RoaringTreemap;

use crate::bitmaps::{recipe, treemap};
use crate::tx::Tx;
use crate::{Db, DbError, Seq};

/// Chunks condemned by one transaction, so that it is short.
const BATCH: usize = 8192;

impl Db {
    /// Deletes the rows of chunks that a snapshot with this mark found
    /// unreachable, but for those that a newer nar or lease reaches. Answers
    /// those it deleted.
    ///
    /// A nar or lease older than the mark was seen by the snapshot; one that
    /// came or changed later has a higher `seq`, since `seq` is drawn under
    /// the lock; and one that comes after this transaction finds no row.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn condemn_chunks(
        &self,
        ids: &[ChunkId],
        mark: Seq,
    ) -> Result<Vec<ChunkId>, DbError> {
        let mut condemned = Vec::new();
        for batch in ids.chunks(BATCH) {
            let batch: RoaringTreemap = batch.iter().map(|id| id.0).collect();
            condemned.extend(
                self.write(batch.len() as usize, move |tx| condemn(tx, batch, mark))
                    .await?,
            );
        }
        Ok(condemned)
    }
}

fn condemn(tx: &Tx<'_>, mut ids: RoaringTreemap, mark: Seq) -> Result<Vec<ChunkId>, DbError> {
    spare_newer(tx, &mut ids, mark)?;
    let mut condemned = Vec::new();
    for id in &ids {
        let sql = "DELETE FROM chunk WHERE id = ?";
        if tx.execute(sql, [id])? > 0 {
            condemned.push(ChunkId(id));
        }
    }
    Ok(condemned)
}

/// Takes out what nars and leases reach that are newer than the mark.
fn spare_newer(tx: &Tx<'_>, ids: &mut RoaringTreemap, mark: Seq) -> Result<(), DbError> {
    let mut nars = tx.prepare("SELECT recipe FROM nar WHERE seq > ?")?;
    let mut rows = nars.query([mark])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        for id in recipe(bytes)?.ids() {
            ids.remove(id.0);
        }
    }
    let mut leases = tx.prepare("SELECT chunks FROM lease WHERE seq > ?")?;
    let mut rows = leases.query([mark])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        *ids -= treemap(bytes)?;
    }
    Ok(())
}
