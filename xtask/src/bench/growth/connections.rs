//! Ever more connections that pull.

use anyhow::Result;

use super::size::{Kind, Size, table};
use crate::bench::context::Bench;
use crate::bench::load::{self, bodies, questions};
use crate::bench::shelf;
use crate::bench::table::Figure;
use crate::garret::{Server, Settings};

const CONNECTIONS: &[usize] = &[1, 2, 4, 8, 16, 32, 64];
const QUICK: &[usize] = &[1, 16];

/// NARs, narinfos and the server's memory, against one connection. Each has a
/// server that has just started, for a peak never falls.
pub(super) fn run(bench: &Bench) -> Result<Vec<Figure>> {
    let all = if bench.how.quick { QUICK } else { CONNECTIONS };
    let shelf = bench.shelf()?;
    let folder = shelf::copy(bench, &shelf.data)?;
    let named = |connections: &usize| Size::new(load::counted(*connections));
    let mut sizes: Vec<Size> = all.iter().map(named).collect();
    let time = bench.time(3.0);
    for _ in bench.rounds() {
        for (size, connections) in sizes.iter_mut().zip(all) {
            let server = Server::start(&bench.programs, &folder, &Settings::quiet())?;
            let ask = |paths: &[String]| -> Vec<Vec<u8>> {
                let request = |path: &String| load::request(server.address(), path, None);
                paths.iter().map(request).collect()
            };
            let bytes = bodies::run(server.address(), &ask(&shelf.nars), *connections, time)?;
            size.add(Kind::Nars, bytes as f64 / 1e6 / time.as_secs_f64());
            let narinfos = ask(&shelf.narinfos);
            let answers = questions::run(server.address(), &narinfos, *connections, time)?;
            size.add(Kind::Narinfos, answers);
            size.add(Kind::Server, bench.peak_mib(server.pid())?);
            server.stop()?;
        }
    }
    Ok(table(&sizes, "over one"))
}
