//! What is wrong with a file is said before anything is sent.

use serde_json::Value;

use super::script::Script;

const SUITE: &str = "validation";

/// Each change of the office, and what is said of it.
type Wrong<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

/// Checks the office with each change: refused, and for these reasons.
#[track_caller]
fn refused(case: &str, wrongs: &[Wrong<'_>]) {
    let mut script = Script::new(SUITE, case, 16);
    for (changes, reasons) in wrongs {
        script.office(changes);
        for (old, new) in *changes {
            script.note(&format!("{:?} instead of {:?}", new.trim(), old.trim()));
        }
        let said = script.alone(&["check", "office.toml"]).ends(3);
        assert_eq!(said.out, "");
        for reason in *reasons {
            assert!(said.err.contains(reason), "{reason}: {}", said.err);
        }
        let json = script
            .alone_unshown(&["--json", "check", "office.toml"])
            .ends(3);
        let failed = json.out.lines().last().expect("a line");
        let failed: Value = serde_json::from_str(failed).expect("JSON");
        let code = format!("error[{}]:", text(&failed["code"]));
        assert!(said.err.starts_with(&code), "{failed}: {}", said.err);
        for hint in failed["hints"].as_array().expect("hints") {
            assert!(said.err.contains(text(hint)), "{hint}: {}", said.err);
        }
        assert_eq!(
            said.err.matches("\nhint: ").count(),
            failed["hints"].as_array().expect("hints").len()
        );
        // What is refused offline is refused before the device hears of it.
        let plan = script
            .run_unshown(&["apply", "--yes", "office.toml"])
            .ends(3);
        assert_eq!(script.world.sim.log(), [], "{}", plan.err);
    }
    script.matches();
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// The line of the office in which a text stands first.
fn line_of(text: &str) -> usize {
    let office = std::fs::read_to_string(crate::world::office()).expect("the office");
    let before = office.split(text).next().expect("a start");
    before.lines().count().max(before.matches('\n').count() + 1)
}

#[test]
fn the_office_is_valid() {
    let mut script = Script::new(SUITE, "the-office", 16);
    script.office(&[]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert!(said.out.contains("valid"), "{}", said.out);
    let json = script.alone(&["--json", "check", "office.toml"]).ends(0);
    let value: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(value["valid"], true);
    script.matches();
}

#[test]
fn unknown_names_with_the_nearest() {
    let pool = format!("line {}:", line_of("address-pool"));
    refused(
        "unknown-names",
        &[
            (
                &[("address-pool =", "adress-pool =")],
                &[
                    "has no property \"adress-pool\", did you mean \"address-pool\"?",
                    &pool,
                ],
            ),
            (
                &[("[[ip-pool]]", "[[ip-pol]]")],
                &["did you mean \"ip-pool\"?"],
            ),
            (&[("owner =", "ovner =")], &["did you mean \"owner\"?"]),
            (&[("purge = []", "purge = [\"ip-adress\"]")], &["ip-adress"]),
            (
                &[("pvid = 10", "colour = 10")],
                &["has no property \"colour\"\n"],
            ),
        ],
    );
}

#[test]
fn values_out_of_range() {
    refused(
        "values",
        &[
            (&[("pvid = 10", "pvid = 4095")], &["pvid: "]),
            (&[("vlan-id = 10", "vlan-id = 0")], &["vlan-id: "]),
            (&[("10.0.0.1/24", "10.0.0.1/33")], &["address: "]),
            (
                &[("10.0.0.100-10.0.0.199", "10.0.0.199-10.0.0.100")],
                &["ranges: "],
            ),
            (
                &[("lease-time = \"1h\"", "lease-time = \"soon\"")],
                &["lease-time: "],
            ),
            (
                &[("02:00:00:00:00:10", "02:00:00:00:00:1g")],
                &["mac-address: "],
            ),
            (
                &[("vlan-filtering = true", "vlan-filtering = \"perhaps\"")],
                &["vlan-filtering: "],
            ),
        ],
    );
}

#[test]
fn names_that_are_not_there() {
    refused(
        "references",
        &[
            (
                &[(
                    "address-pool = \"pool-attic\"",
                    "address-pool = \"pool-atic\"",
                )],
                &["E-reference", "pool-atic"],
            ),
            (
                &[(
                    "interface = \"vlan10-attic\"\naddress-pool",
                    "interface = \"vlan11\"\naddress-pool",
                )],
                &["E-reference", "vlan11"],
            ),
            (
                &[("server = \"dhcp-attic\"", "server = \"dhcp-other\"")],
                &["E-reference"],
            ),
        ],
    );
}

#[test]
fn networks_that_overlap() {
    let other =
        "[[ip-address]]\naddress = \"10.0.0.5/24\"\ninterface = \"bridge-attic\"\n\n[[ip-pool]]";
    refused(
        "overlaps",
        &[
            (&[("[[ip-pool]]", other)], &["E-overlap"]),
            (
                &[("10.0.0.100-10.0.0.199", "10.0.0.1-10.0.0.199")],
                &["E-pool-address"],
            ),
            (
                &[("10.0.0.100-10.0.0.199", "10.1.0.100-10.1.0.199")],
                &["E-pool-network"],
            ),
            (
                &[(
                    "address = \"10.0.0.10\"\nmac",
                    "address = \"10.5.0.10\"\nmac",
                )],
                &["E-lease-network"],
            ),
        ],
    );
}

#[test]
fn ports_that_the_hardware_does_not_have() {
    refused(
        "hardware",
        &[
            (
                &[("\"ether23\"", "\"ether25\"")],
                &["E-port-unknown", "ether25"],
            ),
            (
                &[("port = \"ether24\"", "port = \"ether99\"")],
                &["E-port-unknown", "ether99"],
            ),
            (
                &[(
                    "default-name = \"ether1\"",
                    "default-name = \"sfp-sfpplus3\"",
                )],
                &["E-port-unknown"],
            ),
        ],
    );
}

#[test]
fn names_for_multicast_dns() {
    let mut script = Script::new(SUITE, "local-names", 16);
    script.office(&[]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert!(said.err.contains("W-local-name"), "{}", said.err);
    assert!(
        said.err.contains("attic.internal is declared beside it"),
        "{}",
        said.err
    );
    script.note("without the other name");
    script.office(&[("attic.internal", "other.local")]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert_eq!(said.err.matches("W-local-name").count(), 2, "{}", said.err);
    assert!(!said.err.contains("declared beside it"), "{}", said.err);
    let json = script.alone(&["--json", "check", "office.toml"]).ends(0);
    assert_eq!(json.out.matches("\"W-local-name\"").count(), 2);
    script.note("without names under .local");
    script.office(&[("attic.local", "attic.example")]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert!(!said.err.contains("W-local-name"), "{}", said.err);
    script.matches();
}

#[test]
fn management_that_is_cut_off() {
    let rescue = "interface = \"ether24\"\npvid = ";
    refused(
        "management-cut",
        &[
            (
                &[(&format!("{rescue}1\n"), &format!("{rescue}10\n"))],
                &["error[lockout]", "E-management-cut", "ether24"],
            ),
            (
                &[(
                    "vlan-filtering = true",
                    "vlan-filtering = true\nframe-types = \"admit-only-vlan-tagged\"",
                )],
                &["E-management"],
            ),
        ],
    );
}

#[test]
fn what_counts_only_where_vlans_are_filtered() {
    let mut script = Script::new(SUITE, "filtering", 16);
    script.note("without vlan-filtering, what is prepared for it waits");
    script.office(&[("vlan-filtering = true\n", "vlan-filtering = false\n")]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert_eq!(said.err.matches("W-filtering").count(), 1, "{}", said.err);
    script
        .run_unshown(&["apply", "--yes", "office.toml"])
        .ends(0);
    let again = script.run_unshown(&["plan", "office.toml"]).ends(0);
    assert!(again.out.contains("no change"), "{}", again.out);
    script.note("of the bridge itself, the device would never show it");
    let own = "vlan-filtering = false\nether-type = \"0x88a8\"\n";
    script.office(&[("vlan-filtering = true\n", own)]);
    let said = script.alone(&["check", "office.toml"]).ends(3);
    assert!(said.err.contains("E-filtering"), "{}", said.err);
    script.note("whether it filters, only the device can tell");
    script.office(&[("vlan-filtering = true\n", "ether-type = \"0x88a8\"\n")]);
    let said = script.alone(&["check", "office.toml"]).ends(0);
    assert_eq!(said.err.matches("W-filtering").count(), 2, "{}", said.err);
    let apply = ["apply", "--yes", "--quiet", "office.toml"];
    let said = script.run_unshown(&apply).ends(3);
    assert!(said.err.contains("E-filtering"), "{}", said.err);
    script.wrote_nothing();
    script.by_hand("/interface/bridge set bridge-attic vlan-filtering=yes");
    script.run_unshown(&apply).ends(0);
    let again = script.run_unshown(&["plan", "office.toml"]).ends(0);
    assert!(again.out.contains("no change"), "{}", again.out);
    script.matches();
}

#[test]
fn everything_that_is_wrong_at_once() {
    let mut script = Script::new(SUITE, "several-at-once", 16);
    script.office(&[
        ("address-pool =", "adress-pool ="),
        ("pvid = 10", "pvid = 5000"),
        ("vlan-id = 10", "vlan-di = 10"),
    ]);
    let said = script.alone(&["check", "office.toml"]).ends(3);
    assert_eq!(said.err.matches("hint: line ").count(), 3, "{}", said.err);
    let json = script.alone(&["--json", "check", "office.toml"]).ends(3);
    let value: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(value["code"], "invalid-file");
    assert_eq!(value["hints"].as_array().expect("hints").len(), 3);
    script.note("findings as JSON");
    script.office(&[("\"ether23\"", "\"ether25\"")]);
    let json = script.alone(&["--json", "check", "office.toml"]).ends(3);
    let findings = json.out.lines().next().expect("a line");
    let value: Value = serde_json::from_str(findings).expect("JSON");
    assert_eq!(value["valid"], false);
    assert!(
        value["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|finding| { finding["line"].as_u64() > Some(0) && finding["code"].is_string() })
    );
    script.matches();
}

#[test]
fn no_file_and_no_toml() {
    let mut script = Script::new(SUITE, "no-toml", 16);
    let said = script.alone(&["check", "missing.toml"]).ends(1);
    assert!(said.err.contains("error[local-file]"), "{}", said.err);
    script.file("broken.toml", "owner = \"attic\"\n[[bridge]\nname = 1\n");
    let said = script.alone(&["check", "broken.toml"]).ends(3);
    assert!(said.err.contains("line 2"), "{}", said.err);
    script.file("empty.toml", "");
    script.alone(&["check", "empty.toml"]);
    script.matches();
}
