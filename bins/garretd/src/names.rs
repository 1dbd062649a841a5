//! The other names of the program: `atticd`, `atticadm`, `atticd-atticadm`.
//!
//! Their options are ours; only what happens without a command differs.

use std::ffi::OsString;
use std::path::Path;

/// The arguments, with `--help` added where an administration tool was called
/// without a command.
pub(crate) fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.collect();
    let name = arguments
        .first()
        .and_then(|name| Path::new(name).file_name());
    let administers = name.is_some_and(|name| name == "atticadm" || name == "atticd-atticadm");
    if administers && arguments.len() == 1 {
        arguments.push("--help".into());
    }
    arguments
}

/// Whether the program was called by a name of Attic's.
pub(crate) fn is_attic(program: Option<&OsString>) -> bool {
    let name = program.and_then(|program| Path::new(program).file_name());
    name.and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("attic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administration_tool_without_a_command_does_not_serve() {
        let given = |words: &[&str]| arguments(words.iter().map(OsString::from)).len();
        assert_eq!(given(&["/usr/bin/atticd-atticadm"]), 2);
        assert_eq!(given(&["atticadm", "make-token"]), 2);
        assert_eq!(given(&["atticd"]), 1);
    }
}
