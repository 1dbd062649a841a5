//! Answering for narinfo: from memory, from the database, with tokens.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::bench::context::Bench;
use crate::bench::load::{self, questions};
use crate::bench::peers::nginx::{Nginx, Serves};
use crate::bench::process::cpu_seconds;
use crate::bench::shelf::{CACHE, Shelf};
use crate::bench::table::{Figure, Target};
use crate::garret::{Server, Settings};
use crate::shell;

/// At most this much of the speed without a token may be lost.
const TOKEN: Target = Target::AtLeast(0.85);

/// One way to ask; the answers a second of each round, and what one cost the
/// server in microseconds of CPU.
struct Way {
    what: &'static str,
    address: SocketAddr,
    pids: Vec<u32>,
    requests: Vec<Vec<u8>>,
    speed: Vec<f64>,
    cost: Vec<f64>,
}

impl Way {
    fn new(
        what: &'static str,
        shelf: &Shelf,
        (address, pids): (SocketAddr, Vec<u32>),
        token: Option<&str>,
    ) -> Self {
        let paths = shelf.narinfos.iter();
        Self {
            what,
            address,
            pids,
            requests: paths
                .map(|path| load::request(address, path, token))
                .collect(),
            speed: Vec::new(),
            cost: Vec::new(),
        }
    }

    fn ask(&mut self, connections: usize, time: Duration) -> Result<()> {
        let before = cpu_seconds(&self.pids)?;
        let speed = questions::run(self.address, &self.requests, connections, time)?;
        let cpu = cpu_seconds(&self.pids)? - before;
        self.speed.push(speed);
        self.cost.push(cpu / (speed * time.as_secs_f64()) * 1e6);
        Ok(())
    }
}

/// 1 and 16 connections, against nginx's static files. Nobody logs requests.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let shelf = bench.shelf()?;
    let nginx = Nginx::start(&bench.on_disk("nginx")?, &shelf.files, Serves::Sendfile)?;
    let start = |config: Option<String>| {
        let quiet = Settings::quiet();
        shelf.serve(bench, &Settings { config, ..quiet })
    };
    let plain = start(None)?;
    let database = start(Some("server.narinfo-memory = 0\n".to_owned()))?;
    let rsa = start(Some(rsa_key(&bench.on_disk("rsa")?)?))?;
    let hs256 = plain.token(CACHE)?;
    let rs256 = rsa.token(CACHE)?;
    let mut figures = Vec::new();
    for connections in [1, 16] {
        let way = |what, server: &Server, token: Option<&str>| {
            let server = (server.address(), vec![server.pid()]);
            Way::new(what, &shelf, server, token)
        };
        let mut ways = [
            Way::new("nginx", &shelf, (nginx.address(), nginx.workers()?), None),
            way("", &plain, None),
            way(", from SQLite", &database, None),
            way(", HS256 token", &plain, Some(&hs256)),
            way(", RS256 token", &rsa, Some(&rs256)),
        ];
        measure(bench, &mut ways, connections)?;
        let [nginx, plain, others @ ..] = &ways;
        let mut figure = |way: &Way, peer, theirs: &Way, target| {
            let what = format!("narinfo, {}{}", load::counted(connections), way.what);
            let cost = format!("{what}, CPU an answer");
            let speeds = (peer, &theirs.speed[..]);
            let costs = (peer, &theirs.cost[..]);
            figures.extend(Figure::against(
                what,
                "/s",
                &way.speed,
                speeds,
                Some(target),
            ));
            figures.extend(Figure::against(cost, "µs", &way.cost, costs, None));
        };
        figure(plain, "nginx", nginx, Target::AtLeast(1.0));
        figure(&others[0], "nginx", nginx, Target::AtLeast(0.8));
        for token in &others[1..] {
            figure(token, "without token", plain, TOKEN);
        }
    }
    for server in [plain, database, rsa] {
        server.stop()?;
    }
    Ok(figures)
}

fn measure(bench: &Bench, ways: &mut [Way], connections: usize) -> Result<()> {
    let time = bench.time(1.5);
    for way in ways.iter() {
        questions::run(way.address, &way.requests, connections, time / 4)?;
    }
    for _ in bench.rounds() {
        for way in ways.iter_mut() {
            way.ask(connections, time)?;
        }
    }
    Ok(())
}

/// A new key, and the line that makes a server use it.
fn rsa_key(folder: &Path) -> Result<String> {
    let file = folder.join("rsa.pem");
    let mut make = Command::new("openssl");
    make.args(["genrsa", "-out"]).arg(&file).arg("2048");
    shell::quiet(make.stderr(std::process::Stdio::null()))?;
    Ok(format!(
        "jwt.signing.token-rs256-secret-file = \"{}\"\n",
        file.display()
    ))
}
