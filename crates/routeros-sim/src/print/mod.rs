//! The forms in which `print` lays out a menu.
//!
//! Everything here is a pure function of a [`View`]. A form that no known rule
//! describes is refused with [`crate::UNKNOWN`].

mod block;
pub(crate) mod cell;
mod head;
pub mod json;
mod legend;
mod lines;
mod notes;
mod table;
pub mod value;

use crate::Version;
use crate::view::{Layout, View};

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

/// What comes of a form and the layout of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Columns with a heading.
    Table,
    /// A legend of all flags and a block an item.
    Block,
    /// A line an item.
    Terse,
    /// `name: value` lines of one item of several.
    ValueList,
    /// `name: value` lines of a singleton.
    Lines,
}

impl Look {
    /// The look of a form, where the layout has it.
    pub(crate) fn of(form: Form, layout: Layout) -> Option<Self> {
        match (form, layout) {
            (Form::Own, Layout::Singleton) => Some(Self::Lines),
            (_, Layout::Singleton) => None,
            (Form::Own, Layout::Block) | (Form::Detail, _) => Some(Self::Block),
            (Form::Own, Layout::Table) | (Form::Brief, _) => Some(Self::Table),
            (Form::Terse, _) => Some(Self::Terse),
            (Form::ValueList, _) => Some(Self::ValueList),
        }
    }
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

/// Columns of a line over a channel without a terminal.
const LINE: usize = 80;

/// What `print` prints, every line ended by LF.
pub fn print(view: &View, options: Options, version: Version) -> String {
    if options.count_only {
        return format!("{}\n", view.rows.len());
    }
    match Look::of(options.form, view.layout) {
        Some(Look::Table) => table::print(view, options, version),
        _ if options.show_ids => refuse("ids in place of numbers in anything but a table"),
        Some(Look::Lines) => lines::singleton(view, version),
        Some(Look::Block) => block::print(view),
        Some(Look::Terse) => lines::terse(view),
        Some(Look::ValueList) => lines::value_list(view),
        None => refuse("this form of print for this menu"),
    }
}

fn refuse(what: &str) -> String {
    format!("{}{what}\n", crate::UNKNOWN)
}
