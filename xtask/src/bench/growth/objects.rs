//! Pushing and asking beside ever more objects.

use anyhow::Result;

use super::filled::{BESIDE, Filled, HELD};
use super::size::{Kind, Size, table};
use crate::bench::context::Bench;
use crate::bench::load::connection::ABSENT;
use crate::bench::load::{self, questions};
use crate::bench::process::cpu_seconds;
use crate::bench::table::Figure;
use crate::bench::{paths, shelf};
use crate::corpus::Corpus;
use crate::garret::Server;

const COUNTS: &[u32] = &[0, 20_000, 200_000, 1_000_000];
const QUICK: &[u32] = &[0, 20_000];
/// What is pushed beside them.
const PUSHED: u32 = 500;
/// Names that no cache has, from which number on.
const NOWHERE: u32 = 1 << 31;
/// How many of them.
const NAMES: u32 = 20_000;
/// That ask for narinfos.
const CONNECTIONS: usize = 16;

/// One count of objects.
struct Case {
    filled: Filled,
    /// Pushing into the cache that holds them.
    held: Size,
    /// Pushing into the one beside it.
    beside: Size,
}

/// Each round and cache has contents of its own; all counts get the same.
pub(super) fn run(bench: &Bench, most: u32) -> Result<Vec<Figure>> {
    let counts = if bench.how.quick { QUICK } else { COUNTS };
    let mut cases = Vec::new();
    for count in counts.iter().filter(|count| **count <= most) {
        cases.push(Case {
            filled: Filled::new(bench, *count)?,
            held: Size::new(format!("{PUSHED} paths among {count} objects")),
            beside: Size::new(format!("{PUSHED} paths beside {count} objects")),
        });
    }
    let mut first = 0;
    let mut fresh = || -> Result<Corpus> {
        let numbers = first..first + PUSHED;
        first = numbers.end + 1;
        paths::tiny(&bench.in_memory("tiny")?, numbers)
    };
    for _ in bench.rounds() {
        let (held, beside) = (fresh()?, fresh()?);
        for case in &mut cases {
            push(bench, &case.filled, HELD, &mut case.held, &held)?;
            push(bench, &case.filled, BESIDE, &mut case.beside, &beside)?;
        }
    }
    let (held, beside): (Vec<Size>, Vec<Size>) = cases
        .into_iter()
        .map(|case| (case.held, case.beside))
        .unzip();
    let mut figures = table(&held, "among none");
    figures.extend(table(&beside, "beside none"));
    Ok(figures)
}

/// One push, then questions for what the cache has and for what it has not.
fn push(
    bench: &Bench,
    filled: &Filled,
    cache: &str,
    size: &mut Size,
    corpus: &Corpus,
) -> Result<()> {
    let (server, client) = filled.serve(bench)?;
    let before = cpu_seconds(&[server.pid()])?;
    let seconds = size.push(&client, cache, corpus)?;
    let cpu = cpu_seconds(&[server.pid()])? - before;
    let a_path = 1000.0 / corpus.paths.len() as f64;
    size.add(Kind::Path, seconds * a_path);
    size.add(Kind::Cpu, cpu * a_path);
    ask(bench, &server, cache, size, present(filled, cache, corpus)?)?;
    size.add(Kind::Server, bench.peak_mib(server.pid())?);
    server.stop()
}

/// Hashes of what a cache has: some of all where it held something, else what was
/// just pushed.
fn present(filled: &Filled, cache: &str, corpus: &Corpus) -> Result<Vec<String>> {
    if cache == HELD && !filled.hashes.is_empty() {
        return Ok(filled.hashes.clone());
    }
    let hash = |path: &crate::nix::PathInfo| shelf::hash(&path.path).map(str::to_owned);
    corpus.paths.iter().map(hash).collect()
}

fn ask(
    bench: &Bench,
    server: &Server,
    cache: &str,
    size: &mut Size,
    present: Vec<String>,
) -> Result<()> {
    let time = bench.time(1.5);
    let requests = |hashes: Vec<String>| -> Vec<Vec<u8>> {
        let request = |hash| {
            let path = format!("/{cache}/{hash}.narinfo");
            load::request(server.address(), &path, None)
        };
        hashes.into_iter().map(request).collect()
    };
    let (present, absent) = (
        requests(present),
        requests((NOWHERE..NOWHERE + NAMES).map(paths::hash).collect()),
    );
    let found = questions::run(server.address(), &present, CONNECTIONS, time)?;
    size.add(Kind::Narinfos, found);
    let none = questions::answered(server.address(), &absent, CONNECTIONS, time, ABSENT)?;
    size.add(Kind::Absent, none);
    Ok(())
}
