//! One property of a kind.

use crate::value::Type;

/// A property of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name on the device and in files.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Type,
    /// What it is where nobody set it; RouterOS 7.16.
    pub default: Option<&'static str>,
    /// Only shown, never set.
    pub read_only: bool,
    /// The minor version of RouterOS 7 with which it came.
    pub since: Option<u16>,
    /// The last minor version of RouterOS 7 that had it.
    pub gone_after: Option<u16>,
    /// The word in place of which JSON shows a zero.
    pub zero_is: Option<&'static str>,
    /// What to know of it.
    pub note: &'static str,
}

impl Attribute {
    /// A property without a default, in every version.
    pub(super) const fn new(name: &'static str, kind: Type) -> Self {
        Attribute {
            name,
            kind,
            default: None,
            read_only: false,
            since: None,
            gone_after: None,
            zero_is: None,
            note: "",
        }
    }

    pub(super) const fn default(mut self, text: &'static str) -> Self {
        self.default = Some(text);
        self
    }

    pub(super) const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    pub(super) const fn since(mut self, minor: u16) -> Self {
        self.since = Some(minor);
        self
    }

    pub(super) const fn gone_after(mut self, minor: u16) -> Self {
        self.gone_after = Some(minor);
        self
    }

    pub(super) const fn zero_is(mut self, word: &'static str) -> Self {
        self.zero_is = Some(word);
        self
    }

    pub(super) const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Whether RouterOS 7 has it at this minor version.
    #[must_use]
    pub fn exists_in(&self, minor: u16) -> bool {
        self.since.is_none_or(|since| since <= minor)
            && self.gone_after.is_none_or(|last| minor <= last)
    }
}

/// Types and properties that several kinds share.
pub(super) mod shared {
    use super::{Attribute, Type};
    use crate::schema::Kind;

    pub(in crate::schema) const TEXT: Type = Type::Text;
    pub(in crate::schema) const BOOL: Type = Type::Bool;
    pub(in crate::schema) const SPAN: Type = Type::Duration;
    pub(in crate::schema) const PLAIN_SET: Type = Type::Set(&[]);

    /// Everything that can be named as an interface.
    pub(in crate::schema) const INTERFACES: &[Kind] =
        &[Kind::Ethernet, Kind::Bridge, Kind::Vlan, Kind::Interface];
    pub(in crate::schema) const INTERFACE: Type = Type::Reference(INTERFACES);

    pub(in crate::schema) const fn number(least: u64, most: u64) -> Type {
        Type::Number { least, most }
    }

    pub(in crate::schema) const COMMENT: Attribute = Attribute::new("comment", TEXT);
    pub(in crate::schema) const DISABLED: Attribute =
        Attribute::new("disabled", BOOL).default("no");
    pub(in crate::schema) const ARP: Attribute = Attribute::new(
        "arp",
        Type::Word(&[
            "disabled",
            "enabled",
            "local-proxy-arp",
            "proxy-arp",
            "reply-only",
        ]),
    )
    .default("enabled");
    pub(in crate::schema) const ARP_TIMEOUT: Attribute =
        Attribute::new("arp-timeout", Type::Or(&["auto"], &SPAN)).default("auto");
    pub(in crate::schema) const LOOP_PROTECT: Attribute =
        Attribute::new("loop-protect", Type::Word(&["default", "off", "on"])).default("default");
    pub(in crate::schema) const LOOP_PROTECT_SEND: Attribute =
        Attribute::new("loop-protect-send-interval", SPAN).default("5s");
    pub(in crate::schema) const LOOP_PROTECT_DISABLE: Attribute =
        Attribute::new("loop-protect-disable-time", SPAN).default("5m");
    pub(in crate::schema) const FRAME_TYPES: Attribute = Attribute::new(
        "frame-types",
        Type::Word(&[
            "admit-all",
            "admit-only-untagged-and-priority-tagged",
            "admit-only-vlan-tagged",
        ]),
    )
    .default("admit-all");
    pub(in crate::schema) const PVID: Attribute =
        Attribute::new("pvid", number(1, 4094)).default("1");
    pub(in crate::schema) const INGRESS: Attribute =
        Attribute::new("ingress-filtering", BOOL).default("yes");
}
