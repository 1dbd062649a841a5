//! The DHCP server.

use super::interface::ANY;
use super::types::{may, must, set, shown};
use super::{Look, Menu, PLAIN, Prop, Space, Type, When, flag, in_16, in_22};

const SERVER: &[Prop] = &[
    must("name", Type::Text).chosen(),
    must("interface", Type::Ref(ANY)),
    may("relay", Type::Address),
    set("lease-time", Type::Seconds, "30m"),
    set(
        "address-pool",
        Type::RefOr(&["static-only"], &[Space::Pool]),
        "static-only",
    ),
    set(
        "authoritative",
        Type::Word(&["after-10sec-delay", "after-2sec-delay", "no", "yes"]),
        "yes",
    )
    .when(When::Set),
    set(
        "bootp-support",
        Type::Word(&["dynamic", "none", "static"]),
        "static",
    )
    .when(When::Set),
    set("add-arp", Type::Bool, "no").when(When::Set),
    set("always-broadcast", Type::Bool, "no").when(When::Set),
    set("conflict-detection", Type::Bool, "yes").when(When::Set),
    set("delay-threshold", Type::SecondsOr(&["none"]), "none").when(When::Set),
    set("use-radius", Type::Word(&["accounting", "no", "yes"]), "no"),
    set("lease-script", Type::Text, ""),
];

const NETWORK: &[Prop] = &[
    must("address", Type::Network),
    may("gateway", Type::Addresses),
    set("netmask", Type::Number(0, 32), "0").when(When::Set),
    may("dns-server", Type::Addresses),
    set("dns-none", Type::Bool, "no").when(When::Set),
    set("wins-server", Type::Addresses, ""),
    set("ntp-server", Type::Addresses, ""),
    set("ntp-none", Type::Bool, "no").since(20).when(When::Set),
    set("caps-manager", Type::Addresses, ""),
    may("domain", Type::Text),
    may("next-server", Type::Address),
    may("boot-file-name", Type::Text),
    set("dhcp-option", Type::Words, ""),
];

const LEASE: &[Prop] = &[
    may("address", Type::Address),
    may("mac-address", Type::Mac),
    may("client-id", Type::Text),
    set("address-lists", Type::Words, ""),
    set("server", Type::RefOr(&["all"], &[Space::DhcpServer]), "all"),
    set("lease-time", Type::Seconds, "0s").when(When::Set),
    set("block-access", Type::Bool, "no").when(When::Set),
    set("dhcp-option", Type::Words, ""),
    set("agent-circuit-id", Type::Text, "").since(21),
    set("agent-remote-id", Type::Text, "").since(21),
    shown("active-agent-circuit-id", Type::Text).since(21),
    shown("active-agent-remote-id", Type::Text).since(21),
    shown("status", Type::Bare),
    shown("last-seen", Type::Bare),
];

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/ip/dhcp-server",
        space: Space::DhcpServer,
        props: SERVER,
        flags: &[
            flag('D', "dynamic", 0),
            flag('X', "disabled", 1),
            flag('I', "invalid", 1),
        ],
        columns: &["name", "interface", "address-pool", "lease-time"],
        others: &[
            "add-dns-entries",
            "add-dns-entries-suffix",
            "address-lists",
            "allow-dual-stack-queue",
            "bootp-lease-time",
            "client-mac-limit",
            "dhcp-option-set",
            "dynamic-lease-identifiers",
            "insert-queue-before",
            "parent-queue",
            "server-address",
            "support-broadband-tr101",
            "use-framed-as-classless",
            "use-reconfigure",
        ],
        key: Some("name"),
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/ip/dhcp-server/lease",
        props: LEASE,
        flags: &[
            flag('D', "dynamic", 0),
            flag('X', "disabled", 1),
            flag('R', "radius", 1),
            flag('B', "blocked", 1),
        ],
        columns: &[
            "address",
            "mac-address",
            "host-name",
            "server",
            "status",
            "last-seen",
        ],
        others: &[
            "allow-dual-stack-queue",
            "always-broadcast",
            "dhcp-option-set",
            "insert-queue-before",
            "parent-queue",
            "queue-type",
            "rate-limit",
            "routes",
            "use-src-mac",
        ],
        seen: &[in_22(Look::Table)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/ip/dhcp-server/network",
        can_disable: false,
        props: NETWORK,
        flags: &[flag('D', "dynamic", 0)],
        columns: &["address", "gateway", "dns-server"],
        others: &["dhcp-option-set"],
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
];
