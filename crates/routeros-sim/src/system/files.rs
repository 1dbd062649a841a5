//! The file store. All of it survives a reboot: a CRS326 is taken to have no `flash/` folder.

use std::collections::BTreeMap;

/// How much fits in.
pub const CAPACITY: usize = 16 << 20;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What is in it.
    pub contents: Vec<u8>,
    /// When it was last written, in milliseconds of the device's clock.
    pub written: u64,
}

/// Why a file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no room.
    #[error("no space left")]
    Full,
    /// The name cannot be a file's.
    #[error("not a file name: {0:?}")]
    Name(String),
}

/// The files, by name, with folders as parts of the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, File>,
}

impl Files {
    /// Writes a whole file.
    pub fn write(&mut self, name: &str, contents: Vec<u8>, now: u64) -> Result<(), FileError> {
        let parts_are_names = name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..");
        if !parts_are_names || name.chars().any(char::is_control) || name.len() > 255 {
            return Err(FileError::Name(name.to_owned()));
        }
        let others: usize = self
            .files
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(_, file)| file.contents.len())
            .sum();
        if others + contents.len() > CAPACITY {
            return Err(FileError::Full);
        }
        let file = File {
            contents,
            written: now,
        };
        self.files.insert(name.to_owned(), file);
        Ok(())
    }

    /// Writes a part of a file, which is made if it is not there; a hole is filled with zeroes.
    pub fn write_at(
        &mut self,
        name: &str,
        offset: u64,
        part: &[u8],
        now: u64,
    ) -> Result<(), FileError> {
        let offset = usize::try_from(offset).map_err(|_| FileError::Full)?;
        let end = offset
            .checked_add(part.len())
            .filter(|end| *end <= CAPACITY);
        let end = end.ok_or(FileError::Full)?;
        let mut contents = self
            .get(name)
            .map(|file| file.contents.clone())
            .unwrap_or_default();
        if contents.len() < end {
            contents.resize(end, 0);
        }
        contents[offset..end].copy_from_slice(part);
        self.write(name, contents, now)
    }

    /// A file.
    pub fn get(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// Takes a file away.
    pub fn remove(&mut self, name: &str) -> Option<File> {
        self.files.remove(name)
    }

    /// Gives a file another name, which must be free.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        if self.files.contains_key(to) {
            return false;
        }
        let Some(file) = self.files.remove(from) else {
            return false;
        };
        self.files.insert(to.to_owned(), file);
        true
    }

    /// All files, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }
}

/// The word in the column TYPE, where it was seen.
pub fn kind(name: &str) -> Option<&'static str> {
    name.ends_with(".backup").then_some("backup")
}

/// A name with this ending, as commands give it to the files that they write.
pub(crate) fn with_ending(name: &str, ending: &str) -> String {
    if name.ends_with(ending) {
        name.to_owned()
    } else {
        format!("{name}{ending}")
    }
}
