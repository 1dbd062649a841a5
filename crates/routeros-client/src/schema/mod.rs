//! The kinds of entity, where they live on the device and what they have.

mod attribute;
mod bridging;
mod dhcp;
mod dns;
mod interfaces;
mod ip;
mod system;

pub use attribute::Attribute;

/// A kind of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Interfaces of every type; only read.
    Interface,
    /// The sockets of the board.
    Ethernet,
    /// Bridges.
    Bridge,
    /// Ports of bridges.
    BridgePort,
    /// The VLAN table of bridges.
    BridgeVlan,
    /// VLAN interfaces.
    Vlan,
    /// IP addresses.
    Address,
    /// Pools of addresses.
    Pool,
    /// DHCP servers.
    DhcpServer,
    /// What DHCP servers tell the clients of a network.
    DhcpNetwork,
    /// DHCP leases.
    DhcpLease,
    /// Settings of the DNS server.
    Dns,
    /// Names that the DNS server knows itself.
    DnsStatic,
    /// The name of the device.
    Identity,
    /// Services that listen on the device.
    Service,
}

/// Where a kind lives and what it has.
#[derive(Clone, Copy, Debug)]
pub struct Menu {
    /// The name of the kind in files and commands of this program.
    pub name: &'static str,
    /// The path of the menu: `/ip/address`.
    pub path: &'static str,
    /// What tells one item from another; those that an item lacks do not count.
    pub keys: &'static [&'static str],
    /// Whether there is exactly one.
    pub singleton: bool,
    /// Whether items can be added and removed.
    pub can_add: bool,
    /// The flags that its items can be asked for, by name.
    pub flags: &'static [&'static str],
    /// The properties.
    pub attributes: &'static [Attribute],
}

impl Kind {
    /// Every kind, in the order in which the first configuration of a device
    /// is best written.
    pub const ALL: [Kind; 15] = [
        Kind::Interface,
        Kind::Ethernet,
        Kind::Bridge,
        Kind::BridgePort,
        Kind::BridgeVlan,
        Kind::Vlan,
        Kind::Address,
        Kind::Pool,
        Kind::DhcpServer,
        Kind::DhcpNetwork,
        Kind::DhcpLease,
        Kind::Dns,
        Kind::DnsStatic,
        Kind::Identity,
        Kind::Service,
    ];

    /// Every kind that can be set, in that order; interfaces of every type are
    /// only looked at.
    pub fn settable() -> impl DoubleEndedIterator<Item = Kind> {
        let settable = |kind: &Kind| *kind != Kind::Interface;
        Kind::ALL.into_iter().filter(settable)
    }

    /// Where it lives and what it has.
    #[must_use]
    pub fn menu(self) -> &'static Menu {
        match self {
            Kind::Interface => &interfaces::INTERFACE,
            Kind::Ethernet => &interfaces::ETHERNET,
            Kind::Bridge => &bridging::BRIDGE,
            Kind::BridgePort => &bridging::PORT,
            Kind::BridgeVlan => &bridging::VLAN_TABLE,
            Kind::Vlan => &interfaces::VLAN,
            Kind::Address => &ip::ADDRESS,
            Kind::Pool => &ip::POOL,
            Kind::DhcpServer => &dhcp::SERVER,
            Kind::DhcpNetwork => &dhcp::NETWORK,
            Kind::DhcpLease => &dhcp::LEASE,
            Kind::Dns => &dns::SETTINGS,
            Kind::DnsStatic => &dns::STATIC,
            Kind::Identity => &system::IDENTITY,
            Kind::Service => &system::SERVICE,
        }
    }

    /// The name in files and commands of this program: `bridge-port`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.menu().name
    }

    /// The kind of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind that lives under this path, with slashes or with blanks.
    #[must_use]
    pub fn by_path(path: &str) -> Option<Kind> {
        let words = || path.split(['/', ' ']).filter(|word| !word.is_empty());
        Kind::ALL
            .into_iter()
            .find(|kind| kind.menu().path.split('/').skip(1).eq(words()))
    }

    /// The property of this name.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'static Attribute> {
        self.menu()
            .attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_name_and_path() {
        for kind in Kind::ALL {
            assert_eq!(Kind::by_name(kind.name()), Some(kind));
            assert_eq!(Kind::by_path(kind.menu().path), Some(kind));
            assert_eq!(
                Kind::by_path(&kind.menu().path.replace('/', " ")),
                Some(kind)
            );
        }
        assert_eq!(Kind::by_path("/ip"), None);
        assert_eq!(Kind::by_path("/ip address"), Some(Kind::Address));
        assert_eq!(Kind::by_path("/ip/address/nothing"), None);
    }

    #[test]
    fn tables_of_attributes_are_whole() {
        for kind in Kind::ALL {
            let menu = kind.menu();
            let mut names: Vec<_> = menu
                .attributes
                .iter()
                .map(|attribute| attribute.name)
                .collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{kind}: a name twice");
            assert!(
                menu.keys.iter().all(|key| kind.attribute(key).is_some()),
                "{kind}: a key is missing"
            );
            assert_eq!(menu.keys.is_empty(), menu.singleton, "{kind}");
            for attribute in menu.attributes {
                let default = attribute.default.map(|text| attribute.kind.read(text));
                assert!(
                    default.is_none_or(|read| read.is_ok()),
                    "{kind} {}",
                    attribute.name
                );
            }
        }
    }
}
