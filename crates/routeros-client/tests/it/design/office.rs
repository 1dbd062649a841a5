//! The file of the manual, from the factory to the end.

use std::collections::BTreeSet;

use expect_test::expect_file;
use routeros_client::plan::{Safety, after, after_command};
use routeros_client::reach::{guard, walk};
use routeros_client::schema::Kind;
use routeros_client::validate::{has_errors, validate};

use super::factory::{at, content, factory, office, plan, taken};

#[test]
fn the_file_of_the_manual_has_no_error() {
    let findings = validate(&office(), None);
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["W-mac-example", "W-local-name"], "{findings:#?}");
    let findings = validate(&office(), Some(&factory()));
    assert!(!has_errors(&findings), "{findings:#?}");
}

#[test]
fn the_plan_from_the_factory_is_as_written() {
    let mut plan = plan(&office(), &factory());
    guard(&mut plan, &factory(), &at("ether24"), &BTreeSet::new()).expect("reached");
    expect_file!["../../fixtures/design/office-plan.txt"].assert_eq(&plan.to_string());
    let commands: String = plan
        .steps
        .iter()
        .map(|step| format!("{}\n", step.command))
        .collect();
    expect_file!["../../fixtures/design/office-commands.txt"].assert_eq(&commands);
}

#[test]
fn a_second_plan_is_empty() {
    let state = taken(&plan(&office(), &factory()), &factory());
    assert_eq!(plan(&office(), &state).steps, []);
}

#[test]
fn every_half_way_state_converges_to_the_same_end() {
    let (office, mut state) = (office(), factory());
    let whole = plan(&office, &state);
    let end = content(&taken(&whole, &state));
    for step in &whole.steps {
        let rest = plan(&office, &state);
        assert_eq!(
            content(&taken(&rest, &state)),
            end,
            "before {}",
            step.command
        );
        state = after(&state, step);
    }
    assert_eq!(content(&state), end);
}

#[test]
fn the_inverse_of_each_step_takes_it_back() {
    let mut state = factory();
    for step in &plan(&office(), &state).steps {
        let done = after(&state, step);
        let inverse = step.inverse.as_ref().expect("each step has one");
        let back = after_command(&done, inverse);
        for kind in Kind::ALL {
            assert_eq!(
                back.of(kind).len(),
                state.of(kind).len(),
                "{}",
                step.command
            );
            for (found, before) in back.of(kind).iter().zip(state.of(kind)) {
                for (name, value) in &before.values {
                    assert_eq!(
                        found.get(name),
                        Some(value),
                        "{} then {inverse}",
                        step.command
                    );
                }
            }
        }
        state = done;
    }
}

#[test]
fn the_rescue_port_is_never_cut_off_and_an_office_port_is() {
    let (office, state) = (office(), factory());
    let mut from_rescue = plan(&office, &state);
    let walked = walk(&from_rescue, &state, &at("ether24"));
    assert!(walked.now.is_ok() && walked.after.iter().all(Result::is_ok));
    guard(&mut from_rescue, &state, &at("ether24"), &BTreeSet::new()).expect("reached");
    let moving: Vec<_> = from_rescue
        .steps
        .iter()
        .filter(|step| step.safety == Safety::MovesPath)
        .map(|step| step.command.to_string())
        .collect();
    assert_eq!(
        moving,
        ["/interface/bridge set bridge-attic vlan-filtering=yes"]
    );

    let mut from_office = plan(&office, &state);
    let refused = guard(&mut from_office, &state, &at("ether5"), &BTreeSet::new());
    let lockout = refused
        .expect_err("cut off")
        .naming("ether24", &at("ether5"));
    assert_eq!(
        lockout.to_string(),
        format!(
            "step {} (/interface/bridge set bridge-attic vlan-filtering=yes) would cut you off: \
             frames of ether5 are in VLAN 10, but 192.168.88.1 is on bridge-attic itself, in \
             VLAN 1 [rule vlan]; come by ether24",
            from_office.steps.len() - 5
        )
    );
}

#[test]
fn filtering_is_the_last_step_but_for_services() {
    let plan = plan(&office(), &factory());
    let place = plan.steps.iter().position(|step| {
        step.changes
            .iter()
            .any(|change| change.name == "vlan-filtering")
    });
    let after = &plan.steps[place.expect("there") + 1..];
    assert!(after.iter().all(|step| step.kind.name() == "service"));
}

#[test]
fn plans_are_json_too() {
    let plan = plan(&office(), &factory());
    let json = serde_json::to_value(&plan).expect("JSON");
    let step = &json["steps"][3];
    assert_eq!(step["menu"], "/interface/bridge");
    assert_eq!(step["action"]["adopt"]["from"], "bridge");
    assert_eq!(step["changes"][0]["old"], "bridge");
    assert_eq!(step["safety"], "safe");
    assert_eq!(
        step["inverse"],
        "/interface/bridge set bridge-attic name=bridge comment=defconf"
    );
    assert_eq!(
        json["steps"].as_array().map(Vec::len),
        Some(plan.steps.len())
    );
}
