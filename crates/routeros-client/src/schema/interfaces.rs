//! Interfaces, sockets and VLAN interfaces.

use super::attribute::shared::{
    ARP, ARP_TIMEOUT, BOOL, COMMENT, DISABLED, INTERFACE as AN_INTERFACE, LOOP_PROTECT,
    LOOP_PROTECT_DISABLE, LOOP_PROTECT_SEND, PLAIN_SET, TEXT, number,
};
use super::{Attribute, Menu};
use crate::value::Type;

const FLOW: Type = Type::Word(&["auto", "off", "on"]);

pub(super) static INTERFACE: Menu = Menu {
    name: "interface",
    path: "/interface",
    keys: &["name"],
    singleton: false,
    can_add: false,
    flags: &["dynamic", "disabled", "inactive", "running", "slave"],
    attributes: &[
        Attribute::new("name", TEXT)
            .read_only()
            .note("unique over all interfaces"),
        Attribute::new("default-name", TEXT).read_only(),
        Attribute::new("type", TEXT)
            .read_only()
            .note("ether, bridge, vlan, bond, loopback"),
        Attribute::new("mtu", Type::Or(&["auto"], &number(0, 65_535)))
            .read_only()
            .zero_is("auto"),
        Attribute::new("actual-mtu", number(0, 65_536)).read_only(),
        Attribute::new("l2mtu", number(0, 65_536)).read_only(),
        Attribute::new("max-l2mtu", number(0, 65_536)).read_only(),
        Attribute::new("mac-address", Type::Mac).read_only(),
        Attribute::new("last-link-up-time", TEXT)
            .read_only()
            .note("a point in time, never a span"),
        Attribute::new("last-link-down-time", TEXT)
            .read_only()
            .note("a point in time, never a span"),
        Attribute::new("link-downs", number(0, u64::MAX)).read_only(),
        Attribute::new("disabled", BOOL).read_only(),
        Attribute::new("comment", TEXT).read_only(),
    ],
};

pub(super) static ETHERNET: Menu = Menu {
    name: "ethernet",
    path: "/interface/ethernet",
    keys: &["default-name"],
    singleton: false,
    can_add: false,
    flags: &["disabled", "running"],
    attributes: &[
        Attribute::new("default-name", TEXT)
            .read_only()
            .note("stays when the name changes"),
        Attribute::new("name", TEXT),
        COMMENT,
        DISABLED,
        Attribute::new("mtu", number(68, 65_535)).default("1500"),
        Attribute::new("l2mtu", number(0, 65_536)).note("a change resets the switch chip"),
        Attribute::new("mac-address", Type::Mac),
        Attribute::new("orig-mac-address", Type::Mac),
        ARP,
        ARP_TIMEOUT,
        Attribute::new("auto-negotiation", BOOL).default("yes"),
        Attribute::new("advertise", PLAIN_SET),
        Attribute::new("speed", TEXT),
        Attribute::new("full-duplex", BOOL).gone_after(11),
        Attribute::new("rx-flow-control", FLOW).default("off"),
        Attribute::new("tx-flow-control", FLOW).default("off"),
        Attribute::new("disable-running-check", BOOL).note("only on a virtual machine"),
        Attribute::new(
            "cable-settings",
            Type::Word(&["default", "short", "standard"]),
        ),
        Attribute::new("combo-mode", Type::Word(&["auto", "copper", "sfp"])),
        Attribute::new("fec-mode", Type::Word(&["auto", "fec74", "fec91", "off"])),
        Attribute::new("mdix-enable", BOOL),
        Attribute::new("sfp-ignore-rx-los", BOOL).since(15),
        Attribute::new("sfp-rate-select", Type::Word(&["low", "high"])),
        Attribute::new("sfp-shutdown-temperature", number(0, 255)),
        LOOP_PROTECT,
        LOOP_PROTECT_SEND,
        LOOP_PROTECT_DISABLE,
    ],
};

pub(super) static VLAN: Menu = Menu {
    name: "vlan",
    path: "/interface/vlan",
    keys: &["name"],
    singleton: false,
    can_add: true,
    flags: &["disabled", "running"],
    attributes: &[
        Attribute::new("name", TEXT),
        Attribute::new("interface", AN_INTERFACE).note("the bridge, never one of its ports"),
        Attribute::new("vlan-id", number(1, 4094)).default("1"),
        COMMENT,
        DISABLED,
        Attribute::new("mtu", number(68, 65_535)).default("1500"),
        ARP,
        ARP_TIMEOUT,
        Attribute::new("use-service-tag", BOOL).default("no"),
        Attribute::new("mvrp", BOOL).default("no").since(15),
        LOOP_PROTECT,
        LOOP_PROTECT_SEND,
        LOOP_PROTECT_DISABLE,
        Attribute::new("l2mtu", number(0, 65_536))
            .read_only()
            .note("that of its interface less 4"),
        Attribute::new("mac-address", Type::Mac).read_only(),
        Attribute::new("loop-protect-status", TEXT).read_only(),
        Attribute::new("hw-offloaded", BOOL).read_only(),
    ],
};
