//! Those who push: known closures, the rebuilt twin, new paths, and what is
//! removed again.

use std::sync::atomic::Ordering;

use serde_json::Value;

use super::{CHURN, Load};
use crate::chance::Chance;
use crate::client::Client;
use crate::nix::Nix;
use crate::world::summary;

/// New paths of a pusher that stay before it removes the older half.
const MOST_NEW: usize = 24;

/// One pusher and what it made.
struct Pusher<'a> {
    load: &'a Load,
    number: usize,
    rng: Chance,
    client: Client,
    nix: Nix,
    /// Paths that it alone pushed to the churning cache.
    new: Vec<String>,
    made: u64,
}

pub(super) fn run(load: &Load, number: usize) {
    let mut pusher = Pusher {
        load,
        number,
        rng: Chance::of(load.seed.wrapping_add(number as u64)),
        client: load.client(),
        nix: Nix::empty(),
        new: Vec::new(),
        made: 0,
    };
    load.repeat(|| pusher.step());
}

impl Pusher<'_> {
    fn step(&mut self) -> Result<(), String> {
        match self.rng.below(8) {
            0 | 1 => self.closures("demo", CHURN).map(|_| ()),
            2 => self.closures("demo-rebuild", CHURN).map(|_| ()),
            3 => self.remove_known(),
            4 => self.cache_of_a_moment(),
            _ => self.new_paths(),
        }
    }

    fn push(&self, store: &Nix, cache: &str, paths: &[&str]) -> Result<Value, String> {
        let dir = store.store();
        let mut args = vec!["push", "--json", "--store", dir.to_str().expect("utf-8")];
        args.push(cache);
        args.extend(paths);
        let said = self.load.world.say(&args);
        if !said.ok {
            return Err(format!("{args:?}: {}{}", said.out, said.err));
        }
        self.load.pushes.fetch_add(1, Ordering::Relaxed);
        Ok(summary(&said.out))
    }

    /// Pushes closures of some paths of a corpus; answers these paths.
    fn closures(&mut self, corpus: &str, cache: &str) -> Result<Vec<String>, String> {
        let all = self.load.corpus.paths(corpus);
        let count = 1 + self.rng.below(4);
        let some: Vec<_> = (0..count).map(|_| self.rng.pick(&all).clone()).collect();
        let names: Vec<_> = some.iter().map(String::as_str).collect();
        let store = Nix::over(&self.load.corpus.store());
        self.push(&store, cache, &names)?;
        Ok(some)
    }

    /// Makes paths that nobody has, pushes them and takes one back.
    fn new_paths(&mut self) -> Result<(), String> {
        let mut added = Vec::new();
        for _ in 0..1 + self.rng.below(4) {
            self.made += 1;
            let len = 1 + self.rng.below(64 << 10);
            let name = format!("new-{}-{}", self.number, self.made);
            let file = self.nix.file(&name, "");
            std::fs::write(&file, self.rng.bytes(len)).map_err(|error| error.to_string())?;
            let text = self
                .nix
                .run("nix-store", "", &["--add", file.to_str().expect("utf-8")]);
            let _ = std::fs::remove_file(&file);
            added.push(text.trim().to_owned());
        }
        let names: Vec<_> = added.iter().map(String::as_str).collect();
        let said = self.push(&self.nix, CHURN, &names)?;
        if said["paths_pushed"] != added.len() {
            return Err(format!("{added:?} are new: {said}"));
        }
        self.must_have(CHURN, &added[0])?;
        self.new.append(&mut added);
        if self.new.len() > MOST_NEW {
            for path in self.new.drain(..MOST_NEW / 2).collect::<Vec<_>>() {
                self.remove(&path, &[204])?;
                if self.client.pull(CHURN, &path, 1)? {
                    return Err(format!("{path} is here after its removal"));
                }
                self.nix.run("nix-store", "", &["--delete", &path]);
            }
        }
        Ok(())
    }

    /// Removes some path of the corpus; others may have been quicker.
    fn remove_known(&mut self) -> Result<(), String> {
        let all = self.load.corpus.paths("demo");
        let path = self.rng.pick(&all).clone();
        self.remove(&path, &[204, 404])
    }

    fn remove(&mut self, path: &str, wanted: &[u16]) -> Result<(), String> {
        let hash = &path["/nix/store/".len()..][..32];
        let route = format!("/_api/v2/caches/{CHURN}/paths/{hash}");
        let answer = self.client.ask("DELETE", &route, "")?;
        self.load.removals.fetch_add(1, Ordering::Relaxed);
        let fits = wanted.contains(&answer.status);
        fits.then_some(())
            .ok_or_else(|| format!("DELETE {path}: {} {}", answer.status, answer.text()))
    }

    /// Makes a cache, pushes, pulls, and destroys it.
    fn cache_of_a_moment(&mut self) -> Result<(), String> {
        let name = format!("moment-{}", self.number);
        let world = &self.load.world;
        let made = world.say(&["cache", "create", &name]);
        if !made.ok {
            return Err(made.err);
        }
        let path = self.closures("demo", &name)?.remove(0);
        self.must_have(&name, &path)?;
        let gone = world.say(&["cache", "destroy", &name, "--yes"]);
        gone.ok.then_some(()).ok_or(gone.err)
    }

    fn must_have(&mut self, cache: &str, path: &str) -> Result<(), String> {
        match self.client.pull(cache, path, 1)? {
            true => Ok(()),
            false => Err(format!("{path} was pushed to {cache} and is not there")),
        }
    }
}
