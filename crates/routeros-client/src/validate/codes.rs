//! The codes of findings.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is sent.
    Error,
    /// It works, but probably not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    pub(super) fn of(code: &str) -> Severity {
        match code.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Note,
        }
    }
}

/// Every code, with what it means.
pub const CODES: &[(&str, &str)] = &[
    (
        "E-address-on-port",
        "an address or a DHCP server is on a port of a bridge",
    ),
    ("E-board", "the file is for another board than the device"),
    ("E-duplicate", "the same item is declared twice"),
    ("E-duplicate-name", "two interfaces have the same name"),
    (
        "E-filtering",
        "a property that a bridge shows only while it filters VLANs, and it does not",
    ),
    (
        "E-lease-network",
        "a lease lies outside of the networks of its server",
    ),
    (
        "E-management-cut",
        "in the declared state, the management port does not reach the management address",
    ),
    (
        "E-management-frames",
        "a bridge that holds an address takes only tagged frames",
    ),
    (
        "E-missing",
        "a property without which the item cannot be made",
    ),
    (
        "E-overlap",
        "two interfaces have addresses of the same network",
    ),
    ("E-pool-address", "a pool holds an address of the device"),
    (
        "E-pool-network",
        "a pool lies outside of the networks of its server",
    ),
    ("E-port-unknown", "the board has no such port"),
    ("E-reference", "something is named that is not there"),
    (
        "E-server-address",
        "the interface of a DHCP server has no address",
    ),
    (
        "E-tagged-untagged",
        "a port is tagged and untagged in one VLAN",
    ),
    ("E-version", "the version does not have the property"),
    (
        "E-vlan-on-port",
        "a VLAN interface is on a port of a bridge",
    ),
    (
        "N-lease-time",
        "lease-time is not declared, so it is what the device has",
    ),
    ("W-board-unknown", "the ports of the board are not known"),
    (
        "W-filtering",
        "what has no effect while the bridge does not filter VLANs",
    ),
    ("W-local-name", "the name belongs to multicast DNS"),
    ("W-mac-example", "a MAC address is an example"),
    (
        "W-management-undeclared",
        "the way to the device is not declared",
    ),
    ("W-pool-lease", "a pool holds the address of a static lease"),
    (
        "W-pvid",
        "a port is untagged in a VLAN that is not its pvid",
    ),
    (
        "W-two-bridges",
        "only one bridge is offloaded to the switch chip",
    ),
    (
        "W-vlan-list",
        "several VLANs with untagged ports in one entry",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_each_is_there_once() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
