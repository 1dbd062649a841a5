//! `export`: the configuration as commands that make it.

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
    /// Defaults too.
    pub verbose: bool,
    /// Secrets too.
    pub show_sensitive: bool,
}

/// What `export` prints of the menus given, in the order of the version whatever theirs is.
///
/// `time` is the device's, `2026-09-21 07:21:46`. `/interface/bridge export` is the export of the
/// views whose path begins so.
pub fn export(
    _views: &[View],
    _head: &Head,
    _time: &str,
    _options: Options,
    _version: Version,
) -> String {
    format!("{}export\n", crate::UNKNOWN)
}
