//! Sets of chunk ids as bytes: bitmaps and recipes.

use chunk_store::recipe::Recipe;
use roaring::RoaringTreemap;
use rusqlite::Connection;

use crate::{DbError, Seq};

/// The last place in the commit order that `conn` sees.
pub(crate) fn store_seq(conn: &Connection) -> Result<Seq, DbError> {
    let mut select = conn.prepare_cached("SELECT seq FROM store")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Reads a bitmap of chunk ids (portable serialisation).
pub(crate) fn treemap(bytes: &[u8]) -> Result<RoaringTreemap, DbError> {
    RoaringTreemap::deserialize_from(bytes)
        .map_err(|error| DbError::Corrupt(format!("bitmap of chunks: {error}")))
}

/// The bytes of a bitmap of chunk ids.
pub(crate) fn treemap_bytes(ids: &RoaringTreemap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ids.serialized_size());
    ids.serialize_into(&mut bytes)
        .expect("writing to memory does not fail");
    bytes
}

/// The chunks of a recipe.
pub(crate) fn recipe(bytes: &[u8]) -> Result<Recipe, DbError> {
    Recipe::parse(bytes).map_err(|error| DbError::Corrupt(format!("recipe: {error}")))
}

/// The set of the chunks of a recipe.
pub(crate) fn recipe_set(bytes: &[u8]) -> Result<RoaringTreemap, DbError> {
    Ok(recipe(bytes)?.ids().iter().map(|id| id.0).collect())
}
