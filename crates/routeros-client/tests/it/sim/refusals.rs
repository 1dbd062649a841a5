//! Every refusal that the simulated device can be brought to, recognised.

use routeros_client::refusal::{Reason, Refusal};
use routeros_sim::mode::DeviceMode;

use super::{Lab, MINORS};

const AROUND: &[&str] = &[
    "/interface/bridge/add name=br",
    "/interface/vlan/add name=v interface=br vlan-id=5",
    "/interface/bridge/port/add bridge=br interface=ether1",
    "/interface/bridge/vlan/add bridge=br vlan-ids=10 tagged=br",
    "/ip/pool/add name=p ranges=10.0.0.2",
    "/ip/address/add address=10.0.0.1/24 interface=br",
    "/ip/dhcp-server/lease/add mac-address=02:00:00:00:00:01 address=10.0.0.9",
    "/ip/dns/static/add name=attic.test address=10.0.0.10",
    "/interface/bridge/set br vlan-filtering=yes",
];

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The refusal of a line, by a device that has a little of everything.
fn refusal(minor: u16, line: &str) -> Refusal {
    let mut lab = Lab::blank(minor);
    lab.quietly(AROUND);
    let answer = lab.say(line);
    assert!(
        !answer.starts_with(routeros_sim::UNKNOWN),
        "7.{minor} {line}: {answer}"
    );
    Refusal::of_silent(&answer).unwrap_or_else(|| panic!("7.{minor}: not refused: {line}"))
}

/// Lines, and why each is refused in every version.
fn check(cases: &[(&str, Reason)]) {
    for minor in MINORS {
        for (line, reason) in cases {
            let seen = refusal(minor, line);
            assert_eq!(seen.reason, *reason, "7.{minor} {line}: {seen}");
        }
    }
}

#[test]
fn what_the_console_cannot_parse() {
    let unknown = |word: &str| Reason::UnknownCommand { word: word.into() };
    check(&[
        ("/ip/address/bogus", unknown("bogus")),
        ("/bogus/print", unknown("bogus")),
        (
            "/interface/bridge/add name=b protocol-mode=bogus",
            Reason::Syntax,
        ),
        ("/ip/pool/add name=\"b", Reason::Syntax),
        ("/ip/pool/add name= ranges=10.0.0.1", Reason::Syntax),
        ("/ip/address\nadd", Reason::Syntax),
    ]);
    // In which words the versions between them refuse is not known.
    for minor in [12, 16, 19, 23] {
        for (line, name, column) in [
            ("/ip address print bogus=1", "bogus", 19),
            (
                "/ip address add address=10.1.1.1/24 interface=ether1 passive=yes",
                "passive",
                61,
            ),
        ] {
            let seen = refusal(minor, line);
            let name = (minor >= 23).then(|| name.to_owned());
            assert_eq!(
                seen.reason,
                Reason::UnknownArgument { name },
                "7.{minor} {line}: {seen}"
            );
            assert_eq!(seen.place, Some((1, column)), "7.{minor} {line}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_value() {
    let invalid = |argument: &str| Reason::InvalidValue {
        argument: argument.into(),
    };
    let range = |of: &str, bounds: &str| Reason::OutOfRange {
        of: of.into(),
        bounds: bounds.into(),
    };
    let absent = |of: &[&str]| Reason::NoMatch { of: list(of) };
    check(&[
        (
            "/ip/address/add",
            Reason::Missing {
                arguments: list(&["address", "interface"]),
            },
        ),
        (
            "/ip/address/add address=1.1.1.1/24",
            Reason::Missing {
                arguments: list(&["interface"]),
            },
        ),
        (
            "/ip/address/add address=300.1.1.1/24 interface=ether1",
            invalid("address"),
        ),
        (
            "/interface/bridge/port/add bridge=br interface=ether2 pvid=4095",
            range("pvid", "1..4094"),
        ),
        (
            "/interface/bridge/vlan/add bridge=br vlan-ids=0-5",
            range("vlan-range", "1..4094"),
        ),
        (
            "/ip/pool/add name=q ranges=10.0.0.9-10.0.0.1",
            invalid("range"),
        ),
        ("/interface/ethernet/set ether1 mtu=1500x", invalid("mtu")),
        (
            "/interface/vlan/add name=w interface=nothere vlan-id=5",
            absent(&["interface"]),
        ),
        (
            "/interface/bridge/port/add bridge=nope interface=ether2",
            absent(&["bridge"]),
        ),
        (
            "/ip/dhcp-server/add name=d interface=ether2 address-pool=nope",
            absent(&["address-pool"]),
        ),
        (
            "/interface/bridge/port/add bridge=br interface=ether99",
            absent(&["interface", "interface-list"]),
        ),
        (
            ":put [/ip/pool/print as-value proplist=name,bogus]",
            absent(&["value-name"]),
        ),
    ]);
}

#[test]
fn what_is_wrong_with_the_state() {
    check(&[
        ("/interface/disable ether99", Reason::NoSuchItem),
        ("/ip/pool/remove 99", Reason::NoSuchItem),
        ("/ip/pool/remove *77", Reason::NoSuchItem),
        ("/interface/bridge/add name=br", Reason::AlreadyExists),
        (
            "/interface/bridge/port/add bridge=br interface=ether1",
            Reason::AlreadyExists,
        ),
        ("/ip/pool/add name=p ranges=10.0.0.2", Reason::AlreadyExists),
        (
            "/ip/address/add address=10.0.0.1/24 interface=br",
            Reason::AlreadyExists,
        ),
        (
            "/ip/dhcp-server/lease/add mac-address=02:00:00:00:00:01 address=10.0.0.9",
            Reason::AlreadyExists,
        ),
        (
            "/ip/dns/static/add name=attic.test address=10.0.0.10",
            Reason::AlreadyExists,
        ),
        (
            "/interface/bridge/vlan/add bridge=br vlan-ids=11 tagged=br,ether1 untagged=ether1",
            Reason::RepeatedInterface,
        ),
        (
            "/ip/dns/static/add name=c.test address=10.0.0.3 place-before=9",
            Reason::NoSuchItem,
        ),
        (
            "/interface/bridge/vlan/set [find where dynamic=yes] comment=x",
            Reason::Dynamic,
        ),
        (
            "/interface/bridge/vlan/remove [find where dynamic=yes]",
            Reason::Dynamic,
        ),
        ("/import nothere.rsc", Reason::MissingFile),
        (":error \"enough\"", Reason::Other),
    ]);
}

#[test]
fn a_vlan_twice_is_refused_by_the_versions_before_7_17() {
    for minor in MINORS.into_iter().filter(|minor| *minor < 17) {
        let seen = refusal(
            minor,
            "/interface/bridge/vlan/add bridge=br vlan-ids=10 tagged=br",
        );
        assert_eq!(seen.reason, Reason::AlreadyExists, "7.{minor}");
    }
}

#[test]
fn what_a_mode_forbids() {
    let mut lab = Lab::factory(20);
    lab.device.set_device_mode(DeviceMode::Home);
    let answer = lab.say("/system/scheduler/add name=t interval=10m on-event=\"\"");
    assert_eq!(
        Refusal::of_silent(&answer).expect("refused").reason,
        Reason::DeviceMode
    );
}

#[test]
fn what_is_refused_inside_a_script_keeps_its_reason() {
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        lab.quietly(AROUND);
        let script = "/ip/pool/add name=q ranges=10.0.0.3\n/ip/pool/add name=p ranges=10.0.0.2\n";
        lab.device
            .files
            .write("job.rsc", script.into(), 0)
            .expect("written");
        let seen = Refusal::of_silent(&lab.say("/import job.rsc")).expect("refused");
        assert_eq!(seen.reason, Reason::AlreadyExists, "7.{minor}: {seen}");
        assert!(!seen.context.is_empty(), "7.{minor}: {seen}");
    }
}
