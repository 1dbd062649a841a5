//! Power loss at every line of small runs, with every image that the disk may
//! hold then: a server starts on each, and nothing that was answered is lost.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use futures_util::{FutureExt, StreamExt, stream};
use tokio::runtime::Handle;

use crate::{
    crash_check::Restart,
    crash_marks::Expect,
    crash_model::{Image, Node},
    crash_replay::{Replay, lay_out, quick_folder, rows},
    crash_runs::{DB, RUN, STORE, trace_of},
    crash_trace::Op,
};

/// Images of one line that are all tried; of more only some.
const LIMIT: usize = 4096;
/// Servers that are started at once.
const AT_ONCE: usize = 4;

/// One start of a server.
struct Trial {
    line: usize,
    image: Image,
    expect: Arc<Expect>,
}

/// What was tried of a run.
#[derive(Debug, Default)]
struct Tally {
    lines: usize,
    images: usize,
    distinct: usize,
    databases: usize,
    incomplete: usize,
}

/// The different trials of a trace, each once however often it comes about.
struct Trials {
    seed: u64,
    tally: Tally,
    tried: HashSet<(blake3::Hash, blake3::Hash, Arc<Expect>)>,
    rows: HashMap<blake3::Hash, blake3::Hash>,
}

impl Trials {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            tally: Tally::default(),
            tried: HashSet::new(),
            rows: HashMap::new(),
        }
    }

    /// What is new at a line.
    fn at(&mut self, line: usize, replay: &Replay) -> Vec<Trial> {
        let expect = Arc::new(replay.expect.clone());
        let blobs = replay.blobs.images(LIMIT, self.seed);
        self.tally.lines += 1;
        self.tally.incomplete += usize::from(!blobs.complete);
        let databases = replay.databases();
        let mut trials = Vec::new();
        for database in databases {
            let rows = self.rows(&database);
            for image in &blobs.images {
                self.tally.images += 1;
                if self.tried.insert((rows, hash(image), expect.clone())) {
                    let mut image = image.clone();
                    image.extend(database.clone());
                    let expect = expect.clone();
                    trials.push(Trial {
                        line,
                        image,
                        expect,
                    });
                }
            }
        }
        self.tally.distinct += trials.len();
        trials
    }

    fn rows(&mut self, database: &Image) -> blake3::Hash {
        let files = hash(database);
        let found = self.rows.entry(files).or_insert_with(|| rows(database));
        *found
    }

    fn end(mut self) -> Tally {
        let rows: BTreeSet<_> = self.rows.values().map(blake3::Hash::as_bytes).collect();
        self.tally.databases = rows.len();
        self.tally
    }
}

fn hash(image: &Image) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for (path, node) in image {
        hasher.update(path.as_bytes());
        match node {
            Node::Folder => hasher.update(b"/"),
            Node::File(bytes) => hasher.update(blake3::hash(bytes).as_bytes()),
        };
    }
    hasher.finalize()
}

/// Starts a server on each; the first that fails, with what it found.
async fn run(
    trials: Vec<Trial>,
    whole: &Arc<BTreeMap<String, Arc<Vec<u8>>>>,
) -> Result<(), String> {
    let trial = |trial: Trial| {
        let whole = whole.clone();
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let dir = quick_folder();
            lay_out(&trial.image, dir.path());
            let checked = async { Restart::on(dir, &trial.expect).await.check(&whole).await };
            let checked = runtime.block_on(AssertUnwindSafe(checked).catch_unwind());
            checked.map_err(|panic| describe(&trial, &*panic))
        })
    };
    let mut running = stream::iter(trials).map(trial).buffer_unordered(AT_ONCE);
    while let Some(ended) = running.next().await {
        ended.unwrap()?;
    }
    Ok(())
}

fn describe(trial: &Trial, panic: &(dyn std::any::Any + Send)) -> String {
    let why = panic.downcast_ref::<String>().cloned();
    let why = why.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    let entry = |(path, node): (&String, &Node)| match node {
        Node::Folder => format!("  {path}/\n"),
        Node::File(bytes) => format!("  {path} {}\n", bytes.len()),
    };
    let files: String = trial.image.iter().map(entry).collect();
    let line = trial.line;
    format!("after line {line}: {}\n{files}", why.unwrap_or_default())
}

/// Loses power at every line from the last time of rest on.
async fn lose_power_everywhere(scenario: &str) {
    let ops = trace_of(scenario);
    let seed = seed();
    let mut end = Replay::new();
    ops.iter().for_each(|op| end.apply(op));
    let whole = Arc::new(end.whole());
    let (mut trials, mut replay) = (Trials::new(seed), Replay::new());
    for (line, op) in ops.iter().enumerate() {
        replay.apply(op);
        if replay.bases == end.bases {
            let new = trials.at(line + 1, &replay);
            if let Err(why) = run(new, &whole).await {
                panic!("{scenario}, seed {seed}, {why}last: {op:?}");
            }
        }
    }
    let Tally {
        lines,
        images,
        distinct,
        databases,
        incomplete,
    } = trials.end();
    println!(
        "{scenario}: {lines} crash points, {images} images, {distinct} different ones tried over \
         {databases} states of the database; {incomplete} points sampled with seed {seed}"
    );
    assert!(lines > 20 && databases > 1, "the run does something");
    assert!(
        replay
            .database
            .durable()
            .contains_key(&format!("{RUN}/{DB}"))
    );
}

#[expect(clippy::disallowed_methods, reason = "replays the sample that failed")]
fn seed() -> u64 {
    let told = std::env::var("GARRET_CRASH_SEED");
    told.map_or(1, |seed| seed.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_during_the_first_start_leaves_a_store_that_pairs() {
    lose_power_everywhere("first start").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_from_the_first_start_to_the_first_publish_loses_nothing_answered() {
    lose_power_everywhere("one pack").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_while_paths_are_replaced_and_removed_loses_nothing_answered() {
    lose_power_everywhere("two caches").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_under_an_abandoned_pack_leaves_orphans_at_most() {
    lose_power_everywhere("abandoned").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_loss_during_a_heal_leaves_it_absent_or_healed() {
    lose_power_everywhere("heal").await;
}

/// Folders that are made on the way to a new store: each in the one above.
#[test]
fn the_folders_above_a_new_store_survive_power_loss() {
    assert_folders_survive("first start");
}

/// A process that was killed may have made one of them and not synced it.
#[test]
fn a_folder_that_a_killed_start_left_survives_power_loss() {
    assert_folders_survive("a start after a killed one");
}

fn assert_folders_survive(scenario: &str) {
    let mut replay = Replay::new();
    trace_of(scenario).iter().for_each(|op| replay.apply(op));
    let durable = replay.blobs.durable();
    assert!(durable.contains_key(&format!("{RUN}/{STORE}/packs")));
}

/// The same run by a program that leaves out one kind of sync: power loss after
/// the last answer must be seen to lose something, or nothing here looks.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_forgets_to_sync_is_found_out() {
    let ops = trace_of("one pack");
    let store = format!("{RUN}/{STORE}");
    for forgotten in [
        "nothing",
        "blobs",
        "folders",
        "the folders above",
        "database",
    ] {
        let (mut replay, mut end) = (Replay::new(), Replay::new());
        for op in &ops {
            end.apply(op);
            let forgets = match op {
                Op::Fsync(file) if replay.of_database(*file) => forgotten == "database",
                Op::Fsync(_) => forgotten == "blobs",
                Op::FsyncDir(path) if path.starts_with(&store) => forgotten == "folders",
                Op::FsyncDir(_) => forgotten == "the folders above",
                _ => false,
            };
            if !forgets {
                replay.apply(op);
            }
        }
        let trials = Trials::new(seed()).at(ops.len(), &replay);
        let lost = run(trials, &Arc::new(end.whole())).await;
        assert_eq!(
            lost.is_err(),
            forgotten != "nothing",
            "{forgotten}: {lost:?}"
        );
    }
}
