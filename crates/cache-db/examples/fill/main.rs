//! Fills a cache of a database with many objects, for measuring what a cache
//! costs that holds them: `fill DATABASE CACHE OBJECTS`.
//!
//! The rows are what publishing would have left, without the blobs: narinfos
//! are served, NARs are not. One to fifteen chunks a NAR, every tenth of them
//! shared with an earlier NAR; a pack of 400 frames, its lease and a publish
//! record of 64 paths each. Prints the hashes of some of the paths. The rows
//! are written in large transactions that are not flushed, so the file is to
//! be thrown away after a crash. Nothing else may have it open.

mod rows;

use std::error::Error;
use std::path::PathBuf;

use cache_db::{Clock, Db, DbConfig};
use rows::Filler;
use rusqlite::Connection;

/// Objects of one transaction.
const GROUP: u64 = 20_000;
/// Path hashes printed at most.
const PRINTED: u64 = 20_000;

#[expect(clippy::disallowed_methods, reason = "a program of its own")]
fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, cache, count] = &args[..] else {
        return Err("fill DATABASE CACHE OBJECTS".into());
    };
    let path = PathBuf::from(path);
    fill(&path, cache, count.parse()?)?;
    let (clock, _hands) = Clock::manual(0);
    // What the rows of NARs imply is counted as it is after a migration.
    let db = Db::open(&DbConfig::new(path), clock)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(db.count_reach_anew())?;
    Ok(())
}

fn fill(path: &PathBuf, cache: &str, count: u64) -> Result<(), Box<dyn Error>> {
    let mut conn = Connection::open(path)?;
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1500000;")?;
    let mut done = 0;
    while done < count {
        let tx = conn.transaction()?;
        let mut filler = Filler::resume(&tx, cache)?;
        let group = GROUP.min(count - done);
        for index in done..done + group {
            let hash = filler.object()?;
            if index.is_multiple_of(count.div_ceil(PRINTED)) {
                println!("{hash}");
            }
        }
        filler.finish()?;
        tx.commit()?;
        done += group;
        if done.is_multiple_of(GROUP * 10) || done == count {
            eprintln!("{done} objects");
        }
    }
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}
