//! Short answers: how many a second come over some connections.
//!
//! One thread has a request in flight on each of them, and goes round: a write
//! and a read for each answer, no poll and no switch between threads, so that the
//! generator takes as little of the machine as can be.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::connection::{Connection, FOUND};

/// Asks for all of `requests` in turn, over and over until the time is up, and
/// answers how many a second were answered.
///
/// # Errors
/// If an answer is not 200, or is cut short.
pub(crate) fn run(
    server: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> Result<f64> {
    answered(server, requests, connections, time, FOUND)
}

/// As [`run`], where every answer has to be of another status.
///
/// # Errors
/// If one is not, or is cut short.
pub(crate) fn answered(
    server: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
    status: &'static str,
) -> Result<f64> {
    let mut turn = requests.iter().cycle();
    let mut next = || turn.next().context("nothing to ask for");
    let mut open = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(server)?.wants(status);
        connection.send(next()?)?;
        open.push(connection);
    }
    let start = Instant::now();
    let mut answers = 0_u32;
    while start.elapsed() < time {
        for connection in &mut open {
            let _never_broken_off = connection.receive(|_| ControlFlow::Continue(()))?;
            answers += 1;
            connection.send(next()?)?;
        }
    }
    Ok(f64::from(answers) / start.elapsed().as_secs_f64())
}
