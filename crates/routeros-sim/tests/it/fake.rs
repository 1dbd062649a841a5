//! A tiny machine, for tests of the surroundings alone: the factory's bridge, a password, files and one timer.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use routeros_sim::device::{Event, Reply, Session};
use routeros_sim::machine::{Credential, Machine};
use routeros_sim::reach::{
    Address, Bridge, BridgePort, FrameTypes, Network, Operator, Port, Service,
};
use routeros_sim::system::backup::Snapshots;
use routeros_sim::system::files::Files;
use routeros_sim::system::schedule::{Schedule, Start, When};
use routeros_sim::system::users::{User, public_key};

/// 192.168.88.1 on a bridge of 24 ports, filtering off.
pub(crate) fn factory() -> Network {
    let names = (1..=24).map(|number| format!("ether{number}"));
    Network {
        ports: names.clone().map(|name| port(&name)).collect(),
        bridges: vec![Bridge {
            name: "bridge".into(),
            disabled: false,
            vlan_filtering: false,
            pvid: 1,
            frame_types: FrameTypes::All,
        }],
        bridge_ports: names.map(|name| bridge_port(&name)).collect(),
        bridge_vlans: Vec::new(),
        vlans: Vec::new(),
        addresses: vec![address([192, 168, 88, 1], "bridge")],
        ssh: Service {
            disabled: false,
            port: 22,
            from: Vec::new(),
        },
        bridge_joins_vlans: true,
    }
}

pub(crate) fn address(address: [u8; 4], interface: &str) -> Address {
    Address {
        address: Ipv4Addr::from(address),
        length: 24,
        interface: interface.into(),
        disabled: false,
    }
}

fn port(name: &str) -> Port {
    Port {
        name: name.into(),
        default_name: name.into(),
        disabled: false,
    }
}

fn bridge_port(name: &str) -> BridgePort {
    BridgePort {
        interface: name.into(),
        bridge: "bridge".into(),
        disabled: false,
        pvid: 1,
        frame_types: FrameTypes::All,
        ingress_filtering: true,
    }
}

pub(crate) struct Fake {
    now: u64,
    network: Network,
    files: Files,
    admin: User,
    timers: BTreeMap<u32, When>,
    schedule: Schedule,
    snapshots: Snapshots<Network>,
}

impl Fake {
    pub(crate) fn new(password: &str) -> Self {
        Self {
            now: 0,
            network: factory(),
            files: Files::default(),
            admin: User {
                password: password.into(),
                ..User::default()
            },
            timers: BTreeMap::new(),
            schedule: Schedule::default(),
            snapshots: Snapshots::default(),
        }
    }

    fn run(&mut self, line: &str) -> (String, u32, Vec<Event>) {
        let words: Vec<&str> = line.split(' ').collect();
        let text = match words.as_slice() {
            ["say", rest @ ..] => format!("{}\nend\n", rest.join(" ")),
            ["fail"] => return ("on purpose\n".into(), 1, Vec::new()),
            ["cut"] => {
                self.network
                    .ports
                    .iter_mut()
                    .for_each(|it| it.disabled = true);
                String::new()
            }
            ["restart"] => return (String::new(), 0, vec![Event::Reboot]),
            ["ports"] => return ("ok\n".into(), 0, vec![Event::PortsRestart]),
            ["/import", _] => "Script file loaded and executed successfully\n".into(),
            ["save", name] => {
                let contents = self.snapshots.save(self.network.clone(), "");
                self.files
                    .write(name, contents, self.now)
                    .expect("there is room");
                "Configuration backup saved\n".into()
            }
            ["arm", seconds] => {
                let interval = seconds.parse::<u64>().expect("a number") * 1000;
                let start = Start::Unsaid;
                self.timers.insert(1, When { interval, start });
                self.schedule.sync(&self.timers, self.now);
                String::new()
            }
            ["key", key @ ..] => {
                let key = public_key(&key.join(" ")).expect("a key");
                self.admin.keys.push(key);
                String::new()
            }
            _ => format!("bad command name {} (line 1 column 1)\n", words[0]),
        };
        (text, 0, Vec::new())
    }
}

impl Machine for Fake {
    fn exec(&mut self, line: &str, _session: &Session) -> Reply {
        let (text, status, events) = self.run(line);
        Reply {
            text,
            status,
            events,
        }
    }

    fn tick(&mut self, millis: u64) -> Vec<Event> {
        self.now += millis;
        if self.schedule.due(self.now).is_none() {
            return Vec::new();
        }
        let file = self.files.get("pre.backup").expect("it was saved");
        self.network = self
            .snapshots
            .load(&file.contents, "")
            .expect("a backup")
            .clone();
        self.timers.clear();
        self.schedule.sync(&self.timers, self.now);
        vec![Event::Reboot]
    }

    fn boot(&mut self) -> Vec<Event> {
        self.schedule.boot(self.now);
        Vec::new()
    }

    fn admits(&self, user: &str, credential: Credential<'_>) -> bool {
        user == "admin" && self.admin.admits(credential)
    }

    fn files(&mut self) -> &mut Files {
        &mut self.files
    }

    fn network(&self) -> Network {
        self.network.clone()
    }

    fn identity(&self) -> String {
        "MikroTik".into()
    }

    fn attach(&mut self, _operator: &Operator) {}

    fn host_key(&self) -> u64 {
        0
    }
}
