//! Addresses and pools of addresses.

use super::attribute::shared::{COMMENT, DISABLED, INTERFACE, TEXT, number};
use super::{Attribute, Kind, Menu};
use crate::value::Type;

pub(super) static ADDRESS: Menu = Menu {
    name: "ip-address",
    path: "/ip/address",
    keys: &["address", "interface"],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled", "invalid", "slave"],
    attributes: &[
        Attribute::new("address", Type::Prefix).note("a bare address is a network of its own"),
        Attribute::new("interface", INTERFACE).note("never a port of a bridge"),
        COMMENT,
        DISABLED,
        Attribute::new("network", Type::Address).note("computed; exports always write it"),
        Attribute::new("broadcast", Type::Address),
        Attribute::new("netmask", Type::Address),
        Attribute::new("actual-interface", TEXT).read_only(),
        Attribute::new("vrf", TEXT).read_only(),
    ],
};

pub(super) static POOL: Menu = Menu {
    name: "ip-pool",
    path: "/ip/pool",
    keys: &["name"],
    singleton: false,
    can_add: true,
    flags: &[],
    attributes: &[
        Attribute::new("name", TEXT),
        Attribute::new("ranges", Type::Ranges).note("overlaps are not refused"),
        Attribute::new(
            "next-pool",
            Type::Or(&["none"], &Type::Reference(&[Kind::Pool])),
        ),
        COMMENT,
        Attribute::new("total", number(0, u64::MAX)).read_only(),
        Attribute::new("used", number(0, u64::MAX)).read_only(),
        Attribute::new("available", number(0, u64::MAX)).read_only(),
    ],
};
