//! Whether the operator reaches the device, rule by rule.

use std::collections::BTreeSet;

use routeros_client::plan::{Safety, after_command};
use routeros_client::reach::{Operator, Rule, guard, reach};
use routeros_client::row::State;
use routeros_client::schema::Kind;
use routeros_client::version::Version;

use super::factory::{at, factory, plan, read, row};

fn broken(state: &State, operator: &Operator) -> Rule {
    reach(state, operator).expect_err("not reached").rule
}

fn changed(state: &State, kind: Kind, name: &str, properties: &[(&str, &str)]) -> State {
    let mut state = state.clone();
    let rows = state.rows.get_mut(&kind).expect("rows");
    let key = kind.menu().keys[0];
    let row = rows
        .iter_mut()
        .find(|row| row.text(key) == name)
        .expect("the row");
    for (name, value) in properties {
        row.take(name, value);
    }
    state
}

fn filtered() -> State {
    changed(
        &factory(),
        Kind::Bridge,
        "bridge",
        &[("vlan-filtering", "yes")],
    )
}

#[test]
fn the_factory_state_is_reached_from_every_port() {
    for port in ["ether1", "ether24", "sfp-sfpplus2"] {
        assert_eq!(reach(&factory(), &at(port)).expect("reached").vlan, None);
        assert_eq!(
            reach(&filtered(), &at(port)).expect("reached").vlan,
            Some(1)
        );
    }
    assert_eq!(broken(&factory(), &at("ether25")), Rule::Port);
}

#[test]
fn each_rule_cuts() {
    let cut = |kind, name, properties: &[(&str, &str)], on: &State| {
        broken(&changed(on, kind, name, properties), &at("ether24"))
    };
    let (plain, filtered) = (&factory(), &filtered());
    assert_eq!(
        cut(Kind::Ethernet, "ether24", &[("disabled", "yes")], plain),
        Rule::Port
    );
    assert_eq!(
        cut(Kind::Bridge, "bridge", &[("disabled", "yes")], plain),
        Rule::Bridge
    );
    assert_eq!(
        cut(Kind::BridgePort, "ether24", &[("bridge", "gone")], plain),
        Rule::Bridge
    );
    assert_eq!(
        cut(Kind::BridgePort, "ether24", &[("disabled", "yes")], plain),
        Rule::Address
    );
    assert_eq!(
        cut(Kind::BridgePort, "ether24", &[("pvid", "10")], filtered),
        Rule::Vlan
    );
    assert_eq!(
        cut(Kind::Bridge, "bridge", &[("pvid", "10")], filtered),
        Rule::Vlan
    );
    let tagged = [("frame-types", "admit-only-vlan-tagged")];
    assert_eq!(
        cut(Kind::Bridge, "bridge", &tagged, filtered),
        Rule::FrameTypes
    );
    assert_eq!(
        cut(Kind::BridgePort, "ether24", &tagged, filtered),
        Rule::FrameTypes
    );
    let address = "192.168.88.1/24";
    assert_eq!(
        cut(Kind::Address, address, &[("disabled", "yes")], plain),
        Rule::Address
    );
    assert_eq!(
        cut(Kind::Address, address, &[("interface", "ether3")], plain),
        Rule::Address
    );
    assert_eq!(
        cut(Kind::Service, "ssh", &[("disabled", "yes")], plain),
        Rule::Service
    );
    let elsewhere = [("address", "10.0.0.0/24")];
    assert_eq!(cut(Kind::Service, "ssh", &elsewhere, plain), Rule::Service);
    // None of it matters while the bridge does not filter.
    let pvid = changed(plain, Kind::BridgePort, "ether24", &[("pvid", "10")]);
    assert!(reach(&pvid, &at("ether24")).is_ok());
}

#[test]
fn answers_must_not_leave_elsewhere() {
    let mut state = factory();
    let other = row(
        Kind::Address,
        &[("address", "192.168.88.2/25"), ("interface", "ether9")],
    );
    state.rows.entry(Kind::Address).or_default().push(other);
    assert_eq!(broken(&state, &at("ether24")), Rule::Route);
    let mut far = at("ether24");
    far.own = Some("172.16.0.9".parse().expect("an address"));
    assert_eq!(broken(&factory(), &far), Rule::Route);
}

#[test]
fn a_vlan_interface_is_reached_in_its_vlan() {
    let mut state = changed(&filtered(), Kind::BridgePort, "ether5", &[("pvid", "10")]);
    let vlan = [
        ("name", "vlan10-attic"),
        ("interface", "bridge"),
        ("vlan-id", "10"),
    ];
    let address = [("address", "10.0.0.1/24"), ("interface", "vlan10-attic")];
    state
        .rows
        .entry(Kind::Vlan)
        .or_default()
        .push(row(Kind::Vlan, &vlan));
    state
        .rows
        .entry(Kind::Address)
        .or_default()
        .push(row(Kind::Address, &address));
    let operator = |port: &str| Operator {
        port: port.to_owned(),
        device: "10.0.0.1".parse().expect("an address"),
        own: None,
    };
    assert_eq!(
        reach(&state, &operator("ether5")).expect("reached").vlan,
        Some(10)
    );
    assert_eq!(broken(&state, &operator("ether6")), Rule::Vlan);
    // Before 7.16 the bridge has to be told that it is a member.
    state.version = Version::new(7, 15, 0);
    assert_eq!(broken(&state, &operator("ether5")), Rule::Vlan);
    let entry = [
        ("bridge", "bridge"),
        ("vlan-ids", "10"),
        ("tagged", "bridge"),
    ];
    state
        .rows
        .entry(Kind::BridgeVlan)
        .or_default()
        .push(row(Kind::BridgeVlan, &entry));
    assert!(reach(&state, &operator("ether5")).is_ok());
    state.rows.entry(Kind::BridgeVlan).or_default()[0].take("tagged", "bridge,ether5");
    assert_eq!(broken(&state, &operator("ether5")), Rule::Vlan);
    // An unfiltered bridge gives untagged frames to the bridge alone.
    let plain = changed(&state, Kind::Bridge, "bridge", &[("vlan-filtering", "no")]);
    assert_eq!(broken(&plain, &operator("ether5")), Rule::Address);
}

#[test]
fn a_plan_that_cuts_off_is_refused_unless_its_rule_is_named() {
    let desired = read("owner = \"attic\"\n[[service]]\nname = \"ssh\"\ndisabled = true\n");
    let mut plan = plan(&desired, &factory());
    let operator = at("ether24");
    let refused = guard(&mut plan, &factory(), &operator, &BTreeSet::new());
    let lockout = refused.expect_err("refused");
    assert_eq!(
        (lockout.step, lockout.reason.rule),
        (Some(0), Rule::Service)
    );
    let other = BTreeSet::from([Rule::Vlan]);
    assert!(guard(&mut plan, &factory(), &operator, &other).is_err());
    let named = BTreeSet::from([Rule::Service]);
    guard(&mut plan, &factory(), &operator, &named).expect("insisted");
    assert_eq!(plan.steps[0].safety, Safety::MovesPath);
    assert!(
        plan.steps[0].why.contains("cuts off"),
        "{}",
        plan.steps[0].why
    );
}

#[test]
fn another_port_of_ssh_cuts_off() {
    let desired = read("owner = \"attic\"\n[[service]]\nname = \"ssh\"\nport = 2222\n");
    let mut plan = plan(&desired, &factory());
    let refused = guard(&mut plan, &factory(), &at("ether24"), &BTreeSet::new());
    assert_eq!(refused.expect_err("refused").reason.rule, Rule::Service);
}

#[test]
fn an_empty_plan_is_never_refused() {
    let desired = read("owner = \"attic\"\n");
    let mut plan = plan(&desired, &factory());
    guard(&mut plan, &factory(), &at("ether99"), &BTreeSet::new()).expect("nothing to refuse");
    let state = plan
        .steps
        .iter()
        .fold(factory(), |s, step| after_command(&s, &step.command));
    assert_eq!(state, factory());
}
