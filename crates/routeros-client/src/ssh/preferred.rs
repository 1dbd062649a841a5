//! Which type of host key a device is asked for.

use ssh2::{CheckResult, KnownHostFileKind};

use super::known_hosts::check;
use super::{KnownHosts, Target};
use crate::failure::Result;

impl KnownHosts {
    /// Asks for a key of the types that are known: a device that has several
    /// would else show another one, which looks like a change.
    pub(super) fn prefer(&self, ssh: &ssh2::Session, target: &Target) -> Result<()> {
        let wanted = self.known(ssh, target)?;
        if wanted.is_empty() {
            return Ok(());
        }
        let others = ALGORITHMS.iter().filter(|name| !wanted.contains(name));
        let all: Vec<&str> = wanted.iter().chain(others).copied().collect();
        ssh.method_pref(ssh2::MethodType::HostKey, &all.join(","))
            .map_err(|error| self.unreadable(error.message()))
    }

    /// How the keys that are known of the device can be shown.
    fn known(&self, ssh: &ssh2::Session, target: &Target) -> Result<Vec<&'static str>> {
        let mut wanted = Vec::new();
        for line in self.text()?.lines() {
            let mut hosts = ssh
                .known_hosts()
                .map_err(|error| self.unreadable(error.message()))?;
            if hosts.read_str(line, KnownHostFileKind::OpenSSH).is_err() {
                continue;
            }
            // No key is like this: a line about the host does not match.
            if let CheckResult::Mismatch = check(&hosts, target, b"-") {
                wanted.extend(algorithms(line));
            }
        }
        Ok(wanted)
    }
}

/// How keys can be shown, the best first.
const ALGORITHMS: [&str; 7] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-rsa",
];

/// How the key of a line of the file can be shown.
fn algorithms(line: &str) -> &'static [&'static str] {
    let is_rsa = line.split_whitespace().any(|word| word == "ssh-rsa");
    let place = ALGORITHMS
        .iter()
        .position(|name| line.split_whitespace().any(|word| word == *name));
    match place {
        _ if is_rsa => &ALGORITHMS[4..],
        Some(place) => &ALGORITHMS[place..=place],
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ssh::Trust;

    #[test]
    fn a_known_rsa_key_is_asked_for_and_not_taken_for_changed() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = "[127.0.0.1]:2222 ssh-rsa AAAAB3NzaC1yc2E=\n\
            192.168.88.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n";
        fs::write(file.path(), text).expect("written");
        let known = KnownHosts::new(file.path().to_owned(), Box::new(|_| Trust::Refuse));
        let ssh = ssh2::Session::new().expect("a session");
        let wanted = |host: &str, port| {
            let target = Target {
                host: host.to_owned(),
                port,
                user: String::new(),
                connect_timeout: std::time::Duration::ZERO,
                command_timeout: std::time::Duration::ZERO,
            };
            known.prefer(&ssh, &target).expect("preferred");
            known.known(&ssh, &target).expect("read")
        };
        assert_eq!(
            wanted("127.0.0.1", 2222),
            ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
        );
        assert_eq!(wanted("192.168.88.1", 22), ["ssh-ed25519"]);
        assert!(wanted("192.168.88.2", 22).is_empty());
    }
}
