//! Each code of a failure, caused once: what stderr says to people and what
//! `--json` says to programs are the same.

use std::net::{SocketAddr, TcpListener};

use routeros_client::failure::Code;
use routeros_sim::mode::DeviceMode;
use routeros_sim::ssh::Fault;
use routeros_sim::{Device, Version};
use serde_json::Value;

use crate::keys;
use crate::sweep::course;
use crate::switchboard::Switchboard;
use crate::world::{Said, World, office};

/// As many commands are disturbed; no more are ever tried again.
const MANY: u64 = 40;
const QUERY: [&str; 3] = ["--json", "query", "bridges"];

fn apply<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [
        &["--json", "apply", "--yes", "--confirm-within", "3m"],
        more,
        &[file],
    ]
    .concat()
}

/// A file of the operator: the office with a change.
fn changed(world: &World, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(office()).expect("the office");
    assert!(text.contains(from), "{from}");
    let file = world.home().join("changed.toml");
    std::fs::write(&file, text.replace(from, to)).expect("written");
    file.to_str().expect("text").to_owned()
}

fn cut_off(world: &World) -> String {
    changed(
        world,
        "interface = \"ether24\"\npvid = 1\n",
        "interface = \"ether24\"\npvid = 10\n",
    )
}

fn home_mode() -> World {
    let mut device = Device::factory(Version::new(20));
    device.set_device_mode(DeviceMode::Home);
    World::of(device)
}

/// Asks with these faults, one a command.
fn asked(faults: impl Fn(u64) -> Fault) -> Said {
    let world = World::factory(20);
    (1..=MANY).for_each(|nth| world.sim.fault(nth, faults(nth)));
    world.at("ether24").run(&QUERY)
}

/// Asks a device whose host key nobody knows, or is known as another one.
fn distrusted(known: Option<u8>) -> Said {
    let world = World::factory(20);
    let operator = world.at("ether24");
    let mut line = String::new();
    if let Some(number) = known {
        let key = keys::pair(number).public_key().to_openssh().expect("a key");
        line = format!("[127.0.0.1]:{} {key}\n", operator.dial.port());
    }
    std::fs::write(world.home().join("known"), line).expect("written");
    let arguments = [&QUERY[..], &["--known-hosts", "known"]].concat();
    operator.run_with(&arguments, &[("ROUTEROS_PASSWORD", "")])
}

/// Applies the office by a cable that leads to one switch first, and somewhere
/// else once some steps were taken.
fn exchanged(later: SocketAddr, patience: &[&str]) -> Said {
    let device = Device::factory(Version::new(20));
    let mut options = routeros_sim::ssh::Options::new(device.version());
    // Fast enough to be gone back while the program waits, slow enough for a busy machine to arm it.
    options.speed = 8;
    let world = World::at_speed(device, options);
    let board = Switchboard::new(world.at("ether24").dial, later);
    world.sim.cut_after(course().armed + 20);
    let file = office();
    let arguments = [&["--json", "apply", "--yes"], patience, &[&file]].concat();
    world.from(board.dial, "").run(&arguments)
}

/// An address at which nothing answers.
fn nowhere() -> SocketAddr {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    closed.local_addr().expect("an address")
}

fn cause(code: Code) -> Said {
    let world = World::factory(20);
    let operator = world.at("ether24");
    match code {
        Code::Usage => world.run(&QUERY),
        Code::LocalFile => world.run(&["--json", "check", "missing.toml"]),
        Code::InvalidFile => {
            let file = changed(&world, "pvid = 10", "pvid = 5000");
            world.run(&["--json", "check", &file])
        }
        Code::Unreachable => world.from(nowhere(), "").run(&QUERY),
        Code::HostKeyUnknown => distrusted(None),
        Code::HostKeyChanged => distrusted(Some(1)),
        Code::LoginRefused => world.from(operator.dial, "wrong").run(&QUERY),
        Code::ConnectionLost => asked(|_| Fault::CutBefore),
        Code::CommandRefused => home_mode().at("ether24").run(&["--json", "reset", "--yes"]),
        Code::NotUnderstood => asked(|_| Fault::Truncate(1)),
        Code::UnsupportedVersion => World::factory(12).at("ether24").run(&apply(&office(), &[])),
        Code::WrongDevice => {
            let other = World::of(Device::chr(Version::new(20), 26));
            let address = "/ip/address add address=192.168.88.1/24 interface=ether24";
            assert_eq!(other.sim.console(address), "");
            other.at("ether24").run(&apply(&office(), &[]))
        }
        Code::WrongPort => world.at("ether5").run(&apply(&office(), &[])),
        Code::PlaceUnknown => unreachable!("the simulator always knows"),
        Code::Lockout => operator.run(&apply(&cut_off(&world), &[])),
        Code::RollbackPending => {
            let timer =
                "/system/scheduler add name=attic-rollback interval=10m on-event=\":put 1\"";
            assert_eq!(world.sim.console(timer), "");
            operator.run(&apply(&office(), &[]))
        }
        Code::NotArmed => home_mode().at("ether24").run(&apply(&office(), &[])),
        Code::TakenBack => {
            let world = World::factory(16);
            let taken = "/interface/bridge/vlan add bridge=bridge vlan-ids=10,20";
            assert_eq!(world.sim.console(taken), "");
            let arguments = [
                "--json",
                "apply",
                "--yes",
                "--confirm-within",
                "10m",
                &office(),
            ];
            world.at("ether24").run(&arguments)
        }
        Code::RolledBack => operator.run(&apply(&cut_off(&world), &["--force", "lockout"])),
        // The clock of the switch is fast, so it has gone back by then.
        Code::NotBack => {
            let quick = ["--confirm-within", "15s", "--boot-time", "1s"];
            exchanged(nowhere(), &quick)
        }
        Code::NotDisarmed => {
            let mut options = routeros_sim::ssh::Options::new(Version::new(20));
            options.host_key_seed = 7;
            let other = World::with(Device::factory(options.version), options);
            exchanged(other.at("ether24").dial, &["--confirm-within", "3m"])
        }
        Code::Declined => operator.run(&["--json", "reset"]),
    }
}

/// What is wrong with how a failure is told, if anything.
fn told(code: Code, said: &Said) -> Result<(), String> {
    let values = said.out.lines().map(serde_json::from_str::<Value>);
    let values: Vec<Value> = values
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    let failed: Vec<_> = values
        .iter()
        .filter(|value| value["event"] == "failed")
        .collect();
    let [failed] = failed[..] else {
        return Err(format!("{} objects", failed.len()));
    };
    let hold = |right: bool, what: &str| right.then_some(()).ok_or_else(|| what.to_owned());
    hold(values.last() == Some(failed), "something comes after it")?;
    hold(failed["code"] == code.name(), "another code")?;
    hold(
        said.code == i32::from(code.exit_code()),
        "another exit code",
    )?;
    let message = failed["message"].as_str().ok_or("no message")?;
    hold(
        said.err
            .contains(&format!("error[{}]: {message}\n", code.name())),
        "stderr says something else",
    )?;
    let hints = failed["hints"].as_array().ok_or("no hints")?;
    let told = said
        .err
        .lines()
        .filter_map(|line| line.strip_prefix("hint: "));
    hold(
        hints.iter().filter_map(Value::as_str).eq(told),
        "other hints",
    )?;
    hold(!said.err.contains("panicked"), "it broke")
}

#[test]
fn every_code_is_told_to_people_and_to_programs() {
    // Whoever reaches the simulator is seen by it.
    let codes = Code::ALL.iter().filter(|code| **code != Code::PlaceUnknown);
    let wrong: Vec<String> = codes
        .filter_map(|code| {
            let said = cause(*code);
            let why = told(*code, &said).err()?;
            Some(format!("{code}: {why}\n{said:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_command_line_that_cannot_be_read_is_told_as_json_as_well() {
    let world = World::factory(20);
    for (typed, named) in [
        (&["--json", "query", "vlns"][..], "'vlns'"),
        (&["apply", "f", "--force", "all", "--json"], "'all'"),
        (&["--json", "aply"], "'aply'"),
    ] {
        let said = world.run(typed).ends(64);
        let failed: Value = serde_json::from_str(&said.out).expect("one object");
        assert_eq!(failed["code"], "usage");
        let message = failed["message"].as_str().expect("text");
        assert!(message.contains(named), "{message}");
        assert!(
            said.err.starts_with(&format!("error: {message}\n")),
            "{}",
            said.err
        );
    }
}
