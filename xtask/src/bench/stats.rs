//! The middle of a few measurements, and how far they lie apart.

use std::fmt;

use serde::Serialize;

/// What a few rounds gave: the median, the least and the most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The middle one; of an even number the mean of the two in the middle.
    pub(crate) median: f64,
    /// The least.
    pub(crate) least: f64,
    /// The most.
    pub(crate) most: f64,
}

impl Summary {
    /// Of at least one measurement.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[upper - 1], sorted[upper])
        } else {
            sorted[upper]
        };
        Some(Self {
            median,
            least,
            most,
        })
    }

    /// Of the quotients of rounds: ours by the peer's of the same round, so that
    /// what slows both down cancels out.
    pub(crate) fn of_ratios(ours: &[f64], peers: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = ours.iter().zip(peers).map(|(a, b)| a / b).collect();
        Self::of(&ratios)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            least,
            most,
        } = *self;
        if least.total_cmp(&most).is_eq() {
            return f.write_str(&short(median));
        }
        write!(f, "{} ({}-{})", short(median), short(least), short(most))
    }
}

/// A number with about four digits that say something.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 || size == 0.0 => 2,
        _ => 4,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_order_does_not_matter() {
        let rows = [
            (vec![3.0], [3.0, 3.0, 3.0]),
            (vec![9.0, 1.0, 5.0], [5.0, 1.0, 9.0]),
            (vec![4.0, 1.0, 2.0, 100.0], [3.0, 1.0, 100.0]),
            (vec![10.0, 9.0, 2.0, 1.0, 3.0], [3.0, 1.0, 10.0]),
        ];
        for (values, [median, least, most]) in rows {
            let wanted = Summary {
                median,
                least,
                most,
            };
            assert_eq!(Summary::of(&values), Some(wanted), "{values:?}");
        }
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let ratios = Summary::of_ratios(&[2.0, 40.0, 3.0], &[1.0, 10.0, 3.0]).unwrap();
        assert_eq!((ratios.median, ratios.least, ratios.most), (2.0, 1.0, 4.0));
    }

    #[test]
    fn numbers_are_short() {
        let show = |values: &[f64]| Summary::of(values).unwrap().to_string();
        assert_eq!(show(&[0.651]), "0.65");
        assert_eq!(show(&[0.0081]), "0.0081");
        assert_eq!(show(&[2111.4, 2000.0, 2200.0]), "2111 (2000-2200)");
        assert_eq!(show(&[12.34, 12.34]), "12.3");
    }
}
