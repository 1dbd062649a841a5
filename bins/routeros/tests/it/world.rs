//! A simulated switch, an operator's machine, and the real program between.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use routeros_sim::ssh::Options;
use routeros_sim::{Device, Simulator, Version};
use tempfile::TempDir;

/// How many device seconds pass in a real one.
const SPEED: u32 = 60;

/// A switch and the folder of the operator; both go when it is dropped.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    home: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// A switch from the factory.
    pub(crate) fn factory(minor: u8) -> Self {
        World::of(Device::factory(Version::new(minor)))
    }

    /// A switch of the test's own.
    pub(crate) fn of(device: Device) -> Self {
        let options = Options::new(device.version());
        World::with(device, options)
    }

    /// A switch of the test's own, in its own surroundings.
    pub(crate) fn with(device: Device, mut options: Options) -> Self {
        options.speed = SPEED;
        World::at_speed(device, options)
    }

    /// A switch whose clock runs as its options say.
    pub(crate) fn at_speed(device: Device, options: Options) -> Self {
        World {
            sim: Simulator::with(Box::new(device), options).expect("a simulator"),
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    /// What the switch is configured to be, without the head that tells the time.
    pub(crate) fn configuration(&self) -> String {
        let text = self.sim.console("/export terse");
        text.lines().skip(1).collect::<Vec<_>>().join("\n")
    }

    /// What is left of the way back: timers and files of the switch.
    pub(crate) fn left_over(&self) -> String {
        let timers =
            ":foreach i in=[/system/scheduler find] do={:put [/system/scheduler get $i name]}";
        let files = ":foreach i in=[/file find] do={:put [/file get $i name]}";
        self.sim.console(timers) + &self.sim.console(files)
    }

    /// So much time passes on the switch's clock, and then it runs.
    pub(crate) fn pass(&self, millis: u64) {
        self.sim.advance(millis);
        while !self.sim.is_up() {
            self.sim.advance(1_000);
        }
    }

    /// The operator's folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs the program as it is typed, with nothing to reach.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command().args(arguments).output().expect("runs"))
    }

    /// The program in the operator's folder.
    fn command(&self) -> Command {
        let home = self.home();
        let mut command = Command::new(env!("CARGO_BIN_EXE_routeros"));
        command.env_clear().env("HOME", home).current_dir(home);
        command
    }

    /// The operator's machine is plugged into a port.
    pub(crate) fn at(&self, port: &str) -> Operator<'_> {
        let dial = self.sim.dial(port, "192.168.88.1", "192.168.88.10");
        self.from(dial.expect("a port"), "")
    }

    /// An operator who is plugged in already.
    pub(crate) fn from(&self, dial: SocketAddr, password: &str) -> Operator<'_> {
        Operator {
            world: self,
            dial,
            password: password.to_owned(),
        }
    }
}

/// Somebody who is plugged into a port.
pub(crate) struct Operator<'a> {
    world: &'a World,
    pub(crate) dial: SocketAddr,
    pub(crate) password: String,
}

impl Operator<'_> {
    /// Runs the program against the switch.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let arguments = [arguments, &["--accept-host-key"]].concat();
        self.run_with(&arguments, &[("ROUTEROS_PASSWORD", &self.password)])
    }

    /// Runs the program against the switch, with nothing but what is given.
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments, environment);
        Said::of(command.output().expect("runs"))
    }

    /// The program against the switch, as it is typed.
    pub(crate) fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let port = self.dial.port().to_string();
        let mut command = self.world.command();
        command
            .args(arguments)
            .args(["--host", "127.0.0.1", "--port", &port])
            .args(["--connect-timeout", "2s", "--command-timeout", "3s"])
            .envs(environment.iter().copied());
        command
    }
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Said {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Checks the exit code, and shows everything where it is another.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

/// The project's example of a whole office.
pub(crate) fn office() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("../../docs/operate/office.toml");
    file.to_str().expect("text").to_owned()
}
