//! From random states, plans end where they say.

use proptest::prelude::*;
use routeros_client::plan::{after_command, diff};
use routeros_client::row::{Row, State};
use routeros_client::schema::Kind;

use super::factory::{content, factory, office, row, taken};

/// Changes that a person, or half a run, may have left behind.
fn meddled(state: &State, changes: &[(usize, usize, usize)]) -> State {
    let mut state = state.clone();
    for (what, place, value) in changes {
        let kind = Kind::ALL[*what % Kind::ALL.len()];
        let value = match value % 4 {
            0 => ("comment", "by hand"),
            1 => ("disabled", "yes"),
            2 => ("comment", "attic: was it"),
            _ => ("pvid", "77"),
        };
        let rows = state.rows.entry(kind).or_default();
        let fixed = kind.menu().singleton || !kind.menu().can_add;
        match (rows.is_empty(), place % 3, fixed) {
            (true, ..) => {}
            (false, 0, false) => drop(rows.remove(place % rows.len())),
            (false, ..) => {
                let count = rows.len();
                rows[place % count].take(value.0, value.1);
            }
        }
    }
    state
}

fn foreign() -> Vec<Row> {
    vec![
        row(
            Kind::Pool,
            &[("name", "theirs"), ("ranges", "10.7.0.1-10.7.0.9")],
        ),
        row(
            Kind::DnsStatic,
            &[("name", "attic.local"), ("address", "10.7.0.1")],
        ),
        row(
            Kind::Address,
            &[("address", "10.7.0.1/24"), ("interface", "ether9")],
        ),
    ]
}

proptest! {
    #![proptest_config(crate::cases::cases(128))]

    #[test]
    fn after_a_plan_the_next_one_is_empty(
        taken_steps in 0..60_usize,
        changes in proptest::collection::vec((0..1000_usize, 0..1000_usize, 0..1000_usize), 0..12),
        others in proptest::sample::subsequence(foreign(), 0..=3),
        purge in proptest::sample::subsequence(vec![Kind::Pool, Kind::DnsStatic, Kind::Address, Kind::BridgeVlan], 0..=4),
    ) {
        let mut office = office();
        office.purge = purge.into_iter().collect();
        let first = diff(&office, &factory()).expect("a plan");
        let begun = first.steps.iter().take(taken_steps);
        let mut state = begun.fold(factory(), |state, step| after_command(&state, &step.command));
        for other in others {
            state.rows.entry(other.kind).or_default().push(other);
        }
        let state = meddled(&state, &changes);
        let plan = diff(&office, &state).expect("a plan");
        let end = taken(&plan, &state);
        prop_assert_eq!(diff(&office, &end).expect("a plan").steps, vec![]);
        // From every place on the way, the same end.
        let mut way = state;
        for step in &plan.steps {
            way = after_command(&way, &step.command);
            let rest = diff(&office, &way).expect("a plan");
            prop_assert_eq!(content(&taken(&rest, &way)), content(&end), "after {}", step.command);
        }
    }
}
