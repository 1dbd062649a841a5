//! Debian's archive, through apt's own programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::resolve::{self, Package};
use super::stanza::{self, Stanza};
use super::variant::{Arch, Set, Variant};
use crate::shell;

/// How many packages one `apt-get download` is asked for.
const BATCH: usize = 64;

/// What apt has of some versions for some architecture.
pub(crate) struct Apt {
    /// Options in front of each command.
    settings: Vec<String>,
    arch: String,
    set: Set,
}

impl Apt {
    /// This machine's sources; its lists too, unless another architecture is asked
    /// for, whose lists lie in `base`.
    ///
    /// # Errors
    /// If dpkg does not answer or a folder cannot be made.
    pub(crate) fn new(base: &Path, variant: &Variant) -> Result<Self> {
        let (settings, arch) = match variant.arch {
            Some(arch) => (elsewhere(base, arch)?, arch.debian().to_owned()),
            None => {
                let own = shell::read(Command::new("dpkg").arg("--print-architecture"))?;
                (Vec::new(), own.trim().to_owned())
            }
        };
        let set = variant.set;
        Ok(Self {
            settings,
            arch,
            set,
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(self.settings.iter().flat_map(|setting| ["-o", setting]));
        command
    }

    /// Resolves `seeds` against apt's lists, which are fetched if there are none.
    ///
    /// # Errors
    /// If apt fails or a seed does not exist.
    pub(crate) fn resolve(&self, seeds: &[&str]) -> Result<BTreeMap<String, Package>> {
        let mut index = self.index()?;
        if !seeds.iter().all(|seed| index.contains_key(*seed)) {
            self.update()?;
            index = self.index()?;
        }
        resolve::closure(&index, seeds)
    }

    fn index(&self) -> Result<BTreeMap<String, Stanza>> {
        match self.set {
            Set::New => {
                let candidates = shell::read(self.command("apt-cache").arg("dumpavail"))?;
                stanza::parse_index(&candidates, &self.arch, |_, _| Ok(false))
            }
            Set::Old => stanza::parse_index(&self.lists()?, &self.arch, is_older),
        }
    }

    /// All versions of all packages: apt has no other way to say them at once.
    fn lists(&self) -> Result<String> {
        let mut targets = self.command("apt-get");
        targets.args(["indextargets", "--format", "$(FILENAME)"]);
        let files = shell::read(targets.arg("Created-By: Packages"))?;
        let mut text = String::new();
        for file in files.lines() {
            let mut cat = Command::new("/usr/lib/apt/apt-helper");
            text += &shell::read(cat.args(["cat-file", file]))?;
            text += "\n\n";
        }
        Ok(text)
    }

    /// Fetches apt's lists anew.
    ///
    /// # Errors
    /// If apt fails.
    pub(crate) fn update(&self) -> Result<()> {
        shell::run(self.command("apt-get").args(["-qq", "update"]))
    }

    /// Fetches what is not yet in `debs`, each file as `SHA256.deb`.
    ///
    /// # Errors
    /// If the archive does not have a version any more, or a file is not the one
    /// that the index names.
    pub(crate) fn download(&self, packages: &BTreeMap<String, Package>, debs: &Path) -> Result<()> {
        let file = |package: &Package| debs.join(format!("{}.deb", package.sha256));
        let missing: Vec<_> = packages.iter().filter(|(_, p)| !file(p).exists()).collect();
        let partial = debs.join("partial");
        fs::create_dir_all(&partial).context("making the folder for downloads")?;
        for batch in missing.chunks(BATCH) {
            let names = batch
                .iter()
                .map(|(name, p)| format!("{name}={}", p.version));
            shell::quiet(
                self.command("apt-get")
                    .args(["-qq", "-o", "APT::Sandbox::User=root", "download"])
                    .args(names)
                    .current_dir(&partial),
            )?;
            file_by_hash(&partial, debs)?;
        }
        for (name, package) in missing {
            if !file(package).exists() {
                bail!(
                    "the download of {name} {} has another SHA-256 than the index says",
                    package.version
                );
            }
        }
        fs::remove_dir_all(&partial).context("removing the folder for downloads")
    }
}

/// Settings for lists of another architecture, apart from this machine's, which has
/// no package of it installed.
fn elsewhere(base: &Path, arch: Arch) -> Result<Vec<String>> {
    let arch = arch.debian();
    let state = base.join(format!("apt-{arch}"));
    for folder in ["lists/partial", "cache/archives/partial"] {
        let folder: PathBuf = state.join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(state.join("status"), "").context("making an empty list of what is installed")?;
    let state = state.display();
    Ok(vec![
        format!("APT::Architecture={arch}"),
        format!("APT::Architectures={arch}"),
        format!("Dir::State={state}"),
        format!("Dir::State::status={state}/status"),
        format!("Dir::Cache={state}/cache"),
        "APT::Sandbox::User=root".to_owned(),
        "Acquire::Languages=none".to_owned(),
    ])
}

fn is_older(one: &str, other: &str) -> Result<bool> {
    let mut compare = Command::new("dpkg");
    compare.args(["--compare-versions", one, "lt", other]);
    Ok(shell::try_read(&mut compare)?.0)
}

fn file_by_hash(partial: &Path, debs: &Path) -> Result<()> {
    for entry in fs::read_dir(partial).context("listing downloads")? {
        let path = entry.context("listing downloads")?.path();
        let line = shell::read(Command::new("sha256sum").arg("-b").arg(&path))?;
        // A leading backslash says that the name that follows is escaped.
        let hash = line
            .trim_start_matches('\\')
            .split(' ')
            .next()
            .unwrap_or_default();
        fs::rename(&path, debs.join(format!("{hash}.deb")))
            .with_context(|| format!("moving {}", path.display()))?;
    }
    Ok(())
}
