//! What people change by hand is found; what the file does not mention is left
//! alone.

use std::collections::BTreeSet;

use routeros_client::plan::{Action, DiffError, Plan, diff};
use routeros_client::row::State;
use routeros_client::schema::Kind;
use routeros_client::value::Value;

use super::factory::{content, factory, office, plan, read, row, taken};

fn done() -> State {
    taken(&plan(&office(), &factory()), &factory())
}

fn with(kind: Kind, key: &str, name: &str, value: &str) -> State {
    let mut state = done();
    let rows = state.rows.get_mut(&kind).expect("rows");
    let row = rows
        .iter_mut()
        .find(|row| row.key().contains(key))
        .expect("the row");
    row.take(name, value);
    state
}

fn commands(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| step.command.to_string())
        .collect()
}

#[test]
fn a_changed_property_is_set_back() {
    let state = with(Kind::DhcpServer, "dhcp-attic", "lease-time", "10m");
    let expected = ["/ip/dhcp-server set dhcp-attic lease-time=1h"];
    assert_eq!(commands(&plan(&office(), &state)), expected);
}

#[test]
fn what_tells_items_apart_is_mended_where_the_item_is_ours() {
    let state = with(Kind::DnsStatic, "attic.internal", "address", "10.0.0.99");
    let mend = plan(&office(), &state);
    let expected = [
        "/ip/dns/static set [find where name=\"attic.internal\" and address=10.0.0.99 and dynamic=no] \
         address=10.0.0.10",
    ];
    assert_eq!(commands(&mend), expected);
    assert_eq!(content(&taken(&mend, &state)), content(&done()));

    let mut theirs = with(Kind::DnsStatic, "attic.internal", "address", "10.0.0.99");
    let rows = theirs.rows.get_mut(&Kind::DnsStatic).expect("rows");
    rows[1].take("comment", "by hand");
    let plan = plan(&office(), &theirs);
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.steps[0].action, Action::Add);
}

#[test]
fn the_forms_of_values_are_no_drift() {
    let mut state = with(Kind::DhcpServer, "dhcp-attic", "lease-time", "01:00:00");
    let rows = state.rows.get_mut(&Kind::BridgeVlan).expect("rows");
    let members: Vec<String> = rows[0]
        .get("untagged")
        .expect("set")
        .names()
        .iter()
        .rev()
        .map(ToString::to_string)
        .collect();
    rows[0].take("untagged", &members.join(";"));
    let dynamic = [
        ("bridge", "bridge-attic"),
        ("vlan-ids", "10"),
        ("dynamic", "true"),
        ("comment", "added by pvid"),
    ];
    rows.push(row(Kind::BridgeVlan, &dynamic));
    assert_eq!(commands(&plan(&office(), &state)), Vec::<String>::new());
}

#[test]
fn what_the_file_does_not_mention_is_left_alone_unless_purged() {
    let mut state = done();
    let pool = [("name", "theirs"), ("ranges", "10.9.0.1-10.9.0.9")];
    state
        .rows
        .entry(Kind::Pool)
        .or_default()
        .push(row(Kind::Pool, &pool));
    let dynamic = [
        ("address", "10.9.0.1/24"),
        ("interface", "ether9"),
        ("dynamic", "true"),
    ];
    let fixed = [("address", "10.8.0.1/24"), ("interface", "ether9")];
    let addresses = state.rows.entry(Kind::Address).or_default();
    addresses.extend([row(Kind::Address, &dynamic), row(Kind::Address, &fixed)]);
    assert_eq!(plan(&office(), &state).steps, []);
    let mut purging = office();
    purging.purge = [Kind::Pool, Kind::Address].into();
    let expected = [
        "/ip/pool remove theirs",
        "/ip/address remove [find where address=\"10.8.0.1/24\" and interface=\"ether9\"]",
    ];
    let plan = plan(&purging, &state);
    assert_eq!(commands(&plan), expected);
    let inverse = plan.steps[0]
        .inverse
        .as_ref()
        .expect("an inverse")
        .to_string();
    assert_eq!(inverse, "/ip/pool add name=theirs ranges=10.9.0.1-10.9.0.9");
}

#[test]
fn what_the_device_did_not_call_static_is_not_purged() {
    let mut state = done();
    let mut unknown = row(
        Kind::Address,
        &[("address", "10.9.0.1/24"), ("interface", "ether9")],
    );
    unknown.flags.dynamic = None;
    state.rows.entry(Kind::Address).or_default().push(unknown);
    let mut purging = office();
    purging.purge = [Kind::Address].into();
    assert_eq!(plan(&purging, &state).steps, []);
}

#[test]
fn the_same_item_twice_stops() {
    let mut state = done();
    let again = state.of(Kind::DhcpNetwork)[0].clone();
    state.rows.entry(Kind::DhcpNetwork).or_default().push(again);
    let error = diff(&office(), &state).expect_err("ambiguous");
    assert!(
        matches!(error, DiffError::Ambiguous { count: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_socket_that_is_not_there_stops() {
    let desired = read("owner = \"a\"\n[[ethernet]]\ndefault-name = \"ether99\"\n");
    let error = diff(&desired, &factory()).expect_err("absent");
    assert!(matches!(error, DiffError::Absent { .. }), "{error}");
}

#[test]
fn a_bridge_is_adopted_only_while_the_new_name_is_free() {
    let mut state = done();
    state
        .rows
        .entry(Kind::Bridge)
        .or_default()
        .push(row(Kind::Bridge, &[("name", "bridge")]));
    let plan = plan(&office(), &state);
    assert_eq!(plan.steps, []);
    assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
}

#[test]
fn nothing_that_is_not_declared_is_set_and_empty_clears() {
    let text = "owner = \"a\"\n[dns]\nservers = \"\"\n";
    let mut state = factory();
    state.rows.get_mut(&Kind::Dns).expect("dns")[0].take("servers", "9.9.9.9");
    assert_eq!(
        commands(&plan(&read(text), &state)),
        ["/ip/dns set servers=\"\""]
    );
    assert_eq!(plan(&read(text), &factory()).steps, []);
}

#[test]
fn an_empty_list_is_the_same_as_none() {
    let text =
        "owner = \"a\"\n[[bridge-vlan]]\nbridge = \"bridge\"\nvlan-ids = 7\nuntagged = \"\"\n";
    let mut state = factory();
    let entry = row(Kind::BridgeVlan, &[("bridge", "bridge"), ("vlan-ids", "7")]);
    let entry = entry.with("untagged", Value::Set(BTreeSet::new()));
    state.rows.entry(Kind::BridgeVlan).or_default().push(entry);
    assert_eq!(plan(&read(text), &state).steps, []);
}
