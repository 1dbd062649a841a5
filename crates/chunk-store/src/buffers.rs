//! Memory for chunks and frames, used again and again.
//!
//! Memory fresh from the system costs a page fault for each 4 KiB of it, and the allocator gives
//! large pieces back as soon as they are free: a tenth of what a push of known contents costs.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pieces below this are left to the allocator.
const LEAST: usize = 32 << 10;

/// Buffers that nobody uses at the moment.
#[derive(Debug)]
pub struct Buffers {
    limit: usize,
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// Stacks by length, which is a power of two.
    stacks: BTreeMap<usize, Vec<Vec<u8>>>,
    bytes: usize,
}

/// Some bytes, whose memory goes back to where it came from.
#[derive(Debug)]
pub struct Buffer {
    memory: Vec<u8>,
    len: usize,
    home: Arc<Buffers>,
}

impl Buffers {
    /// None yet, of which at most `limit` bytes may lie idle.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            idle: Mutex::default(),
        })
    }

    /// The memory that a buffer of `len` bytes takes, in bytes.
    pub const fn memory(len: usize) -> usize {
        match len {
            ..LEAST => len,
            _ => len.next_power_of_two(),
        }
    }

    /// A copy of `bytes`.
    pub fn copy(self: &Arc<Self>, bytes: &[u8]) -> Buffer {
        let mut copy = self.any(bytes.len());
        copy.bytes_mut().copy_from_slice(bytes);
        copy
    }

    /// `len` bytes, whatever they are: to be written over.
    pub fn any(self: &Arc<Self>, len: usize) -> Buffer {
        Buffer {
            memory: self.take(Self::memory(len)),
            len,
            home: Arc::clone(self),
        }
    }

    fn take(&self, len: usize) -> Vec<u8> {
        if len < LEAST {
            return vec![0; len];
        }
        let mut idle = self.lock();
        // The last that came is the one most likely to lie in a core's cache.
        let found = idle.stacks.get_mut(&len).and_then(Vec::pop);
        if found.is_some() {
            idle.bytes -= len;
        }
        drop(idle);
        found.unwrap_or_else(|| vec![0; len])
    }

    fn give_back(&self, memory: Vec<u8>) {
        let len = memory.len();
        if len < LEAST {
            return;
        }
        let mut idle = self.lock();
        if idle.bytes + len <= self.limit {
            idle.bytes += len;
            idle.stacks.entry(len).or_default().push(memory);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffer {
    /// All of it, to be written.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.len]
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.len]
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.memory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 4 << 20;

    fn idle(buffers: &Buffers) -> Vec<usize> {
        let idle = buffers.lock();
        let lens: Vec<usize> = idle.stacks.values().flatten().map(Vec::len).collect();
        assert_eq!(idle.bytes, lens.iter().sum::<usize>());
        lens
    }

    #[test]
    fn memory_is_used_again_and_none_of_what_was_in_it_is_seen() {
        let buffers = Buffers::new(LIMIT);
        let first = buffers.copy(&vec![1; 2 * LEAST]);
        let place = first.as_ptr();
        drop(first);
        assert_eq!(idle(&buffers), [2 * LEAST]);
        let second = buffers.copy(&vec![2; LEAST + 1]);
        assert_eq!(second.as_ptr(), place);
        assert!(*second == vec![2; LEAST + 1]);
        assert!(idle(&buffers).is_empty());
        // Another size is another stack.
        drop(second);
        drop(buffers.copy(&vec![3; LEAST]));
        assert_eq!(idle(&buffers), [LEAST, 2 * LEAST]);
    }

    #[test]
    fn little_is_kept() {
        let buffers = Buffers::new(LIMIT);
        drop(buffers.copy(&[4; LEAST - 1]));
        assert!(idle(&buffers).is_empty());
        let many: Vec<Buffer> = (0..40).map(|_| buffers.any(512 << 10)).collect();
        drop(many);
        assert_eq!(idle(&buffers).iter().sum::<usize>(), LIMIT);
    }
}
