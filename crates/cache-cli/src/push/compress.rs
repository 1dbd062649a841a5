//! Chunks to frames, on all cores.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chunk_store::frame::{Encoder, FrameError};
use tokio::sync::Semaphore;

use super::packer::Framed;
use super::scan::Chunk;
use crate::error::{CliError, ErrorKind, Result};

/// Raw bytes that one job compresses: enough to be worth a thread's attention, little enough that
/// every core gets some.
const JOB_BYTES: usize = 1 << 20;

/// The encoders of one push: as many as there are cores, each used by one job at a time.
#[derive(Debug)]
pub(super) struct Compressor {
    level: i32,
    idle: Mutex<Vec<Encoder>>,
    cores: Semaphore,
}

impl Compressor {
    pub(super) fn new(level: i32, cores: usize) -> Arc<Compressor> {
        Arc::new(Compressor {
            level,
            idle: Mutex::default(),
            cores: Semaphore::new(cores.max(1)),
        })
    }

    /// The frames of these chunks, in order.
    pub(super) async fn compress(self: Arc<Self>, chunks: Vec<Chunk>) -> Result<Vec<Framed>> {
        let failed = || CliError::new(ErrorKind::Io, "cannot compress");
        let _core = self
            .cores
            .acquire()
            .await
            .map_err(|error| failed().because(error))?;
        let this = Arc::clone(&self);
        let job = tokio::task::spawn_blocking(move || this.run(chunks));
        job.await
            .map_err(|error| failed().because(error))?
            .map_err(|error| failed().because(error))
    }

    fn run(&self, chunks: Vec<Chunk>) -> std::result::Result<Vec<Framed>, FrameError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut encoder = match idle {
            Some(encoder) => encoder,
            None => Encoder::new(self.level)?,
        };
        let frames = chunks
            .into_iter()
            .map(|chunk| frame(&mut encoder, chunk))
            .collect();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(encoder);
        frames
    }
}

fn frame(encoder: &mut Encoder, chunk: Chunk) -> std::result::Result<Framed, FrameError> {
    let Chunk {
        path,
        digest,
        raw,
        mut lease,
    } = chunk;
    let frame = Bytes::from(encoder.encode(&raw)?);
    let raw_len = u32::try_from(raw.len()).map_err(|_| FrameError::RawLength(raw.len() as u64))?;
    drop(raw);
    lease.shrink(frame.len() as u64);
    Ok(Framed {
        path,
        digest,
        raw_len,
        frame,
        lease: Some(lease),
    })
}

/// Splits chunks into jobs: a job holds chunks of one path, in order.
pub(super) fn jobs(chunks: Vec<Chunk>) -> Vec<Vec<Chunk>> {
    let mut jobs: Vec<Vec<Chunk>> = Vec::new();
    let mut bytes = 0;
    for chunk in chunks {
        let last = jobs
            .last_mut()
            .filter(|job| job.last().is_some_and(|last| last.path == chunk.path));
        match last {
            Some(job) if bytes + chunk.raw.len() <= JOB_BYTES => {
                bytes += chunk.raw.len();
                job.push(chunk);
            }
            _ => {
                bytes = chunk.raw.len();
                jobs.push(vec![chunk]);
            }
        }
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::budget::Budget;
    use chunk_store::Digest;
    use chunk_store::buffers::Buffers;

    fn chunk(path: usize, len: usize) -> Chunk {
        let lease = Budget::new(u64::MAX)
            .acquire(len as u64, &mut || {})
            .expect("open");
        Chunk {
            path,
            digest: Digest::of(&[path as u8]),
            raw: Buffers::new(0).copy(&vec![1; len]),
            lease,
        }
    }

    #[test]
    fn jobs_keep_the_order_and_never_mix_paths() {
        let sizes = [
            (0, 10),
            (0, 10),
            (1, 10),
            (0, 10),
            (2, JOB_BYTES),
            (2, 1),
            (2, 1),
        ];
        let jobs = jobs(sizes.iter().map(|&(path, len)| chunk(path, len)).collect());
        let shape: Vec<Vec<usize>> = jobs
            .iter()
            .map(|job| job.iter().map(|chunk| chunk.path).collect())
            .collect();
        assert_eq!(shape, [vec![0, 0], vec![1], vec![0], vec![2], vec![2, 2]]);
    }

    #[tokio::test]
    async fn frames_are_those_of_the_chunks() {
        let compressor = Compressor::new(3, 2);
        let frames = compressor
            .compress(vec![chunk(0, 1000), chunk(0, 5)])
            .await
            .expect("frames");
        let mut decoder = chunk_store::frame::Decoder::new();
        for (framed, len) in frames.iter().zip([1000, 5]) {
            assert_eq!(
                decoder.decode(&framed.frame, len).expect("a frame"),
                vec![1; len]
            );
        }
    }
}
