//! When timers of the scheduler run.

use std::collections::BTreeMap;

use routeros_sim::system::schedule::{Schedule, Start, When};

fn runs(when: When, until: u64, boot: Option<u64>) -> Vec<u64> {
    let mut schedule = Schedule::default();
    schedule.sync(&BTreeMap::from([(1, when)]), 1_000);
    let mut found = Vec::new();
    for now in (1_000..=until).step_by(500) {
        if boot == Some(now) {
            schedule.boot(now);
        }
        while schedule.due(now).is_some() {
            found.push(now);
        }
    }
    found
}

#[test]
fn an_interval_counts_from_when_it_was_made_and_anew_after_a_boot() {
    let when = When {
        interval: 10_000,
        start: Start::Unsaid,
    };
    assert_eq!(runs(when, 35_000, None), [11_000, 21_000, 31_000]);
    assert_eq!(runs(when, 35_000, Some(8_000)), [18_000, 28_000]);
}

#[test]
fn a_start_in_the_past_keeps_its_beat() {
    let start = Start::At(0);
    assert!(runs(When { interval: 0, start }, 30_000, None).is_empty());
    assert_eq!(
        runs(
            When {
                interval: 7_000,
                start
            },
            22_000,
            None
        ),
        [7_000, 14_000, 21_000]
    );
    assert_eq!(
        runs(
            When {
                interval: 0,
                start: Start::At(5_000)
            },
            22_000,
            None
        ),
        [5_000]
    );
}

#[test]
fn a_changed_entry_counts_anew_and_an_absent_one_is_forgotten() {
    let mut schedule = Schedule::default();
    let entry = |interval| {
        let start = Start::Unsaid;
        BTreeMap::from([(1, When { interval, start })])
    };
    schedule.sync(&entry(10_000), 0);
    schedule.sync(&entry(10_000), 9_000);
    assert_eq!(schedule.next_run(1), Some(10_000));
    schedule.sync(&entry(20_000), 9_000);
    assert_eq!(schedule.next_run(1), Some(29_000));
    assert_eq!(schedule.due(29_000), Some(1));
    assert_eq!(schedule.run_count(1), 1);
    schedule.sync(&BTreeMap::new(), 30_000);
    assert_eq!(schedule.due(u64::MAX), None);
}
