//! `cargo xtask corpus`: real store closures from Debian packages.
//!
//! Each package is one derivation that Nix really builds, in a sandbox and in a
//! chroot store below the target folder, so that this machine's `/nix/store`
//! plays no part. The .deb files stay beside it: a second run needs no network.

mod apt;
mod builder;
mod resolve;
mod rewrite;
mod size;
mod stanza;
mod variant;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

pub(crate) use builder::build;
pub(crate) use size::Size;
pub(crate) use variant::{Arch, Variant};

use crate::nix::{self, PathInfo, Store};
use crate::{shell, workspace};
use apt::Apt;
use resolve::Package;

/// Which builder made a path; part of every derivation, raised when the builder
/// makes other bytes.
const FORMAT: u32 = 1;

const CORPUS_NIX: &str = include_str!("corpus.nix");

/// What to make.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Which packages: `demo` (at least 50 paths, some tens of MB), `medium` or `large`
    #[arg(long, default_value = "demo")]
    size: Size,
    /// Packages of your own choice, separated by commas, with what they depend on
    #[arg(long, value_delimiter = ',')]
    packages: Vec<String>,
    #[command(flatten)]
    variant: Variant,
    /// Only say which packages it would be made of
    #[arg(long)]
    dry_run: bool,
}

/// A closure that is there.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    /// The chroot store it is in.
    pub(crate) store: Store,
    /// The path whose closure it is.
    pub(crate) top: String,
    /// All its paths.
    pub(crate) paths: Vec<PathInfo>,
}

impl Corpus {
    /// The closure of a path that a store has.
    ///
    /// # Errors
    /// If Nix does not know it.
    pub(crate) fn of(store: Store, top: String) -> Result<Self> {
        let paths = store.closure(&top)?;
        Ok(Self { store, top, paths })
    }

    /// How many of its paths another closure does not have.
    pub(crate) fn paths_beside(&self, other: &Self) -> usize {
        let known: BTreeSet<&str> = other.paths.iter().map(|info| info.path.as_str()).collect();
        let new = self
            .paths
            .iter()
            .filter(|info| !known.contains(info.path.as_str()));
        new.count()
    }

    /// The bytes of all its NARs.
    pub(crate) fn nar_bytes(&self) -> u64 {
        self.paths.iter().map(|info| info.nar_size).sum()
    }
}

#[derive(Serialize)]
struct Spec {
    format: u32,
    name: String,
    /// Nix's name of the system; its own where there is none.
    system: Option<&'static str>,
    salt: String,
    packages: BTreeMap<String, Package>,
}

/// The command: makes a corpus and says where it is.
///
/// # Errors
/// If something is missing on this machine, or Debian's archive or Nix fails.
pub(crate) fn command(options: &Options) -> Result<()> {
    let own: Vec<&str> = options.packages.iter().map(String::as_str).collect();
    let (name, seeds) = match options.size {
        _ if !own.is_empty() => ("custom", own.as_slice()),
        size => size.seeds(),
    };
    if options.dry_run {
        for (name, package) in Apt::new(&folder()?, &options.variant)?.resolve(seeds)? {
            println!("{name} {} {}", package.version, package.deps.join(","));
        }
        return Ok(());
    }
    let corpus = make(name, seeds, &options.variant)?;
    println!("store {}", corpus.store.root().display());
    println!("top   {}", corpus.top);
    println!("paths {}", corpus.paths.len());
    println!("bytes {}", corpus.nar_bytes());
    Ok(())
}

/// The closure that demo and tests use, and its rebuild: the same contents with
/// every store hash changed.
///
/// # Errors
/// As [`command`].
pub(crate) fn demo_pair() -> Result<(Corpus, Corpus)> {
    pair(Size::Demo)
}

/// A closure and its rebuild.
///
/// # Errors
/// As [`command`].
pub(crate) fn pair(size: Size) -> Result<(Corpus, Corpus)> {
    Ok((
        of(size, &Variant::default())?,
        of(size, &Variant::salted("rebuild"))?,
    ))
}

/// One closure of a size.
///
/// # Errors
/// As [`command`].
pub(crate) fn of(size: Size, variant: &Variant) -> Result<Corpus> {
    let (name, seeds) = size.seeds();
    make(name, seeds, variant)
}

/// Where corpora are kept.
///
/// # Errors
/// If cargo cannot say where it builds.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(workspace::target_dir()?.join("corpus"))
}

fn make(name: &str, seeds: &[&str], variant: &Variant) -> Result<Corpus> {
    nix::require()?;
    let base = folder()?;
    let store = Store::new(&base.join("store"), &base.join("home"))?;
    let debs = base.join("debs");
    fs::create_dir_all(&debs).context("making the folder for packages")?;
    let packages = packages(&base, name, seeds, variant, &debs)?;
    let full = variant.closure(name);
    let spec = Spec {
        format: FORMAT,
        name: full.clone(),
        system: variant.arch.map(Arch::system),
        salt: variant.salt.clone(),
        packages,
    };
    let top = built(&base, &store, &spec)?;
    let paths = store.closure(&top)?;
    if paths.len() <= spec.packages.len() {
        bail!(
            "{} packages made a closure of only {} paths",
            spec.packages.len(),
            paths.len()
        );
    }
    let list: String = paths
        .iter()
        .map(|info| format!("{}\n", info.path))
        .collect();
    fs::write(base.join(&full).join("paths.txt"), list).context("writing paths.txt")?;
    Ok(Corpus { store, top, paths })
}

/// The packages of an earlier run where all their files are still there, so that
/// a corpus stays the same and needs no network; else Debian's present ones.
fn packages(
    base: &Path,
    name: &str,
    seeds: &[&str],
    variant: &Variant,
    debs: &Path,
) -> Result<BTreeMap<String, Package>> {
    let name = variant.packages(name);
    let lock = base.join(format!("{name}.lock.json"));
    if let Ok(text) = fs::read_to_string(&lock)
        && let Ok((of, packages)) =
            serde_json::from_str::<(Vec<String>, BTreeMap<String, Package>)>(&text)
        && of == seeds
        && packages
            .values()
            .all(|p| debs.join(format!("{}.deb", p.sha256)).exists())
    {
        return Ok(packages);
    }
    shell::step(&format!("fetching Debian packages for the corpus `{name}`"));
    let apt = Apt::new(base, variant)?;
    let mut packages = apt.resolve(seeds)?;
    if apt.download(&packages, debs).is_err() {
        // The archive moved on since the lists were fetched.
        apt.update()?;
        packages = apt.resolve(seeds)?;
        apt.download(&packages, debs)?;
    }
    let text = serde_json::to_string(&(seeds, &packages)).context("writing the lock")?;
    fs::write(&lock, text).with_context(|| format!("writing {}", lock.display()))?;
    Ok(packages)
}

/// Builds what is not there yet, and answers the top path.
fn built(base: &Path, store: &Store, spec: &Spec) -> Result<String> {
    let text = serde_json::to_string(spec).context("writing the specification")?;
    let made = base.join(&spec.name);
    let (top_file, built_from) = (made.join("top.txt"), made.join("spec.json"));
    if fs::read_to_string(&built_from).is_ok_and(|old| old == text)
        && let Ok(top) = fs::read_to_string(&top_file)
        && store.has(top.trim())?
    {
        return Ok(top.trim().to_owned());
    }
    shell::step(&format!(
        "building the corpus `{}` with Nix: {} packages",
        spec.name,
        spec.packages.len()
    ));
    let spec_file = base.join("spec.json");
    fs::write(&spec_file, &text).context("writing the specification")?;
    let expression = base.join("corpus.nix");
    fs::write(&expression, CORPUS_NIX).context("writing corpus.nix")?;
    // A copy at a path of its own: cargo may replace the running program.
    let program = base.join("xtask");
    // Readable even when cargo has replaced the file meanwhile.
    fs::copy("/proc/self/exe", &program).context("copying the builder")?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let log = fs::File::create(base.join("build.log")).context("making build.log")?;
    let mut settings = sandbox(base, &program);
    // Nothing of another system is run: the builder is this machine's.
    if let Some(system) = spec.system {
        settings += &format!("extra-platforms = {system}\n");
    }
    let mut command = store.command("nix-build", &settings);
    command
        .arg(&expression)
        .args(["--no-out-link", "--argstr", "spec"])
        .arg(&spec_file);
    command.args(["-j", &jobs.to_string()]).stderr(log);
    let (ok, top) = shell::try_read(&mut command)?;
    let last = top.lines().last().unwrap_or_default().to_owned();
    if !ok || last.is_empty() {
        let log = fs::read_to_string(base.join("build.log")).unwrap_or_default();
        let tail: Vec<&str> = log.lines().rev().take(15).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!("Nix could not build the corpus:\n{}", tail.join("\n"));
    }
    fs::create_dir_all(&made).context("making the corpus' folder")?;
    fs::write(&top_file, format!("{last}\n")).context("writing top.txt")?;
    // Last: it says that the rest is there.
    fs::write(&built_from, text).context("writing the specification")?;
    Ok(last)
}

/// Settings for a build that sees this machine's programs, the packages and the
/// builder at fixed places, and nothing else. Unpacking keeps setuid bits, which
/// Nix's own filter of system calls would refuse; Nix drops them afterwards.
fn sandbox(base: &Path, program: &Path) -> String {
    let host = [
        "/bin",
        "/sbin",
        "/usr",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
    ];
    let host = host.into_iter().filter(|path| Path::new(path).exists());
    let host: Vec<&str> = host.collect();
    format!(
        "sandbox = true\nsandbox-fallback = false\nfilter-syscalls = false\n\
         extra-sandbox-paths = {} /corpus/debs={} /corpus/xtask={}\n",
        host.join(" "),
        base.join("debs").display(),
        program.display(),
    )
}
