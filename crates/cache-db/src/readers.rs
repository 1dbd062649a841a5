//! The pool of connections that read.

use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::{DbError, connect};

/// A few connections, each used by one caller at a time.
pub(crate) struct Readers {
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    /// Callers that wait for one: without any, nobody is to be woken, which
    /// would be a system call after every query.
    waiting: usize,
}

impl Readers {
    pub(crate) fn open(path: &Path, count: usize) -> rusqlite::Result<Self> {
        let idle = (0..count.max(1)).map(|_| connect::reader(path));
        Ok(Self {
            pool: Mutex::new(Pool {
                idle: idle.collect::<Result<_, _>>()?,
                waiting: 0,
            }),
            returned: Condvar::new(),
        })
    }

    /// Reads in one transaction: everything `read` sees is of one moment.
    /// Waits while all connections are in use, which is never longer than a
    /// query takes, since none is held over an await.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let lent = self.lend();
        let conn = lent.conn.as_ref().expect("present until dropped");
        let tx = conn.unchecked_transaction()?;
        let value = read(&tx)?;
        tx.finish()?;
        Ok(value)
    }

    /// Reads by a single statement, for which a transaction would only cost.
    pub(crate) fn read_one<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let lent = self.lend();
        read(lent.conn.as_ref().expect("present until dropped"))
    }

    fn lend(&self) -> Lent<'_> {
        let mut pool = self.lock();
        loop {
            if let Some(conn) = pool.idle.pop() {
                return Lent {
                    pool: self,
                    conn: Some(conn),
                };
            }
            pool.waiting += 1;
            pool = self
                .returned
                .wait(pool)
                .unwrap_or_else(PoisonError::into_inner);
            pool.waiting -= 1;
        }
    }

    fn give_back(&self, conn: Connection) {
        let mut pool = self.lock();
        pool.idle.push(conn);
        if pool.waiting > 0 {
            self.returned.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the connection back, also when a read panics.
struct Lent<'a> {
    pool: &'a Readers,
    conn: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.pool.give_back(conn);
        }
    }
}
