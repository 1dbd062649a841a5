//! What every measurement stands on: programs, folders, corpora.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};

use super::machine::Machine;
use super::page_cache;
use super::process::peak_memory;
use super::shelf::Shelf;
use super::table::Figure;
use super::{How, MIB};
use crate::cleanup::TempDir;
use crate::corpus::{self, Arch, Corpus, Size, Variant};
use crate::garret::{Client, Programs, Server, Settings};
use crate::shell::step;
use crate::workspace::Profile;
use crate::{host, nix, shell, workspace};

/// Where Nix's stores go: never on ext4, which slows down for minutes where many
/// files were removed.
const MEMORY: &str = "/dev/shm";

/// One run.
pub(crate) struct Bench {
    /// How to measure.
    pub(crate) how: How,
    /// How all that is measured is compiled.
    pub(crate) profile: Profile,
    /// Garret's.
    pub(crate) programs: Programs,
    disk: TempDir,
    memory: TempDir,
    pair: OnceCell<(Corpus, Corpus)>,
    shelf: OnceCell<Rc<Shelf>>,
    notes: RefCell<Vec<String>>,
}

impl Bench {
    /// Builds the programs and makes the folders.
    ///
    /// # Errors
    /// If something is missing on this machine.
    pub(crate) fn new(how: &How) -> Result<Self> {
        host::ensure(&[host::CORPUS, host::BENCH])?;
        nix::require()?;
        let profile = if how.quick {
            Profile::Dev
        } else {
            Profile::Release
        };
        Ok(Self {
            how: how.clone(),
            profile,
            programs: match &how.programs {
                Some(folder) => Programs::of(folder)?,
                None => Programs::build(profile)?,
            },
            disk: TempDir::within(&workspace::target_dir()?, "bench")?,
            memory: TempDir::within(Path::new(MEMORY), "garret-bench")?,
            pair: OnceCell::new(),
            shelf: OnceCell::new(),
            notes: RefCell::default(),
        })
    }

    /// Something that the table has no place for, printed in front of it.
    pub(crate) fn note(&self, text: String) {
        self.notes.borrow_mut().push(text);
    }

    /// Machine, versions, corpus and notes: what stands in front of a table.
    ///
    /// # Errors
    /// If a program is missing.
    pub(crate) fn header(&self) -> Result<String> {
        let mut text = self.machine()?.render();
        if let Some((closure, _)) = self.pair.get() {
            let (paths, bytes) = (closure.paths.len(), closure.nar_bytes());
            text += &format!("Closure: {paths} paths, {bytes} bytes of NARs\n");
        }
        text += &format!("{} rounds: median (least-most)\n", self.how.runs);
        for note in self.notes.borrow().iter() {
            text += &format!("{note}\n");
        }
        Ok(text)
    }

    /// Where and with what it is measured.
    ///
    /// # Errors
    /// If a program is missing.
    pub(crate) fn machine(&self) -> Result<Machine> {
        Machine::here(self.disk.path())
    }

    /// Writes the figures to the file that was named, if one was.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn save(&self, figures: &[Figure]) -> Result<()> {
        let Some(file) = &self.how.json else {
            return Ok(());
        };
        let all = serde_json::json!({
            "machine": self.machine()?,
            "runs": self.how.runs,
            "notes": *self.notes.borrow(),
            "figures": figures,
        });
        std::fs::write(file, format!("{all:#}\n"))
            .with_context(|| format!("writing {}", file.display()))
    }

    /// Rounds.
    pub(crate) fn rounds(&self) -> std::ops::Range<u32> {
        0..self.how.runs
    }

    /// A new folder on the disk on which caches lie.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn on_disk(&self, name: &str) -> Result<PathBuf> {
        fresh(self.disk.path(), name)
    }

    /// A new folder in memory, for what is pulled.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn in_memory(&self, name: &str) -> Result<PathBuf> {
        fresh(self.memory.path(), name)
    }

    /// A server on an empty folder of its own.
    ///
    /// # Errors
    /// If it does not start.
    pub(crate) fn garretd(&self, settings: &Settings) -> Result<Server> {
        Server::start(&self.programs, &self.on_disk("garretd")?, settings)
    }

    /// Closures that have much in common with the one that is pushed, each with what
    /// it is: older versions of its packages, and its twin for another architecture.
    /// What cannot be had here is noted, and left out.
    ///
    /// # Errors
    /// If there is no closure to push.
    pub(crate) fn relatives(&self) -> Result<Vec<(String, Corpus)>> {
        let (first, _) = self.pair()?;
        let twin = Arch::twin();
        let wanted = [
            ("older versions".to_owned(), Variant::older()),
            (twin.system().to_owned(), Variant::of(twin)),
        ];
        let mut relatives = Vec::new();
        for (what, variant) in wanted {
            match corpus::of(self.size(), &variant) {
                Ok(other) => match other.paths_beside(&first) {
                    // The path on top is always another.
                    0 | 1 => {
                        self.note(format!("MISSING, {what}: the archive has only one version"))
                    }
                    new => {
                        let all = other.paths.len();
                        self.note(format!(
                            "{what}: {new} of {all} paths are not in the closure"
                        ));
                        relatives.push((what, other));
                    }
                },
                Err(error) => self.note(format!("MISSING, {what}: {error:#}")),
            }
        }
        Ok(relatives)
    }

    /// A client with a new home, logged in to a server for all of a cache.
    ///
    /// # Errors
    /// If the client or the server fails.
    pub(crate) fn garret(&self, server: &Server, cache: &str) -> Result<Client> {
        let client = Client::new(&self.programs, &self.on_disk("home")?, None)?;
        client.login("bench", &server.url(), &server.token(cache)?)?;
        Ok(client)
    }

    /// The closure that is pushed, and its rebuild.
    ///
    /// # Errors
    /// If they cannot be made.
    pub(crate) fn pair(&self) -> Result<(Corpus, Corpus)> {
        if let Some(pair) = self.pair.get() {
            return Ok(pair.clone());
        }
        let pair = corpus::pair(self.size())?;
        step("reading the corpus once, so that it lies in the page cache");
        page_cache::warm(pair.0.store.root())?;
        Ok(self.pair.get_or_init(|| pair).clone())
    }

    fn size(&self) -> Size {
        if self.how.quick {
            Size::Demo
        } else {
            Size::Large
        }
    }

    /// The closure as a cache that can be served.
    ///
    /// # Errors
    /// If it cannot be pushed.
    pub(crate) fn shelf(&self) -> Result<Rc<Shelf>> {
        if let Some(shelf) = self.shelf.get() {
            return Ok(Rc::clone(shelf));
        }
        let shelf = Rc::new(Shelf::fill(self, &self.pair()?.0)?);
        Ok(Rc::clone(self.shelf.get_or_init(|| shelf)))
    }

    /// How long a round of load lasts; a moment only where nobody looks at the
    /// figures.
    pub(crate) fn time(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64(if self.how.quick { 0.1 } else { seconds })
    }

    /// The peak of a process.
    ///
    /// # Errors
    /// If it is not there.
    pub(crate) fn peak_mib(&self, pid: u32) -> Result<f64> {
        Ok(peak_memory(pid)? as f64 / MIB)
    }

    /// Removes a folder of this run before its end, to have its memory back.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub(crate) fn forget(&self, folder: &Path) -> Result<()> {
        if !self.how.keep {
            crate::cleanup::remove_tree(folder);
        }
        Ok(())
    }

    /// Leaves everything where it is.
    pub(crate) fn finish(self) {
        if self.how.keep {
            let (disk, memory) = (self.disk.keep(), self.memory.keep());
            println!("left in {} and {}", disk.display(), memory.display());
        }
    }
}

/// A folder that was not there before: `name`, with a number where it is taken.
fn fresh(base: &Path, name: &str) -> Result<PathBuf> {
    for number in 0.. {
        let path = base.join(format!("{name}-{number}"));
        if !path.exists() {
            std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
            return Ok(path);
        }
    }
    unreachable!("there is a number for every folder")
}

/// Writes out what is still in memory, so that no run pays for the one before.
///
/// # Errors
/// If the program is not there.
pub(crate) fn settle() -> Result<()> {
    shell::quiet(&mut Command::new("sync"))
}
