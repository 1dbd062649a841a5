//! What would be done is said, and nothing is done.

use serde_json::Value;

use super::script::Script;

const SUITE: &str = "dry-run";

/// The four ways to ask what would be done.
const WAYS: [&[&str]; 4] = [
    &["plan", "office.toml"],
    &["diff", "office.toml"],
    &["drift", "office.toml"],
    &["apply", "--dry-run", "office.toml"],
];

/// A switch that is as the office declares.
fn applied(case: &str, minor: u8) -> Script {
    let mut script = Script::new(SUITE, case, minor);
    script.office(&[]);
    let apply = ["apply", "--yes", "office.toml"];
    script.world.at("ether24").run(&apply).ends(0);
    script.note("the office is applied");
    script
}

/// Asks for the plan; it has changes, and these lines, and is not carried out.
#[track_caller]
fn finds(script: &mut Script, lines: &[&str]) {
    let before = script.export();
    let said = script.run(&["drift", "office.toml"]).ends(2);
    for line in lines {
        assert!(
            said.out.lines().any(|shown| shown.trim() == *line),
            "{line}: {}",
            said.out
        );
    }
    script.wrote_nothing();
    assert_eq!(script.export(), before);
}

#[test]
fn four_names_for_one_thing() {
    let mut script = Script::new(SUITE, "four-names", 16);
    script.office(&[]);
    let before = script.export();
    let mut plans = Vec::new();
    for (nth, way) in WAYS.iter().enumerate() {
        let said = match nth {
            0 => script.run(way),
            _ => script.run_unshown(way),
        };
        plans.push(said.ends(2).out);
        script.wrote_nothing();
    }
    assert!(plans.iter().all(|plan| *plan == plans[0]), "{plans:#?}");
    assert!(
        plans[0].contains("+ /interface/vlan vlan10-attic"),
        "{}",
        plans[0]
    );
    let steps = |sign: &str| {
        plans[0]
            .lines()
            .filter(|line| line.starts_with(sign))
            .count()
    };
    let summary = format!(
        "{} steps: {} add, {} change, {} remove",
        steps("+ ") + steps("~ ") + steps("- "),
        steps("+ "),
        steps("~ "),
        steps("- ")
    );
    assert!(plans[0].ends_with(&format!("{summary}\n")), "{}", plans[0]);
    assert_eq!(script.export(), before);
    assert_eq!(script.count("/system/scheduler find"), 0);
    assert_eq!(script.count("/file find"), 0);
    script.matches();
}

#[test]
fn as_json() {
    let mut script = Script::new(SUITE, "as-json", 20);
    script.office(&[]);
    let words = script.run_unshown(&["plan", "office.toml"]).ends(2);
    let json = script.run(&["--json", "plan", "office.toml"]).ends(2);
    script.wrote_nothing();
    let plan = json
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    let plan: Vec<Value> = plan
        .filter(|value: &Value| value["event"] == "plan")
        .collect();
    let [plan] = &plan[..] else {
        panic!("{}", json.out)
    };
    let steps = plan["steps"].as_array().expect("steps");
    assert!(
        words.out.contains(&format!("\n{} steps: ", steps.len())),
        "{}",
        words.out
    );
    assert_eq!(plan["lockout"], Value::Null);
    for step in steps {
        assert!(
            step["command"]
                .as_str()
                .expect("a command")
                .starts_with('/'),
            "{step}"
        );
        assert_ne!(step["safety"], Value::Null, "{step}");
    }
    let mut others = steps.iter().filter(|step| step["kind"] != "service");
    let last = others.next_back().expect("a step");
    assert!(
        last["command"]
            .as_str()
            .expect("text")
            .contains("vlan-filtering=yes"),
        "but for services, filtering is last: {last}"
    );
    script.matches();
}

#[test]
fn no_change_is_0() {
    for minor in [16, 23] {
        let mut script = applied(&format!("no-change-7.{minor}"), minor);
        for way in WAYS {
            let said = script.run(way).ends(0);
            assert_eq!(said.out, "no change\n");
            script.wrote_nothing();
        }
        let json = script.run(&["--json", "plan", "office.toml"]).ends(0);
        assert!(json.out.contains("\"steps\":[]"), "{}", json.out);
        script.matches();
    }
}

#[test]
fn what_was_changed_by_hand_is_found() {
    let mut script = applied("changed-by-hand", 20);
    script.by_hand("/ip/dhcp-server set dhcp-attic lease-time=10m");
    script.by_hand("/interface/bridge/port set [find where interface=ether7] pvid=99");
    script.by_hand("/system/identity set name=elsewhere");
    finds(
        &mut script,
        &[
            "~ /ip/dhcp-server dhcp-attic",
            "lease-time: 10m -> 1h",
            "pvid: 99 -> 10",
            "name: elsewhere -> attic-switch",
            "3 steps: 0 add, 3 change, 0 remove",
        ],
    );
    script.matches();
}

#[test]
fn what_was_removed_by_hand_is_found() {
    let mut script = applied("removed-by-hand", 16);
    script.by_hand("/ip/dns/static remove [find where name=\"attic.internal\"]");
    script.by_hand("/ip/dhcp-server/lease remove [find where address=10.0.0.10]");
    finds(&mut script, &["2 steps: 2 add, 0 change, 0 remove"]);
    script.matches();
}

#[test]
fn what_is_switched_off_by_hand_is_found() {
    let mut script = applied("switched-off", 20);
    script.by_hand("/interface/bridge set bridge-attic vlan-filtering=no");
    script.by_hand("/ip/service set telnet disabled=no");
    finds(
        &mut script,
        &["vlan-filtering: no -> yes", "disabled: no -> yes"],
    );
    script.matches();
}

#[test]
fn what_the_file_does_not_mention_is_left_alone() {
    let mut script = applied("not-mentioned", 20);
    script.by_hand("/ip/pool add name=by-hand ranges=10.9.0.1-10.9.0.9");
    let said = script.run(&["plan", "office.toml"]).ends(0);
    assert_eq!(said.out, "no change\n");
    script.note("the file says purge = [\"ip-pool\"]");
    script.office(&[("purge = []", "purge = [\"ip-pool\"]")]);
    finds(
        &mut script,
        &["- /ip/pool by-hand", "1 step: 0 add, 0 change, 1 remove"],
    );
    script.matches();
}

#[test]
fn words_that_old_versions_show_as_numbers_are_no_drift() {
    let mut script = Script::new(SUITE, "words-as-numbers", 12);
    script.file(
        "small.toml",
        "owner = \"attic\"\n\n[device]\nminimum-version = \"7.12\"\n\n[management]\nport = \"ether24\"\n\
         address = \"192.168.88.1\"\n\n[[bridge]]\nname = \"bridge\"\nmtu = \"auto\"\n\n\
         [[bridge-port]]\nbridge = \"bridge\"\ninterface = \"ether2\"\nhorizon = \"none\"\n",
    );
    let said = script.run(&["plan", "small.toml"]).ends(0);
    assert_eq!(said.out, "no change\n");
    script.by_hand("/interface/bridge/port set [find where interface=ether2] horizon=7");
    let said = script.run(&["plan", "small.toml"]).ends(2);
    assert!(said.out.contains("horizon: 7 -> none"), "{}", said.out);
    script.matches();
}

#[test]
fn what_apply_would_refuse_is_said() {
    let mut script = Script::new(SUITE, "refused-later", 16);
    script.office(&[]);
    script.plug("ether5");
    let said = script.run(&["plan", "office.toml"]);
    script.wrote_nothing();
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("ether24"), "{all}");
    script.matches();
}
