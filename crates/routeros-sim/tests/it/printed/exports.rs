//! Exports.

use super::check;
use super::sample::{addresses, bare, bridges, dns, item, list, name, vlan_table};
use crate::items::view;
use routeros_sim::Version;
use routeros_sim::export::wrap::{Word, unwrapped, wrap};
use routeros_sim::export::{Head, Options, export};
use routeros_sim::view::{Cell, Layout, View};

const TIME: &str = "2026-11-02 08:00:00";

fn board() -> Head {
    Head::Board {
        software_id: "0000-0000".to_owned(),
        model: "CRS326-24G-2S+".to_owned(),
        serial: "HEX00000000".to_owned(),
    }
}

fn dhcp_server() -> View {
    let mut server = item(
        0,
        &["invalid"],
        None,
        &[
            ("name", name("dhcp-attic")),
            ("interface", bare("ether4")),
            ("lease-time", Cell::Duration(3_600)),
            ("address-pool", bare("pool-attic")),
        ],
    );
    server.warnings = vec!["DHCP server can not run on slave interface!".to_owned()];
    let mut view = view(Layout::Table, Vec::new(), vec![server]);
    view.path = "/ip/dhcp-server";
    view
}

fn ethernet() -> View {
    let mut rows = Vec::new();
    for port in 1..4 {
        let comment = (port == 2).then_some("Büro \"nord\" 5$?");
        let mut one = item(port, &[], comment, &[("mtu", Cell::Number(1500))]);
        one.find = Some(format!("[ find default-name=ether{port} ]"));
        one.properties[0].is_default = true;
        rows.push(one);
    }
    rows[2].properties[0].is_default = false;
    let mut view = view(Layout::Table, Vec::new(), rows);
    view.path = "/interface/ethernet";
    view
}

fn pool() -> View {
    let ranges = list(&["10.0.0.100-10.0.0.199"]);
    let properties = [("name", name("pool-attic")), ("ranges", ranges)];
    let mut view = view(
        Layout::Table,
        Vec::new(),
        vec![item(0, &[], None, &properties)],
    );
    view.path = "/ip/pool";
    view
}

/// The VLAN table with every port of the switch, one value of which fills several lines.
fn full_vlan_table() -> View {
    let ports: Vec<String> = (1..24).map(|port| format!("ether{port}")).collect();
    let mut view = vlan_table();
    for (property, row) in [(3, 0), (2, 0)] {
        view.rows[row].properties[property].value = Cell::List(ports.clone());
    }
    for row in &mut view.rows {
        for property in &mut row.properties {
            property.is_default = property.name == "mvrp-forbidden";
        }
    }
    view
}

fn client() -> View {
    let mut view = view(
        Layout::Table,
        Vec::new(),
        vec![item(0, &[], None, &[("interface", bare("ether9"))])],
    );
    view.path = "/ip/dhcp-client";
    view
}

fn everything() -> Vec<View> {
    vec![
        client(),
        dns(),
        addresses(),
        full_vlan_table(),
        dhcp_server(),
        pool(),
        bridges(),
        ethernet(),
    ]
}

#[test]
fn exports_of_a_switch() {
    let plain = |minor| {
        export(
            &everything(),
            &board(),
            TIME,
            Options::default(),
            Version::new(minor),
        )
    };
    check("export-7.16", &plain(16));
    check("export-7.20", &plain(20));
    let options = Options {
        terse: true,
        ..Options::default()
    };
    let terse = export(&everything(), &board(), TIME, options, Version::new(20));
    check("export-terse", &terse);
}

#[test]
fn headers_by_version_and_device() {
    let id = "abcdefgh".to_owned();
    let machine = Head::Virtual { id };
    let mut text = String::new();
    for (head, minor) in [
        (&board(), 1),
        (&board(), 24),
        (&machine, 16),
        (&machine, 24),
    ] {
        text += &export(&[], head, TIME, Options::default(), Version::new(minor));
    }
    check("export-headers", &text);
}

#[test]
fn secrets_are_hidden_unless_asked_for() {
    let mut view = pool();
    view.rows[0].properties[1].secret = true;
    for (show_sensitive, shown) in [(false, false), (true, true)] {
        let options = Options {
            show_sensitive,
            ..Options::default()
        };
        let text = export(&[view.clone()], &board(), TIME, options, Version::new(16));
        assert_eq!(text.contains("ranges="), shown, "{text}");
    }
}

#[test]
fn dynamic_items_are_never_exported() {
    let text = export(
        &[addresses()],
        &board(),
        TIME,
        Options::default(),
        Version::new(16),
    );
    assert!(
        text.contains("10.9.0.1") && !text.contains("172.20.4.77"),
        "{text}"
    );
}

#[test]
fn lines_break_where_the_rule_says() {
    let words = |length: usize, value: &str| {
        let filler = "f".repeat(length - "add a=".len());
        let pair = |name: &str, value: &str| Word::Pair(name.to_owned(), value.to_owned());
        let last = pair("name", value);
        wrap(&[Word::Plain("add".to_owned()), pair("a", &filler), last])
    };
    let mut text = String::new();
    // The value is longer than all that is left, so that what fits is decided by the length before it.
    for length in [65, 66, 70, 71, 72, 73, 75] {
        text += &words(length, "12345");
        text += &words(length, &"v".repeat(90));
        text += &words(length, "two\nlines");
    }
    check("export-wrap", &text);
    for line in text.lines() {
        assert!(line.len() <= 79, "{} columns: {line}", line.len());
    }
}

#[test]
fn long_scripts_are_cut_between_escapes_and_before_line_ends() {
    let script = ":if ([:len [/ip/address/find where comment=\"attic\"]] > 0 && $enabled) do={\r\n\t\
        :log info \"is it there? yes, and the line goes on\";\r\n}\n";
    let mut view = view(Layout::Table, Vec::new(), Vec::new());
    for indent in 0..3 {
        let source = " ".repeat(indent * 7) + script;
        view.rows.push(item(
            indent,
            &[],
            None,
            &[("name", name("watch")), ("source", name(&source))],
        ));
    }
    view.path = "/interface/bridge";
    let text = export(
        &[view],
        &board(),
        TIME,
        Options::default(),
        Version::new(20),
    );
    check("export-scripts", &text);
}

/// What a reader makes of wrapped lines.
fn joined(text: &str) -> String {
    text.replace("\\\n    \\_", " ").replace("\\\n    ", "")
}

#[test]
fn joined_again_lines_are_the_command() {
    let alphabet: Vec<char> = "aé \"\\$?\n,b-\t ;".chars().collect();
    for length in 0..240usize {
        for start in 0..alphabet.len() {
            let value: String = (0..length)
                .map(|at| alphabet[(start + at * at) % alphabet.len()])
                .collect();
            let words = [
                Word::Plain("add".to_owned()),
                Word::Pair("name".to_owned(), value.clone()),
                Word::Pair("comment".to_owned(), value.replace('\n', "")),
            ];
            let wrapped = wrap(&words);
            assert_eq!(joined(&wrapped), unwrapped(&words), "{value:?}");
            assert!(wrapped.lines().all(|line| line.len() <= 79), "{wrapped}");
        }
    }
}
