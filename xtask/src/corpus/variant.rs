//! Which versions of a set of packages, for which architecture, and how salted.

/// What is made of a set of packages.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Variant {
    /// Of each package the version that apt would install, or the oldest that its lists have
    #[arg(long, default_value = "new")]
    pub(crate) set: Set,
    /// For which architecture; this machine's where not said
    #[arg(long)]
    pub(crate) arch: Option<Arch>,
    /// Text that changes every store hash: the same contents, as after a mass rebuild
    #[arg(long, default_value = "")]
    pub(crate) salt: String,
}

/// Which versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Set {
    /// What apt would install.
    #[default]
    New,
    /// The oldest that apt's lists have: what the archive was released with, or an update.
    Old,
}

/// An architecture, as Debian calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Arch {
    /// `x86_64-linux`
    Amd64,
    /// `aarch64-linux`
    Arm64,
}

impl Arch {
    /// The other one of the two by this machine.
    pub(crate) fn twin() -> Self {
        if cfg!(target_arch = "aarch64") {
            Self::Amd64
        } else {
            Self::Arm64
        }
    }

    /// Debian's name.
    pub(crate) fn debian(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// Nix's name.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-linux",
            Self::Arm64 => "aarch64-linux",
        }
    }
}

impl Variant {
    /// Older versions.
    pub(crate) fn older() -> Self {
        Self {
            set: Set::Old,
            ..Self::default()
        }
    }

    /// The packages of another architecture.
    pub(crate) fn of(arch: Arch) -> Self {
        Self {
            arch: Some(arch),
            ..Self::default()
        }
    }

    /// The same contents under other hashes.
    pub(crate) fn salted(salt: &str) -> Self {
        Self {
            salt: salt.to_owned(),
            ..Self::default()
        }
    }

    /// What to call these packages of a set: the salt is no part of it.
    pub(crate) fn packages(&self, set: &str) -> String {
        let arch = self.arch.map(Arch::debian);
        let old = (self.set == Set::Old).then_some("old");
        let parts = [Some(set), arch, old];
        parts.into_iter().flatten().collect::<Vec<_>>().join("-")
    }

    /// What to call the closure.
    pub(crate) fn closure(&self, set: &str) -> String {
        let packages = self.packages(set);
        if self.salt.is_empty() {
            packages
        } else {
            format!("{packages}-{}", self.salt)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_a_name_of_its_own() {
        let rebuilt = Variant {
            salt: "rebuild".to_owned(),
            ..Variant::of(Arch::Arm64)
        };
        let rows = [
            (Variant::default(), "demo", "demo"),
            (Variant::older(), "demo-old", "demo-old"),
            (Variant::salted("x"), "demo", "demo-x"),
            (rebuilt, "demo-arm64", "demo-arm64-rebuild"),
        ];
        for (variant, packages, closure) in rows {
            assert_eq!(variant.packages("demo"), packages);
            assert_eq!(variant.closure("demo"), closure);
        }
    }
}
