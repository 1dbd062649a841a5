//! Values for every property of every kind, and what else an item needs.

use routeros_client::command::Command;
use routeros_client::schema::{Attribute, Kind};
use routeros_client::value::{Type, Value};

/// What is there before: names for references to point at.
pub(super) const AROUND: &[&str] = &[
    "/interface/bridge/add name=bridge-a",
    "/interface/bridge/add name=\"bridge b\"",
    "/interface/vlan/add name=vlan7 interface=bridge-a vlan-id=7",
    "/ip/pool/add name=pool-a ranges=10.9.0.2-10.9.0.9",
    "/ip/dhcp-server/add name=dhcp-a interface=bridge-a address-pool=pool-a",
];

/// A new item with no more than it must have.
pub(super) fn least(kind: Kind) -> Command {
    let given: &[(&str, &str)] = match kind {
        // Without it a bridge does not show what it does with VLANs.
        Kind::Bridge => &[("name", "bridge-new"), ("vlan-filtering", "yes")],
        Kind::BridgePort => &[("interface", "ether3"), ("bridge", "bridge-a")],
        Kind::BridgeVlan => &[("bridge", "bridge-a"), ("vlan-ids", "30")],
        Kind::Vlan => &[
            ("name", "vlan30"),
            ("interface", "bridge-a"),
            ("vlan-id", "30"),
        ],
        Kind::Address => &[("address", "10.3.0.1/24"), ("interface", "bridge-a")],
        Kind::Pool => &[("name", "pool-new"), ("ranges", "10.3.0.9")],
        Kind::DhcpServer => &[("name", "dhcp-new"), ("interface", "vlan7")],
        Kind::DhcpNetwork => &[("address", "10.3.0.0/24")],
        Kind::DhcpLease => &[
            ("address", "10.3.0.10"),
            ("mac-address", "02:00:00:00:00:01"),
        ],
        Kind::DnsStatic => &[("name", "new.example"), ("address", "10.3.0.10")],
        other => panic!("{other} cannot be added"),
    };
    given
        .iter()
        .fold(Command::add(kind), |command, (name, text)| {
            let attribute = kind.attribute(name).expect("in the schema");
            command.with(*name, attribute.kind.read(text).expect("a value"))
        })
}

/// Values that a property takes.
pub(super) fn of(kind: Kind, attribute: &Attribute) -> Vec<Value> {
    let texts = match special(kind, attribute.name) {
        [] => by_type(&attribute.kind),
        texts => texts.iter().map(|text| (*text).to_owned()).collect(),
    };
    let read = |text: String| {
        let value = attribute.kind.read(&text);
        value.unwrap_or_else(|error| panic!("{kind} {}: {error}", attribute.name))
    };
    texts.into_iter().map(read).collect()
}

fn special(kind: Kind, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        (Kind::Bridge, "priority") => &["0x1000", "0xf000"],
        (Kind::BridgePort, "priority") => &["0x10", "0xf0"],
        (Kind::Bridge, "ether-type") => &["0x88a8", "0x9100", "0x8100"],
        (Kind::Ethernet, "disable-running-check") => &["no"],
        (
            Kind::Dns,
            "max-concurrent-queries"
            | "max-concurrent-tcp-sessions"
            | "doh-max-server-connections"
            | "doh-max-concurrent-queries",
        ) => &["1", "65535"],
        (Kind::BridgePort, "interface") => &["ether4", "vlan7"],
        (Kind::DhcpServer, "interface") => &["bridge b", "ether5"],
        (Kind::DhcpLease, "address") => &["10.3.0.77"],
        (Kind::DhcpLease, "client-id") => &["1:2:0:0:0:0:51", "ff:00:11"],
        (Kind::DhcpLease, "server") => &["dhcp-a", "all"],
        (Kind::DnsStatic, "type") => &["NXDOMAIN", "A"],
        (Kind::Ethernet, "speed") => &["1G-baseT-full", "100M-baseT-full"],
        (Kind::Ethernet, "advertise") => &["100M-baseT-full,1G-baseT-full"],
        (Kind::Service, "certificate") => &["none"],
        (Kind::Service | Kind::Dns, "vrf") => &["main"],
        (Kind::Service, "address") => &["10.0.0.0/24", "10.0.0.0/24,192.168.88.0/24"],
        (Kind::Dns, "use-doh-server") => &["https://dns.example/query"],
        (Kind::Address, "netmask") => &["255.255.255.0"],
        (Kind::DhcpNetwork, "dhcp-option" | "dhcp-option-set")
        | (Kind::DhcpLease, "address-lists") => &["one", "one,two"],
        _ => &[],
    }
}

fn by_type(kind: &Type) -> Vec<String> {
    let texts: &[&str] = match kind {
        Type::Text => &["plain", "two words; $x \"quoted\" \\ é", "10", "yes", "a,b"],
        Type::Bool => &["yes", "no"],
        Type::Number { least, most } => return vec![least.to_string(), most.to_string()],
        Type::Hex => &["0x10", "0xf0"],
        Type::Duration => &["7s", "1m30s", "1h", "1d2h3m4s", "2w3d"],
        Type::Mac => &["02:00:00:00:00:5A"],
        Type::Address => &["10.3.0.254"],
        Type::Prefix => &["10.3.1.1/24", "10.3.2.1/32"],
        Type::Network => &["10.3.4.0/24", "10.0.0.0/8"],
        Type::Word(words) => words,
        Type::Reference(kinds) => match kinds.first() {
            Some(Kind::Pool) => &["pool-a"],
            Some(Kind::DhcpServer) => &["dhcp-a"],
            _ => &["bridge b", "bridge-a"],
        },
        Type::Set([]) => &["one", "two,one"],
        Type::Set(_) => &["ether6", "ether7,bridge b,ether6", "bridge-a"],
        Type::List => &["10.3.0.2", "10.3.0.3,10.3.0.2"],
        Type::Vlans => &["31", "40,50-55,4094"],
        Type::Ranges => &["10.3.0.20-10.3.0.30", "10.3.0.5,10.3.0.7-10.3.0.9"],
        Type::Size => &["4096KiB", "1MiB"],
        Type::Or(words, other) => {
            let words = words.iter().map(|word| (*word).to_owned());
            return by_type(other).into_iter().chain(words).collect();
        }
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}
