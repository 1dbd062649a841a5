//! Cleanup takes back what the tool did, and nothing else.

use routeros_client::desired::Desired;
use routeros_client::plan::{Action, cleanup};
use routeros_client::schema::Kind;

use super::factory::{content, factory, office, plan, read, row, taken};

#[test]
fn the_factory_state_comes_back_but_for_what_has_no_comment() {
    let mut done = taken(&plan(&office(), &factory()), &factory());
    let theirs = row(Kind::Pool, &[("name", "theirs"), ("comment", "attics: no")]);
    done.rows.entry(Kind::Pool).or_default().push(theirs);
    let plan = cleanup(&office(), &done).expect("a plan");
    let back = taken(&plan, &done);
    let marked = |line: &String| line.contains("comment=attic") && !line.contains("attics");
    assert_eq!(content(&back).into_iter().filter(marked).count(), 0);
    assert_eq!(back.of(Kind::Pool).len(), 1);
    assert_eq!(back.of(Kind::Bridge)[0].text("name"), "bridge");
    for kind in [Kind::BridgePort, Kind::Address, Kind::Bridge] {
        for (found, before) in back.of(kind).iter().zip(factory().of(kind)) {
            for (name, value) in &before.values {
                assert_eq!(found.get(name), Some(value), "{kind} {name}");
            }
            assert_eq!(found.comment(), "defconf");
        }
    }
    let again = cleanup(&office(), &back).expect("a plan");
    assert_eq!(again.steps, []);
}

#[test]
fn filtering_is_taken_back_first_and_what_was_made_last_goes_first() {
    let done = taken(&plan(&office(), &factory()), &factory());
    let plan = cleanup(&office(), &done).expect("a plan");
    let command = |place: usize| plan.steps[place].command.to_string();
    assert_eq!(
        command(0),
        "/interface/bridge set bridge-attic vlan-filtering=no"
    );
    let removed: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Remove)
        .map(|step| step.kind.name())
        .collect();
    let expected = [
        "dns-static",
        "dns-static",
        "dhcp-lease",
        "dhcp-network",
        "dhcp-server",
        "ip-pool",
        "ip-address",
        "vlan",
        "bridge-vlan",
    ];
    assert_eq!(removed, expected);
}

#[test]
fn without_the_file_names_and_comments_are_given_back() {
    let done = taken(&plan(&office(), &factory()), &factory());
    let bare: Desired = read("owner = \"attic\"\n");
    let back = taken(&cleanup(&bare, &done).expect("a plan"), &done);
    assert_eq!(back.of(Kind::Bridge)[0].text("name"), "bridge");
    assert_eq!(back.of(Kind::BridgePort)[0].text("pvid"), "10");
    assert_eq!(back.of(Kind::BridgePort)[0].comment(), "defconf");
}

#[test]
fn another_owner_is_left_alone() {
    let done = taken(&plan(&office(), &factory()), &factory());
    let other = read("owner = \"att\"\n");
    assert_eq!(cleanup(&other, &done).expect("a plan").steps, []);
}
