//! Addresses, networks, ranges and MAC addresses.

use std::net::Ipv4Addr;

use super::Val;

/// An IPv4 address in its usual form.
pub(crate) fn parse_address(text: &str) -> Option<Ipv4Addr> {
    text.parse().ok()
}

/// An address with its length; a bare one is a host of its own.
pub(crate) fn parse_interface(text: &str) -> Option<(Ipv4Addr, u8)> {
    let (address, length) = match text.split_once('/') {
        None => (text, 32),
        Some((address, length)) => (address, length.parse().ok()?),
    };
    (length <= 32).then_some((parse_address(address)?, length))
}

/// The network of an address.
pub(crate) fn mask(address: Ipv4Addr, length: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    Ipv4Addr::from(u32::from(address) & mask)
}

/// Whether a network holds an address.
pub(crate) fn contains(network: &str, address: &str) -> Option<bool> {
    let (base, length) = parse_interface(network)?;
    let (address, own) = parse_interface(address)?;
    Some(own >= length && mask(base, length) == mask(address, length))
}

pub(super) fn read_network(text: &str) -> Option<String> {
    let (address, length) = parse_interface(text)?;
    Some(format!("{}/{length}", mask(address, length)))
}

/// `a-b`, `a`, or a network, in a list.
pub(super) fn read_ranges(text: &str) -> Option<Val> {
    text.split([',', ';'])
        .map(|part| read_range(part).map(Val::Text))
        .collect::<Option<Vec<_>>>()
        .map(Val::List)
}

fn read_range(text: &str) -> Option<String> {
    if text.contains('/') {
        return read_network(text);
    }
    let Some((first, last)) = text.split_once('-') else {
        return Some(parse_address(text)?.to_string());
    };
    let (first, last) = (parse_address(first)?, parse_address(last)?);
    (first <= last).then(|| format!("{first}-{last}"))
}

/// A MAC address, kept in upper case with colons.
pub(crate) fn parse_mac(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    let good = parts.len() == 6
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    good.then(|| parts.join(":").to_ascii_uppercase())
}
