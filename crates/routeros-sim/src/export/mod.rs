//! `export`: the configuration as commands that make it.

mod header;
mod items;
mod order;
mod quote;
pub mod wrap;

use crate::Version;
use crate::view::View;

/// What kind of device heads the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A board: model and serial number are shown.
    Board {
        /// `XXXX-XXXX`
        software_id: String,
        /// `CRS326-24G-2S+`
        model: String,
        /// Its serial number.
        serial: String,
    },
    /// A virtual machine: one identifier, `software id` or, from 7.22, `system id`.
    Virtual {
        /// The identifier; empty without a licence.
        id: String,
    },
}

/// Options of `export`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Full paths, one line each, unwrapped.
    pub terse: bool,
    /// Secrets too.
    pub show_sensitive: bool,
}

/// What `export` prints of the menus given, in the order of the version whatever theirs is.
///
/// `time` is the device's, `2026-09-21 07:21:46`. `/interface/bridge export` is the export of the
/// views whose path begins so; with `where`, of views so filtered.
pub fn export(
    views: &[View],
    head: &Head,
    time: &str,
    options: Options,
    version: Version,
) -> String {
    let mut sections = Vec::new();
    for view in views {
        let section = format!("/{}", view.path.trim_start_matches('/').replace('/', " "));
        let body = items::section(view, &section, options);
        if body.is_empty() {
            continue;
        }
        match order::place(&section, version) {
            Some(place) => sections.push((place, body)),
            None => return format!("{}the place of {section} in export\n", crate::UNKNOWN),
        }
    }
    sections.sort_by_key(|(place, _)| *place);
    let bodies: String = sections.into_iter().map(|(_, body)| body).collect();
    header::header(head, time, version) + &bodies
}
