//! Users, their sessions and their keys.

use super::types::{must, set, shown};
use super::{Look, Menu, PLAIN, Space, Type, When, flag, in_16};

/// The menus of this file.
pub(super) const MENUS: &[Menu] = &[
    Menu {
        path: "/user",
        space: Space::User,
        props: &[
            must("name", Type::Text),
            must("group", Type::Word(&["full", "read", "write"])),
            set("address", Type::Prefixes, ""),
            shown("last-logged-in", Type::Bare),
            set(
                "inactivity-policy",
                Type::Word(&["lockscreen", "logout", "none"]),
                "none",
            )
            .since(16),
            set("inactivity-timeout", Type::Seconds, "10m").since(16),
            set("password", Type::Text, "").secret().when(When::Never),
        ],
        flags: &[flag('X', "disabled", 0), flag('E', "expired", 1)],
        columns: &["name", "group", "last-logged-in", "inactivity-policy"],
        key: Some("name"),
        seen: &[in_16(Look::Table)],
        ..PLAIN
    },
    Menu {
        path: "/user/active",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("when", Type::Bare),
            shown("name", Type::Text),
            shown("address", Type::Bare),
            shown("via", Type::Bare),
            shown("group", Type::Bare),
        ],
        flags: &[flag('R', "radius", 0), flag('M', "by-romon", 0)],
        ..PLAIN
    },
    Menu {
        path: "/user/ssh-keys",
        can_add: false,
        can_disable: false,
        can_comment: false,
        props: &[
            shown("user", Type::Text),
            shown("bits", Type::Number(0, 99999)),
            shown("key-type", Type::Bare),
            shown("key-owner", Type::Bare),
            shown("key", Type::Bare).when(When::Never),
        ],
        flags: &[flag('R', "rsa", 0)],
        extra: &["import", "remove"],
        others: &["key", "user", "info"],
        ..PLAIN
    },
];
