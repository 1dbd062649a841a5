//! Backups: files that stand for a whole state, which is kept beside them.
//!
//! A file holds a mark, the number of its snapshot, a checksum and filling, so that it may be
//! downloaded and uploaded again. A cut or altered file, or one of another unit, is refused.

/// Begins an unencrypted backup.
const MARK: [u8; 4] = [0x88, 0xac, 0xa1, 0xb1];
/// The size of every backup; those of real switches are tens of kilobytes.
const SIZE: usize = 24_576;

/// The snapshots behind the backup files of one unit.
#[derive(Clone, Debug)]
pub struct Snapshots<S> {
    states: Vec<(String, S)>,
}

impl<S> Default for Snapshots<S> {
    fn default() -> Self {
        Self { states: Vec::new() }
    }
}

/// Why a backup is not loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Not a backup of this unit, or damaged.
    Damaged,
    /// Another password.
    Password,
}

impl<S: Clone> Snapshots<S> {
    /// Keeps a state, and gives the contents of the file that stands for it.
    pub fn save(&mut self, state: S, password: &str) -> Vec<u8> {
        let number = self.states.len() as u64;
        self.states.push((password.to_owned(), state));
        contents(number)
    }

    /// The state that a file stands for.
    pub fn load(&self, file: &[u8], password: &str) -> Result<&S, LoadError> {
        let number = file
            .get(4..12)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_le_bytes)
            .filter(|number| file == contents(*number))
            .ok_or(LoadError::Damaged)?;
        let (own, state) = usize::try_from(number)
            .ok()
            .and_then(|number| self.states.get(number))
            .ok_or(LoadError::Damaged)?;
        if own == password {
            Ok(state)
        } else {
            Err(LoadError::Password)
        }
    }
}

fn contents(number: u64) -> Vec<u8> {
    let mut file = Vec::with_capacity(SIZE);
    file.extend(MARK);
    file.extend(number.to_le_bytes());
    let mut filling = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while file.len() < SIZE {
        filling ^= filling << 13;
        filling ^= filling >> 7;
        filling ^= filling << 17;
        file.extend(filling.to_le_bytes());
    }
    file.truncate(SIZE);
    file
}
