//! The forms in which `print` lays out a menu.
//!
//! Everything here is a pure function of a [`View`]. A form that no known rule
//! describes is refused with [`crate::UNKNOWN`].

pub mod value;

use crate::Version;
use crate::view::View;

/// How the items are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As the menu looks without options.
    #[default]
    Own,
    /// `brief`: a table, also where the menu shows blocks.
    Brief,
    /// `detail`: a block an item.
    Detail,
    /// `terse`: a line an item.
    Terse,
    /// `value-list`: right-aligned names.
    ValueList,
}

/// Options of `print` that concern the look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The layout.
    pub form: Form,
    /// `count-only`: the number of items, whatever the form.
    pub count_only: bool,
    /// `show-ids`: internal ids in place of numbers.
    pub show_ids: bool,
}

/// What `print` prints, every line ended by LF.
pub fn print(_view: &View, _options: Options, _version: Version) -> String {
    format!("{}print\n", crate::UNKNOWN)
}
