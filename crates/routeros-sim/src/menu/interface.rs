//! Interfaces, Ethernet ports, VLAN interfaces and interface lists.

use super::types::{may, must, set, shown};
use super::{Look, Menu, PLAIN, Prop, Space, Type, When, flag, in_16};
use crate::view::{Flag, Layout};

/// Interfaces of any type.
pub(super) const ANY: &[Space] = &[Space::Interface];
pub(super) const ARP: Type = Type::Word(&[
    "disabled",
    "enabled",
    "local-proxy-arp",
    "proxy-arp",
    "reply-only",
]);
const SWITCH: Type = Type::Word(&["default", "off", "on"]);
const FLOW: Type = Type::Word(&["auto", "off", "on"]);
const RUNNING: &[Flag] = &[flag('X', "disabled", 0), flag('R', "running", 0)];

const ALL: &[Prop] = &[
    must("name", Type::Text),
    shown("default-name", Type::Text),
    shown("type", Type::Text),
    set("mtu", Type::NumberOr(&["auto"], 68, 65535), "1500"),
    shown("actual-mtu", Type::Number(0, 65535)),
    shown("l2mtu", Type::Number(0, 65536)),
    shown("max-l2mtu", Type::Number(0, 65536)),
    shown("mac-address", Type::Mac),
    shown("last-link-down-time", Type::Bare),
    shown("last-link-up-time", Type::Bare),
    shown("link-downs", Type::Number(0, i64::MAX)),
];

const ETHERNET: &[Prop] = &[
    must("name", Type::Text),
    shown("default-name", Type::Text),
    set("mtu", Type::Number(68, 65535), "1500"),
    may("l2mtu", Type::Number(0, 65536)),
    may("mac-address", Type::Mac),
    shown("orig-mac-address", Type::Mac),
    set("arp", ARP, "enabled"),
    set("arp-timeout", Type::SecondsOr(&["auto"]), "auto"),
    set("loop-protect", SWITCH, "default"),
    shown("loop-protect-status", Type::Bare),
    set("loop-protect-send-interval", Type::Seconds, "5s"),
    set("loop-protect-disable-time", Type::Seconds, "5m"),
    set("disable-running-check", Type::Bool, "yes").when(When::Set),
    set("auto-negotiation", Type::Bool, "yes"),
    may("advertise", Type::Words).when(When::Set),
    set("full-duplex", Type::Bool, "yes").until(11),
    set("tx-flow-control", FLOW, "off"),
    set("rx-flow-control", FLOW, "off"),
    may("speed", Type::Bare).when(When::Set),
];

const VLAN: &[Prop] = &[
    must("name", Type::Text),
    set("mtu", Type::Number(68, 65535), "1500"),
    shown("l2mtu", Type::Number(0, 65536)),
    shown("mac-address", Type::Mac),
    set("arp", ARP, "enabled"),
    set("arp-timeout", Type::SecondsOr(&["auto"]), "auto"),
    set("loop-protect", SWITCH, "default"),
    shown("loop-protect-status", Type::Bare),
    set("loop-protect-send-interval", Type::Seconds, "5s"),
    set("loop-protect-disable-time", Type::Seconds, "5m"),
    set("vlan-id", Type::Number(1, 4094), "1"),
    must("interface", Type::Ref(ANY)),
    set("use-service-tag", Type::Bool, "no"),
    set("mvrp", Type::Bool, "no").since(15),
];

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/interface",
        layout: Layout::Table,
        space: Space::Interface,
        can_add: false,
        props: ALL,
        flags: &[
            flag('D', "dynamic", 0),
            flag('X', "disabled", 1),
            flag('I', "inactive", 2),
            flag('R', "running", 2),
            flag('S', "slave", 3),
            flag('P', "passthrough", 4),
        ],
        columns: &[
            "name",
            "type",
            "actual-mtu",
            "l2mtu",
            "max-l2mtu",
            "mac-address",
        ],
        key: Some("name"),
        seen: &[in_16(Look::Table), in_16(Look::Block), in_16(Look::Terse)],
        records: true,
        others: &["l2mtu"],
        ..PLAIN
    },
    Menu {
        path: "/interface/ethernet",
        space: Space::Interface,
        can_add: false,
        props: ETHERNET,
        flags: &[
            flag('X', "disabled", 0),
            flag('R', "running", 0),
            flag('S', "slave", 1),
        ],
        columns: &["name", "mtu", "mac-address", "arp"],
        others: &[
            "orig-mac-address",
            "cable-settings",
            "combo-mode",
            "fec-mode",
            "mdix-enable",
            "sfp-ignore-rx-los",
            "sfp-rate-select",
            "sfp-shutdown-temperature",
        ],
        key: Some("name"),
        seen: &[in_16(Look::Table)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/interface/vlan",
        space: Space::Interface,
        props: VLAN,
        flags: RUNNING,
        columns: &["name", "mtu", "arp", "vlan-id", "interface"],
        key: Some("name"),
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/interface/list",
        space: Space::InterfaceList,
        can_disable: false,
        props: &[
            must("name", Type::Text),
            set("include", Type::Refs(&[Space::InterfaceList]), ""),
            set("exclude", Type::Refs(&[Space::InterfaceList]), ""),
        ],
        flags: &[flag('*', "builtin", 0), flag('D', "dynamic", 0)],
        columns: &["name"],
        key: Some("name"),
        seen: &[in_16(Look::Table)],
        ..PLAIN
    },
    Menu {
        path: "/interface/list/member",
        props: &[
            must("list", Type::Ref(&[Space::InterfaceList])),
            must("interface", Type::Ref(ANY)),
            shown("dynamic", Type::Bool),
        ],
        flags: &[flag('X', "disabled", 0), flag('D', "dynamic", 0)],
        columns: &["list", "interface"],
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        ..PLAIN
    },
];
