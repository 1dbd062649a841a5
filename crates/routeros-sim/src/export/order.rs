//! The order of the sections of an export.

use crate::Version;

/// Sections in the order of most versions.
const ORDER: &[&str] = &[
    "/interface bridge",
    "/interface ethernet",
    "/interface pppoe-client",
    "/interface vlan",
    "/interface list",
    "/interface lte apn",
    "/interface wireless security-profiles",
    "/ip pool",
    "/ip dhcp-server",
    "/port",
    "/snmp community",
    "/disk settings",
    "/interface bridge port",
    "/ip firewall connection tracking",
    "/ip neighbor discovery-settings",
    "/ip settings",
    "/ipv6 settings",
    "/interface bridge vlan",
    "/interface list member",
    "/ip address",
    "/ip dhcp-client",
    AFTER_CLIENT,
    "/ip dhcp-server lease",
    "/ip dhcp-server network",
    "/ip dns",
    "/ip dns static",
    "/ip firewall address-list",
    "/ip firewall filter",
    "/ip firewall nat",
    "/ip route",
    "/ip service",
    "/ip ssh",
    "/ipv6 firewall address-list",
    "/ipv6 firewall filter",
    "/snmp",
    "/system clock",
    "/system identity",
    "/system note",
    "/system ntp client",
    "/system ntp client servers",
    "/system routerboard settings",
    "/system scheduler",
    "/tool mac-server",
    "/tool mac-server mac-winbox",
];

/// Where DHCP servers are from 7.16 to 7.18.
const AFTER_CLIENT: &str = "";

/// The place of a section, given with blanks; none if it is not known.
pub(super) fn place(section: &str, version: Version) -> Option<usize> {
    let section = match (section, version.minor) {
        ("/ip dhcp-server", 16..19) => AFTER_CLIENT,
        // It was seen there in 7.18.2, and before the ports again in 7.24.1.
        ("/ip dhcp-server", 19) => return None,
        _ => section,
    };
    ORDER.iter().position(|known| *known == section)
}
