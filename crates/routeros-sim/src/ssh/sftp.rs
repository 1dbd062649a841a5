//! SFTP over the device's files. Folders are parts of names; making them is not simulated.

use std::collections::{BTreeSet, HashMap};

use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, FileMode, Handle, Name, OpenFlags, Status, StatusCode,
};

use super::simulator::Shared;
use crate::device::Session;
use crate::system::files::FileError;

/// How many handles a client may hold.
const HANDLES: usize = 64;

enum Open {
    File { name: String, written: bool },
    Folder { entries: Option<Vec<File>> },
}

/// One client.
pub(super) struct Sftp {
    world: Shared,
    port: String,
    session: Session,
    open: HashMap<String, Open>,
    count: u64,
}

impl Sftp {
    pub(super) fn new(world: Shared, port: String, session: Session) -> Self {
        Self {
            world,
            port,
            session,
            open: HashMap::new(),
            count: 0,
        }
    }

    fn hold(&mut self, id: u32, open: Open) -> Result<Handle, StatusCode> {
        if self.open.len() >= HANDLES {
            return Err(StatusCode::Failure);
        }
        self.count += 1;
        let handle = self.count.to_string();
        self.open.insert(handle.clone(), open);
        Ok(Handle { id, handle })
    }

    fn file(&self, handle: &str) -> Result<&str, StatusCode> {
        match self.open.get(handle) {
            Some(Open::File { name, .. }) => Ok(name),
            _ => Err(StatusCode::Failure),
        }
    }

    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let name = plain(path);
        let mut world = self.world.lock();
        let files = world.machine.files();
        if let Some(file) = files.get(&name) {
            return Ok(regular(file.contents.len()));
        }
        let inside = format!("{name}/");
        let is_folder = name.is_empty() || files.iter().any(|(file, _)| file.starts_with(&inside));
        is_folder.then(folder).ok_or(StatusCode::NoSuchFile)
    }

    /// A script of this name runs as soon as it has come.
    fn run_auto(&self, name: &str) {
        let Some(stem) = name.strip_suffix(".auto.rsc") else {
            return;
        };
        let line = format!("/import file-name=\"{}\"", quoted(name));
        let mut world = self.world.lock();
        let reply = world.import(&line, &self.port, &self.session);
        let now = world.now();
        // A full store has no room for the log either.
        let _ = world
            .machine
            .files()
            .write(&format!("{stem}.auto.log"), reply.into_bytes(), now);
    }
}

impl russh_sftp::server::Handler for Sftp {
    type Error = StatusCode;

    fn unimplemented(&self) -> Self::Error {
        StatusCode::OpUnsupported
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        pflags: OpenFlags,
        _attrs: FileAttributes,
    ) -> Result<Handle, Self::Error> {
        let name = plain(&filename);
        let written = pflags.contains(OpenFlags::WRITE);
        {
            let mut world = self.world.lock();
            let now = world.now();
            let files = world.machine.files();
            let exists = files.get(&name).is_some();
            if !exists && !pflags.contains(OpenFlags::CREATE) {
                return Err(StatusCode::NoSuchFile);
            }
            if exists && pflags.contains(OpenFlags::EXCLUDE) {
                return Err(StatusCode::Failure);
            }
            if written && (!exists || pflags.contains(OpenFlags::TRUNCATE)) {
                files.write(&name, Vec::new(), now).map_err(failed)?;
            }
        }
        self.hold(id, Open::File { name, written })
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, Self::Error> {
        match self.open.remove(&handle) {
            Some(Open::File { name, written }) => {
                if written {
                    self.run_auto(&name);
                }
                Ok(done(id))
            }
            Some(Open::Folder { .. }) => Ok(done(id)),
            None => Err(StatusCode::Failure),
        }
    }

    async fn read(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        len: u32,
    ) -> Result<Data, Self::Error> {
        let name = self.file(&handle)?.to_owned();
        let mut world = self.world.lock();
        let file = world
            .machine
            .files()
            .get(&name)
            .ok_or(StatusCode::NoSuchFile)?;
        let start = usize::try_from(offset).map_err(|_| StatusCode::Eof)?;
        let rest = file.contents.get(start..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or(StatusCode::Eof)?;
        let data = rest[..rest.len().min(len as usize).min(32_768)].to_vec();
        Ok(Data { id, data })
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, Self::Error> {
        let name = self.file(&handle)?.to_owned();
        let mut world = self.world.lock();
        let now = world.now();
        world
            .machine
            .files()
            .write_at(&name, offset, &data, now)
            .map_err(failed)?;
        Ok(done(id))
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, Self::Error> {
        self.attributes(&path).map(|attrs| Attrs { id, attrs })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, Self::Error> {
        self.attributes(&path).map(|attrs| Attrs { id, attrs })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, Self::Error> {
        let attrs = self.attributes(self.file(&handle)?)?;
        Ok(Attrs { id, attrs })
    }

    async fn setstat(
        &mut self,
        id: u32,
        _path: String,
        _attrs: FileAttributes,
    ) -> Result<Status, Self::Error> {
        Ok(done(id))
    }

    async fn fsetstat(
        &mut self,
        id: u32,
        _handle: String,
        _attrs: FileAttributes,
    ) -> Result<Status, Self::Error> {
        Ok(done(id))
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, Self::Error> {
        if !self.attributes(&path)?.is_dir() {
            return Err(StatusCode::NoSuchFile);
        }
        let name = plain(&path);
        let prefix = if name.is_empty() {
            name
        } else {
            format!("{name}/")
        };
        let mut entries = Vec::new();
        let mut folders = BTreeSet::new();
        for (file, contents) in self.world.lock().machine.files().iter() {
            match file
                .strip_prefix(&prefix)
                .map(|rest| (rest, rest.split_once('/')))
            {
                Some((_, Some((inner, _)))) if folders.insert(inner.to_owned()) => {
                    entries.push(File::new(inner, folder()));
                }
                Some((rest, None)) => {
                    entries.push(File::new(rest, regular(contents.contents.len())))
                }
                Some((_, Some(_))) | None => {}
            }
        }
        self.hold(
            id,
            Open::Folder {
                entries: Some(entries),
            },
        )
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, Self::Error> {
        match self.open.get_mut(&handle) {
            Some(Open::Folder { entries }) => {
                let files = entries.take().filter(|files| !files.is_empty());
                Ok(Name {
                    id,
                    files: files.ok_or(StatusCode::Eof)?,
                })
            }
            _ => Err(StatusCode::Failure),
        }
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, Self::Error> {
        let removed = self.world.lock().machine.files().remove(&plain(&filename));
        removed.map(|_| done(id)).ok_or(StatusCode::NoSuchFile)
    }

    async fn rename(
        &mut self,
        id: u32,
        oldpath: String,
        newpath: String,
    ) -> Result<Status, Self::Error> {
        let mut world = self.world.lock();
        let renamed = world
            .machine
            .files()
            .rename(&plain(&oldpath), &plain(&newpath));
        renamed.then(|| done(id)).ok_or(StatusCode::Failure)
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, Self::Error> {
        let file = File::dummy(format!("/{}", plain(&path)));
        Ok(Name {
            id,
            files: vec![file],
        })
    }
}

/// A path as the store names it: without the leading `/`, `.` and empty parts.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

/// A file name as a quoted value of a command.
fn quoted(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('$', "\\$")
}

fn regular(size: usize) -> FileAttributes {
    let mut attributes = FileAttributes {
        size: Some(size as u64),
        permissions: Some(0o644),
        ..FileAttributes::empty()
    };
    attributes.set_type(FileMode::REG);
    attributes
}

fn folder() -> FileAttributes {
    let mut attributes = FileAttributes {
        permissions: Some(0o755),
        ..FileAttributes::empty()
    };
    attributes.set_type(FileMode::DIR);
    attributes
}

fn done(id: u32) -> Status {
    Status {
        id,
        status_code: StatusCode::Ok,
        error_message: String::new(),
        language_tag: String::new(),
    }
}

fn failed(error: FileError) -> StatusCode {
    match error {
        FileError::Full => StatusCode::Failure,
        FileError::Name(_) => StatusCode::NoSuchFile,
    }
}
