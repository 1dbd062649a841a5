//! Chunks that nothing reaches lose their rows.

use chunk_store::ChunkId;

use crate::{Db, DbError, Seq};

impl Db {
    /// Deletes the rows of chunks that a snapshot with this mark found
    /// unreachable, but for those that a newer nar or lease reaches. Answers
    /// those it deleted.
    ///
    /// # Errors
    /// When rows cannot be read or written.
    pub async fn condemn_chunks(
        &self,
        _ids: &[ChunkId],
        _mark: Seq,
    ) -> Result<Vec<ChunkId>, DbError> {
        unimplemented!()
    }
}
