//! Forms for programs.

use super::check;
use super::sample::{addresses, bare, bridges, dns, item, list, name, vlan_table};
use crate::items::{legend, view};
use routeros_sim::Version;
use routeros_sim::print::json::{self, Strings};
use routeros_sim::print::value::{Which, get, put, records};
use routeros_sim::view::{Cell, Layout, View};

const OLD: Version = Version::new(16);
const NEW: Version = Version::new(20);

fn as_json(view: &View, which: Which<'_>, version: Version) -> String {
    json::table(&records(view, which, version), Strings::Keep) + "\n"
}

/// One value of each kind.
fn kinds() -> View {
    let mut secret = item(
        0,
        &[],
        None,
        &[
            ("name", name("a;.id=*9;name=\"evil\"")),
            ("digits", bare("0123")),
            ("word", bare("none")),
            ("empty", bare("")),
            ("number", Cell::Number(10)),
            ("hex", Cell::Hex(0x8000)),
            ("counter", Cell::Counter(100_949)),
            (
                "auto",
                Cell::Sentinel {
                    text: "auto",
                    number: 0,
                },
            ),
            ("yes", Cell::Bool(true)),
            ("lease-time", Cell::Duration(1_800)),
            ("expires-after", Cell::Duration(788_645)),
            ("ttl", Cell::DatedDuration(86_400)),
            ("at", Cell::Time("2026-11-02 08:00:00".to_owned())),
            ("list", list(&["ether1", "ether2"])),
            (
                "vlan-ids",
                Cell::NumberList(vec!["10".to_owned(), "20-29".to_owned()]),
            ),
            ("none", list(&[])),
            ("password", name("hidden")),
        ],
    );
    if let Some(password) = secret.properties.last_mut() {
        password.secret = true;
    }
    view(Layout::Table, legend("X - disabled"), vec![secret])
}

#[test]
fn json_of_every_kind_of_value() {
    let all = records(&kinds(), Which::Detail, NEW);
    check("json-kept", &(json::table(&all, Strings::Keep) + "\n"));
    check(
        "json-converted",
        &(json::table(&all, Strings::Convert) + "\n"),
    );
    assert!(!json::table(&all, Strings::Keep).contains("hidden"));
}

#[test]
fn json_can_be_read_back() {
    for strings in [Strings::Keep, Strings::Convert] {
        for view in [kinds(), addresses(), vlan_table(), bridges()] {
            let text = json::table(&records(&view, Which::Detail, NEW), strings);
            let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let items = read.as_array().expect("an array");
            assert_eq!(items.len(), view.rows.len());
            let keys: Vec<_> = items[0].as_object().expect("an object").keys().collect();
            assert!(keys.is_sorted(), "{keys:?}");
        }
    }
}

#[test]
fn values_are_not_quoted_for_put() {
    check("put", &(put(&records(&kinds(), Which::Detail, NEW)) + "\n"));
}

#[test]
fn flags_come_with_7_20_or_by_name() {
    check(
        "json-before-7.20",
        &as_json(&addresses(), Which::Detail, OLD),
    );
    check("json-from-7.20", &as_json(&addresses(), Which::Detail, NEW));
    let named = Which::Named(&[".id", "address", "disabled", "dynamic"]);
    check("json-named", &as_json(&addresses(), named, OLD));
}

#[test]
fn get_gives_flags_in_every_version() {
    let view = addresses();
    check("get", &(put(&[get(&view, &view.rows[2], OLD)]) + "\n"));
}

#[test]
fn a_singleton_is_one_object_without_an_id() {
    let all = records(&dns(), Which::Detail, NEW);
    check(
        "json-singleton",
        &(json::record(&all[0], Strings::Keep) + "\n"),
    );
}

#[test]
fn no_items_are_an_empty_array() {
    let mut none = addresses();
    none.rows.clear();
    assert_eq!(as_json(&none, Which::Detail, NEW), "[]\n");
    assert_eq!(put(&records(&none, Which::Detail, NEW)), "");
}
