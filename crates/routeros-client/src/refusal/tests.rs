//! Every text of a refusal that is known.

use super::recognise::refusal;
use super::{Reason, Refusal};

fn check(text: &str, expected: Reason) {
    assert_eq!(refusal(text).reason, expected, "{text}");
}

#[test]
fn texts_of_the_console_are_typed() {
    check(
        "bad command name bogus (line 1 column 13)",
        Reason::UnknownCommand {
            word: "bogus".into(),
        },
    );
    check(
        "expected end of command (line 1 column 61)",
        Reason::UnknownArgument { name: None },
    );
    check(
        "bad parameter proplist (line 1 column 9)",
        Reason::UnknownArgument {
            name: Some("proplist".into()),
        },
    );
    check("syntax error (line 1 column 44)", Reason::Syntax);
    check(
        "expected - (line 1 column 64)",
        Reason::Expected { what: "-".into() },
    );
    check(
        "expected item id (line 1 column 20)",
        Reason::Expected {
            what: "item id".into(),
        },
    );
    check(
        "ambiguous value of interface, more than one possible value matches input",
        Reason::Ambiguous,
    );
    assert_eq!(
        refusal("syntax error (line 2 column 44)").place,
        Some((2, 44))
    );
}

#[test]
fn texts_about_values_are_typed() {
    let missing = Reason::Missing {
        arguments: vec!["address".into(), "interface".into()],
    };
    check(
        "Script Error: missing value(s) of argument(s) address interface",
        missing,
    );
    check(
        "invalid value for argument address",
        Reason::InvalidValue {
            argument: "address".into(),
        },
    );
    check(
        "input does not match any value of bridge",
        Reason::NoMatch {
            of: vec!["bridge".into()],
        },
    );
    check(
        "invalid value for argument interface:\n    input does not match any value of interface\n    input does not match any value of interface-list",
        Reason::NoMatch {
            of: vec!["interface".into(), "interface-list".into()],
        },
    );
    let range = Reason::OutOfRange {
        of: "vlan-range".into(),
        bounds: "1..4094".into(),
    };
    check("value of vlan-range out of range (1..4094)", range);
    check(
        "value of range expects range of ip addresses",
        Reason::InvalidValue {
            argument: "range".into(),
        },
    );
    check(
        "value of mtu contains invalid trailing characters",
        Reason::InvalidValue {
            argument: "mtu".into(),
        },
    );
}

#[test]
fn texts_about_the_state_are_typed() {
    for text in [
        "failure: already have interface with such name",
        "failure: already have interface with such name bridge-attic",
        "failure: already have such address",
        "failure: device already added as bridge port",
        "failure: vlan already added",
        "failure: pool with such name exists",
        "failure: entry already exists",
        "failure: already have static lease for this client",
    ] {
        check(text, Reason::AlreadyExists);
    }
    check("no such item", Reason::NoSuchItem);
    check("no such item (4)", Reason::NoSuchItem);
    check(
        "item referred by 'place-before' does not exist (11)",
        Reason::NoSuchItem,
    );
    check("failure: can not change dynamic", Reason::Dynamic);
    check("failure: not allowed by device-mode", Reason::DeviceMode);
    check("not enough permissions (9)", Reason::NotPermitted);
    check(
        "failure: each interface can appear only once",
        Reason::RepeatedInterface,
    );
    check(
        "failure: interface cannot be in tagged and untagged at the same time",
        Reason::RepeatedInterface,
    );
    check(
        "Script Error: found 5 error(s) in import file",
        Reason::Import,
    );
    check(
        "Cannot open import file, file does not exist (:import; line 1)",
        Reason::MissingFile,
    );
}

#[test]
fn the_context_of_scripts_is_taken_off() {
    let seen = refusal(
        "Script Error: failure: already have such address (/ip/address/add; line 2) (:import; line 1)",
    );
    assert_eq!(seen.reason, Reason::AlreadyExists);
    assert_eq!(seen.context, ["/ip/address/add; line 2", ":import; line 1"]);
    let seen = refusal("value of pvid out of range (1..4094) (/interface/bridge/port/set; line 1)");
    assert_eq!(
        seen.reason,
        Reason::OutOfRange {
            of: "pvid".into(),
            bounds: "1..4094".into()
        }
    );
    assert_eq!(
        refusal("no more (:error; line 3)").context,
        [":error; line 3"]
    );
}

#[test]
fn trap_exit_status_is_0_so_any_text_of_a_silent_command_is_a_refusal() {
    assert_eq!(Refusal::of_silent("\r\n"), None);
    assert_eq!(
        Refusal::of_silent("words of a later version\r\n")
            .expect("seen")
            .reason,
        Reason::Other
    );
    assert_eq!(Refusal::of_reading("words of a later version\r\n"), None);
    assert_eq!(
        Refusal::of_reading("no such item\r\n")
            .expect("seen")
            .reason,
        Reason::NoSuchItem
    );
}
