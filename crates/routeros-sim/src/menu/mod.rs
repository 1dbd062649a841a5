//! Tables of the simulated menus: what a menu has, in data.

mod bridge;
mod dhcp;
mod interface;
mod ip;
mod known;
mod system;
#[cfg(test)]
mod tests;
mod types;
mod user;

pub(crate) use known::known_words;
pub(crate) use types::{Mode, Prop, Space, Type, When};

use crate::Version;
pub(crate) use crate::print::Look;
use crate::view::{Flag, Layout};

/// A menu and everything that is known of it.
#[derive(Debug)]
pub(crate) struct Menu {
    /// `/ip/address`.
    pub(crate) path: &'static str,
    pub(crate) layout: Layout,
    /// First minor version that has it.
    pub(crate) since: u8,
    /// Which counter gives its items their ids.
    pub(crate) space: Space,
    /// Whether items can be added and removed by hand.
    pub(crate) can_add: bool,
    /// Whether items can be enabled and disabled.
    pub(crate) can_disable: bool,
    /// Whether items carry a comment.
    pub(crate) can_comment: bool,
    /// Properties in the order in which `print detail` shows them.
    pub(crate) props: &'static [Prop],
    /// All flags, in the order of the legend.
    pub(crate) flags: &'static [Flag],
    /// What the plain table shows; nothing where no real one was ever seen.
    pub(crate) columns: &'static [&'static str],
    /// The looks in which people were seen to read items; any other is refused.
    pub(crate) seen: &'static [Seen],
    /// Whether enough properties are known to give whole records to scripts.
    pub(crate) records: bool,
    /// Commands beyond the usual ones that are simulated.
    pub(crate) extra: &'static [&'static str],
    /// Arguments that a real device has here and this one does not.
    pub(crate) others: &'static [&'static str],
    /// Whether `find where` and targets may use the name of an item.
    pub(crate) key: Option<&'static str>,
}

/// A look of a menu, and the minor versions in which it was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) look: Look,
    pub(crate) minor: u8,
}

const fn in_16(look: Look) -> Seen {
    Seen { look, minor: 16 }
}

const fn in_22(look: Look) -> Seen {
    Seen { look, minor: 22 }
}

/// What most menus have; tables name only what differs.
pub(crate) const PLAIN: Menu = Menu {
    path: "",
    layout: Layout::Table,
    since: 0,
    space: Space::Own,
    can_add: true,
    can_disable: true,
    can_comment: true,
    props: &[],
    flags: &[],
    columns: &[],
    seen: &[],
    records: false,
    extra: &[],
    others: &[],
    key: None,
};

/// A menu of one item.
pub(crate) const SINGLETON: Menu = Menu {
    layout: Layout::Singleton,
    can_add: false,
    can_disable: false,
    can_comment: false,
    ..PLAIN
};

/// A flag of a legend.
pub(crate) const fn flag(letter: char, name: &'static str, group: u8) -> Flag {
    Flag {
        letter,
        name,
        group,
    }
}

/// Every simulated menu, in the order in which `export` writes them.
pub(crate) fn all() -> impl Iterator<Item = &'static Menu> {
    let tables: [&'static [Menu]; 6] = [
        interface::MENUS,
        bridge::MENUS,
        ip::MENUS,
        dhcp::MENUS,
        system::MENUS,
        user::MENUS,
    ];
    tables.into_iter().flatten()
}

/// The simulated menus of a version: the path of each, and its commands beside the usual ones.
pub fn menus(version: Version) -> Vec<(&'static str, &'static [&'static str])> {
    all()
        .filter(|menu| menu.since <= version.minor)
        .map(|menu| (menu.path, menu.extra))
        .collect()
}

/// The menu of this path, if the version has it.
pub(crate) fn find(path: &str, version: Version) -> Option<&'static Menu> {
    all().find(|menu| menu.path == path && menu.since <= version.minor)
}

impl Menu {
    /// The property of this name, if the version has it.
    pub(crate) fn prop(&self, name: &str, version: Version) -> Option<&'static Prop> {
        self.props(version).find(|prop| prop.name == name)
    }

    /// Whether items were seen in this look in this version.
    pub(crate) fn was_seen(&self, look: Look, version: Version) -> bool {
        let of = |seen: &Seen| seen.look == look && seen.minor == version.minor;
        self.seen.iter().any(of)
    }

    /// The properties that the version has.
    pub(crate) fn props(&self, version: Version) -> impl Iterator<Item = &'static Prop> + use<> {
        self.props
            .iter()
            .filter(move |prop| prop.since <= version.minor && version.minor <= prop.until)
    }

    /// Whether the menu holds one item.
    pub(crate) fn singleton(&self) -> bool {
        self.layout == Layout::Singleton
    }

    /// Whether a flag of this name exists.
    pub(crate) fn has_flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag.name == name)
    }
}
