//! References to items of other menus.

use super::{Refusal, Val, no_match};
use crate::menu::Space;
use crate::state::State;

/// The item that a name means, in the first of the menus that has it.
pub(super) fn read(
    state: &State,
    name: &str,
    spaces: &[Space],
    text: &str,
) -> Result<Val, Refusal> {
    for space in spaces {
        if let Some(id) = state.resolve(*space, text) {
            return Ok(Val::Ref(stored(*space), id));
        }
    }
    if spaces.len() < 2 {
        return Err(no_match(name));
    }
    let mut lines = format!("invalid value for argument {name}:");
    for space in spaces {
        lines.push_str("\n    ");
        lines.push_str(&no_match(label(*space)).0);
    }
    Err(Refusal::new(lines))
}

/// A list of references.
pub(super) fn read_list(
    state: &State,
    name: &str,
    spaces: &[Space],
    text: &str,
) -> Result<Val, Refusal> {
    if text.is_empty() {
        return Ok(Val::List(Vec::new()));
    }
    text.split([',', ';'])
        .map(|part| read(state, name, spaces, part))
        .collect::<Result<Vec<_>, _>>()
        .map(Val::List)
}

const fn stored(space: Space) -> Space {
    match space {
        Space::Bridge => Space::Interface,
        other => other,
    }
}

const fn label(space: Space) -> &'static str {
    match space {
        Space::InterfaceList => "interface-list",
        Space::Bridge => "bridge",
        Space::Pool => "pool",
        Space::DhcpServer => "server",
        Space::User => "user",
        Space::Interface | Space::Own => "interface",
    }
}
