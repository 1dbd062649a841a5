//! The library that stands between a process and its files
//! (`tests/shim/io.c`): built here, loaded into a child that is this test
//! binary, told what to do by opening paths that do not exist.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Builds the library, once for each process; the same for all of them.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let mine = folder.join(format!("io-shim-{}.so", std::process::id()));
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"])
            .arg("-o")
            .arg(&mine)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shim/io.c"))
            .args(["-ldl", "-lpthread"])
            .status();
        assert!(built.unwrap().success(), "the shim is not built");
        let library = folder.join("io-shim.so");
        fs::rename(&mine, &library).unwrap();
        library
    })
}

/// Runs an ignored test of this binary, given by its path, with the shim over
/// the files below `root`. Returns what it printed.
pub(crate) fn run_child(test: &str, root: &Path, env: &[(&str, &str)]) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env("LD_PRELOAD", library())
        .env("IO_SHIM_ROOT", root.canonicalize().unwrap())
        .envs(env.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8(child.stdout).unwrap();
    assert!(child.status.success(), "{test} failed:\n{said}");
    assert!(
        said.contains("1 passed"),
        "there is no test {test}:\n{said}"
    );
    said
}

/// What the parent said, in the child.
#[expect(
    clippy::disallowed_methods,
    reason = "a child is told by its environment"
)]
pub(crate) fn told(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// The folder whose files the shim of this process watches.
pub(crate) fn root() -> PathBuf {
    told("IO_SHIM_ROOT").into()
}

fn tell(what: &str) {
    let answer = File::open(format!("/.io-shim/{what}"));
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::NotFound);
}

/// Which calls fail, counted from when this is armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One call with this errno.
    Once(i32),
    /// One call and all after it.
    Sticky(i32),
    /// One write writes half, and each after it finds no space.
    Short,
}

/// The `n`-th call from now on fails.
pub(crate) fn arm(n: u64, fault: Fault) {
    tell(&match fault {
        Fault::Once(errno) => format!("arm/{n}/{errno}"),
        Fault::Sticky(errno) => format!("arm/{n}/{errno}/sticky"),
        Fault::Short => format!("short/{n}"),
    });
}

/// What happened since the shim was armed.
#[derive(Debug)]
pub(crate) struct Count {
    /// Calls that could have failed.
    pub(crate) calls: u64,
    /// The first that did, as `call path`; empty when none did.
    pub(crate) struck: String,
}

/// Lets all calls pass again; what happened until then.
pub(crate) fn disarm() -> Count {
    let file = root().with_file_name("io-shim-count");
    tell(&format!("count{}", file.display()));
    tell("disarm");
    let said = fs::read_to_string(&file).expect("this process has the shim");
    let (calls, struck) = said.split_once('\n').unwrap();
    Count {
        calls: calls.parse().unwrap(),
        struck: struck.trim_end().to_owned(),
    }
}

/// Starts a trace; `file` is outside of the root.
pub(crate) fn trace(file: &Path) {
    tell(&format!("trace{}", file.display()));
}

/// A line in the trace.
pub(crate) fn mark(text: &str) {
    tell(&format!("mark/{text}"));
}

pub(crate) fn untrace() {
    tell("untrace");
}
