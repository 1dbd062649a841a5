//! One closure as a cache that can be served: Garret's data, and the same bytes
//! as files for nginx, under the same paths.

use std::fs;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::context::Bench;
use super::load::{self, connection::Connection};
use super::page_cache;
use crate::corpus::Corpus;
use crate::garret::{Server, Settings};
use crate::nix::PathInfo;
use crate::shell;

/// The cache's name.
pub(crate) const CACHE: &str = "bench";

/// What was pushed once and is served often.
pub(crate) struct Shelf {
    /// The data of a server that has stopped.
    pub(crate) data: PathBuf,
    /// The root of the files.
    pub(crate) files: PathBuf,
    /// Paths of all narinfo.
    pub(crate) narinfos: Vec<String>,
    /// Paths of all NARs.
    pub(crate) nars: Vec<String>,
    /// The cache's public keys, as nix.conf wants them.
    pub(crate) keys: String,
}

impl Shelf {
    /// Pushes a closure to a cache that is `--public` or `--private`, and takes all
    /// of it back as files.
    ///
    /// # Errors
    /// If a program fails or something is not there.
    pub(crate) fn fill(bench: &Bench, corpus: &Corpus) -> Result<Self> {
        let folder = bench.on_disk("shelf")?;
        let server = Server::start(&bench.programs, &folder, &Settings::default())?;
        let client = bench.garret(&server, CACHE)?;
        let info = client.create(CACHE, "--public")?;
        client.push(CACHE, &corpus.store, &[&corpus.top])?;
        let files = bench.on_disk("files")?;
        let (narinfos, nars) = Self::take(&server, &corpus.paths, &files)?;
        let data = server.data().to_path_buf();
        server.stop()?;
        page_cache::read_anew(&files)?;
        Ok(Self {
            data,
            files,
            narinfos,
            nars,
            keys: info.keys(),
        })
    }

    /// Takes what a cache has of some paths into a folder, and answers the paths
    /// of narinfo and of NARs.
    ///
    /// # Errors
    /// If something is not there.
    pub(crate) fn take(
        server: &Server,
        paths: &[PathInfo],
        files: &Path,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let mut fetch = Fetch {
            server: server.address(),
            connection: Connection::open(server.address())?,
            root: files.to_path_buf(),
        };
        let (mut narinfos, mut nars) = (Vec::new(), Vec::new());
        fetch.file(&format!("/{CACHE}/nix-cache-info"))?;
        for path in paths {
            let narinfo = format!("/{CACHE}/{}.narinfo", hash(&path.path)?);
            let text = String::from_utf8(fetch.file(&narinfo)?).context("reading a narinfo")?;
            let nar = format!("/{CACHE}/{}", url(&text)?);
            fetch.file(&nar)?;
            narinfos.push(narinfo);
            nars.push(nar);
        }
        Ok((narinfos, nars))
    }

    /// A server on a copy of the data.
    ///
    /// # Errors
    /// If it cannot be copied or the server does not start.
    pub(crate) fn serve(&self, bench: &Bench, settings: &Settings) -> Result<Server> {
        Server::start(&bench.programs, &copy(bench, &self.data)?, settings)
    }
}

/// A folder with a copy of what a server left, for one to start in, in memory.
///
/// # Errors
/// If it cannot be copied.
pub(crate) fn copy(bench: &Bench, data: &Path) -> Result<PathBuf> {
    let folder = bench.on_disk("copy")?;
    let mut copy = Command::new("cp");
    copy.args(["-a", "--reflink=auto"]).arg(data).arg(&folder);
    shell::quiet(&mut copy)?;
    page_cache::read_anew(&folder)?;
    Ok(folder)
}

/// The 32 characters that name a store path.
///
/// # Errors
/// If it is none.
pub(crate) fn hash(path: &str) -> Result<&str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.split_once('-') {
        Some((hash, _)) if hash.len() == 32 => Ok(hash),
        _ => bail!("{path} is no store path"),
    }
}

fn url(narinfo: &str) -> Result<&str> {
    let url = narinfo.lines().find_map(|line| line.strip_prefix("URL: "));
    url.context("a narinfo without URL")
}

/// Takes files from a server.
struct Fetch {
    server: SocketAddr,
    connection: Connection,
    root: PathBuf,
}

impl Fetch {
    /// Writes what lies at a path to a file of that name, and answers it.
    fn file(&mut self, path: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let request = load::request(self.server, path, None);
        self.connection.send(&request)?;
        let whole = self.connection.receive(|piece| {
            bytes.extend_from_slice(piece);
            ControlFlow::Continue(())
        });
        let _never_broken_off = whole.with_context(|| format!("fetching {path}"))?;
        let file = self.root.join(path.trim_start_matches('/'));
        let folder = file.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::write(&file, &bytes).with_context(|| format!("writing {}", file.display()))?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a-1.0";
        assert_eq!(hash(path).unwrap(), "0123456789abcdfghijklmnpqrsvwxyz");
        assert!(hash("/nix/store/x-y").is_err());
        assert_eq!(
            url("StorePath: x\nURL: nar/a.nar.zst\n").unwrap(),
            "nar/a.nar.zst"
        );
        assert!(url("StorePath: x\n").is_err());
    }
}
