//! What is attacked: a server behind a proxy, caches that fill from nothing,
//! and the account of it all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::chance::{Chance, option};
use crate::nix::Nix;
use crate::private;
use crate::proxy::{Packs, Proxy};
use crate::readback::Reader;
use crate::running::Running;
use crate::watcher::{Watched, Watcher};
use crate::world::{Corpus, World};

/// Caches that one server's folder sees before the next begins with an empty one.
const HISTORIES: usize = 8;
/// Packs that a client has on their way at once, and bytes of one, at most.
const PUTS: u64 = 4;
const PACK: u64 = 16 << 20;

/// How one kind of kill is done; see [`super::complete`].
pub(super) type Kill = fn(&mut Play, &mut History, &Part) -> bool;

/// A closure to push, and what pushing it costs when nothing goes wrong.
#[derive(Clone)]
pub(super) struct Part {
    top: String,
    pub(super) paths: Vec<String>,
    bytes: u64,
    time: Duration,
}

/// A cache from its making to the end of its last push.
pub(super) struct History {
    cache: String,
    token: String,
    key: String,
    pub(super) reader: Arc<Reader>,
    published: BTreeSet<String>,
}

/// When to kill.
pub(super) enum Moment {
    After(Duration),
    /// When so many bytes of packs were sent.
    Byte(u64),
}

/// Where the kills fell.
#[derive(Debug, Default)]
struct Moments {
    before_any_pack: usize,
    with_packs_in_flight: usize,
    with_packs_acknowledged: usize,
    with_paths_published: usize,
}

pub(super) struct Play {
    pub(super) world: World,
    pub(super) proxy: Arc<Proxy>,
    pub(super) chance: Chance,
    pub(super) kills: usize,
    pub(super) wanted: usize,
    corpus: Corpus,
    histories: usize,
    pushes: usize,
    moments: Moments,
    watched: Watched,
    name: &'static str,
}

impl Part {
    /// Nothing that was acknowledged is sent again. What was on its way at a
    /// kill may be, and no more is on its way than a client has at once.
    pub(super) fn check_bytes(&self, packs: &Packs, kills: u64) {
        let (requests, in_flight) = packs.in_flight();
        assert!(
            requests <= kills * PUTS && in_flight <= requests * PACK,
            "{kills} kills: {packs:?}"
        );
        assert!(
            (packs.sent - in_flight) * 100 <= self.bytes * 115,
            "{kills} kills, {} in a clean push: {packs:?}",
            self.bytes
        );
    }
}

impl History {
    /// Everything that the push has said is published can be read.
    pub(super) fn hear(&mut self, push: &Running) {
        self.published.extend(push.published());
        for path in &self.published {
            self.reader.whole(path);
        }
    }
}

impl Play {
    /// `None` where there is no corpus.
    pub(super) fn begin(name: &'static str) -> Option<Self> {
        let corpus = Corpus::find()?;
        let world = World::start();
        let proxy = Arc::new(Proxy::before(&world.origin));
        Some(Self {
            world,
            proxy,
            chance: Chance::new(name),
            kills: 0,
            wanted: option("GARRET_KILLS", 20),
            corpus,
            histories: 0,
            pushes: 0,
            moments: Moments::default(),
            watched: Watched::default(),
            name,
        })
    }

    /// Kills as often as is wanted, and looks at what there is then.
    pub(super) fn run(mut self, kill: Kill) {
        let parts = self.clean();
        while self.kills < self.wanted {
            if self.histories > 0 && self.histories.is_multiple_of(HISTORIES) {
                self.renew();
            }
            let mut history = self.history();
            let watcher = self.watch(&history, &parts);
            for part in &parts {
                super::complete(&mut self, &mut history, part, kill);
            }
            self.watched.add(&watcher.stop());
            self.histories += 1;
            println!("{}: {} of {}", self.name, self.kills, self.wanted);
            if self.kills >= self.wanted || self.histories.is_multiple_of(HISTORIES) {
                self.substitute(&history, &parts);
            }
        }
        let Watched { narinfos, nars, .. } = self.watched;
        println!(
            "{}: {} in {} caches and {} pushes, {:?}, {:?}",
            self.name, self.kills, self.histories, self.pushes, self.moments, self.watched
        );
        let least = parts.iter().map(|part| part.paths.len()).sum::<usize>() as u64;
        assert!(narinfos >= least && nars >= least / 2, "the watcher slept");
    }

    /// Pushes with nothing going wrong, to know what that costs.
    fn clean(&mut self) -> Vec<Part> {
        let history = self.history();
        let mut measure = |name| {
            let mut part = Part {
                top: self.corpus.top(name),
                paths: self.corpus.paths(name),
                bytes: 0,
                time: Duration::ZERO,
            };
            let before = self.proxy.packs();
            let mut push = self.start(&history, &part);
            self.finish(&history, &mut push);
            part.time = push.elapsed();
            let packs = self.proxy.packs().since(&before);
            part.bytes = packs.sent;
            part.check_bytes(&packs, 0);
            part
        };
        let parts = ["demo", "demo-rebuild"].map(&mut measure).to_vec();
        assert!(parts.iter().all(|part| part.bytes > 1_000_000));
        parts
    }

    /// A cache that nobody filled, and a token that knows no other, so that all is to be sent.
    fn history(&mut self) -> History {
        let cache = format!("cache-{}", self.histories);
        let cache = if self.pushes == 0 {
            "clean".to_owned()
        } else {
            cache
        };
        let key = self.world.cache(&cache, false);
        let mut args = vec!["--sub", &cache, "--validity", "1 day"];
        args.extend(["--pull", &cache, "--push", &cache]);
        let token = self.world.token(&args);
        self.world
            .run(&["login", "proxy", &self.proxy.origin, &token]);
        let reader = Reader::new(&self.proxy.origin, &cache, &token, &key);
        History {
            cache,
            token,
            key,
            reader: Arc::new(reader),
            published: BTreeSet::new(),
        }
    }

    fn watch(&mut self, history: &History, parts: &[Part]) -> Watcher {
        let paths = parts.iter().flat_map(|part| part.paths.clone()).collect();
        Watcher::start(&history.reader, &self.proxy, paths, self.chance.split())
    }

    fn renew(&mut self) {
        self.proxy.goes();
        self.world = World::start();
        self.proxy.came(&self.world.origin);
    }

    pub(super) fn start(&mut self, history: &History, part: &Part) -> Running {
        self.pushes += 1;
        let cache = format!("proxy:{}", history.cache);
        let (store, packs) = (self.corpus.store(), self.proxy.packs());
        Running::start(&self.world, &store, &cache, &part.top, packs)
    }

    /// The push must end well.
    pub(super) fn finish(&mut self, history: &History, push: &mut Running) {
        let mut secrets = self.world.secrets();
        secrets.push(history.token.clone());
        let summary = push.finish(&secrets);
        assert_eq!(summary["paths_failed"], 0, "{summary}");
    }

    /// Any moment of a push, those about its start and its end more often; or
    /// any byte of its packs, since most of the time none is on its way.
    pub(super) fn moment(&mut self, part: &Part) -> Moment {
        match self.chance.below(8) {
            0 => Moment::After(self.chance.moment(part.time / 20)),
            1 => Moment::After(part.time - part.time / 10 + self.chance.moment(part.time / 5)),
            2..=5 => Moment::Byte(self.chance.below(part.bytes as usize) as u64),
            _ => Moment::After(self.chance.moment(part.time)),
        }
    }

    /// Whether the push still runs when that moment, counted from now, comes.
    pub(super) fn reach(&self, push: &mut Running, moment: &Moment) -> bool {
        let (now, packs) = (Instant::now(), self.proxy.packs());
        push.runs_until(|| match *moment {
            Moment::After(time) => now.elapsed() >= time,
            Moment::Byte(count) => self.proxy.packs().since(&packs).sent > count,
        })
    }

    /// Called right before a kill.
    pub(super) fn note_moment(&mut self, push: &Running) {
        let packs = self.proxy.packs().since(&push.before);
        self.moments.before_any_pack += usize::from(packs.begun == 0);
        self.moments.with_packs_in_flight += usize::from(packs.begun > packs.answered);
        self.moments.with_packs_acknowledged += usize::from(packs.acknowledged > 0);
        self.moments.with_paths_published += usize::from(!push.published().is_empty());
    }

    /// A real Nix gets all of it into an empty store and finds it whole.
    fn substitute(&self, history: &History, parts: &[Part]) {
        let nix = Nix::empty();
        let settings = private::netrc(&nix, &history.token);
        let url = self.world.url(&history.cache);
        for part in parts {
            let said = private::realise(&nix, &settings, &url, &history.key, &part.top);
            assert!(said.ok, "{}", said.err);
            for path in &part.paths {
                assert!(nix.real(path).symlink_metadata().is_ok(), "{path}");
            }
        }
        nix.verify();
    }
}
