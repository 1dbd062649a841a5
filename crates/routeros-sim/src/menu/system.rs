//! The system: identity, clock, resources, scheduler, scripts, files and the log.

use super::types::{may, must, set, shown};
use super::{Look, Menu, PLAIN, Prop, SINGLETON, Type, When, flag, in_16, in_22};
use crate::view::Layout;

const SCHEDULER: &[Prop] = &[
    must("name", Type::Text),
    set("start-date", Type::Bare, ""),
    set("start-time", Type::Bare, ""),
    set("interval", Type::DatedSeconds, "0s"),
    set("on-event", Type::Text, ""),
    shown("owner", Type::Text),
    set("policy", Type::Words, POLICIES),
    shown("run-count", Type::Number(0, i64::MAX)),
    shown("next-run", Type::Bare),
];

const POLICIES: &str = "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon";

const RESOURCE: &[Prop] = &[
    shown("uptime", Type::Seconds),
    shown("version", Type::Bare),
    shown("build-time", Type::Bare),
    shown("factory-software", Type::Bare),
    shown("free-memory", Type::Bare),
    shown("total-memory", Type::Bare),
    shown("cpu", Type::Bare),
    shown("cpu-count", Type::Number(0, 99)),
    shown("cpu-frequency", Type::Bare),
    shown("cpu-load", Type::Bare),
    shown("free-hdd-space", Type::Bare),
    shown("total-hdd-space", Type::Bare),
    shown("write-sect-since-reboot", Type::Number(0, i64::MAX)),
    shown("write-sect-total", Type::Number(0, i64::MAX)),
    shown("bad-blocks", Type::Bare),
    shown("architecture-name", Type::Bare),
    shown("board-name", Type::Bare),
    shown("platform", Type::Bare),
];

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/port",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[may("name", Type::Text)],
        key: Some("name"),
        others: &[
            "baud-rate",
            "data-bits",
            "dtr",
            "flow-control",
            "parity",
            "rts",
            "stop-bits",
        ],
        ..PLAIN
    },
    Menu {
        path: "/ip/neighbor/discovery-settings",
        props: &[set("discover-interface-list", Type::Bare, "static")],
        others: &[
            "add-dns-entries",
            "add-dns-entries-suffix",
            "dying-gasp",
            "lldp-med",
            "discover-interval",
            "lldp-mac-phy-config",
            "lldp-max-frame-size",
            "lldp-med-net-policy-vlan",
            "lldp-poe-power",
            "lldp-vlan-info",
            "lldp-dcbx",
            "mode",
            "protocol",
        ],
        ..SINGLETON
    },
    Menu {
        path: "/ip/ssh",
        props: &[],
        others: &[
            "publickey-authentication-options",
            "allow-none-crypto",
            "always-allow-password-login",
            "password-authentication",
            "ciphers",
            "forwarding-enabled",
            "host-key-size",
            "host-key-type",
            "strong-crypto",
        ],
        ..SINGLETON
    },
    Menu {
        path: "/system",
        extra: &["reboot", "reset-configuration"],
        ..SINGLETON
    },
    Menu {
        path: "/system/identity",
        props: &[set("name", Type::Text, "MikroTik")],
        seen: &[in_16(Look::Lines)],
        records: true,
        ..SINGLETON
    },
    Menu {
        path: "/system/resource",
        props: RESOURCE,
        seen: &[in_16(Look::Lines)],
        ..SINGLETON
    },
    Menu {
        path: "/system/clock",
        props: &[
            shown("time", Type::Bare),
            shown("date", Type::Bare),
            set("time-zone-autodetect", Type::Bool, "yes"),
            set("time-zone-name", Type::Bare, "manual"),
            shown("gmt-offset", Type::Bare),
            shown("dst-active", Type::Bool),
        ],
        seen: &[in_16(Look::Lines)],
        others: &["date", "time"],
        ..SINGLETON
    },
    Menu {
        path: "/system/note",
        props: &[
            set("show-at-login", Type::Bool, "yes"),
            set("show-at-cli-login", Type::Bool, "no").since(14),
            set("note", Type::Text, ""),
        ],
        ..SINGLETON
    },
    Menu {
        path: "/system/package",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("name", Type::Text),
            shown("version", Type::Bare),
            shown("build-time", Type::Bare),
            shown("size", Type::Bare),
        ],
        columns: &["name", "version", "build-time", "size"],
        key: Some("name"),
        seen: &[in_16(Look::Table)],
        ..PLAIN
    },
    Menu {
        path: "/system/routerboard",
        props: &[
            shown("routerboard", Type::Bool),
            shown("model", Type::Bare),
            shown("serial-number", Type::Bare),
            shown("firmware-type", Type::Bare),
            shown("current-firmware", Type::Bare),
            shown("upgrade-firmware", Type::Bare),
        ],
        ..SINGLETON
    },
    Menu {
        path: "/system/device-mode",
        since: 17,
        props: &[shown("mode", Type::Bare), shown("scheduler", Type::Bool)],
        ..SINGLETON
    },
    Menu {
        path: "/system/backup",
        extra: &["save", "load"],
        ..SINGLETON
    },
    Menu {
        path: "/system/scheduler",
        props: SCHEDULER,
        flags: &[flag('X', "disabled", 0)],
        others: &["days"],
        key: Some("name"),
        ..PLAIN
    },
    Menu {
        path: "/system/script",
        layout: Layout::Block,
        can_disable: false,
        props: &[
            must("name", Type::Text).chosen(),
            shown("owner", Type::Text),
            set("policy", Type::Words, POLICIES),
            set("dont-require-permissions", Type::Bool, "no"),
            shown("run-count", Type::Number(0, i64::MAX)),
            set("source", Type::Text, ""),
        ],
        flags: &[flag('I', "invalid", 0)],
        key: Some("name"),
        others: &["owner"],
        ..PLAIN
    },
    Menu {
        path: "/file",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("name", Type::Text),
            shown("type", Type::Bare),
            shown("size", Type::Size),
            shown("last-modified", Type::Bare),
            may("contents", Type::Bare).when(When::Never),
        ],
        columns: &["name", "type", "size", "last-modified"],
        extra: &["remove"],
        key: Some("name"),
        seen: &[in_22(Look::Table)],
        others: &["name", "type"],
        ..PLAIN
    },
    Menu {
        path: "/log",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("time", Type::Bare),
            shown("topics", Type::Words),
            shown("message", Type::Text),
        ],
        extra: &["debug", "error", "info", "warning"],
        ..PLAIN
    },
    Menu {
        path: "/safe-mode",
        since: 18,
        ..SINGLETON
    },
];
