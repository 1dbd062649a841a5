//! Memory for chunks, used again and again.
//!
//! Memory fresh from the system costs a page fault for each 4 KiB of it, and the allocator gives
//! large pieces back as soon as they are free: a tenth of what a push of known contents costs.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pieces below this are left to the allocator.
const LEAST: usize = 32 << 10;
/// Bytes that may lie idle: those of two windows of chunks.
const IDLE: usize = 16 << 20;

/// Buffers that nobody uses at the moment.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    /// Stacks by capacity, which is a power of two.
    stacks: BTreeMap<usize, Vec<Vec<u8>>>,
    bytes: usize,
}

/// Some bytes, whose memory goes back to where it came from.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    home: Arc<Buffers>,
}

impl Buffers {
    /// A copy of `bytes`.
    pub(super) fn copy(self: &Arc<Self>, bytes: &[u8]) -> Buffer {
        let mut copy = match bytes.len() {
            ..LEAST => Vec::new(),
            len => self.take(len.next_power_of_two()),
        };
        copy.extend_from_slice(bytes);
        Buffer {
            bytes: copy,
            home: Arc::clone(self),
        }
    }

    fn take(&self, capacity: usize) -> Vec<u8> {
        let mut idle = self.lock();
        // The last that came is the one most likely to lie in a core's cache.
        let found = idle.stacks.get_mut(&capacity).and_then(Vec::pop);
        if found.is_some() {
            idle.bytes -= capacity;
        }
        drop(idle);
        found.unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        let capacity = buffer.capacity();
        if capacity < LEAST || !capacity.is_power_of_two() {
            return;
        }
        buffer.clear();
        let mut idle = self.lock();
        if idle.bytes + capacity <= IDLE {
            idle.bytes += capacity;
            idle.stacks.entry(capacity).or_default().push(buffer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(buffers: &Buffers) -> Vec<usize> {
        let idle = buffers.lock();
        let stacks = idle.stacks.values().flatten();
        let capacities: Vec<usize> = stacks.map(Vec::capacity).collect();
        assert_eq!(idle.bytes, capacities.iter().sum::<usize>());
        capacities
    }

    #[test]
    fn memory_is_used_again_and_what_was_in_it_is_gone() {
        let buffers = Arc::<Buffers>::default();
        let first = buffers.copy(&vec![1; LEAST + 1]);
        let place = first.as_ptr();
        drop(first);
        assert_eq!(idle(&buffers), [2 * LEAST]);
        let second = buffers.copy(&vec![2; 2 * LEAST]);
        assert_eq!(second.as_ptr(), place);
        assert!(*second == vec![2; 2 * LEAST]);
        assert!(idle(&buffers).is_empty());
        // Another size is another stack.
        drop(second);
        drop(buffers.copy(&vec![3; LEAST]));
        assert_eq!(idle(&buffers), [LEAST, 2 * LEAST]);
    }

    #[test]
    fn little_is_kept() {
        let buffers = Arc::<Buffers>::default();
        drop(buffers.copy(&[4; LEAST - 1]));
        assert!(idle(&buffers).is_empty());
        let raw = vec![5; 512 << 10];
        let many: Vec<Buffer> = (0..40).map(|_| buffers.copy(&raw)).collect();
        drop(many);
        assert_eq!(idle(&buffers).iter().sum::<usize>(), IDLE);
    }
}
