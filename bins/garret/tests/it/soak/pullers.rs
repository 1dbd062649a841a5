//! Those who pull: whole, by ranges, what may be gone, and a real Nix.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{CHURN, KEPT, Load};
use crate::chance::Chance;
use crate::client::Client;
use crate::nix::Nix;

/// Longest pause between two pulls of a puller.
const PAUSE_MILLIS: usize = 60;

/// A real Nix starts anew this often.
const NIX_EVERY: Duration = Duration::from_secs(20);

/// Narinfo times kept by a puller before it hands them over.
const BATCH: usize = 64;

pub(super) fn run(load: &Load, number: usize) {
    let mut rng = Chance::of(load.seed ^ ((number as u64) << 32));
    let paths = load.corpus.paths("demo");
    let mut client = load.client();
    let mut last_nix = Instant::now();
    load.repeat(|| {
        let path = rng.pick(&paths).clone();
        match number {
            // Removed meanwhile is no fault; a wrong byte is.
            0..=2 => client.pull(CHURN, &path, 1).map(|_| ())?,
            3..=6 => kept(&mut client, &path, 1 + rng.below(4))?,
            7 if last_nix.elapsed() > NIX_EVERY => {
                real(load, &path)?;
                last_nix = Instant::now();
            }
            _ => kept(&mut client, &path, 1)?,
        }
        load.pulls.fetch_add(1, Ordering::Relaxed);
        if client.narinfos.len() >= BATCH {
            hand_over(load, &mut client);
        }
        std::thread::sleep(Duration::from_millis(rng.below(PAUSE_MILLIS) as u64));
        Ok(())
    });
    hand_over(load, &mut client);
}

fn kept(client: &mut Client, path: &str, parts: usize) -> Result<(), String> {
    match client.pull(KEPT, path, parts)? {
        true => Ok(()),
        false => Err(format!("{path} is gone from a cache that loses nothing")),
    }
}

fn real(load: &Load, path: &str) -> Result<(), String> {
    let nix = Nix::empty();
    let url = load.world.url(KEPT);
    let settings = format!("substituters = {url}\nrequire-sigs = false");
    let said = nix.say("nix-store", &settings, &["--realise", path]);
    said.ok.then_some(()).ok_or(said.err)
}

fn hand_over(load: &Load, client: &mut Client) {
    let mut all = load.narinfos.lock().expect("no panic");
    all.append(&mut client.narinfos);
}
