//! `cargo xtask corpus`: real store closures from Debian packages.
//!
//! Each package is one derivation that Nix really builds, in a sandbox and in a
//! chroot store below the target folder, so that this machine's `/nix/store`
//! plays no part. The .deb files stay beside it: a second run needs no network.

mod apt;
mod builder;
mod resolve;
mod rewrite;
mod stanza;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

pub(crate) use builder::build;

use crate::nix::{self, PathInfo, Store};
use crate::{shell, workspace};
use resolve::Package;

/// Which builder made a path; part of every derivation, raised when the builder
/// makes other bytes.
const FORMAT: u32 = 1;

const CORPUS_NIX: &str = include_str!("corpus.nix");

/// Packages whose closure is at least 50 paths and some tens of MB.
const DEMO: &[&str] = &[
    "bc",
    "curl",
    "file",
    "gawk",
    "hello",
    "jq",
    "less",
    "make",
    "nano",
    "openssl",
    "patch",
    "python3-minimal",
    "rsync",
    "sqlite3",
    "tree",
    "vim",
    "wget",
    "xz-utils",
    "zstd",
];

/// Packages for a closure of a team's usual tools: some hundred MB.
const MEDIUM: &[&str] = &[
    "binutils",
    "cmake",
    "g++",
    "gdb",
    "git",
    "libcurl4-openssl-dev",
    "libpq-dev",
    "libssl-dev",
    "nginx",
    "openssh-client",
    "perl",
    "postgresql-client",
    "python3-numpy",
    "python3-requests",
    "python3-yaml",
    "redis-server",
    "ruby",
    "strace",
    "tmux",
    "vim-nox",
];

/// Packages for a closure of more than a GB, as whole systems have.
const LARGE: &[&str] = &[
    "bc",
    "bind9-dnsutils",
    "binutils",
    "cmake",
    "curl",
    "g++",
    "gdb",
    "ghostscript",
    "git",
    "gnupg",
    "haproxy",
    "hello",
    "imagemagick-6.q16",
    "jq",
    "less",
    "libcurl4-openssl-dev",
    "libjansson4",
    "libllvm14",
    "libnode108",
    "libpq-dev",
    "libssl-dev",
    "libxml2-dev",
    "lua5.4",
    "memcached",
    "nano",
    "ncurses-bin",
    "nginx",
    "ninja-build",
    "openssh-client",
    "openssh-server",
    "perl",
    "php8.2-cli",
    "pkg-config",
    "poppler-utils",
    "postgresql-15",
    "python3-cryptography",
    "python3-numpy",
    "python3-requests",
    "python3-yaml",
    "python3.11-dev",
    "redis-server",
    "rsync",
    "ruby3.1",
    "sqlite3",
    "strace",
    "sudo",
    "tcl8.6",
    "tmux",
    "tree",
    "vim-nox",
    "wget",
    "zstd",
];

/// What to make.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Which packages: `demo` (at least 50 paths, some tens of MB), `medium` or `large`
    #[arg(long, default_value = "demo")]
    size: Size,
    /// Packages of your own choice, separated by commas, with what they depend on
    #[arg(long, value_delimiter = ',')]
    packages: Vec<String>,
    /// Text that changes every store hash: the same contents, as after a mass rebuild
    #[arg(long, default_value = "")]
    salt: String,
    /// Only say which packages it would be made of
    #[arg(long)]
    dry_run: bool,
}

/// A set of packages.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Size {
    /// At least 50 paths and some tens of MB.
    Demo,
    /// Some hundred MB.
    Medium,
    /// More than a GB.
    Large,
}

impl Size {
    fn seeds(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Demo => ("demo", DEMO),
            Self::Medium => ("medium", MEDIUM),
            Self::Large => ("large", LARGE),
        }
    }
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

    /// The bytes of all its NARs.
    pub(crate) fn nar_bytes(&self) -> u64 {
        self.paths.iter().map(|info| info.nar_size).sum()
    }
}

#[derive(Serialize, Deserialize)]
struct Spec {
    format: u32,
    name: String,
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
        for (name, package) in apt::resolve(seeds)? {
            println!("{name} {} {}", package.version, package.deps.join(","));
        }
        return Ok(());
    }
    let corpus = make(name, seeds, &options.salt)?;
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
    let (name, seeds) = size.seeds();
    Ok((make(name, seeds, "")?, make(name, seeds, "rebuild")?))
}

/// Where corpora are kept.
///
/// # Errors
/// If cargo cannot say where it builds.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(workspace::target_dir()?.join("corpus"))
}

fn make(name: &str, seeds: &[&str], salt: &str) -> Result<Corpus> {
    nix::require()?;
    let base = folder()?;
    let store = Store::new(&base.join("store"), &base.join("home"))?;
    let debs = base.join("debs");
    fs::create_dir_all(&debs).context("making the folder for packages")?;
    let packages = packages(&base, name, seeds, &debs)?;
    let full = if salt.is_empty() {
        name.to_owned()
    } else {
        format!("{name}-{salt}")
    };
    let spec = Spec {
        format: FORMAT,
        name: full.clone(),
        salt: salt.to_owned(),
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
    debs: &Path,
) -> Result<BTreeMap<String, Package>> {
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
    let mut packages = apt::resolve(seeds)?;
    if apt::download(&packages, debs).is_err() {
        // The archive moved on since the lists were fetched.
        apt::update()?;
        packages = apt::resolve(seeds)?;
        apt::download(&packages, debs)?;
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
    let mut command = store.command("nix-build", &sandbox(base, &program));
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
