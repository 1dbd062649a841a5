//! `garret ls` and `garret rm`: the paths of a cache.

use cache_api::{ListedPath, byte_size};
use nar_format::{PathHash, StorePath};

use crate::args::{Ls, Rm};
use crate::commands::Session;
use crate::error::{CliError, ErrorKind, Result};

/// Paths of one page.
const PAGE: u32 = 1000;

pub(super) async fn ls(session: &Session<'_>, args: Ls) -> Result<()> {
    let (cache, api) = session.cache(&args.cache)?;
    let mut after: Option<PathHash> = None;
    loop {
        let page = api.list_paths(&cache.cache, after.as_ref(), PAGE).await;
        let page =
            page.map_err(|error| error.while_doing(format!("cannot list {}", cache.cache)))?;
        let wanted = |path: &&ListedPath| {
            args.filter
                .as_ref()
                .is_none_or(|filter| path.path.contains(filter.as_str()))
        };
        for path in page.paths.iter().filter(wanted) {
            match (session.console.json, args.long) {
                (true, _) => session.console.value(path)?,
                (false, false) => session.console.data(&path.path)?,
                (false, true) => session.console.data(&long_line(path))?,
            }
        }
        // A server that names the same page again would be asked for ever.
        if page.next.is_none() || page.next == after {
            return Ok(());
        }
        after = page.next;
    }
}

fn long_line(path: &ListedPath) -> String {
    let (nar, file) = (
        byte_size::format(path.nar_size),
        byte_size::format(path.file_size),
    );
    let who = path.created_by.as_deref().unwrap_or("-");
    format!("{nar:>10} {file:>10}  {who:<16} {}", path.path)
}

pub(super) async fn rm(session: &Session<'_>, args: Rm) -> Result<()> {
    let (cache, api) = session.cache(&args.cache)?;
    let hashes: Vec<PathHash> = args
        .paths
        .iter()
        .map(|text| hash_of(text))
        .collect::<Result<_>>()?;
    let mut failed = 0;
    for (hash, text) in hashes.iter().zip(&args.paths) {
        match api.remove_path(&cache.cache, hash).await {
            Ok(()) => session.console.talk(&format!("removed {text}")),
            // With the others there is a chance yet; without permission there is none.
            Err(error) if matches!(error.status(), Some(404 | 409)) => {
                failed += 1;
                session.console.warn(
                    &error
                        .while_doing(format!("cannot remove {text}"))
                        .one_line(),
                );
            }
            Err(error) => return Err(error.while_doing(format!("cannot remove {text}"))),
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(CliError::new(
            ErrorKind::Partial,
            format!("{failed} of {} paths were not removed", hashes.len()),
        )
        .hint(format!("garret ls {} lists what is there", args.cache))),
    }
}

/// The path hash in a store path of any store folder, in a base name, or by itself.
fn hash_of(text: &str) -> Result<PathHash> {
    let base = text
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(text);
    let hash = base
        .parse::<PathHash>()
        .or_else(|_| StorePath::from_base_name(base).map(|path| path.hash()));
    hash.map_err(|error| {
        CliError::new(
            ErrorKind::Usage,
            format!("{text:?} is neither a store path nor the hash of one"),
        )
        .because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_named_in_several_ways() {
        let hash = "0".repeat(32);
        for text in [
            hash.clone(),
            format!("{hash}-a"),
            format!("/nix/store/{hash}-a"),
            format!("/s/{hash}-a/"),
        ] {
            assert_eq!(
                hash_of(&text).map(|hash| hash.to_string()).ok().as_deref(),
                Some(hash.as_str()),
                "{text}"
            );
        }
        for text in ["", "a", "/nix/store", "./result"] {
            assert!(hash_of(text).is_err(), "{text}");
        }
    }
}
