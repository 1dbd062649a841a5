//! Bridges, their ports and their VLAN table.

use super::attribute::shared::{
    ARP, ARP_TIMEOUT, BOOL, COMMENT, DISABLED, FRAME_TYPES, INGRESS, INTERFACE, INTERFACES, PVID,
    SPAN, TEXT, number,
};
use super::{Attribute, Kind, Menu};
use crate::value::Type;

const BRIDGES: Type = Type::Reference(&[Kind::Bridge]);
const MEMBERS: Type = Type::Set(INTERFACES);
const MULTICAST_ROUTER: Type = Type::Word(&["disabled", "permanent", "temporary-query"]);
const AUTO_OR_BOOL: Type = Type::Word(&["auto", "no", "yes"]);
const RESTARTS: &str = "a change takes all ports down for a moment";

pub(super) static BRIDGE: Menu = Menu {
    name: "bridge",
    path: "/interface/bridge",
    keys: &["name"],
    singleton: false,
    can_add: true,
    flags: &["disabled", "running"],
    attributes: &[
        Attribute::new("name", TEXT),
        COMMENT,
        DISABLED,
        Attribute::new("vlan-filtering", BOOL)
            .default("no")
            .note(RESTARTS),
        Attribute::new(
            "protocol-mode",
            Type::Word(&["mstp", "none", "rstp", "stp"]),
        )
        .default("rstp")
        .note(RESTARTS),
        Attribute::new("priority", Type::Hex).default("0x8000"),
        PVID,
        FRAME_TYPES,
        INGRESS,
        Attribute::new("auto-mac", BOOL).default("yes"),
        Attribute::new("admin-mac", Type::Mac),
        Attribute::new("ageing-time", SPAN).default("5m"),
        Attribute::new("forward-delay", SPAN).default("15s"),
        Attribute::new("max-message-age", SPAN).default("20s"),
        Attribute::new("transmit-hold-count", number(1, 10)).default("6"),
        Attribute::new("max-hops", number(6, 40)),
        Attribute::new("fast-forward", BOOL).default("yes"),
        Attribute::new("igmp-snooping", BOOL)
            .default("no")
            .note(RESTARTS),
        Attribute::new("igmp-version", number(2, 3)),
        Attribute::new("mld-version", number(1, 2)),
        Attribute::new("multicast-querier", BOOL),
        Attribute::new("multicast-router", MULTICAST_ROUTER),
        Attribute::new("dhcp-snooping", BOOL)
            .default("no")
            .note(RESTARTS),
        Attribute::new("add-dhcp-option82", BOOL).gone_after(22),
        Attribute::new("mvrp", BOOL).default("no").since(15),
        Attribute::new("ether-type", Type::Hex).default("0x8100"),
        Attribute::new("port-cost-mode", Type::Word(&["short", "long"]))
            .default("long")
            .since(13),
        Attribute::new(
            "max-learned-entries",
            Type::Or(&["auto", "unlimited"], &number(0, 4_294_967_295)),
        )
        .default("auto")
        .since(16),
        Attribute::new("forward-reserved-addresses", BOOL).since(16),
        Attribute::new("last-member-interval", SPAN),
        Attribute::new("last-member-query-count", number(0, 4_294_967_295)),
        Attribute::new("membership-interval", SPAN),
        Attribute::new("querier-interval", SPAN),
        Attribute::new("query-interval", SPAN),
        Attribute::new("query-response-interval", SPAN),
        Attribute::new("startup-query-count", number(0, 4_294_967_295)),
        Attribute::new("startup-query-interval", SPAN),
        Attribute::new("querier-uses-bridge-address", BOOL).since(24),
        Attribute::new("ra-guard", BOOL).since(22),
        Attribute::new("mlag-heartbeat", Type::Or(&["none"], &SPAN)).since(22),
        Attribute::new("mlag-peer-port", Type::Or(&["none"], &INTERFACE)).since(22),
        Attribute::new("mlag-priority", TEXT).since(22),
        Attribute::new("dhcp-agent-circuit-id", TEXT).since(23),
        Attribute::new("dhcp-agent-remote-id", TEXT).since(23),
        Attribute::new("dhcpv6-agent-circuit-id", TEXT).since(23),
        Attribute::new("dhcpv6-agent-remote-id", TEXT).since(23),
        Attribute::new("dhcpv6-snooping", BOOL).since(23),
        Attribute::new("region-name", TEXT),
        Attribute::new("region-revision", number(0, 65_535)),
        ARP,
        ARP_TIMEOUT,
        Attribute::new("mtu", Type::Or(&["auto"], &number(68, 65_535)))
            .default("auto")
            .zero_is("auto"),
        Attribute::new("actual-mtu", number(0, 65_536)).read_only(),
        Attribute::new("l2mtu", number(0, 65_536)).read_only(),
        Attribute::new("mac-address", Type::Mac).read_only(),
    ],
};

pub(super) static PORT: Menu = Menu {
    name: "bridge-port",
    path: "/interface/bridge/port",
    keys: &["interface"],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled", "inactive"],
    attributes: &[
        Attribute::new("interface", INTERFACE).note("one port an interface"),
        Attribute::new("bridge", BRIDGES).note("set to another bridge, the port moves"),
        COMMENT,
        DISABLED,
        PVID,
        FRAME_TYPES,
        INGRESS,
        Attribute::new("hw", BOOL).default("yes"),
        Attribute::new("horizon", Type::Or(&["none"], &number(1, 429_496_729)))
            .default("none")
            .zero_is("none")
            .note("any value turns hardware offloading off"),
        Attribute::new(
            "edge",
            Type::Word(&["auto", "no", "no-discover", "yes", "yes-discover"]),
        )
        .default("auto"),
        Attribute::new("point-to-point", AUTO_OR_BOOL).default("auto"),
        Attribute::new("learn", AUTO_OR_BOOL).default("auto"),
        Attribute::new("priority", Type::Hex).default("0x80"),
        Attribute::new("path-cost", number(1, 200_000_000)),
        Attribute::new("internal-path-cost", number(1, 200_000_000)),
        Attribute::new("auto-isolate", BOOL).default("no"),
        Attribute::new("bpdu-guard", BOOL).default("no"),
        Attribute::new("trusted", BOOL).default("no"),
        Attribute::new("trusted-ra", BOOL).since(22),
        Attribute::new("trusted-dhcpv6", BOOL).since(23),
        Attribute::new("restricted-role", BOOL).default("no"),
        Attribute::new("restricted-tcn", BOOL).default("no"),
        Attribute::new("tag-stacking", BOOL).default("no"),
        Attribute::new("unknown-unicast-flood", BOOL).default("yes"),
        Attribute::new("unknown-multicast-flood", BOOL).default("yes"),
        Attribute::new("broadcast-flood", BOOL).default("yes"),
        Attribute::new("mvrp-registrar-state", Type::Word(&["fixed", "normal"]))
            .default("normal")
            .since(15),
        Attribute::new(
            "mvrp-applicant-state",
            Type::Word(&["non-participant", "normal-participant"]),
        )
        .default("normal-participant")
        .since(15),
        Attribute::new("multicast-router", MULTICAST_ROUTER).default("temporary-query"),
        Attribute::new("fast-leave", BOOL).default("no"),
        Attribute::new("hw-offload", BOOL).read_only(),
    ],
};

pub(super) static VLAN_TABLE: Menu = Menu {
    name: "bridge-vlan",
    path: "/interface/bridge/vlan",
    keys: &["bridge", "vlan-ids"],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled"],
    attributes: &[
        Attribute::new("bridge", BRIDGES),
        Attribute::new("vlan-ids", Type::Vlans).note("several ids only for trunks"),
        COMMENT,
        DISABLED,
        Attribute::new("tagged", MEMBERS),
        Attribute::new("untagged", MEMBERS),
        Attribute::new("mvrp-forbidden", MEMBERS).since(15),
        Attribute::new("current-tagged", MEMBERS)
            .read_only()
            .note("only ports that are up"),
        Attribute::new("current-untagged", MEMBERS)
            .read_only()
            .note("only ports that are up"),
        Attribute::new("managed", BOOL).read_only(),
    ],
};
