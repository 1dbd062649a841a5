//! A server of its own for each test, a client with a home of its own, and the
//! closures that `cargo xtask test` made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::logs;
use crate::nix::Said;

/// The configuration of a server that has one.
const CONFIG: &str = "garretd.toml";

/// A running `garretd` and everything it wrote; both go when it is dropped.
pub(crate) struct World {
    dir: TempDir,
    server: Child,
    log: &'static str,
    pub(crate) origin: String,
}

/// The folder with both binaries.
fn bin(name: &str) -> PathBuf {
    let garret = PathBuf::from(env!("CARGO_BIN_EXE_garret"));
    let path = garret.with_file_name(name);
    assert!(
        path.exists(),
        "{} is not built: run `cargo build --workspace --bins`, or `cargo xtask test`",
        path.display()
    );
    path
}

impl World {
    /// A server on an empty folder. Both ends log all they can, so that every
    /// test is one of the logs too: see [`crate::logs`].
    pub(crate) fn start() -> Self {
        Self::logging("trace")
    }

    /// As [`World::start`], but both ends log at this level: for long loads.
    pub(crate) fn logging(log: &'static str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for folder in ["home", "data"] {
            fs::create_dir(dir.path().join(folder)).expect("a folder");
        }
        let (server, origin) = spawn(dir.path(), log);
        Self {
            dir,
            server,
            log,
            origin,
        }
    }

    /// As [`World::start`], with these lines of configuration, and no more in
    /// the logs than warnings.
    pub(crate) fn limited(settings: &str) -> Self {
        // The first start makes the secrets.
        let mut world = Self::logging("warn");
        let data = world.data();
        let data = data.display();
        let text = format!(
            "{settings}\n[database]\nurl = \"sqlite://{data}/garret.db\"\n\
             [storage]\ntype = \"local\"\npath = \"{data}/storage\"\n\
             [jwt.signing]\ntoken-hs256-secret-file = \"{data}/token-secret\"\n"
        );
        fs::write(world.dir.path().join(CONFIG), text).expect("a file");
        world.restart();
        world
    }

    /// Ends the server by SIGTERM and starts it again on the same folder.
    pub(crate) fn restart(&mut self) {
        self.stop();
        (self.server, self.origin) = spawn(self.dir.path(), self.log);
    }

    pub(crate) fn stop(&mut self) {
        let pid = self.server.id().to_string();
        let killed = Command::new("kill").arg(&pid).status().expect("kill");
        assert!(killed.success());
        let status = self.server.wait().expect("the server ends");
        assert!(status.success(), "SIGTERM ends it well: {status}");
    }

    /// `kill -9`: the server has no moment to end anything.
    pub(crate) fn kill(&mut self) {
        self.server.kill().expect("killed");
        self.server.wait().expect("the server ends");
    }

    /// Starts the server that was killed again, on what it left.
    pub(crate) fn start_again(&mut self) {
        (self.server, self.origin) = spawn(self.dir.path(), self.log);
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    pub(crate) fn server_pid(&self) -> u32 {
        self.server.id()
    }

    /// All that the server has logged so far.
    pub(crate) fn server_log(&self) -> String {
        let file = self.dir.path().join("log");
        let read = || fs::read_to_string(&file).expect("a log");
        // A line waits 50 ms at most before it is written.
        let mut log = read();
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(100));
            let now = read();
            if now == log {
                break;
            }
            log = now;
        }
        log
    }

    /// A token as `garretd make-token` makes it.
    pub(crate) fn token(&self, args: &[&str]) -> String {
        let output = self
            .garretd()
            .arg("make-token")
            .args(args)
            .output()
            .expect("garretd");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).expect("text");
        assert_eq!(text.trim().lines().count(), 1, "the token alone: {text:?}");
        text.trim().to_owned()
    }

    /// A token that may do everything.
    pub(crate) fn admin(&self) -> String {
        let all = "--pull --push --delete --create-cache --configure-cache \
                   --configure-cache-retention --destroy-cache";
        let mut args = vec!["--sub", "admin", "--validity", "1 day"];
        for flag in all.split_whitespace() {
            args.extend([flag, "*"]);
        }
        self.token(&args)
    }

    /// `garretd` on this server's folder.
    pub(crate) fn garretd(&self) -> Command {
        let mut command = Command::new(bin("garretd"));
        self.isolate(&mut command);
        command.arg("--data-dir").arg(self.data());
        command
    }

    /// `garret` with this world's home.
    pub(crate) fn garret(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_garret"));
        self.isolate(&mut command);
        command
    }

    fn isolate(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("NIX_CONF_DIR", self.home())
            .env("GARRET_LOG", self.log)
            .current_dir(self.dir.path());
    }

    /// Runs `garret`; it must succeed.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let said = self.say(args);
        assert!(said.ok, "garret {args:?}\n{}{}", said.out, said.err);
        said.out
    }

    /// Runs `garret`.
    pub(crate) fn say(&self, args: &[&str]) -> Said {
        let output = self.garret().args(args).output().expect("garret starts");
        let said = Said {
            ok: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        logs::check(&said.err, &self.secrets());
        said
    }

    /// The token secret and the administrator's token as they rest on disk.
    pub(crate) fn secrets(&self) -> Vec<String> {
        ["token-secret", "admin-token"]
            .map(|name| fs::read_to_string(self.data().join(name)).expect("a secret"))
            .map(|text| text.trim().to_owned())
            .to_vec()
    }

    /// Logs in as administrator under the name `w` and makes a cache; answers
    /// its public key.
    pub(crate) fn cache(&self, name: &str, public: bool) -> String {
        self.run(&["login", "w", &self.origin, &self.admin()]);
        let mut args = vec!["cache", "create", name];
        if public {
            args.push("--public");
        }
        self.run(&args);
        let info: Value =
            serde_json::from_str(&self.run(&["cache", "info", name, "--json"])).expect("json");
        info["public_keys"][0]["public_key"]
            .as_str()
            .expect("a key")
            .to_owned()
    }

    /// Pushes with `--json` and answers the summary.
    pub(crate) fn push(&self, store: &Path, cache: &str, paths: &[&str]) -> Value {
        let store = store.to_str().expect("utf-8");
        let mut args = vec!["push", "--json", "--store", store, cache];
        args.extend(paths);
        summary(&self.run(&args))
    }

    /// The URL of a cache, as a substituter.
    pub(crate) fn url(&self, cache: &str) -> String {
        format!("{}/{cache}", self.origin.trim_end_matches('/'))
    }

    /// How many requests the server has logged whose line has `needle`.
    pub(crate) fn requests(&self, needle: &str) -> usize {
        self.server_log()
            .lines()
            .filter(|line| line.contains("status=") && line.contains(needle))
            .count()
    }
}

/// The last line of what `push --json` prints.
pub(crate) fn summary(out: &str) -> Value {
    let line = out.trim().lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
}

fn spawn(dir: &Path, level: &str) -> (Child, String) {
    let port_file = dir.join("port");
    let _ = fs::remove_file(&port_file);
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.join("log"))
        .expect("a log");
    let config = dir.join(CONFIG);
    let source = match config.exists() {
        true => ["--config".into(), config],
        false => ["--data-dir".into(), dir.join("data")],
    };
    let mut child = Command::new(bin("garretd"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir.join("home"))
        .env("GARRET_LOG", level)
        .args(source)
        .args(["serve", "--listen", "127.0.0.1:0", "--port-file"])
        .arg(&port_file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("garretd starts");
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(text) = fs::read_to_string(&port_file)
            && let Ok(port) = text.trim().parse::<u16>()
        {
            return (child, format!("http://127.0.0.1:{port}"));
        }
        if let Some(status) = child.try_wait().expect("a child") {
            let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
            panic!("garretd ended with {status}:\n{log}");
        }
        assert!(Instant::now() < deadline, "garretd does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        if !std::thread::panicking() {
            logs::check(&self.server_log(), &self.secrets());
        }
    }
}

/// The closures that `cargo xtask test` made.
pub(crate) struct Corpus {
    root: PathBuf,
}

impl Corpus {
    /// `None`, said aloud, where nobody made them or Nix is not here.
    pub(crate) fn find() -> Option<Self> {
        if !crate::nix::is_here() {
            return None;
        }
        let root = std::env::var_os("GARRET_CORPUS").map(PathBuf::from);
        if root.is_none() {
            eprintln!("skipped: GARRET_CORPUS is not set; `cargo xtask test` makes it");
        }
        root.map(|root| Self { root })
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// The one path whose closure is all of the corpus `name`.
    pub(crate) fn top(&self, name: &str) -> String {
        let text = fs::read_to_string(self.root.join(name).join("top.txt")).expect("top.txt");
        text.trim().to_owned()
    }

    pub(crate) fn paths(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.root.join(name).join("paths.txt")).expect("paths.txt");
        text.lines().map(str::to_owned).collect()
    }
}
