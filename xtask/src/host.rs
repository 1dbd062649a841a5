//! What this machine must have: looked for, and installed from Debian where that
//! may be done.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// A program, or a file by its whole path, and the Debian package that brings it.
pub(crate) type Need = (&'static str, &'static str);

/// What a corpus is made with.
pub(crate) const CORPUS: &[Need] = &[("nix-build", "nix-bin"), ("patchelf", "patchelf")];

/// The peers of `bench`, and what makes an RSA key.
pub(crate) const BENCH: &[Need] = &[("nginx", "nginx-light"), ("openssl", "openssl")];

/// What the tests call beside that.
pub(crate) const TESTS: &[Need] = &[
    ("kill", "procps"),
    ("mount", "mount"),
    ("ssh", "openssh-client"),
];

/// What building all programs takes: Rust links with `cc`, and the SSH client is
/// built against OpenSSL, which pkg-config finds.
pub(crate) const BUILD: &[Need] = &[
    ("cc", "gcc"),
    ("pkg-config", "pkg-config"),
    ("/usr/include/openssl/ssl.h", "libssl-dev"),
];

/// Sees to it that programs are there, by installing their packages if this is
/// Debian and we are root.
///
/// # Errors
/// If something is missing and cannot be installed; the message has the command
/// that installs it.
pub(crate) fn ensure(needs: &[&[Need]]) -> Result<()> {
    let packages = missing(needs, shell::has);
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let uid = shell::read(Command::new("id").arg("-u"))?;
    if !shell::has("apt-get") {
        bail!("missing here: what Debian has as {list}; this task can only be run on Debian");
    }
    if uid.trim() != "0" {
        bail!("missing here: {list}; as root: apt-get update && apt-get install -y {list}");
    }
    shell::step(&format!("installing {list}"));
    let mut install = Command::new("apt-get");
    install
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-qq", "-y", "--no-install-recommends", "install"])
        .args(&packages);
    if shell::quiet(&mut install).is_err() {
        shell::run(Command::new("apt-get").args(["-qq", "update"]))?;
        shell::run(&mut install)?;
    }
    let still = missing(needs, shell::has);
    if !still.is_empty() {
        bail!("installed, and still not found: {}", still.join(" "));
    }
    Ok(())
}

fn missing(needs: &[&[Need]], has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut packages: Vec<_> = needs
        .concat()
        .into_iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| package)
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_named_once() {
        let needs: &[Need] = &[("a", "pkg-ab"), ("b", "pkg-ab"), ("c", "pkg-c")];
        assert_eq!(
            missing(&[needs, CORPUS], |program| program != "a" && program != "b"),
            ["pkg-ab"]
        );
        assert!(missing(&[needs], |_| true).is_empty());
        let header: &[Need] = &[("/no/such/header.h", "pkg-d")];
        assert_eq!(missing(&[header], shell::has), ["pkg-d"]);
    }
}
