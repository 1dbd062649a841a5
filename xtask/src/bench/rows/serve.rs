//! Serving NARs: bytes a second, and what they cost the server.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::bench::context::{Bench, settle};
use crate::bench::load::{self, bodies};
use crate::bench::peers::bare::Bare;
use crate::bench::peers::nginx::{Nginx, Serves};
use crate::bench::process::cpu_seconds;
use crate::bench::shelf::Shelf;
use crate::bench::table::{Figure, Target};
use crate::garret::Settings;

const READ: &str = "nginx, sendfile off";
const SENDFILE: &str = "nginx, sendfile on";
/// What no server can be faster than that checks what it sends.
const FLOOR: &str = "floor: bare pread, xxh3 and write";

/// One who serves the same bytes under the same paths.
struct Server {
    name: &'static str,
    requests: Vec<Vec<u8>>,
    address: SocketAddr,
    pids: Vec<u32>,
    /// MB a second, CPU seconds a GB; a round each.
    speed: Vec<f64>,
    cost: Vec<f64>,
}

impl Server {
    fn new(name: &'static str, shelf: &Shelf, address: SocketAddr, pids: Vec<u32>) -> Self {
        let nars = shelf.nars.iter();
        Self {
            name,
            requests: nars
                .map(|path| load::request(address, path, None))
                .collect(),
            address,
            pids,
            speed: Vec::new(),
            cost: Vec::new(),
        }
    }

    fn round(&mut self, connections: usize, time: Duration) -> Result<()> {
        let before = cpu_seconds(&self.pids)?;
        let bytes = bodies::run(self.address, &self.requests, connections, time)? as f64;
        let cpu = cpu_seconds(&self.pids)? - before;
        self.speed.push(bytes / time.as_secs_f64() / 1e6);
        self.cost.push(cpu / bytes * 1e9);
        Ok(())
    }

    fn speed_against(&self, what: &str, peer: &Self, target: Option<f64>) -> Option<Figure> {
        let target = target.map(Target::AtLeast);
        Figure::against(what, "MB/s", &self.speed, (peer.name, &peer.speed), target)
    }

    fn cost_against(&self, what: &str, peer: &Self) -> Option<Figure> {
        let what = format!("{what}, CPU");
        Figure::against(what, "s/GB", &self.cost, (peer.name, &peer.cost), None)
    }
}

/// 1 and 16 connections, against files that are read, files that are sent by the
/// kernel, and files that are read and checked with nothing around it. Nobody
/// logs requests.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let shelf = bench.shelf()?;
    let garretd = shelf.serve(bench, &Settings::quiet())?;
    let read = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Read)?;
    let sendfile = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Sendfile)?;
    let bare = Bare::start(bench.profile, &shelf.files)?;
    let mut figures = Vec::new();
    for connections in [1, 16] {
        let mut servers = [
            Server::new("garret", &shelf, garretd.address(), vec![garretd.pid()]),
            Server::new(READ, &shelf, read.address(), read.workers()?),
            Server::new(SENDFILE, &shelf, sendfile.address(), sendfile.workers()?),
            Server::new(FLOOR, &shelf, bare.address(), vec![bare.pid()]),
        ];
        measure(bench, &mut servers, connections)?;
        let [ours, read, sendfile, floor] = &servers;
        let counted = load::counted(connections);
        let what = format!("NARs, {counted}");
        let bare = format!("{FLOOR}, {counted}");
        figures.extend([
            ours.speed_against(&what, read, Some(1.0)),
            ours.speed_against(&what, sendfile, Some(0.6)),
            ours.speed_against(&what, floor, None),
            ours.cost_against(&what, read),
            ours.cost_against(&what, sendfile),
            ours.cost_against(&what, floor),
            floor.speed_against(&bare, read, None),
            floor.cost_against(&bare, read),
        ]);
    }
    garretd.stop()?;
    Ok(figures.into_iter().flatten().collect())
}

/// All of them in turn, round by round, after each was asked for a while.
fn measure(bench: &Bench, servers: &mut [Server], connections: usize) -> Result<()> {
    let time = bench.time(2.0);
    settle()?;
    for server in servers.iter() {
        bodies::run(server.address, &server.requests, connections, time / 4)?;
    }
    for _ in bench.rounds() {
        for server in servers.iter_mut() {
            server.round(connections, time)?;
        }
    }
    Ok(())
}
