//! DHCP: servers, networks and leases.

use super::attribute::shared::{BOOL, COMMENT, DISABLED, INTERFACE, PLAIN_SET, SPAN, TEXT, number};
use super::{Attribute, Kind, Menu};
use crate::value::Type;

const OPTION_SET: Attribute = Attribute::new("dhcp-option-set", Type::Or(&["none"], &TEXT));
/// One of two words, or the name of a queue.
const QUEUE_PLACE: Type = TEXT;
const POOL: Type = Type::Or(&["static-only"], &Type::Reference(&[Kind::Pool]));

pub(super) static SERVER: Menu = Menu {
    name: "dhcp-server",
    path: "/ip/dhcp-server",
    keys: &["name"],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled", "invalid"],
    attributes: &[
        Attribute::new("name", TEXT),
        Attribute::new("interface", INTERFACE).note("one server an interface"),
        Attribute::new("address-pool", POOL).default("static-only"),
        Attribute::new("lease-time", SPAN)
            .default("30m")
            .note("10m in RouterOS 6"),
        Attribute::new(
            "authoritative",
            Type::Word(&["after-10sec-delay", "after-2sec-delay", "no", "yes"]),
        )
        .default("yes"),
        Attribute::new("conflict-detection", BOOL).default("yes"),
        Attribute::new("bootp-support", Type::Word(&["dynamic", "none", "static"]))
            .default("static"),
        Attribute::new(
            "bootp-lease-time",
            Type::Or(&["forever", "lease-time"], &SPAN),
        )
        .default("forever"),
        Attribute::new("add-arp", BOOL).default("no"),
        Attribute::new("always-broadcast", BOOL).default("no"),
        Attribute::new("delay-threshold", Type::Or(&["none"], &SPAN)).default("none"),
        Attribute::new("relay", Type::Address).default("0.0.0.0"),
        Attribute::new("server-address", Type::Address),
        Attribute::new("use-radius", Type::Word(&["accounting", "no", "yes"])).default("no"),
        Attribute::new("lease-script", TEXT),
        OPTION_SET,
        Attribute::new(
            "client-mac-limit",
            Type::Or(&["unlimited"], &number(0, u64::MAX)),
        ),
        Attribute::new("address-lists", PLAIN_SET).since(17),
        Attribute::new("add-dns-entries", TEXT).since(23),
        Attribute::new("add-dns-entries-suffix", TEXT).since(23),
        Attribute::new("allow-dual-stack-queue", BOOL),
        Attribute::new("dynamic-lease-identifiers", PLAIN_SET).since(21),
        Attribute::new("insert-queue-before", QUEUE_PLACE),
        Attribute::new("parent-queue", Type::Or(&["none"], &TEXT)),
        Attribute::new("support-broadband-tr101", BOOL).since(21),
        Attribute::new("use-framed-as-classless", BOOL),
        Attribute::new("use-reconfigure", BOOL).since(19),
        COMMENT,
        DISABLED,
    ],
};

pub(super) static NETWORK: Menu = Menu {
    name: "dhcp-network",
    path: "/ip/dhcp-server/network",
    keys: &["address"],
    singleton: false,
    can_add: true,
    flags: &["dynamic"],
    attributes: &[
        Attribute::new("address", Type::Network),
        Attribute::new("gateway", Type::List).note("left out, clients get no router"),
        Attribute::new("netmask", number(0, 32))
            .default("0")
            .note("0: that of the address"),
        Attribute::new("dns-server", Type::List)
            .note("left out, clients get the servers of the device"),
        Attribute::new("dns-none", BOOL).default("no"),
        Attribute::new("domain", TEXT),
        Attribute::new("ntp-server", Type::List),
        Attribute::new("ntp-none", BOOL).default("no").since(20),
        Attribute::new("wins-server", Type::List),
        Attribute::new("caps-manager", Type::List),
        Attribute::new("dhcp-option", PLAIN_SET),
        OPTION_SET,
        Attribute::new("boot-file-name", TEXT),
        Attribute::new("next-server", Type::Address),
        COMMENT,
    ],
};

pub(super) static LEASE: Menu = Menu {
    name: "dhcp-lease",
    path: "/ip/dhcp-server/lease",
    keys: &["server", "mac-address", "client-id"],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled"],
    attributes: &[
        Attribute::new("address", TEXT).note("an address, or the name of a pool"),
        Attribute::new("mac-address", Type::Mac),
        Attribute::new("client-id", TEXT).note("kept as typed; a dynamic one drops leading zeros"),
        Attribute::new(
            "server",
            Type::Or(&["all"], &Type::Reference(&[Kind::DhcpServer])),
        )
        .default("all"),
        Attribute::new("lease-time", SPAN)
            .default("0s")
            .note("0s: that of the server"),
        Attribute::new("block-access", BOOL).default("no"),
        Attribute::new("always-broadcast", BOOL),
        Attribute::new("use-src-mac", BOOL),
        Attribute::new("address-lists", PLAIN_SET),
        Attribute::new("dhcp-option", PLAIN_SET),
        OPTION_SET,
        Attribute::new("agent-circuit-id", TEXT).since(21),
        Attribute::new("agent-remote-id", TEXT).since(21),
        Attribute::new("allow-dual-stack-queue", BOOL),
        Attribute::new("insert-queue-before", QUEUE_PLACE),
        Attribute::new("parent-queue", Type::Or(&["none"], &TEXT)),
        Attribute::new("queue-type", TEXT),
        Attribute::new("routes", TEXT),
        Attribute::new("rate-limit", TEXT),
        COMMENT,
        DISABLED,
        Attribute::new("status", TEXT).read_only(),
        Attribute::new("active-address", Type::Address).read_only(),
        Attribute::new("active-mac-address", Type::Mac).read_only(),
        Attribute::new("active-client-id", TEXT).read_only(),
        Attribute::new("active-server", TEXT).read_only(),
        Attribute::new("expires-after", SPAN).read_only(),
        Attribute::new("last-seen", Type::Or(&["never"], &SPAN)).read_only(),
        Attribute::new("host-name", TEXT).read_only(),
        Attribute::new("blocked", BOOL).read_only(),
        Attribute::new("radius", BOOL).read_only(),
    ],
};
