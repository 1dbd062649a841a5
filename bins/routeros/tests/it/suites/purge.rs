//! What the file does not mention is left alone, unless its kind is purged:
//! for every kind whose items can be removed.

use routeros_client::schema::Kind;

use crate::world::{Said, World, office};

/// An item of each kind that nobody declared, in an order in which they can go:
/// how it is made, and how it is found.
const STRANGERS: [(Kind, &str, &str); 10] = [
    (
        Kind::DnsStatic,
        "/ip/dns/static add name=printer.internal address=10.0.0.20",
        "/ip/dns/static find where name=printer.internal",
    ),
    (
        Kind::DhcpLease,
        "/ip/dhcp-server/lease add server=guests address=10.9.0.5 mac-address=02:00:00:00:00:55",
        "/ip/dhcp-server/lease find where address=10.9.0.5",
    ),
    (
        Kind::DhcpNetwork,
        "/ip/dhcp-server/network add address=10.9.0.0/24 dns-server=10.9.0.1",
        "/ip/dhcp-server/network find where address=10.9.0.0/24",
    ),
    (
        Kind::DhcpServer,
        "/ip/dhcp-server add name=guests interface=vlan99 address-pool=guests",
        "/ip/dhcp-server find where name=guests",
    ),
    (
        Kind::Pool,
        "/ip/pool add name=guests ranges=10.9.0.10-10.9.0.99",
        "/ip/pool find where name=guests",
    ),
    (
        Kind::Address,
        "/ip/address add address=10.9.0.1/24 interface=vlan99",
        "/ip/address find where address=10.9.0.1/24",
    ),
    (
        Kind::Vlan,
        "/interface/vlan add name=vlan99 interface=bridge-attic vlan-id=99",
        "/interface/vlan find where name=vlan99",
    ),
    (
        Kind::BridgeVlan,
        "/interface/bridge/vlan add bridge=bridge-attic vlan-ids=99 tagged=bridge-attic",
        "/interface/bridge/vlan find where vlan-ids=99 and dynamic=no",
    ),
    (
        Kind::BridgePort,
        "/interface/bridge/port set [find where interface=ether23] bridge=spare",
        "/interface/bridge/port find where interface=ether23",
    ),
    (
        Kind::Bridge,
        "/interface/bridge add name=spare",
        "/interface/bridge find where name=spare",
    ),
];

/// A file without ether23, which purges this.
fn file(world: &World, purge: &str) -> String {
    let text = std::fs::read_to_string(office()).expect("the office");
    let text = text.replace(" \"ether23\",", "");
    assert!(!text.contains("ether23"));
    let text = text.replace("purge = []", &format!("purge = [{purge}]"));
    assert!(text.contains(purge));
    let file = world.home().join("office.toml");
    std::fs::write(&file, text).expect("written");
    file.to_str().expect("text").to_owned()
}

fn run(world: &World, command: &[&str], file: &str) -> Said {
    world.at("ether24").run(&[command, &[file]].concat())
}

fn apply(world: &World, file: &str) -> Said {
    run(world, &["apply", "--yes", "--confirm-within", "1h"], file).ends(0)
}

/// Which of the strangers are there.
fn there(world: &World) -> Vec<Kind> {
    let count = |find: &str| world.sim.console(&format!(":put [:len [{find}]]"));
    let there = STRANGERS
        .iter()
        .filter(|(.., find)| count(find).trim() == "1");
    there.map(|(kind, ..)| *kind).collect()
}

#[test]
fn every_kind_is_left_alone_until_it_is_purged() {
    let kinds = STRANGERS.map(|(kind, ..)| kind);
    let mut all: Vec<_> = Kind::settable()
        .filter(|kind| kind.menu().can_add)
        .collect();
    all.sort_unstable();
    let mut tested = kinds.to_vec();
    tested.sort_unstable();
    assert_eq!(tested, all);

    let world = World::factory(20);
    apply(&world, &file(&world, ""));
    for (_, add, _) in STRANGERS.iter().rev() {
        assert_eq!(world.sim.console(add), "", "{add}");
    }
    assert_eq!(there(&world), kinds);
    world.sim.clear_log();
    let alone = apply(&world, &file(&world, ""));
    assert!(alone.out.contains("no change"), "{}", alone.out);
    assert_eq!(world.sim.writes(), []);

    for (place, kind) in kinds.iter().enumerate() {
        let purging = file(&world, &format!("{:?}", kind.name()));
        let plan = run(&world, &["plan"], &purging).ends(2);
        assert!(
            plan.out.contains("\n1 step: 0 add, 0 change, 1 remove\n"),
            "{kind}: {}",
            plan.out
        );
        apply(&world, &purging);
        assert_eq!(there(&world), kinds[place + 1..], "{kind}");
    }
    let declared = world.sim.console("/export terse");
    assert!(declared.contains("vlan10-attic"), "{declared}");
    let rest = apply(&world, &file(&world, ""));
    assert!(rest.out.contains("no change"), "{}", rest.out);
}

#[test]
fn what_cannot_be_removed_cannot_be_purged() {
    let world = World::factory(20);
    for kind in Kind::settable().filter(|kind| !kind.menu().can_add) {
        let purging = file(&world, &format!("{:?}", kind.name()));
        let said = world.run(&["check", &purging]).ends(3);
        let why = format!("{:?} is no kind whose items can be removed", kind.name());
        assert!(said.err.contains(&why), "{}", said.err);
    }
}
