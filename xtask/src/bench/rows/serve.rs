//! Serving NARs: bytes a second, and what they cost the server.

use std::time::Duration;

use anyhow::Result;

use crate::bench::context::{Bench, settle};
use crate::bench::load::{self, bodies};
use crate::bench::peers::nginx::{Nginx, Serves};
use crate::bench::process::cpu_seconds;
use crate::bench::table::{Figure, Target};
use crate::garret::Settings;

/// One who serves the same bytes under the same paths.
struct Server {
    requests: Vec<Vec<u8>>,
    address: std::net::SocketAddr,
    pids: Vec<u32>,
    /// MB a second, CPU seconds a GB; a round each.
    speed: Vec<f64>,
    cost: Vec<f64>,
}

impl Server {
    fn round(&mut self, connections: usize, time: Duration) -> Result<()> {
        let before = cpu_seconds(&self.pids)?;
        let bytes = bodies::run(self.address, &self.requests, connections, time)? as f64;
        let cpu = cpu_seconds(&self.pids)? - before;
        self.speed.push(bytes / time.as_secs_f64() / 1e6);
        self.cost.push(cpu / bytes * 1e9);
        Ok(())
    }
}

/// 1 and 16 connections, against files that are read and files that are sent by
/// the kernel. Nobody logs requests.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let shelf = bench.shelf()?;
    let garretd = shelf.serve(
        bench,
        &Settings {
            log: Some("warn"),
            config: None,
        },
    )?;
    let read = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Read)?;
    let sendfile = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Sendfile)?;
    let time = bench.time(2.0);
    let mut figures = Vec::new();
    for connections in [1, 16] {
        let server = |address, pids| Server {
            requests: shelf
                .nars
                .iter()
                .map(|path| load::request(address, path, None))
                .collect(),
            address,
            pids,
            speed: Vec::new(),
            cost: Vec::new(),
        };
        let mut ours = server(garretd.address(), vec![garretd.pid()]);
        let mut read = server(read.address(), read.workers()?);
        let mut sendfile = server(sendfile.address(), sendfile.workers()?);
        settle()?;
        for one in [&mut ours, &mut read, &mut sendfile] {
            bodies::run(one.address, &one.requests, connections, time / 4)?;
        }
        for _ in bench.rounds() {
            for one in [&mut ours, &mut read, &mut sendfile] {
                one.round(connections, time)?;
            }
        }
        let what = |what: &str| format!("NARs, {}{what}", load::counted(connections));
        let (off, on) = ("nginx, sendfile off", "nginx, sendfile on");
        figures.extend([
            Figure::against(
                what(""),
                "MB/s",
                &ours.speed,
                (off, &read.speed),
                Some(Target::AtLeast(1.0)),
            ),
            Figure::against(
                what(""),
                "MB/s",
                &ours.speed,
                (on, &sendfile.speed),
                Some(Target::AtLeast(0.6)),
            ),
            Figure::against(what(", CPU"), "s/GB", &ours.cost, (off, &read.cost), None),
            Figure::against(
                what(", CPU"),
                "s/GB",
                &ours.cost,
                (on, &sendfile.cost),
                None,
            ),
        ]);
    }
    garretd.stop()?;
    Ok(figures.into_iter().flatten().collect())
}
