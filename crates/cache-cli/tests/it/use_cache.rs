//! `login`, `use` and the rest as commands, with a home of their own.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};

use cache_cli::args::Cli;
use cache_cli::console::Console;
use cache_cli::{CliError, Env, ErrorKind, Secret, commands};
use clap::Parser;

use crate::fake::{Fake, Fault, KEY};

const TOKEN: &str = "eyJhbGciOi.eyJleHAiOjF9.c2ln";

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("sound")).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("sound").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Home {
    dir: tempfile::TempDir,
    env: Env,
    out: Kept,
    err: Kept,
}

impl Home {
    fn new() -> Home {
        let dir = tempfile::tempdir().expect("folder");
        let mut env = Env::isolated(dir.path());
        env.is_root = true;
        Home {
            dir,
            env,
            out: Kept::default(),
            err: Kept::default(),
        }
    }

    async fn run(&self, line: &str, input: &str) -> Result<(), CliError> {
        self.out.0.lock().expect("sound").clear();
        self.err.0.lock().expect("sound").clear();
        let cli = Cli::try_parse_from(line.split(' ')).expect("a command line");
        let input = Cursor::new(input.to_owned().into_bytes());
        commands::run(
            cli,
            &self.env,
            Console::new(self.out.clone(), self.err.clone(), input),
        )
        .await
    }

    async fn ok(&self, line: &str) {
        if let Err(error) = self.run(line, "").await {
            panic!("{line}: {}", error.one_line());
        }
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir.path().join(path)).unwrap_or_default()
    }

    async fn logged_in(fake: &Fake) -> Home {
        let home = Home::new();
        home.run(&format!("garret login office {} -", fake.url), TOKEN)
            .await
            .expect("logged in");
        home
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_login_asks_the_server_and_is_kept_private() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    assert_eq!(fake.lock().requests, ["GET /_api/v2"]);
    assert_eq!(mode(&home.env.config_file()), 0o600);
    assert!(home.read(".config/garret/config.toml").contains(TOKEN));
    assert!(!home.out.text().contains(TOKEN) && !home.err.text().contains(TOKEN));
    fake.fail(
        "/_api/v2",
        Fault::Status(401, r#"{"code":"token_expired","message":"expired"}"#),
        1,
    );
    let error = home
        .run(&format!("garret login other {} abc", fake.url), "")
        .await
        .expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Access);
    assert!(
        !home.read(".config/garret/config.toml").contains("other"),
        "nothing is kept of it"
    );
}

#[tokio::test]
async fn a_token_is_never_carried_over_to_another_server() {
    let (fake, evil) = (Fake::start().await, Fake::start().await);
    let home = Home::logged_in(&fake).await;
    home.ok(&format!("garret login office {}", fake.url)).await;
    assert_eq!(
        fake.lock().tokens.last(),
        Some(&Some(format!("Bearer {TOKEN}"))),
        "the same server"
    );
    home.ok(&format!("garret login office {}", evil.url)).await;
    assert_eq!(
        evil.lock().tokens,
        [None],
        "another server under the same name"
    );
}

#[tokio::test]
async fn tokens_come_by_argument_by_stdin_and_by_environment() {
    let fake = Fake::start().await;
    let mut home = Home::new();
    home.ok(&format!("garret login a {} typed", fake.url)).await;
    home.run(&format!("garret login b {} -", fake.url), "piped\n")
        .await
        .expect("logged in");
    home.env.token = Some(Secret::new("surrounding"));
    home.ok(&format!("garret login c {}", fake.url)).await;
    let tokens: Vec<_> = fake.lock().tokens.iter().flatten().cloned().collect();
    assert_eq!(
        tokens,
        ["Bearer typed", "Bearer piped", "Bearer surrounding"]
    );
    let error = home
        .run(&format!("garret login d {} -", fake.url), "")
        .await
        .expect_err("empty");
    assert_eq!(error.kind, ErrorKind::Usage);
}

#[tokio::test]
async fn use_writes_what_was_typed_and_takes_it_back() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let conf = home.env.user_nix_conf();
    fs::create_dir_all(conf.parent().expect("folder")).expect("folder");
    fs::write(&conf, "# mine\ncores = 2\n").expect("file");
    fs::set_permissions(&conf, fs::Permissions::from_mode(0o640)).expect("chmod");
    home.ok("garret use main").await;
    let text = home.read(".config/nix/nix.conf");
    let netrc = home.dir.path().join(".config/nix/netrc");
    assert_eq!(
        text,
        format!(
            "# mine\ncores = 2\nextra-substituters = {}main\nextra-trusted-public-keys = {KEY}\nnetrc-file = {}\n",
            fake.url,
            netrc.display()
        ),
        "the typed origin, not what the server calls itself; active keys only"
    );
    assert_eq!(
        home.read(".config/nix/netrc"),
        format!("machine 127.0.0.1\nlogin garret\npassword {TOKEN}\n")
    );
    assert_eq!((mode(&conf), mode(&netrc)), (0o640, 0o600));
    home.ok("garret use main").await;
    assert_eq!(home.read(".config/nix/nix.conf"), text, "twice is once");
    home.ok("garret use main --remove").await;
    assert_eq!(home.read(".config/nix/nix.conf"), "# mine\ncores = 2\n");
    assert!(!netrc.exists(), "a file of ours that holds nothing goes");
}

#[tokio::test]
async fn another_token_for_the_host_is_not_replaced_unasked() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let netrc = home.dir.path().join(".config/nix/netrc");
    fs::create_dir_all(netrc.parent().expect("folder")).expect("folder");
    let old = "machine 127.0.0.1 login me password other\n";
    fs::write(&netrc, old).expect("file");
    let error = home
        .run("garret use main", "")
        .await
        .expect_err("left alone");
    assert!(
        error
            .all_hints()
            .iter()
            .any(|hint| hint.contains("--replace-token")),
        "{error:?}"
    );
    assert_eq!(home.read(".config/nix/netrc"), old);
    assert_eq!(home.read(".config/nix/nix.conf"), "", "nothing by halves");
    home.ok("garret use main --replace-token").await;
    assert_eq!(
        home.read(".config/nix/netrc"),
        format!("machine 127.0.0.1 login me password {TOKEN}\n")
    );
}

#[tokio::test]
async fn a_linked_file_is_not_touched_and_the_snippet_is_printed() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let conf = home.env.user_nix_conf();
    fs::create_dir_all(conf.parent().expect("folder")).expect("folder");
    let managed = home.dir.path().join("managed.conf");
    fs::write(&managed, "cores = 1\n").expect("file");
    symlink(&managed, &conf).expect("link");
    home.ok("garret use main").await;
    assert!(
        fs::symlink_metadata(&conf)
            .expect("link")
            .file_type()
            .is_symlink()
    );
    assert_eq!(home.read("managed.conf"), "cores = 1\n");
    assert!(
        home.out
            .text()
            .contains(&format!("extra-substituters = {}main", fake.url)),
        "{}",
        home.out.text()
    );
    assert!(home.err.text().contains("is a link"), "{}", home.err.text());
    assert!(
        !home.err.text().contains("Nix now fetches"),
        "it does not yet: {}",
        home.err.text()
    );
}

#[tokio::test]
async fn a_file_of_the_user_keeps_nothing_that_use_wrote() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let netrc = home.dir.path().join(".config/nix/netrc");
    fs::create_dir_all(netrc.parent().expect("folder")).expect("folder");
    let (mine, conf) = ("machine git.example login me password x\n", "cores = 2\n");
    fs::write(&netrc, mine).expect("file");
    fs::write(home.env.user_nix_conf(), conf).expect("file");
    home.ok("garret use main").await;
    home.ok("garret use main").await;
    home.ok("garret use main --remove").await;
    assert_eq!(home.read(".config/nix/netrc"), mine);
    assert_eq!(
        home.read(".config/nix/nix.conf"),
        conf,
        "no netrc-file is left"
    );
}

#[tokio::test]
async fn a_netrc_file_that_the_user_named_stays() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let netrc = home.dir.path().join("own-netrc");
    fs::write(&netrc, "machine git.example password x\n").expect("file");
    let conf = format!("netrc-file = {}\n", netrc.display());
    fs::create_dir_all(home.dir.path().join(".config/nix")).expect("folder");
    fs::write(home.env.user_nix_conf(), &conf).expect("file");
    home.ok("garret use main").await;
    home.ok("garret use main --remove").await;
    assert_eq!(home.read(".config/nix/nix.conf"), conf);
}

#[tokio::test]
async fn a_token_that_may_not_fetch_is_not_put_to_use() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let refusal = r#"{"code":"forbidden","message":"the token does not grant pull here"}"#;
    fake.fail("/nix-cache-info", Fault::Status(403, refusal), 1);
    let error = home.run("garret use main", "").await.expect_err("no pull");
    assert_eq!(error.kind, ErrorKind::Access);
    assert!(!home.env.user_nix_conf().exists() && home.read(".config/nix/netrc").is_empty());
}

#[tokio::test]
async fn a_server_cannot_write_settings_of_nix_through_its_keys() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    for key in [
        format!("{KEY}\npost-build-hook = /tmp/evil"),
        format!("x {KEY}"),
        "main:AAAA".to_owned(),
        format!("{KEY} # x"),
    ] {
        fake.lock().key = Some(key.clone());
        for line in ["garret use main", "garret use main --print nix.conf"] {
            let error = home.run(line, "").await.expect_err(&key);
            assert_eq!(error.kind, ErrorKind::Server, "{key:?}");
            assert_eq!(home.out.text(), "");
        }
        assert!(!home.env.user_nix_conf().exists(), "{key:?}");
    }
}

#[tokio::test]
async fn a_user_whom_nix_does_not_trust_is_told_what_root_must_add() {
    let fake = Fake::start().await;
    let mut home = Home::logged_in(&fake).await;
    home.env.is_root = false;
    home.env.user = Some("ann".to_owned());
    home.env.nix_state_dir = Some("/absent".into());
    home.ok("garret use main").await;
    assert!(
        home.err.text().contains("ann is not trusted"),
        "{}",
        home.err.text()
    );
    assert!(
        home.out
            .text()
            .contains(&format!("extra-trusted-substituters = {}main", fake.url))
    );
    fs::create_dir_all(&home.env.nix_conf_dir).expect("folder");
    fs::write(home.env.system_nix_conf(), "trusted-users = root ann\n").expect("file");
    home.ok("garret use main").await;
    assert!(
        !home.err.text().contains("not trusted"),
        "{}",
        home.err.text()
    );
}

#[tokio::test]
async fn snippets_change_no_file_and_hold_no_token() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    for kind in ["nix.conf", "nixos", "flake", "github", "gitlab"] {
        home.ok(&format!("garret use main --print {kind}")).await;
        let text = home.out.text();
        assert!(
            text.contains("main") && !text.contains(TOKEN),
            "{kind}: {text}"
        );
    }
    assert!(!home.env.user_nix_conf().exists());
}

#[tokio::test]
async fn doctor_gives_a_verdict_for_each_substituter() {
    let fake = Fake::start().await;
    let mut home = Home::logged_in(&fake).await;
    home.ok("garret use main").await;
    home.env.now = || 100;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    home.env.nix_config = Some(format!(
        "substituters = {}main http://{closed}/x file:///tmp\n",
        fake.url
    ));
    let error = home
        .run("garret doctor --json", "")
        .await
        .expect_err("something is wrong");
    assert_eq!(error.kind, ErrorKind::Partial);
    let verdicts: Vec<serde_json::Value> = home
        .out
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(verdicts.len(), 3);
    let text = |at: usize| verdicts[at]["findings"].to_string();
    assert!(
        text(0).contains("the token expired on 1970-01-01"),
        "{}",
        text(0)
    );
    assert!(text(1).contains("no answer"), "{}", text(1));
    assert_eq!(
        verdicts[2]["good"], true,
        "what is no HTTP cache is not judged"
    );
    assert!(!home.out.text().contains(TOKEN));
}

#[tokio::test]
async fn doctor_says_what_nix_ignores_and_that_there_is_nothing_to_ask() {
    let fake = Fake::start().await;
    let mut home = Home::logged_in(&fake).await;
    home.ok("garret use main").await;
    home.env.is_root = false;
    home.env.user = Some("ann".to_owned());
    home.env.nix_state_dir = Some("/absent".into());
    let url = format!("substituters = {}main\n", fake.url);
    home.env.nix_config = Some(url.clone());
    let said = "ignored by Nix, since ann is not trusted";
    home.run("garret doctor", "").await.expect_err("ignored");
    assert!(home.out.text().contains(said), "{}", home.out.text());

    fs::create_dir_all(&home.env.nix_conf_dir).expect("folder");
    fs::write(home.env.system_nix_conf(), format!("trusted-{url}")).expect("file");
    home.ok("garret doctor").await;
    assert!(!home.out.text().contains(said));

    home.env.nix_config = Some("substituters =\n".to_owned());
    let error = home.run("garret doctor", "").await.expect_err("nothing");
    assert_eq!(error.kind, ErrorKind::Partial);
}

#[tokio::test]
async fn doctor_uses_the_password_in_a_url_and_never_shows_it() {
    let fake = Fake::start().await;
    let mut home = Home::logged_in(&fake).await;
    let host = fake.url.trim_start_matches("http://");
    home.env.nix_config = Some(format!(
        "substituters = http://user:{TOKEN}@{host}main?priority=3 s3://k:{TOKEN}@bucket\n\
         trusted-public-keys = {KEY}\n"
    ));
    let _ = home.run("garret doctor", "").await;
    let text = home.out.text();
    assert!(!text.contains(TOKEN), "{text}");
    assert!(
        text.contains(&format!("{}main", fake.url)) && text.contains("reachable"),
        "{text}"
    );
    let sent = fake.lock().tokens.last().cloned().flatten();
    assert!(
        sent.is_some_and(|sent| sent.starts_with("Bearer ")),
        "the token of the URL"
    );
}

#[tokio::test]
async fn what_is_no_secret_key_does_not_leave_the_machine() {
    let fake = Fake::start().await;
    let home = Home::logged_in(&fake).await;
    let file = home.dir.path().join("id_ed25519");
    fs::write(&file, "-----BEGIN OPENSSH PRIVATE KEY-----\n").expect("file");
    fake.forget_requests();
    for line in ["cache key add main", "cache create main"] {
        let line = format!("garret {line} --secret-file {}", file.display());
        let error = home.run(&line, "").await.expect_err("no key");
        assert_eq!(error.kind, ErrorKind::Usage);
    }
    assert!(
        fake.lock().requests.is_empty(),
        "{:?}",
        fake.lock().requests
    );
}

#[tokio::test]
async fn destroying_asks_for_the_name() {
    let fake = Fake::start().await;
    let mut home = Home::logged_in(&fake).await;
    let error = home
        .run("garret cache destroy main", "")
        .await
        .expect_err("unasked");
    assert_eq!(error.kind, ErrorKind::Usage);
    home.env.stdin_is_terminal = true;
    assert!(
        home.run("garret cache destroy main", "mian\n")
            .await
            .is_err()
    );
    assert_eq!(
        fake.lock()
            .requests
            .iter()
            .filter(|request| request.starts_with("DELETE"))
            .count(),
        0
    );
}

#[tokio::test]
async fn completions_and_the_reference_page_are_printed() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        home.ok(&format!("garret completions {shell}")).await;
        assert!(home.out.text().contains("garret"), "{shell}");
    }
    home.ok("garret reference cli").await;
    assert!(home.out.text().starts_with("# garret\n"));
}
