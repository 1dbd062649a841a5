//! The device itself: its name and its services.

use super::attribute::shared::{DISABLED, PLAIN_SET, TEXT, number};
use super::{Attribute, Menu};
use crate::value::Type;

pub(super) static IDENTITY: Menu = Menu {
    name: "identity",
    path: "/system/identity",
    keys: &[],
    singleton: true,
    can_add: false,
    flags: &[],
    attributes: &[Attribute::new("name", TEXT).default("MikroTik")],
};

pub(super) static SERVICE: Menu = Menu {
    name: "service",
    path: "/ip/service",
    keys: &["name"],
    singleton: false,
    can_add: false,
    flags: &["disabled", "invalid"],
    attributes: &[
        Attribute::new("name", TEXT).read_only(),
        Attribute::new("port", number(1, 65_535)),
        Attribute::new("address", PLAIN_SET)
            .note("from where it may be reached; empty: from everywhere"),
        Attribute::new("certificate", TEXT),
        Attribute::new("tls-version", Type::Word(&["any", "only-1.2"])),
        Attribute::new("vrf", TEXT).default("main"),
        Attribute::new("max-sessions", Type::Or(&["unlimited"], &number(1, 1000)))
            .default("20")
            .since(16)
            .zero_is("unlimited"),
        Attribute::new("available-from", TEXT).since(24),
        Attribute::new("proto", TEXT).read_only(),
        DISABLED,
    ],
};
