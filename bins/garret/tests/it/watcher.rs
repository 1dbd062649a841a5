//! Somebody who reads narinfos and NARs the whole time, while things go wrong,
//! and must never see an object that cannot be read.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::chance::Chance;
use crate::proxy::Proxy;
use crate::readback::{Reader, Trouble};

/// Between two looks, so that what is watched gets something done.
const PAUSE: Duration = Duration::from_millis(2);

/// What a watcher read.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Watched {
    /// Narinfos that were there.
    pub(crate) narinfos: u64,
    pub(crate) absent: u64,
    /// NARs that came whole.
    pub(crate) nars: u64,
    pub(crate) bytes: u64,
    /// Reads that ended since the server was killed or gone.
    pub(crate) cut: u64,
}

impl Watched {
    pub(crate) fn add(&mut self, other: &Watched) {
        self.narinfos += other.narinfos;
        self.absent += other.absent;
        self.nars += other.nars;
        self.bytes += other.bytes;
        self.cut += other.cut;
    }
}

/// A thread that watches some paths of one cache.
pub(crate) struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Watched, String>>,
}

struct Eye {
    reader: Arc<Reader>,
    proxy: Arc<Proxy>,
    /// Paths that were there once, and those whose NAR was read.
    there: HashSet<String>,
    read: HashSet<String>,
    watched: Watched,
}

impl Watcher {
    pub(crate) fn start(
        reader: &Arc<Reader>,
        proxy: &Arc<Proxy>,
        paths: Vec<String>,
        mut chance: Chance,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut eye = Eye {
            reader: Arc::clone(reader),
            proxy: Arc::clone(proxy),
            there: HashSet::new(),
            read: HashSet::new(),
            watched: Watched::default(),
        };
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::SeqCst) {
                let again = chance.once_in(8);
                eye.look(&paths[chance.below(paths.len())], again)?;
                std::thread::sleep(PAUSE);
            }
            Ok(eye.watched)
        });
        Self { stop, thread }
    }

    /// Ends it; panics with what it saw where that is a fault.
    pub(crate) fn stop(self) -> Watched {
        self.stop.store(true, Ordering::SeqCst);
        match self.thread.join().expect("the watcher ends") {
            Ok(watched) => watched,
            Err(fault) => panic!("the watcher saw a fault: {fault}"),
        }
    }
}

impl Eye {
    /// Reads the narinfo, and the NAR the first time or where `again` says so.
    fn look(&mut self, path: &str, again: bool) -> Result<(), String> {
        let before = self.proxy.changes();
        let cut = match self.try_look(path, again) {
            Ok(()) => return Ok(()),
            Err(Trouble::Fault(fault)) => return Err(fault),
            Err(Trouble::Cut(cut)) => cut,
        };
        // A connection may end with the server, and with nothing else.
        if before.is_multiple_of(2) && before == self.proxy.changes() {
            return Err(format!("cut off beside a server that lives: {cut}"));
        }
        self.watched.cut += 1;
        Ok(())
    }

    fn try_look(&mut self, path: &str, again: bool) -> Result<(), Trouble> {
        let Some(info) = self.reader.narinfo(path)? else {
            self.watched.absent += 1;
            return match self.there.contains(path) {
                false => Ok(()),
                true => Err(Trouble::Fault(format!("{path} was there and is gone"))),
            };
        };
        self.watched.narinfos += 1;
        self.there.insert(path.to_owned());
        if again || !self.read.contains(path) {
            self.watched.bytes += self.reader.nar(&info)?;
            self.watched.nars += 1;
            self.read.insert(path.to_owned());
        }
        Ok(())
    }
}
