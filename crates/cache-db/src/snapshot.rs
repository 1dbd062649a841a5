//! All rows at one moment, for the planner.

use crate::plan::Snapshot;
use crate::{Db, DbError};

impl Db {
    /// All rows at one moment of the commit order. The blob list is the
    /// caller's to add.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn snapshot(&self) -> Result<Snapshot, DbError> {
        unimplemented!()
    }
}
