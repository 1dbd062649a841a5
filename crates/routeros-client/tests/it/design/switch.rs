//! Plans and scripts against the simulated switch, which is written apart from
//! what makes them.

use std::net::Ipv4Addr;

use routeros_client::plan::cleanup;
use routeros_client::reach::reach;
use routeros_client::read::strategy;
use routeros_client::render::{Form, render};
use routeros_client::row::State;
use routeros_client::schema::Kind;
use routeros_client::version::Version;
use routeros_sim::device::Session;
use routeros_sim::machine::Machine;
use routeros_sim::{Device, reach as model};

use super::factory::{BOARD, at, office, office_text, plan};

const MINORS: [u8; 4] = [16, 18, 20, 23];

struct Switch(Device);

impl Switch {
    fn factory(minor: u8) -> Self {
        Switch(Device::factory(routeros_sim::Version::new(minor)))
    }

    fn ask(&mut self, line: &str) -> String {
        let user = "admin".to_owned();
        self.0.exec(line, &Session { user, from: None }).text
    }

    /// What succeeds prints nothing.
    fn run(&mut self, line: &str) {
        assert_eq!(self.ask(line), "", "{line}");
    }

    fn state(&mut self) -> State {
        let version = Version::new(7, self.0.version().minor.into(), 0);
        let mut state = State {
            version,
            board: BOARD.to_owned(),
            ..State::default()
        };
        for kind in Kind::ALL {
            let strategy = strategy(kind, version);
            let ask = |command: &String| self.ask(command);
            let answers: Vec<String> = strategy.commands.iter().map(ask).collect();
            let rows = strategy.read(&answers);
            let rows = rows.unwrap_or_else(|error| panic!("{kind}: {error}"));
            state.rows.insert(kind, rows);
        }
        state
    }

    /// The configuration, without the head that carries the time.
    fn export(&mut self) -> String {
        let text = self.ask("/export terse");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| format!("{line}\n")).collect()
    }

    fn apply(&mut self) {
        for step in plan(&office(), &self.state()).steps {
            self.run(&step.command.to_string());
        }
    }
}

#[test]
fn a_second_plan_is_empty_on_every_version() {
    for minor in MINORS {
        let mut switch = Switch::factory(minor);
        switch.apply();
        let state = switch.state();
        assert_eq!(plan(&office(), &state).steps, [], "7.{minor}");
    }
}

#[test]
fn every_half_way_switch_converges_to_the_same_export() {
    let mut whole = Switch::factory(20);
    whole.apply();
    let end = whole.export();
    let mut way = Switch::factory(20);
    for step in plan(&office(), &way.state()).steps {
        let mut fork = Switch(way.0.clone());
        fork.apply();
        assert_eq!(fork.export(), end, "before {}", step.command);
        way.run(&step.command.to_string());
    }
    assert_eq!(way.export(), end);
}

#[test]
fn the_inverses_in_reverse_give_the_factory_back() {
    let mut switch = Switch::factory(20);
    let before = switch.export();
    let steps = plan(&office(), &switch.state()).steps;
    for step in &steps {
        switch.run(&step.command.to_string());
    }
    for step in steps.iter().rev() {
        let inverse = step.inverse.as_ref().expect("an inverse");
        switch.run(&inverse.to_string());
    }
    assert_eq!(switch.export(), before);
}

#[test]
fn cleanup_leaves_nothing_with_the_mark() {
    let mut switch = Switch::factory(20);
    let before = switch.export();
    switch.apply();
    let steps = cleanup(&office(), &switch.state()).expect("a plan").steps;
    for step in steps {
        switch.run(&step.command.to_string());
    }
    // What has no comment stays; everything else is as it was.
    switch.run("/ip/dns set allow-remote-requests=no");
    switch.run("/system/identity set name=MikroTik");
    for service in ["telnet", "ftp", "www", "api", "api-ssl"] {
        switch.run(&format!("/ip/service set {service} disabled=no"));
    }
    assert_eq!(switch.export(), before);
}

#[test]
fn guarded_scripts_leave_nothing_to_plan() {
    for minor in MINORS {
        let mut switch = Switch::factory(minor);
        let script = render(&office(), office_text(), Form::Guarded).expect("renders");
        for again in 0..2 {
            for line in script.lines().filter(|line| !line.starts_with('#')) {
                switch.run(line);
            }
            let state = switch.state();
            assert_eq!(plan(&office(), &state).steps, [], "7.{minor}, run {again}");
        }
    }
}

#[test]
fn blank_scripts_leave_nothing_to_plan() {
    let mut switch = Switch::factory(20);
    for command in ["/ip/address", "/interface/bridge/port", "/interface/bridge"] {
        switch.run(&format!("{command} remove [find]"));
    }
    let script = render(&office(), office_text(), Form::Blank).expect("renders");
    for line in script.lines().filter(|line| line.starts_with('/')) {
        switch.run(line);
    }
    let state = switch.state();
    assert_eq!(plan(&office(), &state).steps, []);
}

/// Holds the two models against each other, for some ports and addresses.
fn compare(switch: &mut Switch, after: &str) {
    let state = switch.state();
    for port in ["ether1", "ether5", "ether24", "sfp-sfpplus1"] {
        for network in ["192.168.88", "10.0.0"] {
            let read = |host: u8| format!("{network}.{host}").parse().expect("an address");
            let (to, own): (Ipv4Addr, Ipv4Addr) = (read(1), read(77));
            let mut operator = at(port);
            operator.device = to.into();
            operator.own = Some(own.into());
            let theirs = model::Operator {
                port: port.to_owned(),
                address: own,
            };
            let says = model::reach(&switch.0.network(), &theirs, to);
            let found = reach(&state, &operator);
            assert_eq!(
                found.is_ok(),
                says.is_ok(),
                "after {after}, {port} to {to}: {found:?}, and the other model {says:?}"
            );
        }
    }
}

#[test]
fn both_models_agree_after_each_step() {
    for minor in MINORS {
        let mut switch = Switch::factory(minor);
        let steps = plan(&office(), &switch.state()).steps;
        compare(&mut switch, "nothing");
        for step in steps {
            let command = step.command.to_string();
            switch.run(&command);
            compare(&mut switch, &command);
        }
    }
}

#[test]
fn both_models_agree_on_what_cuts() {
    let cuts = [
        "/interface/bridge set bridge-attic pvid=10",
        "/interface/bridge set bridge-attic frame-types=admit-only-vlan-tagged",
        "/interface/bridge set bridge-attic disabled=yes",
        "/interface/bridge set bridge-attic vlan-filtering=no",
        "/interface/bridge/port set [find interface=ether24] pvid=10",
        "/interface/bridge/port set [find interface=ether24] frame-types=admit-only-vlan-tagged",
        "/interface/bridge/port set [find interface=ether5] pvid=1",
        "/interface/bridge/port remove [find interface=ether24]",
        "/interface/bridge/vlan remove [find dynamic=no]",
        "/interface/bridge/vlan add bridge=bridge-attic vlan-ids=1 tagged=ether24",
        "/interface/vlan set vlan10-attic disabled=yes",
        "/interface/vlan set vlan10-attic vlan-id=20",
        "/interface/vlan set vlan10-attic vlan-id=1",
        "/interface/ethernet set [find default-name=ether24] disabled=yes",
        "/ip/address set [find interface=vlan10-attic] interface=bridge-attic",
        "/ip/address set [find interface=bridge-attic] interface=vlan10-attic",
        "/ip/address set [find interface=bridge-attic] disabled=yes",
        "/ip/address add address=192.168.88.2/25 interface=vlan10-attic",
        "/ip/service set ssh disabled=yes",
        "/ip/service set ssh address=10.0.0.0/24",
    ];
    let mut begun = Switch::factory(20);
    begun.apply();
    for (place, first) in cuts.iter().enumerate() {
        let mut one = Switch(begun.0.clone());
        one.ask(first);
        compare(&mut one, first);
        for second in &cuts[place + 1..] {
            let mut two = Switch(one.0.clone());
            two.ask(second);
            compare(&mut two, &format!("{first}, then {second}"));
        }
    }
}
