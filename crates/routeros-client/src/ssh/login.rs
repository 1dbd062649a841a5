//! How a user proves to be one.

use std::fmt;
use std::path::PathBuf;

use super::Target;
use crate::failure::{Code, Failure, Result};

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A password, possibly empty.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Password(text.into())
    }

    /// The password itself, for the one who sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A proof to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A password; the factory's is empty.
    Password(Password),
    /// A private key in a file.
    Key {
        /// The file.
        file: PathBuf,
        /// What it is locked with.
        passphrase: Option<Password>,
    },
    /// The keys that an agent holds.
    Agent,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Login::Password(password) if password.reveal().is_empty() => {
                f.write_str("an empty password")
            }
            Login::Password(_) => f.write_str("a password"),
            Login::Key { file, .. } => write!(f, "the key {}", file.display()),
            Login::Agent => f.write_str("the keys of the agent"),
        }
    }
}

/// Tries the proofs in their order.
pub(super) fn log_in(ssh: &ssh2::Session, target: &Target, logins: &[Login]) -> Result<()> {
    let mut tried = Vec::new();
    for login in logins {
        match attempt(ssh, &target.user, login) {
            Ok(()) if ssh.authenticated() => return Ok(()),
            Ok(()) => tried.push(format!("{login}: more is asked for")),
            Err(error) if is_passing(&error) => {
                let message = format!("the device went silent at the login: {}", error.message());
                return Err(Failure::new(Code::Unreachable, message));
            }
            Err(error) => tried.push(format!("{login}: {}", error.message())),
        }
    }
    let Target { user, host, .. } = target;
    let failure = Failure::new(Code::LoginRefused, format!("{host} does not let {user} in"));
    let failure = match tried.is_empty() {
        true => failure.hint("give a password (--ask-password, --password-file) or a key (--key)"),
        false => failure.hint(format!("tried {}", tried.join("; "))),
    };
    let failure =
        failure.hint("a unit from the factory has an empty password or the one on its sticker");
    let only_passwords = logins
        .iter()
        .all(|login| matches!(login, Login::Password(_)));
    Err(match only_passwords {
        true => failure
            .hint("where the user has a key, RouterOS takes no password: give the key with --key"),
        false => failure,
    })
}

fn attempt(ssh: &ssh2::Session, user: &str, login: &Login) -> Result<(), ssh2::Error> {
    match login {
        Login::Password(password) => ssh.userauth_password(user, password.reveal()),
        Login::Key { file, passphrase } => {
            let passphrase = passphrase.as_ref().map(Password::reveal);
            ssh.userauth_pubkey_file(user, None, file, passphrase)
        }
        Login::Agent => by_agent(ssh, user),
    }
}

/// Every key that the agent holds, in its order, until one is accepted.
fn by_agent(ssh: &ssh2::Session, user: &str) -> Result<(), ssh2::Error> {
    let mut agent = ssh.agent()?;
    agent.connect()?;
    agent.list_identities()?;
    let mut last = Err(ssh2::Error::new(
        ssh2::ErrorCode::Session(AGENT),
        "the agent holds no key",
    ));
    for identity in agent.identities()? {
        last = agent.userauth(user, &identity);
        match &last {
            Err(error) if !is_passing(error) => {}
            _ => break,
        }
    }
    last
}

/// As libssh2 numbers trouble with an agent.
const AGENT: i32 = -42;

/// Whether the connection failed, not the proof.
fn is_passing(error: &ssh2::Error) -> bool {
    const BROKEN: [i32; 5] = [-7, -9, -13, -37, -43];
    matches!(error.code(), ssh2::ErrorCode::Session(code) if BROKEN.contains(&code))
}
