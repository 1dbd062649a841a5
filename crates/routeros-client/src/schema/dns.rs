//! DNS: settings and the names that the device knows itself.

use super::attribute::shared::{BOOL, COMMENT, DISABLED, INTERFACES, SPAN, TEXT, number};
use super::{Attribute, Menu};
use crate::value::Type;

pub(super) static SETTINGS: Menu = Menu {
    name: "dns",
    path: "/ip/dns",
    keys: &[],
    singleton: true,
    can_add: false,
    flags: &[],
    attributes: &[
        Attribute::new("servers", Type::List),
        Attribute::new("allow-remote-requests", BOOL).default("no"),
        Attribute::new("cache-size", Type::Size).default("2048KiB"),
        Attribute::new("cache-max-ttl", SPAN).default("1w"),
        Attribute::new("max-udp-packet-size", number(50, 65_507)).default("4096"),
        Attribute::new("query-server-timeout", SPAN).default("2s"),
        Attribute::new("query-total-timeout", SPAN).default("10s"),
        Attribute::new("max-concurrent-queries", number(0, 65_535)).default("100"),
        Attribute::new("max-concurrent-tcp-sessions", number(0, 65_535)).default("20"),
        Attribute::new("doh-max-server-connections", number(0, 65_535)).default("5"),
        Attribute::new("doh-max-concurrent-queries", number(0, 65_535)).default("50"),
        Attribute::new("doh-timeout", SPAN).default("5s"),
        Attribute::new("use-doh-server", TEXT),
        Attribute::new("verify-doh-cert", BOOL).default("no"),
        Attribute::new("address-list-extra-time", SPAN)
            .default("0s")
            .since(10),
        Attribute::new("vrf", TEXT).default("main").since(15),
        Attribute::new("mdns-repeat-ifaces", Type::Set(INTERFACES)).since(16),
        Attribute::new("dynamic-servers", Type::List).read_only(),
        Attribute::new("cache-used", Type::Size).read_only(),
    ],
};

pub(super) static STATIC: Menu = Menu {
    name: "dns-static",
    path: "/ip/dns/static",
    keys: &[
        "name",
        "regexp",
        "type",
        "address",
        "cname",
        "forward-to",
        "mx-exchange",
        "ns",
        "srv-target",
        "text",
    ],
    singleton: false,
    can_add: true,
    flags: &["dynamic", "disabled"],
    attributes: &[
        Attribute::new("name", TEXT).note("not under .local, which is multicast DNS's"),
        Attribute::new("regexp", TEXT).note("in place of a name; the order matters"),
        Attribute::new(
            "type",
            Type::Word(&[
                "A", "AAAA", "CNAME", "FWD", "MX", "NS", "NXDOMAIN", "SRV", "TXT",
            ]),
        )
        .default("A"),
        Attribute::new("address", Type::Address),
        Attribute::new("cname", TEXT),
        Attribute::new("forward-to", TEXT),
        Attribute::new("mx-exchange", TEXT),
        Attribute::new("mx-preference", number(0, 65_535)),
        Attribute::new("ns", TEXT),
        Attribute::new("srv-target", TEXT),
        Attribute::new("srv-port", number(0, 65_535)),
        Attribute::new("srv-priority", number(0, 65_535)),
        Attribute::new("srv-weight", number(0, 65_535)),
        Attribute::new("text", TEXT),
        Attribute::new("ttl", SPAN).default("1d"),
        Attribute::new("match-subdomain", BOOL).default("no"),
        Attribute::new("address-list", TEXT),
        COMMENT,
        DISABLED,
    ],
};
