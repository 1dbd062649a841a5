//! What a property is.

/// A counter of ids; items of several menus may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Space {
    /// The menu's own.
    Own,
    /// All interfaces, whatever their type.
    Interface,
    /// Interfaces that are bridges; only in references.
    Bridge,
    InterfaceList,
    Pool,
    DhcpServer,
    User,
}

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text that `print detail` puts in quotes.
    Text,
    /// Text that it does not.
    Bare,
    Bool,
    Word(&'static [&'static str]),
    Number(i64, i64),
    /// A number, or one of these words.
    NumberOr(&'static [&'static str], i64, i64),
    /// A number that is printed in hex.
    Hex(i64, i64),
    Seconds,
    SecondsOr(&'static [&'static str]),
    /// Seconds that JSON shows as a date.
    DatedSeconds,
    Mac,
    Address,
    /// An address with its length, kept as given.
    Interface,
    /// A network: the bits after the length are none.
    Network,
    Addresses,
    Prefixes,
    /// A list of words.
    Words,
    /// Ranges of addresses.
    Ranges,
    /// VLAN ids and ranges of them.
    Vlans,
    /// A size such as `2048KiB`.
    Size,
    /// An item of another menu.
    Ref(&'static [Space]),
    /// An item of another menu, or one of these words.
    RefOr(&'static [&'static str], &'static [Space]),
    /// Several items of other menus.
    Refs(&'static [Space]),
}

/// How a property comes to its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Set by hand, with this default.
    Default(&'static str),
    /// Set by hand; absent until then.
    Optional,
    /// `add` refuses without it.
    Required,
    /// A real device chooses a value; this one does not know which.
    Chosen,
    /// Read only.
    Computed,
}

/// When `print detail` shows a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// When it differs from the default.
    Set,
    /// When the bridge filters VLANs.
    Filtering,
    Never,
}

/// A property of a menu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prop {
    pub(crate) name: &'static str,
    pub(crate) ty: Type,
    pub(crate) mode: Mode,
    pub(crate) when: When,
    /// First minor version that has it.
    pub(crate) since: u8,
    /// Last minor version that has it.
    pub(crate) until: u8,
    pub(crate) secret: bool,
    /// First minor version whose `export` writes it even where it is the default.
    pub(crate) always_since: u8,
    /// Other name in texts about its range.
    pub(crate) range_name: Option<&'static str>,
}

/// A property with a default.
pub(crate) const fn set(name: &'static str, ty: Type, default: &'static str) -> Prop {
    prop(name, ty, Mode::Default(default), When::Always)
}

/// A property that is absent until it is set.
pub(crate) const fn may(name: &'static str, ty: Type) -> Prop {
    prop(name, ty, Mode::Optional, When::Always)
}

/// A property that `add` refuses to do without.
pub(crate) const fn must(name: &'static str, ty: Type) -> Prop {
    prop(name, ty, Mode::Required, When::Always)
}

/// A property that cannot be set.
pub(crate) const fn shown(name: &'static str, ty: Type) -> Prop {
    prop(name, ty, Mode::Computed, When::Always)
}

const fn prop(name: &'static str, ty: Type, mode: Mode, when: When) -> Prop {
    Prop {
        name,
        ty,
        mode,
        when,
        since: 0,
        until: u8::MAX,
        secret: false,
        always_since: u8::MAX,
        range_name: None,
    }
}

impl Prop {
    pub(crate) const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    pub(crate) const fn since(mut self, minor: u8) -> Self {
        self.since = minor;
        self
    }

    pub(crate) const fn until(mut self, minor: u8) -> Self {
        self.until = minor;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(crate) const fn always_since(mut self, minor: u8) -> Self {
        self.always_since = minor;
        self
    }

    pub(crate) const fn range(mut self, name: &'static str) -> Self {
        self.range_name = Some(name);
        self
    }

    /// A device chooses the value when `add` does not name it.
    pub(crate) const fn chosen(mut self) -> Self {
        self.mode = Mode::Chosen;
        self
    }

    /// The default as text, where there is one.
    pub(crate) const fn default(&self) -> Option<&'static str> {
        match self.mode {
            Mode::Default(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it can be set.
    pub(crate) const fn writable(&self) -> bool {
        !matches!(self.mode, Mode::Computed)
    }
}
