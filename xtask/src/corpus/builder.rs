//! The builder of each derivation of a corpus: this program itself, run by Nix
//! in its sandbox. It unpacks a .deb and makes a store path of it as nixpkgs
//! would: `/usr` merged into the output, and the paths of the dependencies
//! written into programs, scripts, links and a list, where Nix's scan finds them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::rewrite;
use crate::shell;

/// Runs one build; its inputs stand in the environment, where Nix puts them.
///
/// # Errors
/// Whatever goes wrong; Nix shows it in its log.
pub(crate) fn build(what: &str) -> Result<()> {
    let out = PathBuf::from(variable("out")?);
    let deps: Vec<PathBuf> = variable("deps")?
        .split_whitespace()
        .map(PathBuf::from)
        .collect();
    match what {
        "package" => package(&out, &deps)?,
        "top" => fs::create_dir_all(&out).context("making the output")?,
        other => bail!("no such build: {other}"),
    }
    let support = out.join("nix-support");
    fs::create_dir_all(&support).context("making nix-support")?;
    let list: String = deps
        .iter()
        .map(|dep| format!("{}\n", dep.display()))
        .collect();
    fs::write(support.join("propagated-build-inputs"), list).context("writing the dependencies")
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("reading ${name}, which Nix sets"))
}

fn package(out: &Path, deps: &[PathBuf]) -> Result<()> {
    unpack(Path::new(&variable("deb")?), out)?;
    let mut roots = vec![out.to_path_buf()];
    roots.extend_from_slice(deps);
    let adapter = Adapter {
        libraries: libraries(&roots)?,
        roots,
        // libc's own files need no rpath, and must not be laid out anew.
        patches: !variable("package")?.starts_with("libc6"),
    };
    adapter.folder(out)
}

/// Unpacks below the output, since a sandbox has no other folder on its mount,
/// then merges `usr` into it.
fn unpack(deb: &Path, out: &Path) -> Result<()> {
    let raw = out.join(".unpacked");
    fs::create_dir_all(&raw).context("making the output")?;
    let mut tar = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdout(Stdio::piped())
        .spawn()
        .context("starting dpkg-deb")?;
    let stdout = tar.stdout.take().context("reading from dpkg-deb")?;
    shell::quiet(
        Command::new("tar")
            .args(["-x", "--no-same-owner", "--no-same-permissions", "-C"])
            .arg(&raw)
            .stdin(stdout),
    )?;
    if !tar.wait().context("waiting for dpkg-deb")?.success() {
        bail!("dpkg-deb could not read {}", deb.display());
    }
    if raw.join("usr").is_dir() {
        merge(&raw.join("usr"), out)?;
        fs::remove_dir_all(raw.join("usr")).context("removing usr")?;
    }
    merge(&raw, out)?;
    fs::remove_dir_all(&raw).context("removing the unpacked files")
}

/// Moves what is in `from` to `to`, into folders that are there already.
fn merge(from: &Path, to: &Path) -> Result<()> {
    for name in names(from)? {
        let (source, target) = (from.join(&name), to.join(&name));
        let folder = source.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if folder && target.is_dir() {
            merge(&source, &target)?;
        } else if target.symlink_metadata().is_err() {
            fs::rename(&source, &target).with_context(|| format!("moving {}", source.display()))?;
        }
    }
    Ok(())
}

/// Names in a folder, sorted, so that nothing depends on the file system's order.
fn names(folder: &Path) -> Result<Vec<OsString>> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("listing {}", folder.display()))?;
    names.sort();
    Ok(names)
}

/// Which folder each shared library is in.
fn libraries(roots: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>> {
    fn scan(folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<()> {
        for name in names(folder)? {
            let path = folder.join(&name);
            if path.is_dir() && !path.is_symlink() {
                scan(&path, found)?;
            } else if let Some(name) = name.to_str().filter(|name| name.contains(".so")) {
                found
                    .entry(name.to_owned())
                    .or_insert_with(|| folder.to_path_buf());
            }
        }
        Ok(())
    }
    let mut found = BTreeMap::new();
    for folder in roots
        .iter()
        .flat_map(|root| [root.join("lib"), root.join("lib64")])
    {
        if folder.is_dir() {
            scan(&folder, &mut found)?;
        }
    }
    Ok(found)
}

/// Points what is in the output at the output and its dependencies.
struct Adapter {
    /// The output and the dependencies, in this order.
    roots: Vec<PathBuf>,
    libraries: BTreeMap<String, PathBuf>,
    patches: bool,
}

impl Adapter {
    fn folder(&self, folder: &Path) -> Result<()> {
        for name in names(folder)? {
            let path = folder.join(&name);
            let kind = path
                .symlink_metadata()
                .context("looking at a file")?
                .file_type();
            if kind.is_dir() {
                self.folder(&path)?;
            } else if kind.is_symlink() {
                self.link(&path)?;
            } else if kind.is_file() {
                self.file(&path)?;
            } else {
                // Devices and sockets cannot be in a store path.
                fs::remove_file(&path).context("removing a special file")?;
            }
        }
        Ok(())
    }

    /// The path in the output or a dependency that stands for a host path.
    fn find(&self, host: &str) -> Option<PathBuf> {
        let below = rewrite::below_usr(host);
        let candidates = self.roots.iter().map(|root| root.join(below));
        candidates
            .into_iter()
            .find(|path| path.symlink_metadata().is_ok())
    }

    fn link(&self, path: &Path) -> Result<()> {
        let target = fs::read_link(path).context("reading a link")?;
        let Some(host) = target.to_str().filter(|target| target.starts_with('/')) else {
            return Ok(());
        };
        if let Some(found) = self.find(host) {
            fs::remove_file(path).context("replacing a link")?;
            symlink(found, path).context("replacing a link")?;
        }
        Ok(())
    }

    fn file(&self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        if rewrite::is_dynamic_elf(&bytes) {
            return if self.patches {
                self.program(path)
            } else {
                Ok(())
            };
        }
        let find = |host: &str| self.find(host).map(|path| path.display().to_string());
        let changed = if path.extension().is_some_and(|extension| extension == "pc") {
            rewrite::pkg_config(&bytes, &self.roots[0].display().to_string())
        } else {
            rewrite::shebang(&bytes, find)
        };
        match changed {
            Some(bytes) => {
                fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
            }
            None => Ok(()),
        }
    }

    /// Gives a program or library the interpreter and the rpath of the store.
    fn program(&self, path: &Path) -> Result<()> {
        let patchelf = || {
            let mut command = Command::new("patchelf");
            command.stderr(Stdio::null());
            command
        };
        let (_, needed) = shell::try_read(patchelf().arg("--print-needed").arg(path))?;
        let mut rpath: Vec<String> = Vec::new();
        for folder in needed.lines().filter_map(|name| self.libraries.get(name)) {
            let folder = folder.display().to_string();
            if !rpath.contains(&folder) {
                rpath.push(folder);
            }
        }
        let mut set = patchelf();
        if !rpath.is_empty() {
            set.args(["--set-rpath", &rpath.join(":")]);
        }
        let (_, loader) = shell::try_read(patchelf().arg("--print-interpreter").arg(path))?;
        let loader = Path::new(loader.trim())
            .file_name()
            .and_then(|name| name.to_str());
        if let Some(name) = loader
            && let Some(folder) = self.libraries.get(name)
        {
            set.arg("--set-interpreter").arg(folder.join(name));
        }
        if set.get_args().len() > 0 {
            // What patchelf cannot patch stays as it is: odd, and still a file.
            let _failed = shell::try_read(set.arg(path))?;
        }
        Ok(())
    }
}
