//! From options to a way to the device.

use std::fs;
use std::path::{Path, PathBuf};

use routeros_client::failure::{Code, Failure, Result};
use routeros_client::ssh::{HostKey, KnownHosts, Login, Password, Ssh, Target, Trust};

use crate::args::Connection;
use crate::console::{Console, read_line};
use crate::surroundings;

impl Connection {
    /// A way to the device; to `fallback` where the options name none.
    pub(crate) fn ssh(&self, console: Console, fallback: Option<String>) -> Result<Ssh> {
        // Nobody is asked for a password as long as no device is named.
        let host = self.host(fallback)?;
        self.ssh_with(console, Some(host), self.logins(console)?)
    }

    /// As [`Self::ssh`], with these logins.
    pub(crate) fn ssh_with(
        &self,
        console: Console,
        fallback: Option<String>,
        logins: Vec<Login>,
    ) -> Result<Ssh> {
        let target = Target {
            host: self.host(fallback)?,
            port: self.port,
            user: self.user.clone(),
            connect_timeout: self.connect_timeout,
            command_timeout: self.command_timeout,
        };
        Ok(Ssh::new(target, logins, self.trusted(console)?))
    }

    fn host(&self, fallback: Option<String>) -> Result<String> {
        let named = self.host.clone().filter(|host| !host.is_empty());
        named.or(fallback).ok_or_else(|| {
            Failure::new(Code::Usage, "no device is named")
                .hint("give --host or set ROUTEROS_HOST; a switch from the factory is 192.168.88.1")
        })
    }

    fn trusted(&self, console: Console) -> Result<KnownHosts> {
        let file = self.known_hosts.clone().or_else(surroundings::known_hosts);
        let file = file.ok_or_else(|| {
            Failure::new(Code::Usage, "HOME is not set").hint("name a file with --known-hosts")
        })?;
        let accept = self.accept_host_key;
        Ok(KnownHosts::new(
            file,
            Box::new(move |key| trust(console, key, accept)),
        ))
    }

    /// The proofs that the options name, else what is there.
    pub(crate) fn logins(&self, console: Console) -> Result<Vec<Login>> {
        let mut logins = self.keys()?;
        match self.given_password(console)? {
            Some(password) => logins.push(Login::Password(password)),
            None if logins.is_empty() => {
                if surroundings::variable("SSH_AUTH_SOCK").is_some_and(|socket| !socket.is_empty())
                {
                    logins.push(Login::Agent);
                } else {
                    let prompt = format!("password of {}", self.user);
                    logins.push(Login::Password(Password::new(console.password(&prompt)?)));
                }
            }
            None => {}
        }
        Ok(logins)
    }

    /// The key that is named.
    pub(crate) fn keys(&self) -> Result<Vec<Login>> {
        let Some(file) = self.key.clone() else {
            return Ok(Vec::new());
        };
        // Else it would seem to be the device that refuses it.
        fs::File::open(&file).map_err(|error| {
            unreadable(&file, &error).hint("name a private key with --key, or leave it away: then the agent's keys are tried, or a password")
        })?;
        let passphrase = surroundings::variable("ROUTEROS_KEY_PASSPHRASE").map(Password::new);
        Ok(vec![Login::Key { file, passphrase }])
    }

    /// The password that is named; an empty one counts.
    pub(crate) fn given_password(&self, console: Console) -> Result<Option<Password>> {
        if self.ask_password {
            let prompt = format!("password of {}", self.user);
            return console
                .password(&prompt)
                .map(|text| Some(Password::new(text)));
        }
        match &self.password_file {
            Some(file) => secret(file).map(Some),
            None => Ok(surroundings::variable("ROUTEROS_PASSWORD").map(Password::new)),
        }
    }
}

/// The first line of a file, or of stdin.
pub(crate) fn secret(file: &Path) -> Result<Password> {
    if file == Path::new("-") {
        return read_line().map(Password::new);
    }
    let text = read(file)?;
    Ok(Password::new(text.lines().next().unwrap_or_default()))
}

/// A file as text.
pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| unreadable(file, &error))
}

/// A file that is not there, or not to be read.
pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::LocalFile,
        format!("cannot read {}: {error}", file.display()),
    )
}

fn trust(console: Console, key: &HostKey, accept: bool) -> Trust {
    let HostKey {
        host,
        kind,
        fingerprint,
        ..
    } = key;
    let line = format!("the host key of {host} is not known yet: {kind} {fingerprint}");
    match accept {
        true => console.talk(&format!("{line}; taken without asking, and remembered")),
        false => console.insist(&line),
    }
    if accept || console.ask("is it the device's?").unwrap_or(false) {
        return Trust::Accept;
    }
    Trust::Refuse
}

/// Keeps files that only their owner may read.
pub(crate) fn keeper(
    folder: Option<PathBuf>,
) -> impl FnMut(&str, &[u8]) -> std::io::Result<PathBuf> {
    move |name, bytes| {
        let folder = folder.clone().or_else(surroundings::backups);
        let folder = folder.ok_or_else(|| std::io::Error::other("HOME is not set"))?;
        let path = folder.join(name);
        let written = fs::create_dir_all(&folder)
            .and_then(|()| set_aside(&path))
            .and_then(|()| write_private(&path, bytes));
        written.map(|()| path).map_err(|error| {
            std::io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
        })
    }
}

/// A copy of an earlier run, or of another device, keeps its content under
/// another name: `attic-pre.backup.1`.
fn set_aside(path: &Path) -> std::io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let named = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    let free = (1..).map(named).find(|name| !name.exists());
    free.map_or(Ok(()), |name| fs::rename(path, name))
}

/// Writes a file that holds secrets. One that was there stays until this one
/// is whole.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let written = write_new(beside, bytes).and_then(|()| fs::rename(beside, path));
    if written.is_err() {
        // It may not even be there.
        let _ = fs::remove_file(beside);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    // One that was there keeps the mode it had.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn copies_are_private_and_earlier_ones_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("attic-pre.backup");
        fs::write(&path, "first").expect("written");
        let mut keep = keeper(Some(folder.path().to_owned()));
        for text in ["second", "third"] {
            keep("attic-pre.backup", text.as_bytes()).expect("kept");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("there");
        assert_eq!(read("attic-pre.backup"), "third");
        assert_eq!(read("attic-pre.backup.1"), "first");
        assert_eq!(read("attic-pre.backup.2"), "second");
        // One that everybody could read is not written to as it is.
        let open = folder.path().join("open.backup");
        fs::write(&open, "").expect("written");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("set");
        write_private(&open, b"secret").expect("written");
        let mode = fs::metadata(&open).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
