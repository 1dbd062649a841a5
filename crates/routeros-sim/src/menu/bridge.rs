//! Bridges, their ports and their VLAN table.

use super::interface::{ANY, ARP};
use super::types::{may, must, set, shown};
use super::{Look, Menu, PLAIN, Prop, Space, Type, When, flag, in_16};
use crate::view::Layout;

const FRAMES: Type = Type::Word(&[
    "admit-all",
    "admit-only-untagged-and-priority-tagged",
    "admit-only-vlan-tagged",
]);
const BRIDGES: &[Space] = &[Space::Bridge];
const MEMBERS: &[Space] = &[Space::Interface, Space::InterfaceList];

const BRIDGE: &[Prop] = &[
    must("name", Type::Text).chosen(),
    set("mtu", Type::NumberOr(&["auto"], 68, 65535), "auto"),
    shown("actual-mtu", Type::Number(0, 65535)),
    shown("l2mtu", Type::Number(0, 65536)),
    set("arp", ARP, "enabled"),
    set("arp-timeout", Type::SecondsOr(&["auto"]), "auto"),
    shown("mac-address", Type::Mac),
    set(
        "protocol-mode",
        Type::Word(&["mstp", "none", "rstp", "stp"]),
        "rstp",
    ),
    set("fast-forward", Type::Bool, "yes"),
    set("igmp-snooping", Type::Bool, "no"),
    set("auto-mac", Type::Bool, "yes"),
    may("admin-mac", Type::Mac),
    set("ageing-time", Type::Seconds, "5m"),
    set("priority", Type::Hex(0, 0xffff), "0x8000"),
    set("max-message-age", Type::Seconds, "20s"),
    set("forward-delay", Type::Seconds, "15s"),
    set("transmit-hold-count", Type::Number(1, 10), "6"),
    set("vlan-filtering", Type::Bool, "no"),
    set(
        "ether-type",
        Type::Word(&["0x8100", "0x88a8", "0x9100"]),
        "0x8100",
    )
    .when(When::Filtering),
    set("pvid", Type::Number(1, 4094), "1").when(When::Filtering),
    set("frame-types", FRAMES, "admit-all").when(When::Filtering),
    set("ingress-filtering", Type::Bool, "yes").when(When::Filtering),
    set("dhcp-snooping", Type::Bool, "no"),
    set("port-cost-mode", Type::Word(&["long", "short"]), "long").since(13),
    set("mvrp", Type::Bool, "no").since(15),
    set(
        "max-learned-entries",
        Type::NumberOr(&["auto", "unlimited"], 0, 0xffff_ffff),
        "auto",
    )
    .since(16),
];

const PORT: &[Prop] = &[
    must("interface", Type::Ref(MEMBERS)),
    must("bridge", Type::Ref(BRIDGES)),
    set("priority", Type::Hex(0, 0xff), "0x80"),
    set(
        "edge",
        Type::Word(&["auto", "no", "no-discover", "yes", "yes-discover"]),
        "auto",
    ),
    set("point-to-point", Type::Word(&["auto", "no", "yes"]), "auto"),
    set("learn", Type::Word(&["auto", "no", "yes"]), "auto"),
    set("horizon", Type::NumberOr(&["none"], 0, 429_496_729), "none"),
    set("hw", Type::Bool, "yes"),
    set("auto-isolate", Type::Bool, "no"),
    set("restricted-role", Type::Bool, "no"),
    set("restricted-tcn", Type::Bool, "no"),
    may("path-cost", Type::Number(1, 200_000_000)).when(When::Set),
    may("internal-path-cost", Type::Number(1, 200_000_000)).when(When::Set),
    set("pvid", Type::Number(1, 4094), "1"),
    set("frame-types", FRAMES, "admit-all"),
    set("ingress-filtering", Type::Bool, "yes"),
    set("unknown-unicast-flood", Type::Bool, "yes"),
    set("unknown-multicast-flood", Type::Bool, "yes"),
    set("broadcast-flood", Type::Bool, "yes"),
    set("tag-stacking", Type::Bool, "no"),
    set("bpdu-guard", Type::Bool, "no"),
    set("trusted", Type::Bool, "no"),
    set(
        "mvrp-registrar-state",
        Type::Word(&["fixed", "normal"]),
        "normal",
    )
    .since(15),
    set(
        "mvrp-applicant-state",
        Type::Word(&["non-participant", "normal-participant"]),
        "normal-participant",
    )
    .since(15),
    set(
        "multicast-router",
        Type::Word(&["disabled", "permanent", "temporary-query"]),
        "temporary-query",
    ),
    set("fast-leave", Type::Bool, "no"),
];

const VLAN: &[Prop] = &[
    must("bridge", Type::Ref(BRIDGES)),
    must("vlan-ids", Type::Vlans).range("vlan-range"),
    set("tagged", Type::Refs(MEMBERS), ""),
    set("untagged", Type::Refs(MEMBERS), ""),
    set("mvrp-forbidden", Type::Refs(MEMBERS), "").since(15),
    shown("current-tagged", Type::Refs(MEMBERS)),
    shown("current-untagged", Type::Refs(MEMBERS)),
];

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/interface/bridge",
        layout: Layout::Block,
        space: Space::Interface,
        props: BRIDGE,
        flags: &[flag('X', "disabled", 0), flag('R', "running", 0)],
        others: OTHERS,
        key: Some("name"),
        seen: &[in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/interface/bridge/port",
        props: PORT,
        flags: &[
            flag('X', "disabled", 0),
            flag('I', "inactive", 0),
            flag('D', "dynamic", 1),
            flag('H', "hw-offload", 2),
        ],
        columns: &["interface", "bridge", "hw", "pvid", "priority", "horizon"],
        others: &["place-before", "trusted-dhcpv6", "trusted-ra"],
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/interface/bridge/vlan",
        props: VLAN,
        flags: &[flag('X', "disabled", 0), flag('D', "dynamic", 0)],
        columns: &["bridge", "vlan-ids", "current-tagged", "current-untagged"],
        seen: &[in_16(Look::Table), in_16(Look::Block)],
        records: true,
        ..PLAIN
    },
    Menu {
        path: "/interface/bridge/host",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("mac-address", Type::Mac),
            shown("vid", Type::Number(1, 4094)),
            shown("on-interface", Type::Ref(ANY)),
            shown("bridge", Type::Ref(ANY)),
        ],
        flags: &[
            flag('D', "dynamic", 0),
            flag('L', "local", 1),
            flag('E', "external", 1),
        ],
        others: &[
            "bridge",
            "mac-address",
            "vid",
            "interface",
            "comment",
            "disabled",
        ],
        ..PLAIN
    },
];

const OTHERS: &[&str] = &[
    "add-dhcp-option82",
    "dhcp-agent-circuit-id",
    "dhcp-agent-remote-id",
    "dhcpv6-agent-circuit-id",
    "dhcpv6-agent-remote-id",
    "dhcpv6-snooping",
    "forward-reserved-addresses",
    "igmp-version",
    "last-member-interval",
    "last-member-query-count",
    "max-hops",
    "membership-interval",
    "mlag-heartbeat",
    "mlag-peer-port",
    "mlag-priority",
    "mld-version",
    "multicast-querier",
    "multicast-router",
    "querier-interval",
    "querier-uses-bridge-address",
    "query-interval",
    "query-response-interval",
    "ra-guard",
    "region-name",
    "region-revision",
    "startup-query-count",
    "startup-query-interval",
];
