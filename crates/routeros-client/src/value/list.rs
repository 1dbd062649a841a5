//! Lists: names, VLAN ids, ranges of addresses.

use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;

use super::{Prefix, ValueError, read::malformed};

/// VLAN ids; `10,20-22` and `20,21,22,10` are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vlans(pub BTreeSet<u16>);

/// Ranges of addresses as they were written; equal where they hold the same
/// addresses.
#[derive(Clone, Debug, Default)]
pub struct Ranges(pub Vec<(Ipv4Addr, Ipv4Addr)>);

/// The parts of a list as the console takes (`,`) and scripts show it (`;`).
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).filter(|part| !part.is_empty())
}

/// Writes the parts with commas.
pub(super) fn join<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parts: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (place, part) in parts.into_iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        write!(f, "{comma}{part}")?;
    }
    Ok(())
}

impl Vlans {
    /// Reads ids and ranges of ids.
    ///
    /// # Errors
    /// Where one is no VLAN id.
    pub fn read(text: &str) -> Result<Self, ValueError> {
        let mut ids = BTreeSet::new();
        for part in split(text) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (vlan(first)?, vlan(last)?);
            if first > last {
                return Err(malformed("a range of VLAN ids", part));
            }
            ids.extend(first..=last);
        }
        Ok(Vlans(ids))
    }
}

fn vlan(text: &str) -> Result<u16, ValueError> {
    let found = text
        .parse::<u16>()
        .map_err(|_| malformed("a VLAN id", text))?;
    if (1..=4094).contains(&found) {
        Ok(found)
    } else {
        Err(ValueError::OutOfRange {
            found: found.into(),
            least: 1,
            most: 4094,
        })
    }
}

impl fmt::Display for Vlans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut spans: Vec<(u16, u16)> = Vec::new();
        for id in &self.0 {
            match spans.last_mut() {
                Some((_, last)) if *last + 1 == *id => *last = *id,
                _ => spans.push((*id, *id)),
            }
        }
        let shown = spans.iter().map(|(first, last)| match last - first {
            0 => first.to_string(),
            _ => format!("{first}-{last}"),
        });
        join(f, shown)
    }
}

impl Ranges {
    /// Reads `a-b`, single addresses and networks.
    ///
    /// # Errors
    /// Where one is no range of addresses.
    pub fn read(text: &str) -> Result<Self, ValueError> {
        split(text).map(range).collect::<Result<_, _>>().map(Ranges)
    }

    /// Whether an address lies in one of the ranges.
    #[must_use]
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&address))
    }

    /// The ranges in order, joined where they touch.
    #[must_use]
    pub fn merged(&self) -> Vec<(Ipv4Addr, Ipv4Addr)> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let mut merged: Vec<(Ipv4Addr, Ipv4Addr)> = Vec::new();
        for (first, last) in sorted {
            match merged.last_mut() {
                Some((_, end)) if first.to_bits() <= end.to_bits().saturating_add(1) => {
                    *end = last.max(*end)
                }
                _ => merged.push((first, last)),
            }
        }
        merged
    }
}

fn range(text: &str) -> Result<(Ipv4Addr, Ipv4Addr), ValueError> {
    let error = || malformed("a range of addresses", text);
    let address = |text: &str| text.parse::<Ipv4Addr>().map_err(|_| error());
    let (first, last) = if let Some((first, last)) = text.split_once('-') {
        (address(first)?, address(last)?)
    } else if text.contains('/') {
        let network = Prefix::read(text).map_err(|_| error())?.network();
        let first = address(&network.address.to_string())?;
        let hosts = u32::MAX.checked_shr(network.length.into()).unwrap_or(0);
        (first, Ipv4Addr::from_bits(first.to_bits() | hosts))
    } else {
        (address(text)?, address(text)?)
    };
    if first > last {
        Err(error())
    } else {
        Ok((first, last))
    }
}

impl PartialEq for Ranges {
    fn eq(&self, other: &Self) -> bool {
        self.merged() == other.merged()
    }
}

impl Eq for Ranges {}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        });
        join(f, shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vlan_sets_are_expanded_and_shown_short() {
        let read = |text| Vlans::read(text).expect("reads");
        assert_eq!(read("10,20-22"), read("22;21,20,10"));
        assert_eq!(read("22,20,21,10").to_string(), "10,20-22");
        for text in ["0", "4095", "20-10", "x", "1-"] {
            assert!(Vlans::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_are_equal_where_their_addresses_are() {
        let read = |text| Ranges::read(text).expect("reads");
        assert_eq!(
            read("10.0.0.100-10.0.0.149,10.0.0.150-10.0.0.199"),
            read("10.0.0.100-10.0.0.199")
        );
        assert_eq!(read("10.0.0.0/30"), read("10.0.0.0-10.0.0.3"));
        assert_eq!(read("10.0.0.9").to_string(), "10.0.0.9");
        assert_ne!(read("10.0.0.9"), read("10.0.0.8"));
        assert!(read("10.0.0.100-10.0.0.199").contains(Ipv4Addr::new(10, 0, 0, 150)));
        assert_eq!(read("0.0.0.0/0").to_string(), "0.0.0.0-255.255.255.255");
        for text in ["10.0.0.9-10.0.0.8", "10.0.0.x", "10.0.0.1-", "fd00::/64"] {
            assert!(Ranges::read(text).is_err(), "{text}");
        }
    }
}
