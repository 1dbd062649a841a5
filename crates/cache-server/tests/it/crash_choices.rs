//! Every image that a disk may hold after power loss.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::crash_model::{Disk, History, Image, Target};

/// The legal images of one moment.
pub(crate) struct Images {
    pub(crate) images: BTreeSet<Image>,
    /// Whether these are all but for combinations of removed names.
    pub(crate) complete: bool,
}

/// What is decided by the power loss alone.
enum Choice {
    /// Which of these a name stands for.
    Name((usize, String), Vec<Option<Target>>),
    /// Which of these bytes a file has.
    Content(usize, Vec<Arc<Vec<u8>>>),
    /// Which of the names come back that were removed without a sync of their
    /// folder: none, each alone, or all. What was left behind by one upload is
    /// not looked at by another, so their combinations are not tried.
    Removed(Vec<((usize, String), Target)>),
}

impl Choice {
    fn options(&self) -> usize {
        match self {
            Self::Name(_, options) => options.len(),
            Self::Content(_, options) => options.len(),
            Self::Removed(names) if names.len() < 2 => names.len() + 1,
            Self::Removed(names) => names.len() + 2,
        }
    }
}

impl Disk {
    /// All images where there are at most `limit`, else the extremes, those
    /// that differ from them in one place, and others by chance.
    pub(crate) fn images(&self, limit: usize, seed: u64) -> Images {
        let choices = self.choices();
        let counts: Vec<usize> = choices.iter().map(Choice::options).collect();
        let product = counts.iter().try_fold(1usize, |all, n| all.checked_mul(*n));
        let complete = product.is_some_and(|product| product <= limit);
        let picks = if complete {
            every(&counts)
        } else {
            some(&counts, limit, seed)
        };
        let images = picks.iter().map(|pick| self.pick(&choices, pick));
        Images {
            images: images.collect(),
            complete,
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        let mut removed = Vec::new();
        let mut named = BTreeSet::new();
        for (folder, names) in self.folders.iter().enumerate() {
            for (name, history) in names {
                let options = distinct(history);
                let key = (folder, name.clone());
                // What is in a file that comes back does not matter either.
                if !matches!(options[..], [Some(_), None]) {
                    named.extend(options.iter().filter_map(|option| match option {
                        Some(Target::File(file)) => Some(*file),
                        _ => None,
                    }));
                }
                match options[..] {
                    [_] => {}
                    [Some(target), None] if history.last() == Some(&None) => {
                        removed.push((key, target));
                    }
                    _ => choices.push(Choice::Name(key, options)),
                }
            }
        }
        for file in named {
            let contents = self.contents(file);
            if contents.len() > 1 {
                choices.push(Choice::Content(file, contents));
            }
        }
        choices.push(Choice::Removed(removed));
        choices
    }

    fn pick(&self, choices: &[Choice], pick: &[usize]) -> Image {
        let mut names = HashMap::new();
        let mut contents = HashMap::new();
        for (choice, at) in choices.iter().zip(pick) {
            match choice {
                Choice::Name(key, options) => {
                    names.insert(key.clone(), options[*at]);
                }
                Choice::Content(file, options) => {
                    contents.insert(*file, options[*at].clone());
                }
                // The last option is as things are now: none comes back.
                Choice::Removed(removed) => {
                    for (index, (key, target)) in removed.iter().enumerate() {
                        let back = *at == index || (*at == removed.len() && removed.len() > 1);
                        names.insert(key.clone(), back.then_some(*target));
                    }
                }
            }
        }
        let name = |folder, name: &str, history: &History| {
            let now = history.last().copied().flatten();
            let picked = names.get(&(folder, name.to_owned()));
            picked.copied().unwrap_or(now)
        };
        let content = |file| {
            let picked = contents.get(&file).cloned();
            picked.unwrap_or_else(|| self.content(file))
        };
        self.image(&name, &content)
    }
}

/// What a name stood for, each once, and what it stands for now last.
fn distinct(history: &History) -> Vec<Option<Target>> {
    let mut options: Vec<Option<Target>> = Vec::new();
    for target in history {
        options.retain(|option| option != target);
        options.push(*target);
    }
    options
}

/// Every combination.
fn every(counts: &[usize]) -> Vec<Vec<usize>> {
    let mut picks = vec![Vec::new()];
    for count in counts {
        let longer = |pick: Vec<usize>| {
            (0..*count).map(move |at| {
                let mut pick = pick.clone();
                pick.push(at);
                pick
            })
        };
        picks = picks.into_iter().flat_map(longer).collect();
    }
    picks
}

/// The first of all and the last of all, what differs from them in one place,
/// and others by chance up to the limit.
fn some(counts: &[usize], limit: usize, seed: u64) -> Vec<Vec<usize>> {
    let first = vec![0; counts.len()];
    let last: Vec<usize> = counts.iter().map(|count| count - 1).collect();
    let mut picks = vec![first.clone(), last.clone()];
    for (place, count) in counts.iter().enumerate() {
        for at in 0..*count {
            for base in [&first, &last] {
                let mut pick = base.clone();
                pick[place] = at;
                picks.push(pick);
            }
        }
    }
    let mut chance = blake3::Hasher::new()
        .update(&seed.to_le_bytes())
        .finalize_xof();
    let mut draw = |count: usize| {
        let mut bytes = [0; 8];
        chance.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % count as u64) as usize
    };
    while picks.len() < limit {
        picks.push(counts.iter().map(|count| draw(*count)).collect());
    }
    picks
}
