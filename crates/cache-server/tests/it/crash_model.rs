//! What a disk may hold after power loss, by what was asked of it before.
//!
//! Nothing is promised but what was synced: bytes of a file by a sync of the
//! file, a name by a sync of its folder, a folder's own name by a sync of the
//! folder above. Anything since then may be there or not, each for itself; no
//! order that some file system happens to keep is assumed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bytes::Bytes;

use crate::crash_trace::{FileId, Op};

/// Files and folders by their path.
pub(crate) type Image = BTreeMap<String, Node>;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    Folder,
    File(Arc<Vec<u8>>),
}

/// Where torn writes end that reach further, besides halves and single bytes.
const BLOCK: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    File(usize),
    Folder(usize),
}

/// What a name stood for since its folder was synced: the last is now.
pub(super) type History = Vec<Option<Target>>;

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Bytes),
    Truncate(u64),
}

#[derive(Clone, Debug, Default)]
struct Inode {
    synced: Arc<Vec<u8>>,
    /// Since the sync.
    changes: Vec<Change>,
}

/// A disk in the middle of a run.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    inodes: Vec<Inode>,
    pub(super) folders: Vec<BTreeMap<String, History>>,
    ids: HashMap<FileId, usize>,
}

impl Disk {
    /// An empty folder that is durable itself.
    pub(crate) fn new() -> Self {
        Self {
            inodes: Vec::new(),
            folders: vec![BTreeMap::new()],
            ids: HashMap::new(),
        }
    }

    /// Whether this file is on this disk.
    pub(crate) fn holds(&self, file: FileId) -> bool {
        self.ids.contains_key(&file)
    }

    /// A file that is on this disk no more: its number belongs to another.
    pub(crate) fn forget(&mut self, file: FileId) {
        self.ids.remove(&file);
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Create(id, path) => {
                let file = self.add_file(*id);
                self.set(path, Some(Target::File(file)));
            }
            Op::Tmpfile(id) => {
                self.add_file(*id);
            }
            Op::Write(id, offset, bytes) => {
                let change = Change::Write(*offset, bytes.clone());
                self.file(*id).changes.push(change);
            }
            Op::Truncate(id, len) => self.file(*id).changes.push(Change::Truncate(*len)),
            Op::Fsync(id) => self.file(*id).sync(),
            Op::FsyncDir(path) => {
                let folder = self.folder(path);
                sync_names(&mut self.folders[folder]);
            }
            Op::Link(id, path) => {
                let file = Target::File(self.ids[id]);
                self.set(path, Some(file));
            }
            Op::Rename(from, to) => {
                let target = self.target(from);
                self.set(from, None);
                self.set(to, target);
            }
            Op::Unlink(path) | Op::Rmdir(path) => self.set(path, None),
            Op::Mkdir(path) => {
                self.folders.push(BTreeMap::new());
                self.set(path, Some(Target::Folder(self.folders.len() - 1)));
            }
            Op::Mark(_) => {}
        }
    }

    /// Everything so far becomes durable, as if the machine rested for long.
    pub(crate) fn settle(&mut self) {
        self.inodes.iter_mut().for_each(Inode::sync);
        self.folders.iter_mut().for_each(sync_names);
    }

    /// What a process sees: everything that was asked for.
    pub(crate) fn written(&self) -> Image {
        self.image(&now, &|file| self.content(file))
    }

    /// All names that there are, with the bytes that were synced: the files of
    /// a program that is taken at its word about names.
    pub(crate) fn synced(&self) -> Image {
        self.image(&now, &|file| self.inodes[file].synced.clone())
    }

    /// What is surely there after power loss.
    pub(crate) fn durable(&self) -> Image {
        let first = |_, _: &str, history: &History| history.first().copied().flatten();
        self.image(&first, &|file| self.inodes[file].synced.clone())
    }

    /// What may be in a file, every variant once; the last is what was written.
    pub(super) fn contents(&self, file: usize) -> Vec<Arc<Vec<u8>>> {
        self.inodes[file].variants()
    }

    /// What was written to a file.
    pub(super) fn content(&self, file: usize) -> Arc<Vec<u8>> {
        self.inodes[file].written()
    }

    /// The tree that comes of a choice for each name and each file.
    pub(super) fn image(
        &self,
        name: &dyn Fn(usize, &str, &History) -> Option<Target>,
        content: &dyn Fn(usize) -> Arc<Vec<u8>>,
    ) -> Image {
        let mut image = Image::new();
        let mut waiting = vec![(0, String::new())];
        while let Some((folder, prefix)) = waiting.pop() {
            for (entry, history) in &self.folders[folder] {
                let path = format!("{prefix}{entry}");
                let node = match name(folder, entry, history) {
                    None => continue,
                    Some(Target::File(file)) => Node::File(content(file)),
                    Some(Target::Folder(below)) => {
                        waiting.push((below, format!("{path}/")));
                        Node::Folder
                    }
                };
                image.insert(path, node);
            }
        }
        image
    }

    fn add_file(&mut self, id: FileId) -> usize {
        self.inodes.push(Inode::default());
        self.ids.insert(id, self.inodes.len() - 1);
        self.inodes.len() - 1
    }

    fn file(&mut self, id: FileId) -> &mut Inode {
        let at = self.ids.get(&id);
        let at = at.unwrap_or_else(|| panic!("file {id} was never made"));
        &mut self.inodes[*at]
    }

    fn folder(&self, path: &str) -> usize {
        let names = path.split('/').filter(|name| !name.is_empty());
        names.fold(0, |folder, name| {
            let history = self.folders[folder].get(name);
            match history.and_then(|history| history.last()) {
                Some(Some(Target::Folder(below))) => *below,
                _ => panic!("no folder {name} on the way to {path}"),
            }
        })
    }

    fn target(&self, path: &str) -> Option<Target> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let history = self.folders[self.folder(folder)].get(name)?;
        history.last().copied().flatten()
    }

    fn set(&mut self, path: &str, target: Option<Target>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.folder(folder);
        let names = &mut self.folders[folder];
        let history = names.entry(name.to_owned()).or_insert_with(|| vec![None]);
        history.push(target);
    }
}

fn now(_: usize, _: &str, history: &History) -> Option<Target> {
    history.last().copied().flatten()
}

fn sync_names(names: &mut BTreeMap<String, History>) {
    names.retain(|_, history| {
        history.drain(..history.len() - 1);
        history != &[None]
    });
}

impl Inode {
    fn sync(&mut self) {
        self.synced = self.written();
        self.changes.clear();
    }

    fn written(&self) -> Arc<Vec<u8>> {
        self.after(self.changes.len())
    }

    fn after(&self, changes: usize) -> Arc<Vec<u8>> {
        if changes == 0 {
            return self.synced.clone();
        }
        let mut bytes = self.synced.to_vec();
        for change in &self.changes[..changes] {
            change.apply(&mut bytes);
        }
        Arc::new(bytes)
    }

    /// Any of the changes in order, the last one torn; the size without the
    /// bytes; and a later write without an earlier one.
    fn variants(&self) -> Vec<Arc<Vec<u8>>> {
        let mut found = vec![self.synced.clone()];
        for (at, change) in self.changes.iter().enumerate() {
            for torn in change.torn() {
                let mut bytes = self.after(at).to_vec();
                torn.apply(&mut bytes);
                found.push(Arc::new(bytes));
            }
            found.push(self.after(at + 1));
        }
        let whole = self.written();
        let mut sized = self.synced.to_vec();
        sized.resize(whole.len(), 0);
        found.push(Arc::new(sized));
        if let [first, rest @ ..] = &self.changes[..]
            && !rest.is_empty()
        {
            let mut bytes = self.synced.to_vec();
            first.emptied().apply(&mut bytes);
            rest.iter().for_each(|change| change.apply(&mut bytes));
            found.push(Arc::new(bytes));
        }
        found.push(whole.clone());
        found.sort();
        found.dedup();
        // The last is what was written.
        found.retain(|bytes| *bytes != whole);
        found.push(whole);
        found
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Truncate(len) => bytes.resize(*len as usize, 0),
            Self::Write(offset, data) => {
                let end = *offset as usize + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset as usize..end].copy_from_slice(data);
            }
        }
    }

    fn torn(&self) -> Vec<Self> {
        let Self::Write(offset, data) = self else {
            return Vec::new();
        };
        let mut ends = vec![1, data.len() / 2, data.len().saturating_sub(1)];
        ends.push(BLOCK.min(data.len()));
        ends.push(data.len() / BLOCK * BLOCK);
        ends.retain(|end| (1..data.len()).contains(end));
        ends.sort_unstable();
        ends.dedup();
        let torn = |end: usize| Self::Write(*offset, data.slice(..end));
        ends.into_iter().map(torn).collect()
    }

    fn emptied(&self) -> Self {
        match self {
            Self::Truncate(len) => Self::Truncate(*len),
            Self::Write(offset, data) => Self::Write(*offset, vec![0; data.len()].into()),
        }
    }
}
