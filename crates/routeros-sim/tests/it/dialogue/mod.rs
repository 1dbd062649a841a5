//! Dialogues with real devices, typed again: the same commands must print the same bytes.

mod exports;
mod masks;

use std::collections::BTreeMap;

use crate::lab::Lab;
use crate::replay::transcripts::{Step, steps};
use routeros_sim::Device;

/// Files whose steps are one dialogue with virtual machines of a known past.
const DIALOGUES: &[&str] = &[
    "chr-7.16-asserted-l2-errors",
    "chr-7.16-exec-detail",
    "chr-7.16-exec-empty-and-errors",
    "chr-7.16-exec-export",
    "chr-7.16-exec-firewall-lists",
    "chr-7.16-exec-survey",
];

/// Steps that must be reproduced at least.
const FLOOR: usize = 115;

/// Steps that a simulated menu answers otherwise, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "chr-7.16-exec-export: /export",
        "routes and rules of the firewall were set up, and are not simulated",
    ),
    (
        "chr-7.16-exec-export: /export terse",
        "routes and rules of the firewall were set up, and are not simulated",
    ),
];

/// A virtual machine as the laboratory set it up: eight ports, the last of them leads to it.
fn laboratory(step: &Step) -> Lab {
    let mut device = Device::chr(step.version, 8);
    device.set_link("ether6", false);
    device.lease_address("ether8", "192.168.233.173/24", "192.168.233.0");
    device.lease_name_server("192.168.233.2");
    device.note_login("admin");
    if step.device == "ISP1" {
        // Its link had been down three times before.
        for up in [false, true].repeat(3) {
            device.set_link("ether1", up);
        }
        device.set_rows("/ip/arp", &[neighbour()]);
    }
    let mut lab = Lab::of(device);
    lab.quietly(&["/ip/dhcp-client/add interface=ether8 add-default-route=no"]);
    lab
}

/// The other router, as the first one sees it.
fn neighbour() -> Vec<(&'static str, String)> {
    [
        ("address", "10.0.0.2"),
        ("mac-address", "02:00:00:00:00:02"),
        ("interface", "ether1"),
        ("status", "reachable"),
        ("complete", "yes"),
    ]
    .map(|(name, text)| (name, text.to_owned()))
    .to_vec()
}

#[test]
fn dialogues_are_reproduced() {
    let mut labs: BTreeMap<(String, String), Lab> = BTreeMap::new();
    let (mut all, mut same) = (0, 0);
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for step in steps() {
        if !DIALOGUES.contains(&step.file.as_str()) {
            continue;
        }
        let key = (step.file.clone(), step.device.clone());
        let lab = labs.entry(key).or_insert_with(|| laboratory(&step));
        let got = lab.type_in(&step.command);
        all += 1;
        if masks::masked(&step.comparable(&got)) == masks::masked(&step.comparable(&step.output)) {
            same += 1;
            continue;
        }
        let reason = if got.starts_with(routeros_sim::UNKNOWN) {
            got.trim_end().to_owned()
        } else {
            println!("--- {}\n{}+++ simulated\n{got}", step.name(), step.output);
            let known = DIFFERENT.iter().find(|(name, _)| *name == step.name());
            let (name, reason) = known.unwrap_or_else(|| panic!("differs: {}", step.name()));
            format!("{name}: {reason}")
        };
        *others.entry(reason).or_default() += 1;
    }
    println!("dialogues: {same} of {all} steps reproduced");
    for (reason, count) in others {
        println!("  {count} x {reason}");
    }
    assert!(
        all == 0 || same >= FLOOR,
        "{same} of {all} reproduced, not {FLOOR}"
    );
}
