//! The open directories of a NAR: depth, and the last name in each.

use super::{Limits, NarError};

/// A stack of open directories. The last name of each lies in one buffer.
#[derive(Debug, Clone, Default)]
pub(super) struct Levels {
    names: Vec<u8>,
    /// Where the last name of each open directory starts in `names`; a name
    /// ends where the next one starts.
    starts: Vec<usize>,
}

impl Levels {
    pub(super) fn depth(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn enter(&mut self, limits: &Limits) -> Result<(), NarError> {
        if self.depth() >= limits.depth {
            let limit = limits.depth;
            return Err(NarError::Depth { limit });
        }
        self.starts.push(self.names.len());
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }

    /// Takes the next name of the innermost directory.
    pub(super) fn entry(&mut self, name: &[u8], limits: &Limits) -> Result<(), NarError> {
        if name.len() > limits.name {
            let limit = limits.name;
            return Err(NarError::NameLength { limit });
        }
        if matches!(name, b"" | b"." | b"..") || name.iter().any(|byte| matches!(byte, b'/' | 0)) {
            return Err(NarError::Name);
        }
        let start = self.starts.last().copied().unwrap_or(0);
        // No name is empty, so the first of a directory passes.
        if name <= &self.names[start..] {
            return Err(NarError::Order);
        }
        self.names.truncate(start);
        self.names.extend_from_slice(name);
        Ok(())
    }
}

pub(super) fn check_target(target: &[u8], limits: &Limits) -> Result<(), NarError> {
    if target.len() > limits.target {
        let limit = limits.target;
        return Err(NarError::TargetLength { limit });
    }
    if target.is_empty() || target.contains(&0) {
        return Err(NarError::Target);
    }
    Ok(())
}
