//! From what was typed to the store path it means.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use nar_format::StorePath;

use super::StoreLocation;
use crate::error::{CliError, ErrorKind, Result, io_error};

/// As many links as Linux itself follows.
const MAX_LINKS: usize = 40;

/// Walks along `argument`, through links, until it is in the store. Links are followed one at a
/// time since a link into a chroot store points to where there may be nothing on this machine.
pub(super) fn resolve(location: &StoreLocation, argument: &str) -> Result<StorePath> {
    let start = location.cwd.join(argument);
    let mut rest: VecDeque<OsString> = parts(&start);
    let mut path = PathBuf::from("/");
    let mut links = 0;
    loop {
        if let Some(base) = location.base_name(&path) {
            return StorePath::from_base_name(base).map_err(|error| {
                CliError::new(
                    ErrorKind::Store,
                    format!("{argument} does not lead to a store path"),
                )
                .because(error)
            });
        }
        let Some(part) = rest.pop_front() else {
            return Err(outside(location, argument, &path));
        };
        if part == ".." {
            path.pop();
            continue;
        }
        path.push(part);
        if location.base_name(&path).is_some() {
            continue;
        }
        let meta = match std::fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            // The files of a chroot store are elsewhere: this machine need not have a /nix.
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound && on_the_way(location, &path) =>
            {
                continue;
            }
            Err(error) => return Err(not_there(location, argument, &path, error)),
        };
        if meta.file_type().is_symlink() {
            links += 1;
            if links > MAX_LINKS {
                return Err(CliError::new(
                    ErrorKind::Store,
                    format!("{argument} is a loop of links"),
                ));
            }
            let target = std::fs::read_link(&path)
                .map_err(|error| io_error("read the link", &path, error))?;
            path.pop();
            if target.is_absolute() {
                path = PathBuf::from("/");
            }
            for part in parts(&target).into_iter().rev() {
                rest.push_front(part);
            }
        }
    }
}

/// Whether `path` is a folder that the store's name passes through.
fn on_the_way(location: &StoreLocation, path: &Path) -> bool {
    Path::new(location.store_dir.as_str()).starts_with(path)
}

fn parts(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect()
}

fn outside(location: &StoreLocation, argument: &str, path: &Path) -> CliError {
    let message = format!(
        "{argument} is not in the store: it leads to {}",
        path.display()
    );
    CliError::new(ErrorKind::Store, message).hint(format!(
        "name a path below {}, or a link to one such as ./result",
        location.store_dir
    ))
}

fn not_there(
    location: &StoreLocation,
    argument: &str,
    path: &Path,
    error: std::io::Error,
) -> CliError {
    let failed = io_error("look at", path, error);
    CliError::new(ErrorKind::Store, format!("{argument} cannot be found"))
        .because(failed)
        .hint(format!(
            "build it first (nix build, nix-build), or name a path below {}",
            location.store_dir
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;
    use std::os::unix::fs::symlink;

    const NAME: &str = "00000000000000000000000000000000-a";

    #[test]
    fn a_chroot_store_needs_no_store_on_the_machine_itself() {
        let dir = tempfile::tempdir().expect("folder");
        let home = dir.path().canonicalize().expect("real");
        let store = format!("{0}?store={0}/none/store&real={0}/real", home.display());
        let location = StoreLocation::find(Some(&store), &Env::isolated(&home)).expect("location");
        let path = format!("{}/none/store/{NAME}", home.display());
        symlink(&path, home.join("result")).expect("link");
        for argument in ["result", &path] {
            let got = resolve(&location, argument).map(|path| path.base_name());
            assert_eq!(got.expect(argument), NAME);
        }
        let error = resolve(&location, &format!("{}/none/other", home.display()));
        assert!(
            error
                .expect_err("no store path")
                .to_string()
                .contains("cannot be found")
        );
    }

    #[test]
    fn links_lead_into_the_store_or_are_refused() {
        let dir = tempfile::tempdir().expect("folder");
        let home = dir.path().canonicalize().expect("real");
        let root = home.join("root");
        std::fs::create_dir_all(root.join("nix/store").join(NAME).join("bin")).expect("store");
        let location = StoreLocation::find(root.to_str(), &Env::isolated(&home)).expect("location");
        symlink(format!("/nix/store/{NAME}"), home.join("result")).expect("link");
        symlink("result/bin/x", home.join("deep")).expect("link");
        symlink(root.join("nix/store").join(NAME), home.join("real")).expect("link");
        symlink("loop", home.join("loop")).expect("link");
        symlink("/nix/store/short", home.join("bad")).expect("link");
        let absolute = format!("/nix/store/{NAME}/bin/sh");
        let real = format!("{}/nix/store/{NAME}", root.display());
        for argument in [
            "result",
            "./result",
            "result/",
            "deep",
            "real",
            "x/../result",
            &absolute,
            &real,
        ] {
            std::fs::create_dir_all(home.join("x")).expect("folder");
            let got = resolve(&location, argument).map(|path| path.base_name());
            assert_eq!(
                got.map_err(|error| error.one_line()).as_deref(),
                Ok(NAME),
                "{argument}"
            );
        }
        for (argument, want) in [
            ("loop", "is a loop of links"),
            ("absent", "cannot be found"),
            ("x", "is not in the store"),
            ("bad", "does not lead to a store path"),
            ("/nix/store", "cannot be found"),
        ] {
            let error = resolve(&location, argument).expect_err(argument);
            // The machine's own /nix/store may be there or not; either way it is no store path.
            let known =
                error.to_string().contains(want) || error.to_string().contains("not in the store");
            assert!(
                known && error.kind == ErrorKind::Store,
                "{argument}: {error}"
            );
        }
    }
}
