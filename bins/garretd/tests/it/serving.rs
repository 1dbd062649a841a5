//! Starting, serving, stopping.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Running, garretd, home, named, run};

#[test]
fn a_start_without_configuration_makes_everything_and_says_what_to_type() {
    let home = home();
    let data = home.path().join("data");
    let port_file = home.path().join("port");
    let start = || {
        let mut command = garretd(home.path());
        Running::start(
            command
                .args(["--listen", "127.0.0.1:0", "--port-file"])
                .arg(&port_file),
        )
    };
    let running = start();
    let port = std::fs::read_to_string(&port_file).unwrap();
    assert_eq!(running.address, format!("127.0.0.1:{}", port.trim()));
    let metrics = std::fs::read_to_string(home.path().join("port.metrics")).unwrap();
    assert_ne!(metrics.trim(), "9464", "beside a port taken by chance");
    assert!(
        running
            .ask("GET", "/healthz", "", "")
            .starts_with("HTTP/1.1 200 ")
    );
    let url = format!("http://{}", running.address);
    assert_eq!(
        run(garretd(home.path()).args(["healthcheck", "--url", &url])).0,
        0
    );
    let (code, log) = running.stop("TERM");
    assert_eq!(code, 0, "{log}");
    let token = std::fs::read_to_string(data.join("admin-token")).unwrap();
    let secret = std::fs::read_to_string(data.join("token-secret")).unwrap();
    assert!(
        log.contains("garret login local") && log.contains("garret push team"),
        "{log}"
    );
    assert!(
        !log.contains(token.trim()) && !log.contains(secret.trim()),
        "stderr is no terminal"
    );
    let mode = |name: &str| {
        std::fs::metadata(data.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode("."), mode("admin-token"), mode("token-secret")),
        (0o700, 0o600, 0o600)
    );

    let again = start();
    let header = format!("Authorization: Bearer {}\r\n", token.trim());
    let made = again.ask("PUT", "/_api/v2/caches/main", &header, "{}");
    assert!(
        made.starts_with("HTTP/1.1 201 "),
        "the token goes on to work: {made}"
    );
    let (code, log) = again.stop("INT");
    assert!(
        code == 0 && !log.contains("garret login"),
        "said once: {log}"
    );
    assert_eq!(
        std::fs::read_to_string(data.join("admin-token")).unwrap(),
        token
    );
    assert_eq!(
        run(garretd(home.path()).args(["healthcheck", "--url", &url])).0,
        1
    );
}

#[test]
fn a_busy_port_is_a_clear_error_and_touches_nothing() {
    let home = home();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(garretd(home.path()).args(["serve", "--listen", &address]));
    assert_eq!(code, 4, "{err}");
    assert!(
        err.contains(&format!("cannot listen on {address}")) && err.contains("--listen"),
        "{err}"
    );
    assert!(!home.path().join("data/garret.db").exists());
}

#[test]
fn a_database_that_is_not_ours_is_refused() {
    let home = home();
    let database = home.path().join("server.db");
    std::fs::write(&database, b"SQLite format 3\0 and then nonsense").unwrap();
    let mut command = garretd(home.path());
    command.env(
        "GARRET_TOKEN_HS256_SECRET_BASE64",
        "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCE=",
    );
    let (code, _, err) = run(command
        .args(["serve", "--listen", "127.0.0.1:0", "-f"])
        .arg(&database));
    assert!(code == 5 && err.contains("server.db"), "{code} {err}");
}

#[test]
fn the_most_verbose_log_holds_no_secret() {
    for format in ["text", "json"] {
        let home = home();
        let data = home.path().join("data");
        let mut command = garretd(home.path());
        command.env("GARRET_LOG", "trace").args([
            "--listen",
            "127.0.0.1:0",
            "--log-format",
            format,
        ]);
        let running = Running::start(&mut command);
        let token = std::fs::read_to_string(data.join("admin-token"))
            .unwrap()
            .trim()
            .to_owned();
        let seed: String = (0..64).map(|n| char::from(b'a' + n % 26)).collect();
        let header = format!("Authorization: Bearer {token}\r\n");
        running.ask("PUT", "/_api/v2/caches/main", &header, "{}");
        running.ask(
            "POST",
            "/_api/v2/caches/main/keys",
            &header,
            &format!("{{\"secret\":\"k:{seed}\"}}"),
        );
        running.ask(
            "GET",
            &format!("/main/{seed}.narinfo?token={token}"),
            &header,
            "",
        );
        running.ask(
            "GET",
            "/main/nix-cache-info",
            "Authorization: Basic dXNlcjpodW50ZXIy\r\n",
            "",
        );
        running.ask(
            "GET",
            "/main/nix-cache-info",
            "Authorization: Bearer hunter2.hunter2.hunter2\r\n",
            "",
        );
        let (code, log) = running.stop("TERM");
        assert_eq!(code, 0);
        assert!(
            log.contains("/{cache}/nix-cache-info") && log.contains("401"),
            "requests are logged: {log}"
        );
        let secret = std::fs::read_to_string(data.join("token-secret")).unwrap();
        for part in token
            .split('.')
            .chain([secret.trim(), &seed, "hunter2", "dXNlcjpodW50ZXIy"])
        {
            assert!(!log.contains(part), "{format}: the log holds {part}");
        }
        if format == "json" {
            let lines = log.lines().filter(|line| line.starts_with('{'));
            let parsed: Vec<serde_json::Value> = lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            assert!(
                parsed
                    .iter()
                    .any(|line| line["route"] == "/{cache}/nix-cache-info"),
                "{log}"
            );
        }
    }
}

#[test]
fn a_clean_stop_leaves_no_log_beside_the_database() {
    let home = home();
    let data = home.path().join("data");
    for signal in ["TERM", "INT"] {
        let running = Running::start(garretd(home.path()).args(["--listen", "127.0.0.1:0"]));
        let token = std::fs::read_to_string(data.join("admin-token")).unwrap();
        let header = format!("Authorization: Bearer {}\r\n", token.trim());
        let made = running.ask(
            "PUT",
            &format!("/_api/v2/caches/{}", signal.to_lowercase()),
            &header,
            "{}",
        );
        assert!(made.starts_with("HTTP/1.1 201 "), "{made}");
        assert!(data.join("garret.db-wal").exists());
        assert_eq!(running.stop(signal).0, 0);
        for log in ["garret.db-wal", "garret.db-shm"] {
            assert!(!data.join(log).exists(), "{log} after {signal}");
        }
    }
}

#[test]
fn a_low_soft_limit_of_open_files_is_raised_to_the_hard_one() {
    let home = home();
    let mut command = named(home.path(), std::path::Path::new("/bin/sh"));
    let script = "ulimit -Sn 300; exec \"$0\" --listen 127.0.0.1:0";
    command.args(["-c", script, env!("CARGO_BIN_EXE_garretd")]);
    let running = Running::start(&mut command);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.pid())).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let words: Vec<_> = line.unwrap().split_whitespace().collect();
    assert_eq!(words[3], words[4], "soft and hard: {words:?}");
    assert_ne!(words[3], "300");
}
