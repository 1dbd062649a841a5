//! What is wrong with a file that can be read: each code, by a change of the
//! file of the manual that earns it.

use routeros_client::validate::{CODES, Finding, validate};

use super::factory::{factory, office, office_text, read};

fn changed(from: &str, to: &str) -> Vec<Finding> {
    assert!(office_text().contains(from), "{from}");
    validate(&read(&office_text().replacen(from, to, 1)), None)
}

fn added(text: &str) -> Vec<Finding> {
    validate(&read(&format!("{}\n{text}", office_text())), None)
}

/// A code with findings that have it.
fn earned() -> Vec<(&'static str, Vec<Finding>)> {
    let server = "interface = \"vlan10-attic\"\naddress-pool";
    vec![
        (
            "E-address-on-port",
            added("[[ip-address]]\naddress = \"10.1.0.1/24\"\ninterface = \"ether3\""),
        ),
        ("E-board", {
            let other = office_text().replace("CRS326-24G-2S+", "CRS328-24P-4S+");
            validate(&read(&other), Some(&factory()))
        }),
        (
            "E-duplicate",
            added("[[vlan]]\nname = \"vlan10-attic\"\ninterface = \"bridge-attic\"\nvlan-id = 11"),
        ),
        (
            "E-duplicate-name",
            added("[[vlan]]\nname = \"bridge-attic\"\ninterface = \"bridge-attic\"\nvlan-id = 11"),
        ),
        (
            "E-filtering",
            changed(
                "vlan-filtering = true",
                "vlan-filtering = false\nether-type = \"0x88a8\"",
            ),
        ),
        (
            "E-lease-network",
            changed(
                "address = \"10.0.0.10\"\nmac",
                "address = \"10.0.1.10\"\nmac",
            ),
        ),
        ("E-management-cut", changed("pvid = 1\n", "pvid = 10\n")),
        (
            "E-management-frames",
            changed(
                "vlan-filtering = true",
                "vlan-filtering = true\nframe-types = \"admit-only-vlan-tagged\"",
            ),
        ),
        ("E-missing", added("[[ip-pool]]\nname = \"empty\"")),
        (
            "E-overlap",
            added("[[ip-address]]\naddress = \"10.0.0.2/16\"\ninterface = \"bridge-attic\""),
        ),
        (
            "E-pool-address",
            changed("10.0.0.100-10.0.0.199", "10.0.0.1-10.0.0.9"),
        ),
        (
            "E-pool-network",
            changed("10.0.0.100-10.0.0.199", "10.0.0.200-10.0.1.9"),
        ),
        (
            "E-port-unknown",
            changed("interface = \"ether24\"", "interface = \"ether25\""),
        ),
        (
            "E-reference",
            changed(
                "address-pool = \"pool-attic\"",
                "address-pool = \"pool-atic\"",
            ),
        ),
        (
            "E-server-address",
            changed(server, "interface = \"bridge-attc\"\naddress-pool"),
        ),
        (
            "E-tagged-untagged",
            changed(
                "tagged = [\"bridge-attic\"]",
                "tagged = [\"bridge-attic\", \"ether7\"]",
            ),
        ),
        (
            "E-version",
            changed(
                "vlan-id = 10",
                "vlan-id = 10\nmtu = 1500\n[[dhcp-network]]\naddress = \"10.4.0.0/24\"\nntp-none = true",
            ),
        ),
        (
            "E-vlan-on-port",
            changed(
                "interface = \"bridge-attic\"\nvlan-id",
                "interface = \"ether7\"\nvlan-id",
            ),
        ),
        ("N-lease-time", changed("lease-time = \"1h\"", "")),
        (
            "W-board-unknown",
            changed("board = \"CRS326-24G-2S+\"", "board = \"CRS999\""),
        ),
        (
            "W-filtering",
            changed("vlan-filtering = true", "vlan-filtering = false"),
        ),
        ("W-local-name", validate(&office(), None)),
        ("W-mac-example", validate(&office(), None)),
        (
            "W-management-undeclared",
            changed(
                "address = \"192.168.88.1/24\"",
                "address = \"192.168.77.1/24\"",
            ),
        ),
        (
            "W-pool-lease",
            changed("10.0.0.100-10.0.0.199", "10.0.0.9-10.0.0.199"),
        ),
        ("W-pvid", changed("pvid = 10", "pvid = 11")),
        (
            "W-two-bridges",
            added(
                "[[bridge]]\nname = \"second\"\n[[bridge-port]]\ninterface = \"ether3\"\nbridge = \"second\"",
            ),
        ),
        (
            "W-vlan-list",
            changed("vlan-ids = 10", "vlan-ids = \"10,20\""),
        ),
    ]
}

#[test]
fn every_code_is_earned_and_says_where() {
    let earned = earned();
    let tested: Vec<_> = earned.iter().map(|(code, _)| *code).collect();
    let known: Vec<_> = CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(tested, known);
    for (code, findings) in earned {
        let found = findings.iter().find(|finding| finding.code == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {findings:#?}"));
        assert!(
            found.line > 0 && !found.text.is_empty() && !found.advice.is_empty(),
            "{found}"
        );
    }
}

#[test]
fn findings_name_the_line_the_item_and_what_to_do() {
    let findings = changed(
        "address-pool = \"pool-attic\"",
        "address-pool = \"pool-atic\"",
    );
    let found = findings
        .iter()
        .find(|finding| finding.code == "E-reference");
    let line = 1 + office_text()
        .lines()
        .position(|line| line == "[[dhcp-server]]")
        .expect("there");
    assert_eq!(
        found.expect("found").to_string(),
        format!(
            "line {line}: E-reference: dhcp-server dhcp-attic: address-pool names \"pool-atic\", \
             which is not there; did you mean \"pool-attic\"? if not, declare it"
        )
    );
}

#[test]
fn what_the_device_has_need_not_be_declared() {
    let text =
        "owner = \"attic\"\n[[ip-address]]\naddress = \"10.5.0.1/24\"\ninterface = \"bridge\"\n";
    let without = validate(&read(text), None);
    assert!(
        without.iter().any(|finding| finding.code == "E-reference"),
        "{without:#?}"
    );
    let with = validate(&read(text), Some(&factory()));
    assert!(
        !with.iter().any(|finding| finding.code == "E-reference"),
        "{with:#?}"
    );
}

/// The findings about filtering, one a line.
fn filtering(text: &str, device: Option<&routeros_client::row::State>) -> Vec<String> {
    let findings = validate(&read(text), device);
    let ours = findings
        .iter()
        .filter(|found| found.code.ends_with("-filtering"));
    ours.map(|found| format!("{} {}", found.code, found.text))
        .collect()
}

#[test]
fn what_counts_only_where_vlans_are_filtered_is_found() {
    let office = office_text();
    assert_eq!(filtering(office, None), [""; 0]);
    let all = "these have no effect: frame-types of its ports, pvid of its ports, its VLAN table";
    let off = office.replace("vlan-filtering = true", "vlan-filtering = false");
    assert_eq!(
        filtering(&off, None),
        [format!("W-filtering vlan-filtering is off: {all}")]
    );
    // Not declared, the device may have it on.
    let open = office.replace("vlan-filtering = true\n", "");
    let doubt = "W-filtering vlan-filtering is not declared; where it is off, ";
    assert_eq!(filtering(&open, None), [format!("{doubt}{all}")]);
    let bridge = "\n[[bridge]]\nname = \"bridge-attic\"\nadopt = \"bridge\"\n";
    let own = bridge.to_owned() + "pvid = 10\n";
    let own = format!("owner = \"attic\"{own}");
    assert!(filtering(&own, None)[0].starts_with(&format!("{doubt}the device never shows pvid,")));
    let device = factory();
    let found = filtering(&own, Some(&device));
    assert!(
        found[0].starts_with("E-filtering vlan-filtering is off: the device never shows pvid,"),
        "{found:?}"
    );
    // The default is what a bridge has that does not say.
    let default = own.replace("pvid = 10", "pvid = 1");
    assert_eq!(filtering(&default, Some(&device)), [""; 0]);
    let mut device = device;
    let bridges = device.rows.get_mut(&routeros_client::schema::Kind::Bridge);
    for row in bridges.expect("bridges") {
        let on = routeros_client::value::Value::Bool(true);
        *row = row.clone().with("vlan-filtering", on);
    }
    assert_eq!(filtering(&own, Some(&device)), [""; 0]);
}
