//! The model of reachability, case by case.

use std::net::Ipv4Addr;

use routeros_sim::reach::{
    BridgePort, BridgeVlan, Cut, FrameTypes, Network, Operator, Prefix, Vlan, reach,
};

use crate::fake::{address, factory};

const FACTORY: [u8; 4] = [192, 168, 88, 1];
const OFFICE: [u8; 4] = [10, 0, 0, 1];

fn at(network: &Network, port: &str, to: [u8; 4]) -> Result<String, Cut> {
    let mut address = to;
    address[3] = 10;
    let operator = Operator {
        port: port.into(),
        address: Ipv4Addr::from(address),
    };
    reach(network, &operator, Ipv4Addr::from(to))
}

fn bridge_port<'a>(network: &'a mut Network, name: &str) -> &'a mut BridgePort {
    let mut ports = network.bridge_ports.iter_mut();
    ports.find(|it| it.interface == name).expect("a port")
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn entry(vlan: u16, tagged: &[&str], untagged: &[&str]) -> BridgeVlan {
    BridgeVlan {
        bridge: "bridge".into(),
        vlan_ids: vec![vlan],
        tagged: strings(tagged),
        untagged: strings(untagged),
        disabled: false,
    }
}

fn vlan(name: &str, vlan_id: u16) -> Vlan {
    Vlan {
        name: name.into(),
        interface: "bridge".into(),
        vlan_id,
        disabled: false,
    }
}

/// VLAN 10 for all ports but ether24, with 10.0.0.1 on its interface; filtering is on.
fn office() -> Network {
    let mut network = factory();
    network.bridges[0].vlan_filtering = true;
    for port in &mut network.bridge_ports {
        if port.interface != "ether24" {
            port.pvid = 10;
            port.frame_types = FrameTypes::Untagged;
        }
    }
    network.bridge_vlans = vec![entry(10, &["bridge"], &["ether1", "ether2"])];
    network.vlans = vec![vlan("vlan10", 10)];
    network.addresses.push(address(OFFICE, "vlan10"));
    network
}

#[test]
fn the_factory_is_reached_from_every_port() {
    let network = factory();
    for number in 1..=24 {
        assert_eq!(
            at(&network, &format!("ether{number}"), FACTORY),
            Ok("bridge".into())
        );
    }
    assert_eq!(
        at(&network, "ether25", FACTORY),
        Err(Cut::PortDown("ether25".into()))
    );
}

#[test]
fn the_office_is_reached_by_its_vlan_and_the_rescue_port_by_the_bridge() {
    let network = office();
    assert_eq!(at(&network, "ether1", OFFICE), Ok("vlan10".into()));
    assert_eq!(at(&network, "ether24", FACTORY), Ok("bridge".into()));
    let wrong = Cut::NoAddress(Ipv4Addr::from(FACTORY), "vlan10".into());
    assert_eq!(at(&network, "ether5", FACTORY), Err(wrong));
    let wrong = Cut::NoAddress(Ipv4Addr::from(OFFICE), "bridge".into());
    assert_eq!(at(&network, "ether24", OFFICE), Err(wrong));
}

#[test]
fn without_filtering_vlans_count_for_nothing() {
    let mut network = office();
    network.bridges[0].vlan_filtering = false;
    network.bridges[0].frame_types = FrameTypes::Tagged;
    bridge_port(&mut network, "ether3").frame_types = FrameTypes::Tagged;
    assert_eq!(at(&network, "ether3", FACTORY), Ok("bridge".into()));
    assert!(
        at(&network, "ether1", OFFICE).is_err(),
        "a VLAN interface sees tagged frames only"
    );
}

/// A name, what is broken, and what it costs from ether1 to the office's address.
type Case = (&'static str, fn(&mut Network), Cut);

#[test]
fn each_broken_part_cuts_the_office() {
    let bridge = || "bridge".to_owned();
    let office_at = |interface: &str| Cut::NoAddress(Ipv4Addr::from(OFFICE), interface.into());
    let cases: [Case; 19] = [
        (
            "port off",
            |n| n.ports[0].disabled = true,
            Cut::PortDown("ether1".into()),
        ),
        (
            "bridge off",
            |n| n.bridges[0].disabled = true,
            Cut::BridgeDown(bridge()),
        ),
        (
            "bridge gone",
            |n| n.bridges.clear(),
            Cut::BridgeDown(bridge()),
        ),
        (
            "out of the bridge",
            |n| n.bridge_ports.retain(|it| it.interface != "ether1"),
            office_at("ether1"),
        ),
        (
            "entry of the port off",
            |n| bridge_port(n, "ether1").disabled = true,
            office_at("ether1"),
        ),
        (
            "pvid of another VLAN",
            |n| bridge_port(n, "ether1").pvid = 20,
            Cut::BridgeNotInVlan(bridge(), 20),
        ),
        (
            "pvid of the bridge",
            |n| bridge_port(n, "ether1").pvid = 1,
            office_at("bridge"),
        ),
        (
            "tagged only",
            |n| bridge_port(n, "ether1").frame_types = FrameTypes::Tagged,
            Cut::UntaggedRefused("ether1".into()),
        ),
        (
            "listed as tagged",
            |n| n.bridge_vlans[0] = entry(10, &["bridge", "ether1"], &[]),
            Cut::AnswerTagged("ether1".into(), 10),
        ),
        (
            "no VLAN interface",
            |n| n.vlans.clear(),
            Cut::NoVlanInterface(bridge(), 10),
        ),
        (
            "VLAN interface off",
            |n| n.vlans[0].disabled = true,
            Cut::NoVlanInterface(bridge(), 10),
        ),
        (
            "VLAN interface of another id",
            |n| n.vlans[0].vlan_id = 11,
            Cut::NoVlanInterface(bridge(), 10),
        ),
        (
            "bridge sends untagged only",
            |n| n.bridges[0].frame_types = FrameTypes::Untagged,
            Cut::AnswerRefused(bridge(), 10),
        ),
        (
            "bridge listed as untagged",
            |n| {
                n.bridge_joins_vlans = false;
                n.bridge_vlans[0] = entry(10, &[], &["bridge"]);
            },
            Cut::AnswerRefused(bridge(), 10),
        ),
        (
            "address off",
            |n| n.addresses[1].disabled = true,
            office_at("vlan10"),
        ),
        (
            "address elsewhere",
            |n| n.addresses[1].interface = "bridge".into(),
            office_at("vlan10"),
        ),
        (
            "same subnet elsewhere",
            |n| n.addresses.push(address([10, 0, 0, 2], "bridge")),
            Cut::AnswerElsewhere(bridge()),
        ),
        ("service off", |n| n.ssh.disabled = true, Cut::ServiceOff),
        (
            "service on another TCP port",
            |n| n.ssh.port = 2222,
            Cut::ServiceOff,
        ),
    ];
    for (name, change, cut) in cases {
        let mut network = office();
        change(&mut network);
        assert_eq!(at(&network, "ether1", OFFICE), Err(cut), "{name}");
    }
}

/// 7.16 joins the bridge to the VLANs of its interfaces; before, only the table counts.
#[test]
fn the_missing_entry_of_the_bridge_is_dynamic_from_a_version_on() {
    let missing: [fn(&mut Network); 3] = [
        |n| n.bridge_vlans.clear(),
        |n| n.bridge_vlans[0].disabled = true,
        |n| n.bridge_vlans[0].tagged.clear(),
    ];
    for change in missing {
        let mut network = office();
        change(&mut network);
        assert_eq!(at(&network, "ether1", OFFICE), Ok("vlan10".into()));
        network.bridge_joins_vlans = false;
        let cut = Cut::BridgeNotInVlan("bridge".into(), 10);
        assert_eq!(at(&network, "ether1", OFFICE), Err(cut));
    }
}

#[test]
fn the_port_itself_joins_its_pvid_whatever_the_table_says() {
    let mut network = office();
    network.bridge_vlans[0].untagged.clear();
    assert_eq!(at(&network, "ether1", OFFICE), Ok("vlan10".into()));
    bridge_port(&mut network, "ether1").ingress_filtering = false;
    assert_eq!(at(&network, "ether1", OFFICE), Ok("vlan10".into()));
}

#[test]
fn a_bridge_that_takes_tagged_frames_only_is_not_reached_itself() {
    let mut network = office();
    network.bridges[0].frame_types = FrameTypes::Tagged;
    let cut = Cut::BridgeNotInVlan("bridge".into(), 1);
    assert_eq!(at(&network, "ether24", FACTORY), Err(cut));
    assert_eq!(at(&network, "ether1", OFFICE), Ok("vlan10".into()));
}

#[test]
fn what_is_not_known_counts_as_cut() {
    let mut network = office();
    network.bridges[0].pvid = 10;
    assert!(matches!(
        at(&network, "ether1", OFFICE),
        Err(Cut::Unknown(_))
    ));
    let mut network = office();
    network.bridge_vlans[0] = entry(10, &["bridge", "ether1"], &["ether1"]);
    assert!(matches!(
        at(&network, "ether1", OFFICE),
        Err(Cut::Unknown(_))
    ));
}

#[test]
fn a_port_outside_of_the_bridge_may_have_the_address_itself() {
    let mut network = office();
    network.bridge_ports.retain(|it| it.interface != "ether24");
    assert!(at(&network, "ether24", FACTORY).is_err());
    network.addresses[0].interface = "ether24".into();
    assert_eq!(at(&network, "ether24", FACTORY), Ok("ether24".into()));
}

#[test]
fn a_cable_stays_where_it_is_when_a_port_is_renamed() {
    let mut network = factory();
    network.ports[0].name = "uplink".into();
    bridge_port(&mut network, "ether1").interface = "uplink".into();
    assert_eq!(at(&network, "ether1", FACTORY), Ok("bridge".into()));
    assert!(at(&network, "uplink", FACTORY).is_err());
}

#[test]
fn the_service_admits_whom_its_list_names() {
    let mut network = factory();
    let prefix = |address: [u8; 4], length| Prefix {
        address: Ipv4Addr::from(address),
        length,
    };
    network.ssh.from = vec![prefix([10, 0, 0, 0], 24)];
    let cut = Cut::ServiceRefuses(Ipv4Addr::new(192, 168, 88, 10));
    assert_eq!(at(&network, "ether1", FACTORY), Err(cut));
    network.ssh.from.push(prefix([192, 168, 88, 10], 32));
    assert!(at(&network, "ether1", FACTORY).is_ok());
    network.ssh.from = vec![prefix([0, 0, 0, 0], 0)];
    assert!(at(&network, "ether1", FACTORY).is_ok());
}

#[test]
fn the_operator_must_be_in_the_subnet_and_a_narrower_route_elsewhere_takes_the_answer() {
    let mut network = factory();
    let stranger = Operator {
        port: "ether1".into(),
        address: Ipv4Addr::new(192, 168, 89, 10),
    };
    let to = Ipv4Addr::from(FACTORY);
    assert_eq!(reach(&network, &stranger, to), Err(Cut::OtherSubnet(to)));
    network.vlans.push(vlan("vlan7", 7));
    network.addresses.push(address([192, 168, 88, 9], "vlan7"));
    network.addresses[1].length = 28;
    assert_eq!(
        at(&network, "ether1", FACTORY),
        Err(Cut::AnswerElsewhere("vlan7".into()))
    );
    network.addresses[1].length = 20;
    assert!(
        at(&network, "ether1", FACTORY).is_ok(),
        "a wider one does not"
    );
    network.addresses[1].length = 28;
    network.vlans[0].interface = "vlan7".into();
    assert!(
        at(&network, "ether1", FACTORY).is_ok(),
        "a circle of VLANs is never up"
    );
}
