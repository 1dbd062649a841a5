//! The one error of everything that talks to a device: what kind of trouble,
//! what failed, and what to do about it.

use std::fmt;

/// What kind of trouble it is. Its name never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The command line asks for something that cannot be.
    Usage,
    /// A file of this machine cannot be read or written.
    LocalFile,
    /// The desired state is not valid.
    InvalidFile,
    /// Nothing answers at the address, or not in time.
    Unreachable,
    /// The device shows a host key that nobody has confirmed.
    HostKeyUnknown,
    /// The device shows another host key than before.
    HostKeyChanged,
    /// The device does not accept the user, the password or the key.
    LoginRefused,
    /// The connection ended, or the answer did not come in time.
    ConnectionLost,
    /// The device refused a command.
    CommandRefused,
    /// The device's answer is not understood.
    NotUnderstood,
    /// The device runs a version that is too old.
    UnsupportedVersion,
    /// The device is another one than the file is for, or than before.
    WrongDevice,
    /// The operator comes by another port than the management port.
    WrongPort,
    /// It cannot be found out by which port the operator comes.
    PlaceUnknown,
    /// The plan would cut off management.
    Lockout,
    /// A rollback of an earlier run is pending.
    RollbackPending,
    /// The rollback could not be prepared.
    NotArmed,
    /// The declared state was not reached; what was done is taken back.
    TakenBack,
    /// The device went back to its earlier state on its own.
    RolledBack,
    /// The device did not come back in the time it had.
    NotBack,
    /// The rollback could not be cancelled: the device will go back.
    NotDisarmed,
    /// Somebody said no.
    Declined,
}

impl Code {
    /// Every code, for the reference page.
    pub const ALL: [Code; 22] = [
        Code::Usage,
        Code::LocalFile,
        Code::InvalidFile,
        Code::Unreachable,
        Code::HostKeyUnknown,
        Code::HostKeyChanged,
        Code::LoginRefused,
        Code::ConnectionLost,
        Code::CommandRefused,
        Code::NotUnderstood,
        Code::UnsupportedVersion,
        Code::WrongDevice,
        Code::WrongPort,
        Code::PlaceUnknown,
        Code::Lockout,
        Code::RollbackPending,
        Code::NotArmed,
        Code::TakenBack,
        Code::RolledBack,
        Code::NotBack,
        Code::NotDisarmed,
        Code::Declined,
    ];

    /// Its name, as `--json` and messages show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.described().0
    }

    /// One sentence for the reference page.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.described().1
    }

    /// The exit code of a command that ends with it.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        self.described().2
    }

    const fn described(self) -> (&'static str, &'static str, u8) {
        match self {
            Code::Usage => ("usage", "the command line asks for what cannot be", 64),
            Code::LocalFile => ("local-file", "a file here cannot be read or written", 1),
            Code::InvalidFile => ("invalid-file", "the desired state is not valid", 3),
            Code::Unreachable => ("unreachable", "nothing answers at the address", 5),
            Code::HostKeyUnknown => ("host-key-unknown", "nobody confirmed the host key", 5),
            Code::HostKeyChanged => ("host-key-changed", "the host key is not the known one", 5),
            Code::LoginRefused => ("login-refused", "user, password or key not accepted", 5),
            Code::ConnectionLost => ("connection-lost", "the connection or an answer was lost", 5),
            Code::CommandRefused => ("command-refused", "the device refused a command", 1),
            Code::NotUnderstood => ("not-understood", "an answer is not understood", 1),
            Code::UnsupportedVersion => ("unsupported-version", "RouterOS is too old", 3),
            Code::WrongDevice => ("wrong-device", "it is not the device that was meant", 3),
            Code::WrongPort => (
                "wrong-port",
                "the operator is not on the management port",
                3,
            ),
            Code::PlaceUnknown => ("place-unknown", "the operator's port is not known", 3),
            Code::Lockout => ("lockout", "the plan would cut off management", 3),
            Code::RollbackPending => ("rollback-pending", "an earlier run is not confirmed", 3),
            Code::NotArmed => ("not-armed", "the rollback could not be prepared", 3),
            Code::TakenBack => ("taken-back", "what was done was undone, step by step", 1),
            Code::RolledBack => ("rolled-back", "the device went back on its own", 4),
            Code::NotBack => ("not-back", "the device did not come back in time", 4),
            Code::NotDisarmed => ("not-disarmed", "the device will go back: not cancelled", 4),
            Code::Declined => ("declined", "a question was answered with no", 3),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What failed, and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of trouble.
    pub code: Code,
    /// What failed.
    pub message: String,
    /// Remedies, each a whole sentence or a command to type.
    pub hints: Vec<String>,
}

/// The result of everything that talks to a device.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure without a remedy.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Failure {
            code,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether the same may work a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.code, Code::Unreachable | Code::ConnectionLost)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_names_of_their_own() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        // 2 says that a plan has changes.
        assert!(
            Code::ALL
                .iter()
                .all(|code| ![0, 2].contains(&code.exit_code()))
        );
    }
}
