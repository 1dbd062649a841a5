//! Addresses, ARP, pools, services, DHCP client and DNS.

use super::interface::ANY;
use super::types::{may, must, set, shown};
use super::{Look, Menu, PLAIN, Prop, SINGLETON, Space, Type, When, flag, in_16};

const ADDRESS: &[Prop] = &[
    must("address", Type::Interface),
    may("network", Type::Address).always_since(0),
    may("broadcast", Type::Address),
    must("interface", Type::Ref(ANY)),
    shown("actual-interface", Type::Bare),
];

const SERVICE: &[Prop] = &[
    shown("name", Type::Text),
    set("port", Type::Number(1, 65535), ""),
    set("address", Type::Prefixes, ""),
    may("certificate", Type::Bare),
    may("tls-version", Type::Word(&["any", "only-1.2"])),
    may("vrf", Type::Bare),
    set(
        "max-sessions",
        Type::NumberOr(&["unlimited"], 1, 1000),
        "20",
    )
    .since(16),
];

const DNS: &[Prop] = &[
    set("servers", Type::Addresses, ""),
    shown("dynamic-servers", Type::Addresses),
    set("use-doh-server", Type::Bare, ""),
    set("verify-doh-cert", Type::Bool, "no"),
    set("doh-max-server-connections", Type::Number(1, 65535), "5"),
    set("doh-max-concurrent-queries", Type::Number(1, 65535), "50"),
    set("doh-timeout", Type::DatedSeconds, "5s"),
    set("allow-remote-requests", Type::Bool, "no"),
    set("max-udp-packet-size", Type::Number(50, 65507), "4096"),
    set("query-server-timeout", Type::DatedSeconds, "2s"),
    set("query-total-timeout", Type::DatedSeconds, "10s"),
    set("max-concurrent-queries", Type::Number(1, 65535), "100"),
    set("max-concurrent-tcp-sessions", Type::Number(1, 65535), "20"),
    set("cache-size", Type::Size, "2048KiB"),
    set("cache-max-ttl", Type::DatedSeconds, "1w"),
    set("address-list-extra-time", Type::DatedSeconds, "0s").since(10),
    set("vrf", Type::Bare, "main").since(15),
    set("mdns-repeat-ifaces", Type::Refs(&[Space::Interface]), "").since(16),
    shown("cache-used", Type::Bare),
];

const DNS_STATIC: &[Prop] = &[
    may("name", Type::Text),
    may("regexp", Type::Text),
    may("address", Type::Bare),
    may("cname", Type::Text),
    may("forward-to", Type::Bare),
    may("mx-exchange", Type::Text),
    may("mx-preference", Type::Number(0, 65535)),
    may("ns", Type::Text),
    may("srv-target", Type::Text),
    may("srv-port", Type::Number(0, 65535)),
    may("srv-priority", Type::Number(0, 65535)),
    may("srv-weight", Type::Number(0, 65535)),
    may("text", Type::Text),
    set(
        "type",
        Type::Word(&[
            "A", "AAAA", "CNAME", "FWD", "MX", "NS", "NXDOMAIN", "SRV", "TXT",
        ]),
        "A",
    )
    .always_since(16),
    set("ttl", Type::DatedSeconds, "1d"),
    set("match-subdomain", Type::Bool, "no").when(When::Set),
];

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/ip/address",
        props: ADDRESS,
        flags: &[
            flag('X', "disabled", 0),
            flag('I', "invalid", 0),
            flag('D', "dynamic", 0),
            flag('S', "slave", 1),
        ],
        columns: &["address", "network", "interface"],
        others: &["netmask"],
        seen: &[
            in_16(Look::Table),
            in_16(Look::Block),
            in_16(Look::Terse),
            in_16(Look::ValueList),
        ],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/ip/arp",
        can_add: false,
        props: &[
            shown("address", Type::Address),
            shown("mac-address", Type::Mac),
            shown("interface", Type::Ref(ANY)),
            shown("status", Type::Bare),
        ],
        flags: &[flag('D', "dynamic", 0), flag('C', "complete", 1)],
        columns: &["address", "mac-address", "interface", "status"],
        others: &["published", "comment", "disabled"],
        seen: &[in_16(Look::Table)],
        ..PLAIN
    },
    Menu {
        path: "/ip/pool",
        space: Space::Pool,
        can_disable: false,
        props: &[
            must("name", Type::Text).chosen(),
            must("ranges", Type::Ranges),
            may("next-pool", Type::RefOr(&["none"], &[Space::Pool])),
        ],
        columns: &["name", "ranges"],
        key: Some("name"),
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/ip/dhcp-client",
        props: &[
            must("interface", Type::Ref(ANY)),
            set(
                "add-default-route",
                Type::Word(&["no", "special-classless", "yes"]),
                "yes",
            ),
            set("use-peer-dns", Type::Bool, "yes"),
            set("use-peer-ntp", Type::Bool, "yes"),
        ],
        flags: &[
            flag('X', "disabled", 0),
            flag('I', "invalid", 0),
            flag('D', "dynamic", 1),
        ],
        others: &[
            "allow-reconfigure",
            "check-gateway",
            "default-route-distance",
            "default-route-tables",
            "dhcp-options",
            "dscp",
            "name",
            "script",
            "use-broadcast",
            "vlan-priority",
        ],
        ..PLAIN
    },
    Menu {
        path: "/ip/service",
        can_add: false,
        can_comment: false,
        props: SERVICE,
        flags: &[flag('X', "disabled", 0), flag('I', "invalid", 0)],
        columns: &["name", "port", "certificate", "vrf", "max-sessions"],
        others: &["available-from"],
        key: Some("name"),
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/ip/dns",
        props: DNS,
        seen: &[in_16(Look::Lines)],
        records: true,
        ..SINGLETON
    },
    Menu {
        path: "/ip/dns/static",
        props: DNS_STATIC,
        flags: &[flag('D', "dynamic", 0), flag('X', "disabled", 0)],
        extra: &["move"],
        others: &["address-list"],
        key: Some("name"),
        records: true,
        ..PLAIN
    },
];
