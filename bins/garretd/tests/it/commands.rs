//! Commands that end by themselves, and the program's other names.

use token_auth::{Permission, SigningKey, Verifier};

use crate::support::{Running, garretd, home, link, named, run};

const SECRET: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCE=";
const VARIABLE: &str = "ATTIC_SERVER_TOKEN_HS256_SECRET_BASE64";

fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs()
}

#[test]
fn make_token_prints_the_token_alone_and_grants_what_was_asked() {
    let home = home();
    let mut command = garretd(home.path());
    command
        .env(VARIABLE, SECRET)
        .args(["make-token", "--sub", "developer", "--validity", "180d"]);
    command.args([
        "--pull", "n3x", "--push", "n3x", "--pull", "dev-*", "--delete", "tmp",
    ]);
    let (code, out, err) = run(&mut command);
    assert_eq!(code, 0, "{err}");
    assert_eq!((out.lines().count(), out.trim().split('.').count()), (1, 3));
    let verifier = Verifier::new(&SigningKey::hs256_from_base64(SECRET).unwrap());
    let token = verifier.verify(out.trim(), now()).unwrap();
    let claims = token.claims();
    assert!(claims.jti.is_some() && claims.iat.is_some());
    assert_eq!(claims.exp.unwrap() - claims.iat.unwrap(), 180 * 86_400);
    let may = |cache: &str, permission| token.permissions(&cache.parse().unwrap()).has(permission);
    assert!(
        may("n3x", Permission::Pull)
            && may("n3x", Permission::Push)
            && may("dev-x", Permission::Pull)
    );
    assert!(
        !may("dev-x", Permission::Push)
            && may("tmp", Permission::Delete)
            && !may("other", Permission::Pull)
    );
    let order: Vec<&str> = claims
        .caches
        .iter()
        .map(|(pattern, _)| pattern.as_str())
        .collect();
    assert_eq!(order, ["n3x", "dev-*", "tmp"]);
}

#[test]
fn make_token_refuses_what_it_cannot_mean() {
    let home = home();
    for (arguments, words) in [
        (&["--validity", "soon"][..], "90 days"),
        (&["--validity", "0"], "more than 0"),
        (&["--pull", "a b"], "--pull `a b`"),
    ] {
        let mut command = garretd(home.path());
        command
            .env(VARIABLE, SECRET)
            .args(["make-token", "--sub", "x"])
            .args(arguments);
        let (code, out, err) = run(&mut command);
        assert!(code == 2 && out.is_empty() && err.contains(words), "{err}");
    }
    let (code, out, err) = run(garretd(home.path()).args(["make-token", "--sub", "x"]));
    assert!(
        code == 3 && out.is_empty() && err.contains("no key to sign"),
        "{err}"
    );
}

#[test]
fn the_plans_commands_work_by_their_names() {
    let home = home();
    let administer = link(home.path(), "atticd-atticadm");
    let server = link(home.path(), "atticd");
    let database = home.path().join("lib/server.db");
    let mut command = named(home.path(), &administer);
    command.env(VARIABLE, SECRET).arg("-f").arg(&database);
    let (code, out, err) =
        run(command.args(["make-cache", "--retention-period", "90 days", "n3x"]));
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("trusted-public-keys = n3x:") && err.contains("private cache n3x"),
        "{out}{err}"
    );
    assert!(database.exists() && home.path().join("lib/storage").is_dir());
    let mut command = named(home.path(), &administer);
    command.env(VARIABLE, SECRET).arg("-f").arg(&database);
    let (code, token, _) = run(command.args([
        "make-token",
        "--sub",
        "developer",
        "--validity",
        "180d",
        "--pull",
        "n3x",
    ]));
    assert_eq!(code, 0);
    let mut command = named(home.path(), &server);
    command
        .env(VARIABLE, SECRET)
        .arg("-f")
        .arg(&database)
        .args(["--mode", "monolithic", "-l", "127.0.0.1:0"]);
    let running = Running::start(&mut command);
    let header = format!("Authorization: Bearer {}\r\n", token.trim());
    let answer = running.ask("GET", "/n3x/nix-cache-info", &header, "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = running.ask("GET", "/_api/v2/caches/n3x", &header, "");
    assert!(answer.contains("\"retention\":7776000"), "{answer}");
    let (code, help, _) = run(&mut named(home.path(), &administer));
    assert!(
        code == 0 && help.contains("make-token"),
        "an administration tool does not serve"
    );
    for (mode, code) in [
        ("check-config", 0),
        ("db-migrations", 0),
        ("garbage-collector", 3),
    ] {
        let mut command = named(home.path(), &server);
        command
            .env(VARIABLE, SECRET)
            .arg("-f")
            .arg(&database)
            .args(["--mode", mode]);
        let (got, _, err) = run(&mut command);
        assert_eq!(got, code, "{mode}: {err}");
    }
}

#[test]
fn make_cache_refuses_bad_names_and_a_second_one() {
    let home = home();
    let make = |name: &str| run(garretd(home.path()).args(["make-cache", name]));
    assert_eq!(make("main").0, 0);
    let (code, _, err) = make("main");
    assert!(code == 1 && err.contains("hint: "), "{err}");
    let (code, _, err) = make("no.dots");
    assert!(code == 2 && err.contains("1 to 50"), "{err}");
}

#[test]
fn completions_and_reference_pages_are_printed() {
    let home = home();
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = run(garretd(home.path()).args(["completions", shell]));
        assert!(code == 0 && out.contains("make-token"), "{shell}");
    }
    for (page, words) in [
        ("garretd-cli", "## garretd make-token\n"),
        ("garretd-cli", "Exit codes:"),
        ("config", "`garbage-collection.default-retention-period`"),
        ("api", "`/_api/v2/caches/{cache}/packs`"),
        ("errors", "`path_differs`"),
        ("metrics", "`garret_narinfo_requests_total`"),
    ] {
        let (code, out, err) = run(garretd(home.path()).args(["reference", page]));
        assert!(
            code == 0 && err.is_empty() && out.starts_with("# "),
            "{page}: {err}"
        );
        assert!(
            out.contains(words) || words.starts_with("## ") && out.contains(&words[1..]),
            "{page}: {words}"
        );
    }
}
