//! The N-th call on a file fails, for N = 1, 2, 3 … until the operation passes
//! untouched: an error is told, the invariants hold at once and after a kill,
//! and the next try succeeds, on the same engine.

use std::{
    collections::BTreeSet,
    fs,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{Arc, Mutex},
};

use cache_server::engine::Readiness;
use futures_util::FutureExt as _;
use tempfile::TempDir;

use crate::{
    engine_support::{Package, Rig, START},
    engine_tenants::member,
    shim::{self, Count, Fault, arm, disarm},
};

mod holds;
mod ops;
mod stage;

use holds::holds;
use ops::{OPS, Op};
use stage::{Cast, close, copy, folder, is_open, reopen};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
/// No operation makes so many calls.
const MOST: u64 = 2000;

#[test]
fn every_operation_survives_a_disk_that_fails_once() {
    sweep("once");
}

#[test]
fn every_operation_survives_a_full_disk() {
    sweep("full");
}

#[test]
fn packs_and_publishes_survive_writes_that_are_cut_short() {
    sweep("short");
}

/// Where there is memory for files, a sync is free and thousands of tries are quick.
fn sweep(fault: &str) {
    let memory = Path::new("/dev/shm");
    let dir = match memory.is_dir() {
        true => TempDir::new_in(memory),
        false => TempDir::new(),
    };
    let dir = dir.unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    print!(
        "{}",
        shim::run_child("nth_io::child", &root, &[("FAULT", fault)])
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of a test"]
async fn child() {
    let fault = match &*shim::told("FAULT") {
        "once" => Fault::Once(EIO),
        "full" => Fault::Sticky(ENOSPC),
        _ => Fault::Short,
    };
    let cast = Arc::new(Cast::new().await);
    let wanted = |op: Op| fault != Fault::Short || matches!(op, Op::IngestPack | Op::Publish);
    let mut failed = Vec::new();
    for (op, _) in OPS.iter().filter(|(op, _)| wanted(*op)) {
        let cast = cast.clone();
        failed.extend(
            try_all(format!("{op:?}"), move |n, said| {
                operation(*op, n, fault, cast.clone(), said)
            })
            .await,
        );
    }
    for full in [false, true] {
        let cast = cast.clone();
        failed.extend(
            try_all(format!("Open, full: {full}"), move |n, said| {
                opening(full, n, fault, cast.clone(), said)
            })
            .await,
        );
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

/// What a try came to before the checks, for where one of these fails.
#[derive(Default)]
struct Said {
    struck: bool,
    text: String,
}

impl Said {
    fn note(said: &Mutex<Self>, count: &Count, answer: impl std::fmt::Debug) {
        *said.lock().unwrap() = Self {
            struck: !count.struck.is_empty(),
            text: format!("{}: {answer:?}", count.struck),
        };
    }
}

/// Tries with each N until one passes untouched. Returns the tries that failed.
async fn try_all<F: Future<Output = ()>>(
    name: String,
    mut case: impl FnMut(u64, Arc<Mutex<Said>>) -> F,
) -> Vec<String> {
    let mut failed = Vec::new();
    for n in 1..=MOST {
        let said = Arc::<Mutex<Said>>::default();
        let tried = AssertUnwindSafe(case(n, said.clone())).catch_unwind().await;
        disarm();
        let said = said.lock().unwrap();
        if tried.is_err() {
            failed.push(format!("{name} at {n}: {}", said.text));
        }
        if !said.struck || failed.len() > 9 {
            println!("{name}: {} tries, {} failed", n - 1, failed.len());
            return failed;
        }
    }
    failed.push(format!("{name} never passed untouched"));
    failed
}

async fn operation(op: Op, n: u64, fault: Fault, cast: Arc<Cast>, said: Arc<Mutex<Said>>) {
    let rig = cast.rig().await;
    if op == Op::Close {
        // A use that waits to be written.
        rig.narinfo(&cast.team, cast.shown.hash()).await.unwrap();
    }
    arm(n, fault);
    let answer = op.run(&rig, &cast).await;
    let count = disarm();
    Said::note(&said, &count, &answer);
    assert!(answer.is_ok() || !count.struck.is_empty(), "{answer:?}");
    if op.reads() && fault == Fault::Sticky(ENOSPC) {
        assert_eq!(count.calls, 0, "a read wrote");
    }

    let killed = reopen(copy(rig.dir.path()), 2).await;
    holds(&killed, &cast).await;
    // What was answered is there; what was not may be.
    assert!(
        answer.is_err() || op.done(&killed, &cast).await,
        "lost by a kill"
    );
    drop(close(killed).await);

    holds(&rig, &cast).await;
    assert!(
        answer.is_err() || op.done(&rig, &cast).await,
        "a wrong success"
    );
    let again = op.run(&rig, &cast).await;
    assert!(op.done(&rig, &cast).await, "a retry failed: {again:?}");
    // Where the first try was done in spite of its error, the second may be refused.
    assert!(
        again.is_ok() || op.is_made_once(),
        "a retry failed: {again:?}"
    );
    holds(&rig, &cast).await;
    let rig = reopen(close(rig).await, 3).await;
    holds(&rig, &cast).await;
    assert!(op.done(&rig, &cast).await, "lost by a restart");
    drop(close(rig).await);
}

/// Opens over nothing, or over what was prepared.
async fn opening(full: bool, n: u64, fault: Fault, cast: Arc<Cast>, said: Arc<Mutex<Said>>) {
    let dir = if full { cast.folder() } else { folder() };
    let path = dir.path().to_owned();
    arm(n, fault);
    let opened = Rig::try_open(dir, "store", "garret.db", START + 10_000).await;
    let count = disarm();
    let (dir, answer) = match opened {
        Ok(rig) => {
            let answer = rig.engine.readiness();
            (rig.into_dir(), format!("{answer:?}"))
        }
        Err((dir, error)) => (dir, format!("{error:?}")),
    };
    Said::note(&said, &count, &answer);
    assert!(!count.struck.is_empty() || answer == "Ready", "{answer}");
    crate::engine_support::until(async || !is_open(&path)).await;
    let rig = reopen(dir, 2).await;
    assert_eq!(rig.engine.readiness(), Readiness::Ready);
    if full {
        holds(&rig, &cast).await;
    } else {
        let (team, package) = (rig.cache("team").await, Package::noise(9, 1000));
        rig.push(&member("team"), &team, &package).await;
        assert!(rig.pull(&team, package.hash()).await.unwrap() == package.nar);
    }
    drop(close(rig).await);
}

/// The public async functions of the engine, from its source.
fn public_functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public_functions(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let functions = text.split("    pub async fn ").skip(1);
        found.extend(functions.map(|rest| rest.split(['(', '<']).next().unwrap().to_owned()));
    }
}

#[test]
fn every_public_operation_of_the_engine_is_tried() {
    let mut found = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine");
    public_functions(&source, &mut found);
    let covered = OPS.iter().flat_map(|(_, names)| names.iter());
    let mut covered: BTreeSet<String> = covered.map(ToString::to_string).collect();
    covered.insert("open".to_owned());
    assert_eq!(found, covered);
}
