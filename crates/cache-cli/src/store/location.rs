//! Which store is meant, in the words Nix itself uses for it.

use std::path::{Path, PathBuf};

use nar_format::StoreDir;

use crate::env::Env;
use crate::error::{CliError, ErrorKind, Result};

/// Where a store keeps its database and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreLocation {
    /// The store as it was named; `auto` for Nix's own default.
    pub store: String,
    /// The folder that paths are named by.
    pub store_dir: StoreDir,
    /// The folder that the files are in.
    pub real_dir: PathBuf,
    /// Nix's state folder; the database is `db/db.sqlite` below it.
    pub state_dir: PathBuf,
    /// The current folder, for arguments such as `./result`.
    pub cwd: PathBuf,
}

impl StoreLocation {
    /// The store that `--store` names, else `$NIX_REMOTE`, else Nix's default. Known are `auto`,
    /// `daemon`, `unix://…` (all of which mean the machine's own files), `local`, a folder (a
    /// chroot store), and the parameters `root`, `store`, `state` and `real` of each.
    ///
    /// # Errors
    /// For a store on another machine, and for parameters that are no paths.
    pub fn find(store: Option<&str>, env: &Env) -> Result<StoreLocation> {
        let typed = store.or(env.nix_remote.as_deref()).unwrap_or("auto");
        let (base, parameters) = typed.split_once('?').unwrap_or((typed, ""));
        let get = |name: &str| {
            let value = parameters
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.map(percent_decode)
        };
        let root = match base {
            "" | "auto" | "daemon" | "local" | "local://" => {
                get("root").filter(|root| !root.is_empty())
            }
            _ if base.starts_with("unix://") => get("root"),
            _ if base.contains("://") => return Err(elsewhere(typed)),
            _ if base.starts_with('/') || base.starts_with('.') => Some(base.to_owned()),
            _ => return Err(elsewhere(typed)),
        };
        let root = root.map(|root| env.cwd.join(root));
        let below = |path: &str| match &root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        };
        let store_dir = get("store")
            .or(env.nix_store_dir.clone())
            .unwrap_or_else(|| "/nix/store".to_owned());
        let store_dir = StoreDir::parse(&store_dir).map_err(|error| {
            CliError::new(
                ErrorKind::Usage,
                format!("{store_dir:?} cannot be a store folder"),
            )
            .because(error)
        })?;
        let own_state = env.nix_state_dir.clone().filter(|_| root.is_none());
        let state_dir = match get("state") {
            Some(state) => PathBuf::from(state),
            None => own_state.unwrap_or_else(|| below("/nix/var/nix")),
        };
        let real_dir = match get("real") {
            Some(real) => PathBuf::from(real),
            None => below(store_dir.as_str()),
        };
        // Nix would read a relative folder from where it runs, which is not always here.
        let store = match base.starts_with('.') {
            true => env.cwd.join(base).display().to_string(),
            false => typed.to_owned(),
        };
        Ok(StoreLocation {
            store,
            store_dir,
            real_dir,
            state_dir,
            cwd: env.cwd.clone(),
        })
    }

    /// Nix's database.
    pub fn database(&self) -> PathBuf {
        self.state_dir.join("db/db.sqlite")
    }

    /// The part of `path` that names a store path: `HASH-NAME`, if it lies in the store by either
    /// of its names.
    pub(super) fn base_name<'a>(&self, path: &'a Path) -> Option<&'a str> {
        let below = path
            .strip_prefix(self.store_dir.as_str())
            .or_else(|_| path.strip_prefix(&self.real_dir))
            .ok()?;
        below.components().next()?.as_os_str().to_str()
    }
}

fn elsewhere(store: &str) -> CliError {
    CliError::new(
        ErrorKind::Usage,
        format!("the store {store:?} is not on this machine"),
    )
    .hint("name a folder or `local` by --store; for a remote store run garret there")
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        match (
            bytes[at],
            hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(remote: Option<&str>) -> Env {
        let mut env = Env::isolated(Path::new("/home/u"));
        env.nix_remote = remote.map(str::to_owned);
        env
    }

    #[test]
    fn stores_are_where_nix_has_them() {
        let default = ("/nix/store", "/nix/store", "/nix/var/nix");
        let chroot = ("/nix/store", "/c/nix/store", "/c/nix/var/nix");
        let here = (
            "/nix/store",
            "/home/u/./c/nix/store",
            "/home/u/./c/nix/var/nix",
        );
        for (store, remote, want) in [
            (None, None, default),
            (None, Some("daemon"), default),
            (None, Some("/c"), chroot),
            (Some("local"), Some("/c"), default),
            (Some("unix:///run/nix.sock"), None, default),
            (Some("/c"), None, chroot),
            (Some("./c"), None, here),
            (Some("local?root=/c"), None, chroot),
            (Some("local?root=%2Fc"), None, chroot),
            (
                Some("local?store=/s&state=/t&real=/r"),
                None,
                ("/s", "/r", "/t"),
            ),
        ] {
            let found = StoreLocation::find(store, &env(remote)).expect("known");
            let got = (
                found.store_dir.as_str(),
                found.real_dir.to_str(),
                found.state_dir.to_str(),
            );
            assert_eq!(
                got,
                (want.0, Some(want.1), Some(want.2)),
                "{store:?} {remote:?}"
            );
        }
    }

    #[test]
    fn stores_elsewhere_are_refused() {
        for store in [
            "ssh://host",
            "https://cache",
            "file:///c",
            "host",
            "local?store=relative",
        ] {
            let error = StoreLocation::find(Some(store), &env(None)).expect_err(store);
            assert_eq!(error.kind, ErrorKind::Usage, "{store}");
        }
    }

    #[test]
    fn the_environment_moves_the_default_store_only() {
        let mut env = env(None);
        env.nix_state_dir = Some("/state".into());
        env.nix_store_dir = Some("/gnu/store".into());
        let own = StoreLocation::find(None, &env).expect("own");
        assert_eq!(
            (own.store_dir.as_str(), own.database()),
            ("/gnu/store", "/state/db/db.sqlite".into())
        );
        let chroot = StoreLocation::find(Some("/c"), &env).expect("chroot");
        assert_eq!(chroot.database(), Path::new("/c/nix/var/nix/db/db.sqlite"));
        assert_eq!(chroot.real_dir, Path::new("/c/gnu/store"));
    }
}
