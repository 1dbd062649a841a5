//! A file of desired state from what a running device is: everything that
//! differs from RouterOS' defaults, and nothing that the device makes itself.

use std::fmt::Write as _;

use crate::apply::dialled;
use crate::desired::sections;
use crate::device::{Facts, Place};
use crate::plan::marker::Marker;
use crate::row::{Row, State};
use crate::schema::{Attribute, Kind};
use crate::value::Value;

/// The marker of the file that is written.
const OWNER: &str = "attic";

/// Writes the file. Applied to the same device, it changes nothing.
#[must_use]
pub fn adopt(facts: &Facts, state: &State, place: Option<&Place>) -> String {
    let mut file = format!(
        "owner = {}\npurge = []\n\n[device]\nboard = {}\nidentity = {}\nminimum-version = {}\n",
        text(OWNER),
        text(&facts.board),
        text(&facts.identity),
        text(&format!("{}.{}", facts.version.major, facts.version.minor)),
    );
    if let Some((port, address)) = place.and_then(|place| Some((place, dialled(state, place)?))) {
        // A string never fails to take more.
        let _ = write!(
            file,
            "\n[management]\nport = {}\naddress = {}\n",
            text(&port.port),
            text(&address.to_string())
        );
    }
    for kind in sections() {
        for row in state.of(kind).iter().filter(|row| !row.is_dynamic()) {
            section(&mut file, kind, row);
        }
    }
    file
}

fn section(file: &mut String, kind: Kind, row: &Row) {
    let menu = kind.menu();
    let told: Vec<(&Attribute, &Value)> = menu
        .attributes
        .iter()
        .filter_map(|attribute| Some((attribute, row.get(attribute.name)?)))
        .filter(|(attribute, value)| is_telling(kind, attribute, value))
        .collect();
    // What only has its key is as the factory made it.
    let beyond = told
        .iter()
        .any(|(attribute, _)| !menu.keys.contains(&attribute.name));
    if told.is_empty() || (!menu.can_add && !beyond) {
        return;
    }
    let comment = row.comment();
    let comment = Marker::read(OWNER, &comment).map_or(comment, |marker| marker.text);
    file.push('\n');
    if !comment.is_empty() {
        let _ = writeln!(file, "# {}", comment.replace(|c: char| c.is_control(), " "));
    }
    let _ = match menu.singleton {
        true => writeln!(file, "[{}]", menu.name),
        false => writeln!(file, "[[{}]]", menu.name),
    };
    for (attribute, value) in told {
        let _ = writeln!(file, "{} = {}", attribute.name, toml(value));
    }
}

fn is_telling(kind: Kind, attribute: &Attribute, value: &Value) -> bool {
    let is_key = kind.menu().keys.contains(&attribute.name);
    if value.is_unset() || value.dangling().is_some() || attribute.name == "comment" {
        return false;
    }
    if is_key {
        return true;
    }
    let default = attribute
        .default
        .and_then(|text| attribute.kind.read(text).ok());
    // What has no default here is computed, or belongs to the very unit.
    let own = match kind {
        Kind::Ethernet | Kind::Service => default.is_none(),
        Kind::Address => attribute.name == "network",
        _ => false,
    };
    !attribute.read_only && !own && default.as_ref() != Some(value)
}

fn toml(value: &Value) -> String {
    match value {
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Set(_) | Value::List(_) => {
            let names: Vec<String> = value.names().into_iter().map(text).collect();
            format!("[{}]", names.join(", "))
        }
        other => text(&other.to_string()),
    }
}

fn text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
