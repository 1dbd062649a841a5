//! Long answers: how many bytes a second come over some connections, each with
//! a thread of its own.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::connection::Connection;

/// Asks for all of `requests` in turn, over and over until the time is up, and
/// answers the bytes of bodies that arrived until then.
///
/// # Errors
/// If an answer is not 200, or is cut short.
pub(crate) fn run(
    server: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> Result<u64> {
    let ready = Barrier::new(connections);
    std::thread::scope(|scope| {
        let ready = &ready;
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                // Each begins elsewhere, or all would ask for the same at once.
                let first = number * requests.len() / connections;
                scope.spawn(move || {
                    let connection = Connection::open(server);
                    ready.wait();
                    one(connection?, requests, first, Instant::now() + time)
                })
            })
            .collect();
        let mut sum = 0;
        for thread in threads {
            sum += thread.join().map_err(|_| anyhow!("a thread died"))??;
        }
        Ok(sum)
    })
}

fn one(
    mut connection: Connection,
    requests: &[Vec<u8>],
    first: usize,
    end: Instant,
) -> Result<u64> {
    let mut bytes = 0;
    for request in requests.iter().cycle().skip(first) {
        connection.send(request)?;
        let answer = connection.receive(|piece| {
            if Instant::now() >= end {
                return ControlFlow::Break(());
            }
            bytes += piece.len() as u64;
            ControlFlow::Continue(())
        })?;
        if answer.is_break() {
            break;
        }
    }
    Ok(bytes)
}
