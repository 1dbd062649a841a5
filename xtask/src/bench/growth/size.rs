//! What was measured at one size, and the table of all sizes of an axis.

use anyhow::Result;

use crate::bench::context::settle;
use crate::bench::push;
use crate::bench::table::{Figure, Target};
use crate::corpus::Corpus;
use crate::garret::Client;

/// Nothing may cost more than this, by what it costs at the smallest size.
const LIMIT: Target = Target::AtMost(1.5);
/// The same for what is better when there is more of it.
const SPEED: Target = Target::AtLeast(0.67);

/// A kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Milliseconds a path, at the client.
    Path,
    /// Milliseconds a path of the server's CPU.
    Cpu,
    /// Seconds a GB, at the client.
    Gigabyte,
    /// MiB.
    Server,
    /// MiB.
    Client,
    /// MB of NARs a second.
    Nars,
    /// Narinfos a second.
    Narinfos,
    /// Answers a second that there is none.
    Absent,
}

impl Kind {
    fn name(self) -> (&'static str, &'static str, Target) {
        match self {
            Self::Path => ("time a path", "ms", LIMIT),
            Self::Cpu => ("server's CPU a path", "ms", LIMIT),
            Self::Gigabyte => ("time a GB", "s", LIMIT),
            Self::Server => ("server's peak memory", "MiB", LIMIT),
            Self::Client => ("client's peak memory", "MiB", LIMIT),
            Self::Nars => ("NARs", "MB/s", SPEED),
            Self::Narinfos => ("narinfos", "/s", SPEED),
            Self::Absent => ("narinfos of absent paths", "/s", SPEED),
        }
    }
}

/// One size, with the values of each round.
pub(super) struct Size {
    what: String,
    values: Vec<(Kind, Vec<f64>)>,
}

impl Size {
    /// Nothing measured yet.
    pub(super) fn new(what: String) -> Self {
        Self {
            what,
            values: Vec::new(),
        }
    }

    /// One round's value.
    pub(super) fn add(&mut self, kind: Kind, value: f64) {
        match self.values.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, values)) => values.push(value),
            None => self.values.push((kind, vec![value])),
        }
    }

    /// Pushes a closure that is new to a cache, and adds the client's peak. Answers
    /// the seconds.
    ///
    /// # Errors
    /// If the client fails.
    pub(super) fn push(&mut self, client: &Client, cache: &str, corpus: &Corpus) -> Result<f64> {
        settle()?;
        let cost = push::all(client, cache, corpus)?;
        self.add(Kind::Client, cost.peak);
        Ok(cost.seconds)
    }

    fn of(&self, kind: Kind) -> &[f64] {
        let found = self.values.iter().find(|(other, _)| *other == kind);
        found.map_or(&[], |(_, values)| values)
    }
}

/// Each size against the first.
pub(super) fn table(sizes: &[Size], peer: &'static str) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (index, size) in sizes.iter().enumerate() {
        for (kind, values) in &size.values {
            let (name, unit, target) = kind.name();
            let what = format!("{}: {name}", size.what);
            figures.extend(if index == 0 {
                Figure::alone(what, unit, values, None)
            } else {
                let first = (peer, sizes[0].of(*kind));
                Figure::against(what, unit, values, first, Some(target))
            });
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_by_more_than_half_is_marked() {
        let sizes = [(2.0, 90.0), (3.0, 61.0), (3.1, 60.0)].map(|(time, speed)| {
            let mut size = Size::new(String::new());
            size.add(Kind::Path, time);
            size.add(Kind::Narinfos, speed);
            size
        });
        let met: Vec<_> = table(&sizes, "").iter().map(Figure::met).collect();
        let (ok, missed) = (Some(true), Some(false));
        assert_eq!(met, [None, None, ok, ok, missed, missed]);
    }
}
