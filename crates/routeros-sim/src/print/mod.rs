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
    match (options.form, view.layout) {
        (Form::Own, Layout::Singleton) => lines::singleton(view, version),
        (Form::Own, Layout::Block) | (Form::Detail, Layout::Block | Layout::Table) => {
            block::print(view, options, version)
        }
        (Form::Own, Layout::Table) | (Form::Brief, Layout::Block | Layout::Table) => {
            table::print(view, options, version)
        }
        (Form::Terse, Layout::Block | Layout::Table) => lines::terse(view, options, version),
        (Form::ValueList, Layout::Block | Layout::Table) if !options.show_ids => {
            lines::value_list(view)
        }
        _ => refuse("this form of print for this menu"),
    }
}

fn refuse(what: &str) -> String {
    format!("{}{what}\n", crate::UNKNOWN)
}
