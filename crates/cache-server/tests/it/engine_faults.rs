//! A blob store that fails, hangs or goes away when a test says so.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use chunk_store::{
    BlobKey,
    blob::{BlobEntry, BlobError, BlobResult, BlobStore, BlobWriter, BoxFuture, LocalStore},
};
use tokio::sync::watch;

/// When commits of blobs hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hang {
    Never,
    /// After a record was made durable.
    AfterRecord,
}

pub(crate) struct Faults {
    inner: LocalStore,
    away: AtomicBool,
    full: AtomicBool,
    hang: watch::Sender<Hang>,
    /// Reads wait while this holds.
    hold_reads: watch::Sender<bool>,
    log: Mutex<Vec<String>>,
}

impl Faults {
    pub(crate) fn new(inner: LocalStore) -> Self {
        Self {
            inner,
            away: AtomicBool::new(false),
            full: AtomicBool::new(false),
            hang: watch::Sender::new(Hang::Never),
            hold_reads: watch::Sender::new(false),
            log: Mutex::default(),
        }
    }

    /// Every call answers that the store is not there.
    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// Every write answers that there is no space.
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    pub(crate) fn set_hang(&self, hang: Hang) {
        self.hang.send_replace(hang);
    }

    pub(crate) fn hold_reads(&self, hold: bool) {
        self.hold_reads.send_replace(hold);
    }

    /// How many reads were asked for.
    pub(crate) fn reads(&self) -> usize {
        self.log.lock().unwrap().len()
    }

    fn check(&self) -> BlobResult<()> {
        if self.away.load(Ordering::SeqCst) {
            return Err(BlobError::Unavailable("not mounted".to_owned()));
        }
        Ok(())
    }
}

impl BlobStore for Faults {
    fn writer(&self) -> BoxFuture<'_, BlobResult<Box<dyn BlobWriter>>> {
        Box::pin(async {
            self.check()?;
            let writer = FaultyWriter {
                inner: self.inner.writer().await?,
                full: self.full.load(Ordering::SeqCst),
                hang: self.hang.subscribe(),
            };
            Ok(Box::new(writer) as Box<dyn BlobWriter>)
        })
    }

    fn get_range<'a>(
        &'a self,
        key: &'a BlobKey,
        offset: u64,
        len: usize,
    ) -> BoxFuture<'a, BlobResult<Bytes>> {
        Box::pin(async move {
            self.check()?;
            self.log.lock().unwrap().push(key.to_string());
            let mut held = self.hold_reads.subscribe();
            let _ = held.wait_for(|held| !held).await;
            self.inner.get_range(key, offset, len).await
        })
    }

    fn head<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<Option<u64>>> {
        Box::pin(async move {
            self.check()?;
            self.inner.head(key).await
        })
    }

    fn delete<'a>(&'a self, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>> {
        Box::pin(async move {
            self.check()?;
            self.inner.delete(key).await
        })
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, BlobResult<Vec<BlobEntry>>> {
        Box::pin(async move {
            self.check()?;
            self.inner.list(prefix, after, limit).await
        })
    }
}

struct FaultyWriter {
    inner: Box<dyn BlobWriter>,
    full: bool,
    hang: watch::Receiver<Hang>,
}

impl BlobWriter for FaultyWriter {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, BlobResult<()>> {
        Box::pin(async move {
            if self.full {
                return Err(BlobError::Full(std::io::ErrorKind::StorageFull.into()));
            }
            self.inner.write(bytes).await
        })
    }

    fn commit<'a>(mut self: Box<Self>, key: &'a BlobKey) -> BoxFuture<'a, BlobResult<()>>
    where
        Self: 'a,
    {
        Box::pin(async move {
            self.inner.commit(key).await?;
            if key.is_record() {
                let free = |hang: &Hang| *hang != Hang::AfterRecord;
                let _ = self.hang.wait_for(free).await;
            }
            Ok(())
        })
    }
}
