//! What misleads those who talk to a device, and how the client is not misled.

use routeros_client::command::{Command, Target, find_count};
use routeros_client::desired::Desired;
use routeros_client::export::parse;
use routeros_client::read::{ReadError, strategy, table};
use routeros_client::refusal::{Reason, Refusal};
use routeros_client::schema::Kind;
use routeros_client::validate::validate;
use routeros_client::value::Value;
use routeros_sim::device::Session;

use super::{Lab, MINORS};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn trap_as_value_without_put_prints_nothing() {
    for minor in MINORS {
        let mut lab = Lab::factory(minor);
        let bare = lab.say("/ip/address/print as-value");
        assert_eq!(bare, "");
        let asked = strategy(Kind::Address, lab.version);
        let read = asked.read(&vec![bare; asked.commands.len()]);
        assert!(
            matches!(read, Err(ReadError::Silent | ReadError::CutOff)),
            "{read:?}"
        );
        assert_eq!(lab.rows(Kind::Address).len(), 1);
    }
}

#[test]
fn trap_failures_end_with_status_0() {
    let operator = Session {
        user: "admin".into(),
        from: None,
    };
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        for line in [
            "/bogus",
            "/ip/pool/remove nothing",
            "/ip/address/add",
            "/ip/pool/add name=p ranges=x",
        ] {
            let reply = lab.device.exec(line, &operator);
            assert_eq!(reply.status, 0, "{line}");
            assert!(Refusal::of_silent(&reply.text).is_some(), "{line}");
            assert_ne!(
                Refusal::of_reading(&reply.text),
                None,
                "{line}: {}",
                reply.text
            );
        }
    }
}

#[test]
fn trap_set_and_remove_of_nothing_say_nothing() {
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        let nothing = vec![("name".to_owned(), text("pool-attic"))];
        let set =
            Command::set(Kind::Pool, Target::Find(nothing.clone())).with("comment", text("x"));
        lab.quietly([
            set,
            Command::remove(Kind::Pool, Target::Find(nothing.clone())),
        ]);
        // So the client counts before.
        assert_eq!(lab.say(find_count(Kind::Pool, &nothing)), "0\n");
        // By name it is told.
        let named = Command::remove(Kind::Pool, Target::Name("pool-attic".to_owned()));
        let refusal = Refusal::of_silent(&lab.say(named)).expect("refused");
        assert_eq!(refusal.reason, Reason::NoSuchItem);
    }
}

#[test]
fn trap_what_names_a_removed_interface_keeps_its_id() {
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        lab.quietly([
            "/interface/bridge/add name=bridge-attic",
            "/ip/address/add address=10.0.0.1/24 interface=bridge-attic",
            "/interface/bridge/vlan/add bridge=bridge-attic vlan-ids=10 tagged=bridge-attic,ether1",
            "/ip/pool/add name=pool-attic ranges=10.0.0.100-10.0.0.199",
            "/ip/dhcp-server/add name=dhcp-attic interface=bridge-attic address-pool=pool-attic",
            "/ip/dhcp-server/lease/add address=10.0.0.10 mac-address=02:00:00:00:00:51 server=dhcp-attic",
        ]);
        let gone = lab.rows(Kind::Bridge)[0].id.clone().expect("an id");
        lab.quietly([Command::remove(Kind::Bridge, Target::Id(gone.clone()))]);
        let server = lab.rows(Kind::DhcpServer)[0].id.clone().expect("an id");
        lab.quietly([Command::remove(
            Kind::DhcpServer,
            Target::Id(server.clone()),
        )]);
        let cases = [
            (Kind::Address, vec![("interface", gone.clone())]),
            (
                Kind::BridgeVlan,
                vec![("bridge", gone.clone()), ("tagged", gone)],
            ),
            (Kind::DhcpLease, vec![("server", server)]),
        ];
        let export = parse(&lab.say("/export")).expect("parses").state();
        for (kind, expected) in cases {
            let rows = lab.rows(kind);
            assert_eq!(
                rows[0].dangling().collect::<Vec<_>>(),
                expected,
                "7.{minor} {kind}"
            );
            let exported = &export.of(kind)[0];
            assert_eq!(
                exported.dangling().collect::<Vec<_>>(),
                expected,
                "7.{minor} {kind}"
            );
        }
    }
}

#[test]
fn trap_tables_lose_columns_or_text_at_80_columns() {
    let long = "x".repeat(60);
    // How the table looks in others is not known.
    for minor in [16] {
        let mut lab = Lab::blank(minor);
        let bridge = Command::add(Kind::Bridge).with("name", text(&long));
        let port = Command::add(Kind::BridgePort)
            .with("interface", text("ether1"))
            .with("bridge", text(&long));
        lab.quietly([bridge, port]);
        let printed = lab.say("/interface/bridge/port/print");
        assert!(printed.lines().all(|line| line.len() <= 80), "{printed}");
        // Never half of a value: the table is refused, or lacks the column.
        match table(&printed) {
            Err(ReadError::TooWide(_)) => {}
            Ok(read) => {
                let fields = read.items.iter().flat_map(|item| &item.fields);
                for (name, value) in fields.filter(|(name, _)| name == "bridge") {
                    assert_eq!(*value, long, "7.{minor} {name}: {printed}");
                }
            }
            Err(other) => panic!("7.{minor}: {other}: {printed}"),
        }
        assert_eq!(lab.rows(Kind::BridgePort)[0].text("bridge"), long);
    }
}

#[test]
fn trap_flags_are_missing_in_values_before_7_20() {
    for minor in MINORS {
        let mut lab = Lab::factory(minor);
        lab.quietly(["/ip/address/add address=10.0.0.1/24 interface=ether24 disabled=yes"]);
        let bare = lab.say(":put [/ip/address/print detail as-value]");
        assert_eq!(bare.contains("disabled="), minor >= 20, "7.{minor}: {bare}");
        let flags: Vec<_> = lab
            .rows(Kind::Address)
            .iter()
            .map(|row| (row.flags.disabled, row.flags.dynamic))
            .collect();
        assert_eq!(
            flags,
            [(Some(false), Some(false)), (Some(true), Some(false))],
            "7.{minor}"
        );
        let running = lab.rows(Kind::Bridge)[0].flags.running;
        assert!(running.is_some(), "7.{minor}: {running:?}");
    }
}

#[test]
fn trap_a_lease_time_that_nobody_set_is_no_value_of_an_export() {
    for minor in MINORS {
        let mut lab = Lab::blank(minor);
        lab.quietly([
            "/ip/dhcp-server/add name=unsaid interface=ether1",
            "/ip/dhcp-server/add name=said interface=ether2 lease-time=10m",
        ]);
        let exported = parse(&lab.say("/export")).expect("parses").state();
        let of = |name: &str| {
            exported
                .of(Kind::DhcpServer)
                .iter()
                .find(|row| row.text("name") == name)
                .expect("there")
                .clone()
        };
        assert_eq!(of("unsaid").get("lease-time"), None, "7.{minor}");
        assert_eq!(of("said").text("lease-time"), "10m", "7.{minor}");
        let shown = lab.rows(Kind::DhcpServer);
        let default = Kind::DhcpServer
            .attribute("lease-time")
            .and_then(|attribute| attribute.default);
        assert_eq!(
            Some(shown[0].text("lease-time").as_str()),
            default,
            "7.{minor}"
        );
    }
}

#[test]
fn trap_names_under_local_are_taken_by_the_device_and_never_asked_for() {
    let file =
        "owner = \"attic\"\n[[dns-static]]\nname = \"attic.local\"\naddress = \"10.0.0.10\"\n";
    let desired = Desired::read(file).expect("reads");
    let codes: Vec<_> = validate(&desired, None)
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert!(codes.contains(&"W-local-name"), "{codes:?}");
    Lab::blank(16).quietly(["/ip/dns/static/add name=attic.local address=10.0.0.10"]);
}

#[test]
fn trap_the_questions_of_a_first_login_are_not_asked_without_a_shell() {
    for minor in MINORS {
        assert_eq!(Lab::factory(minor).say(":put 1"), "1\n");
    }
}
