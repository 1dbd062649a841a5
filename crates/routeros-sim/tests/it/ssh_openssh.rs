//! OpenSSH's own clients, where they are installed.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::operator::{rescue, simulator};

/// Makes a key pair with ssh-keygen and gives the public line; says so where that is not installed.
pub(crate) fn new_key(path: &Path) -> Option<String> {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "someone", "-f"])
        .arg(path)
        .stdin(Stdio::null())
        .status();
    match made {
        Ok(status) if status.success() => {
            let line = std::fs::read_to_string(path.with_extension("pub")).expect("a public key");
            Some(line.trim().to_owned())
        }
        _ => {
            eprintln!("skipped: no ssh-keygen");
            None
        }
    }
}

#[test]
fn openssh_logs_in_by_key_checks_the_host_key_and_shows_the_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    let Some(public) = new_key(&key) else { return };
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    sim.console(&format!("key {public}"));
    let known = folder.path().join("known_hosts");
    let line = format!("[127.0.0.1]:{} {}\n", dial.port(), sim.host_key());
    std::fs::write(&known, line).expect("written");
    let ssh = |command: &str| {
        Command::new("ssh")
            .args([
                "-F",
                "none",
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=yes",
            ])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known.display()))
            .arg("-i")
            .arg(&key)
            .args(["-p", &dial.port().to_string(), "admin@127.0.0.1", command])
            .stdin(Stdio::null())
            .output()
            .expect("ssh runs")
    };
    let output = ssh("say hello");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        text,
        "hello\r\nend\r\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(ssh("fail").status.code(), Some(1));

    std::fs::write(&known, "").expect("written");
    assert_eq!(
        ssh("say hello").status.code(),
        Some(255),
        "an unknown host key"
    );
}
