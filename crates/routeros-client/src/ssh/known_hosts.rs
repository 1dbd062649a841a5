//! Which host keys are trusted.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use ssh2::{CheckResult, HostKeyType, KnownHostFileKind, KnownHostKeyFormat};

use super::Target;
use crate::failure::{Code, Failure, Result};

/// A host key that a device showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// The device, as it was asked for.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `ED25519`, `RSA`, ….
    pub kind: &'static str,
    /// `SHA256:…`
    pub fingerprint: String,
}

/// What to do about a host key that nobody knows yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Believe it, and write it down.
    Accept,
    /// Go away.
    Refuse,
}

/// Decides about a host key that nobody knows yet.
pub type Ask = Box<dyn FnMut(&HostKey) -> Trust>;

/// The file of trusted keys, and whom to ask.
pub struct KnownHosts {
    file: PathBuf,
    ask: Ask,
    /// What was trusted before in this run; the file may not be writable.
    pinned: Option<Vec<u8>>,
}

impl KnownHosts {
    /// Keys in a file of OpenSSH's format; it need not be there yet.
    #[must_use]
    pub fn new(file: PathBuf, ask: Ask) -> Self {
        KnownHosts {
            file,
            ask,
            pinned: None,
        }
    }

    /// Whether the device at the other end is the one that was meant.
    pub(super) fn check(&mut self, ssh: &ssh2::Session, target: &Target) -> Result<()> {
        let Some((key, kind)) = ssh.host_key() else {
            return Err(Failure::new(
                Code::Unreachable,
                "the device showed no host key",
            ));
        };
        let shown = HostKey {
            host: target.host.clone(),
            port: target.port,
            kind: name(kind),
            fingerprint: fingerprint(ssh),
        };
        match &self.pinned {
            Some(pinned) if pinned == key => return Ok(()),
            Some(_) => return Err(self.changed(&shown, "it showed another one a moment ago")),
            None => {}
        }
        match self.look_up(ssh, target, key)? {
            CheckResult::Match => {}
            CheckResult::NotFound => self.first_use(ssh, &shown, key, kind)?,
            CheckResult::Mismatch | CheckResult::Failure => {
                let why = format!("{} has another one", self.file.display());
                return Err(self.changed(&shown, &why));
            }
        }
        self.pinned = Some(key.to_owned());
        Ok(())
    }

    pub(super) fn text(&self) -> Result<String> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(self.unreadable(&error.to_string())),
        }
    }

    fn look_up(&self, ssh: &ssh2::Session, target: &Target, key: &[u8]) -> Result<CheckResult> {
        let mut hosts = ssh
            .known_hosts()
            .map_err(|error| self.unreadable(error.message()))?;
        for line in self.text()?.lines() {
            // OpenSSH knows lines that libssh2 does not; they are not for us.
            let _ = hosts.read_str(line, KnownHostFileKind::OpenSSH);
        }
        Ok(check(&hosts, target, key))
    }

    fn first_use(
        &mut self,
        ssh: &ssh2::Session,
        shown: &HostKey,
        key: &[u8],
        kind: HostKeyType,
    ) -> Result<()> {
        let HostKey {
            host,
            kind: name,
            fingerprint,
            ..
        } = shown;
        if (self.ask)(shown) == Trust::Refuse {
            let message = format!("the host key of {host} is not known: {name} {fingerprint}");
            return Err(Failure::new(Code::HostKeyUnknown, message).hint(
                "compare the fingerprint with the device's, then answer yes, or give --accept-host-key",
            ));
        }
        self.remember(ssh, &entry(shown), key, kind)
    }

    /// Adds a line; what is in the file stays as it is.
    fn remember(
        &self,
        ssh: &ssh2::Session,
        host: &str,
        key: &[u8],
        kind: HostKeyType,
    ) -> Result<()> {
        let failed = |why: String| self.unreadable(&why);
        let mut fresh = ssh
            .known_hosts()
            .map_err(|error| failed(error.message().to_owned()))?;
        fresh
            .add(host, key, "", KnownHostKeyFormat::from(kind))
            .and_then(|()| {
                let entries = fresh.hosts()?;
                let lines = entries.iter();
                lines
                    .map(|entry| fresh.write_string(entry, KnownHostFileKind::OpenSSH))
                    .collect::<Result<String, _>>()
            })
            .map_err(|error| failed(error.message().to_owned()))
            .and_then(|line| {
                self.append(&line)
                    .map_err(|error| failed(error.to_string()))
            })
    }

    fn append(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let before = fs::read(&self.file).unwrap_or_default();
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file)?;
        if before.last().is_some_and(|last| *last != b'\n') {
            writeln!(file)?;
        }
        writeln!(file, "{}", line.trim_end())
    }

    fn changed(&self, shown: &HostKey, why: &str) -> Failure {
        let HostKey {
            host,
            kind,
            fingerprint,
            ..
        } = shown;
        let message = format!("the host key of {host} has changed ({why}): {kind} {fingerprint}");
        Failure::new(Code::HostKeyChanged, message)
            .hint(
                "somebody may be between you and the device; a reset gives a device a new key too",
            )
            .hint(format!(
                "if you know why it changed: ssh-keygen -R '{}' -f '{}'",
                entry(shown),
                self.file.display()
            ))
    }

    pub(super) fn unreadable(&self, why: &str) -> Failure {
        let message = format!("cannot use {}: {why}", self.file.display());
        Failure::new(Code::LocalFile, message).hint("name another file with --known-hosts")
    }
}

pub(super) fn check(hosts: &ssh2::KnownHosts, target: &Target, key: &[u8]) -> CheckResult {
    match target.port {
        22 => hosts.check(&target.host, key),
        port => hosts.check_port(&target.host, port, key),
    }
}

/// How the device is called in the file.
fn entry(shown: &HostKey) -> String {
    let HostKey { host, port, .. } = shown;
    match port {
        22 => host.clone(),
        port => format!("[{host}]:{port}"),
    }
}

fn name(kind: HostKeyType) -> &'static str {
    match kind {
        HostKeyType::Rsa => "RSA",
        HostKeyType::Dss => "DSA",
        HostKeyType::Ecdsa256 | HostKeyType::Ecdsa384 | HostKeyType::Ecdsa521 => "ECDSA",
        HostKeyType::Ed25519 => "ED25519",
        HostKeyType::Unknown => "unknown",
    }
}

fn fingerprint(ssh: &ssh2::Session) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hash = ssh
        .host_key_hash(ssh2::HashType::Sha256)
        .unwrap_or_default();
    let mut text = String::from("SHA256:");
    for three in hash.chunks(3) {
        let byte = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        // As many digits as there are bits for, and no padding.
        for digit in 0..=three.len() {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(char::from(DIGITS[index as usize]));
        }
    }
    text
}
