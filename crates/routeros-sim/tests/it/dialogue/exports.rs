//! Exports of real switches, imported section by section: what is exported then must be the same.

use crate::lab::Lab;
use crate::replay::transcripts::{Step, steps};
use routeros_sim::{Device, UNKNOWN};

/// Files whose interfaces a CRS326 has too.
const EXPORTS: &[&str] = &[
    "crs326-7.22-defconf-export",
    "crs326-7.24.1-vlan-export",
    "rb5009-7.18.2-exec",
];

/// Sections that must come out the same at least.
const FLOOR: usize = 27;

/// A switch without configuration.
fn blank(step: &Step) -> Lab {
    let mut lab = Lab::of(Device::factory(step.version));
    lab.quietly(&[
        "/ip/address/remove [find]",
        "/interface/bridge/port/remove [find]",
        "/interface/bridge/remove [find]",
    ]);
    lab
}

/// The sections of an export: the path, and the text with it.
fn sections(export: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in export.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with('/') {
            sections.push((line.to_owned(), String::new()));
        }
        if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    sections
}

#[test]
fn sections_of_exports_come_out_as_they_went_in() {
    let (mut all, mut same) = (0, 0);
    for step in steps() {
        if !EXPORTS.contains(&step.file.as_str()) || !step.command.contains("export") {
            continue;
        }
        let mut lab = blank(&step);
        // What the donors hid must be something that a device takes.
        let text = step
            .output
            .replace("**:**:**:**:**:**", "02:00:00:00:00:01");
        let parts = sections(&text);
        let mut refused = Vec::new();
        for (path, text) in &parts {
            let session = routeros_sim::device::Session {
                user: "admin".into(),
                from: None,
            };
            let (_, error) = lab.device.run_script(text, &session);
            refused.extend(error.map(|error| (path.clone(), error)));
        }
        for (path, text) in &parts {
            all += 1;
            let refusal = refused.iter().find(|(refused, _)| refused == path);
            let got = lab.type_in(&format!("{path} export"));
            let own = sections(&got).into_iter().find(|(own, _)| own == path);
            let own = own.map_or_else(String::new, |(_, own)| own);
            match refusal {
                None if own == *text => same += 1,
                None => panic!("{}: {path}\n{text}+++ simulated\n{own}", step.file),
                Some((_, error)) if error.starts_with(UNKNOWN) => {
                    println!("  not {}: {path}: {error}", step.file);
                }
                Some((_, error)) => panic!("{}: {path}: {error}", step.file),
            }
        }
    }
    println!("exports: {same} of {all} sections reproduced");
    assert!(all == 0 || same >= FLOOR, "{same} of {all}, not {FLOOR}");
}
