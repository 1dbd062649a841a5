//! `cargo xtask test` and `cargo xtask ci`.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::shell::{run, step};
use crate::workspace::cargo;
use crate::{bench, corpus, fuzz, host, nix, shell, tidy};

/// Arguments for the tests.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TestOptions {
    /// Leave out the real closure and the tests that need it
    #[arg(long)]
    no_corpus: bool,
    /// Passed on to the test runner: a filter, or `-p CRATE` in place of all crates
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Installs what is missing, makes the corpus once, runs every test.
///
/// # Errors
/// If something cannot be installed or made, or a test fails.
pub(crate) fn test(options: &TestOptions) -> Result<()> {
    let start = Instant::now();
    let mut environment = Vec::new();
    if options.no_corpus {
        host::ensure(&[host::BUILD, host::TESTS])?;
    } else {
        host::ensure(&[host::BUILD, host::TESTS, host::CORPUS])?;
        nix::require()?;
        let (corpus, _) = corpus::demo_pair()?;
        step(&format!(
            "corpus: {} paths, {} bytes of NARs",
            corpus.paths.len(),
            corpus.nar_bytes()
        ));
        environment.push(("GARRET_CORPUS", corpus::folder()?));
    }
    let some = options
        .rest
        .iter()
        .any(|word| word == "-p" || word.starts_with("--package"));
    let with = |mut command: Command| {
        if !some {
            command.arg("--workspace");
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command.args(&options.rest);
        command
    };
    step("tests");
    let nextest = shell::try_read(
        cargo()
            .args(["nextest", "--version"])
            .stderr(std::process::Stdio::null()),
    );
    if nextest.is_ok_and(|(ok, _)| ok) {
        let mut tests = cargo();
        tests.args(["nextest", "run", "--no-fail-fast"]);
        run(&mut with(tests))?;
        step("examples in the docs");
        let mut docs = cargo();
        docs.args(["test", "--quiet", "--doc"]);
        run(&mut with(docs))?;
    } else {
        let mut tests = cargo();
        tests.args(["test", "--no-fail-fast"]);
        run(&mut with(tests))?;
    }
    println!(
        "\nxtask test: all tests passed in {} s",
        start.elapsed().as_secs()
    );
    Ok(())
}

/// Everything that must pass before a change lands, cheapest builds reused.
///
/// # Errors
/// If a check fails; the later ones still run, and the error names all that did.
pub(crate) fn ci() -> Result<()> {
    let start = Instant::now();
    let mut failed = Vec::new();
    let mut check = |name: &str, result: Result<()>| {
        if let Err(error) = result {
            eprintln!("xtask ci: {name}: {error:#}");
            failed.push(name.to_owned());
        }
    };
    check(
        "test",
        test(&TestOptions {
            no_corpus: false,
            rest: Vec::new(),
        }),
    );
    step("bench: whether it works, not how fast");
    check("bench", bench::smoke());
    step("format");
    check("format", run(cargo().args(["fmt", "--all", "--check"])));
    step("clippy");
    let clippy = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    check("clippy", run(cargo().args(clippy)));
    step("documentation");
    let mut doc = cargo();
    doc.args(["doc", "--quiet", "--workspace", "--no-deps"]);
    check("documentation", run(doc.env("RUSTDOCFLAGS", "-D warnings")));
    step("licences, bans, advisories");
    check("deny", deny());
    step("tidy");
    check("tidy", tidy::run(&tidy::Options::default()));
    check("fuzz", fuzz::ci());
    if !failed.is_empty() {
        bail!("ci failed: {}", failed.join(", "));
    }
    println!(
        "\nxtask ci: all checks passed in {} s",
        start.elapsed().as_secs()
    );
    Ok(())
}

/// cargo-deny where it is; its advisories only where their data can be had.
fn deny() -> Result<()> {
    if !shell::has("cargo-deny") {
        println!("cargo-deny is not here: skipped");
        return Ok(());
    }
    run(cargo().args(["deny", "check", "licenses", "bans", "sources"]))?;
    let fetched = shell::quiet(cargo().args(["deny", "fetch", "db"]));
    if fetched.is_err() {
        println!("the advisory database cannot be had here: skipped");
        return Ok(());
    }
    run(cargo().args(["deny", "check", "advisories"])).context("advisories")
}
