//! The packages that closures of several sizes are made of.

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
    /// A name, and the packages that are asked for.
    pub(crate) fn seeds(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Demo => ("demo", DEMO),
            Self::Medium => ("medium", MEDIUM),
            Self::Large => ("large", LARGE),
        }
    }
}
