//! A start without configuration: the token secret, the administrator's token,
//! and what to type next.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use token_auth::{Claims, Issuer, Permission, SigningKey, Verifier};

use crate::config::secret::MADE_SECRET;
use crate::failure::{Failure, Kind};
use crate::open;

/// File of the administrator's token.
const ADMIN_TOKEN: &str = "admin-token";

/// Validity of the administrator's token: two years.
const ADMIN_VALIDITY: u64 = 2 * 365 * 86_400;

/// Makes the folder and the token secret where they are not there yet.
pub(crate) fn make_secret(data: &Path) -> Result<(), Failure> {
    open::make_folder(data)?;
    let path = data.join(MADE_SECRET);
    if path.exists() {
        return Ok(());
    }
    let mut secret = [0; 32];
    open::random(&mut secret);
    write_private(&path, &STANDARD.encode(secret), false)?;
    tracing::info!(path = %path.display(), "made a secret to sign tokens with");
    Ok(())
}

/// Writes the administrator's token unless a good one is there. The new one, if so.
pub(crate) fn make_admin_token(data: &Path, key: &SigningKey) -> Result<Option<String>, Failure> {
    let path = data.join(ADMIN_TOKEN);
    let now = open::unix_now();
    let kept = std::fs::read_to_string(&path).ok();
    if kept.is_some_and(|token| Verifier::new(key).verify(token.trim(), now).is_ok()) {
        return Ok(None);
    }
    let token = administrator(key, now)?;
    write_private(&path, &token, true)?;
    Ok(Some(token))
}

/// Says where a new administrator's token is and what to type next.
pub(crate) fn greet(data: &Path, token: &str, url: &str) {
    let file = data.join(ADMIN_TOKEN);
    let file = file.display();
    eprintln!("the administrator's token is in {file}");
    // A journal keeps what it is given; a terminal is somebody's eyes.
    if std::io::stderr().is_terminal() {
        eprintln!("  {token}");
    }
    eprintln!("next, on this machine:");
    eprintln!("  garret login local {url} - < {file}");
    eprintln!("  garret cache create team");
    eprintln!("  garret use team");
    eprintln!("  garret push team ./result");
}

fn administrator(key: &SigningKey, now: u64) -> Result<String, Failure> {
    let mut claims = Claims::new(fresh_id(), now);
    claims.sub = Some("administrator".to_owned());
    claims.exp = Some(now + ADMIN_VALIDITY);
    for permission in Permission::ALL {
        claims.grant("*".parse().expect("a pattern"), permission);
    }
    let issued = Issuer::new(key).and_then(|issuer| issuer.issue(&claims));
    issued.map_err(|error| Failure::new(Kind::Config, error))
}

/// A token's own name: 128 random bits.
pub(crate) fn fresh_id() -> String {
    let mut bytes = [0; 16];
    open::random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a line that only its owner may read, all of it or nothing.
fn write_private(path: &Path, line: &str, replace: bool) -> Result<(), Failure> {
    let temporary = path.with_extension(format!("{}.tmp", fresh_id()));
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        if replace {
            std::fs::rename(&temporary, path)?;
        } else {
            // Another process that starts at the same time keeps what it made.
            match std::fs::hard_link(&temporary, path) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(error);
                }
                _ => {}
            }
            std::fs::remove_file(&temporary)?;
        }
        // Tokens that a secret signed are worth nothing when it is made anew.
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write()
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(|error| Failure::new(Kind::Store, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn secrets_are_made_once_and_for_their_owner_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("garret");
        make_secret(&data).expect("made");
        let path = data.join(MADE_SECRET);
        let mode =
            |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&data), mode(&path)), (0o700, 0o600));
        let first = std::fs::read_to_string(&path).expect("text");
        make_secret(&data).expect("kept");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), first);
        let key = SigningKey::hs256_from_base64(first.trim()).expect("a key");
        assert!(key.warnings().is_empty());
        let made = make_admin_token(&data, &key).expect("made");
        assert!(made.is_some() && make_admin_token(&data, &key).expect("kept").is_none());
        let token = std::fs::read_to_string(data.join(ADMIN_TOKEN)).expect("token");
        assert_eq!(mode(&data.join(ADMIN_TOKEN)), 0o600);
        let token = Verifier::new(&key)
            .verify(token.trim(), open::unix_now())
            .expect("valid");
        assert!(
            token
                .permissions(&"x".parse().expect("name"))
                .has(Permission::DestroyCache)
        );
        assert_eq!(
            std::fs::read_dir(&data).expect("list").count(),
            2,
            "no temporary file is left"
        );
    }
}
