//! Configuration files: what is accepted, refused, warned about.

use std::path::Path;

use crate::support::{garretd, home, run};

const SECRET: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldCE=";

fn check(home: &Path, text: &str, env: &[(&str, &str)]) -> (i32, String, String) {
    let file = home.join("garretd.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = garretd(home);
    command
        .args(["check-config", "-f"])
        .arg(&file)
        .envs(env.iter().copied());
    run(&mut command)
}

/// What an `atticd` has, as its template writes it.
const ATTIC: &str = r#"
listen = "[::]:8080"
allowed-hosts = []
api-endpoint = "http://10.0.0.10:8080/"
soft-delete-caches = false
require-proof-of-possession = true
[database]
url = "sqlite:///var/lib/atticd/server.db?mode=rwc"
heartbeat = true
[storage]
type = "local"
path = "/var/lib/atticd/storage"
[chunking]
nar-size-threshold = 65536
min-size = 16384
avg-size = 65536
max-size = 262144
[compression]
type = "xz"
level = 6
[garbage-collection]
interval = "24 hours"
default-retention-period = "90 days"
[jwt]
token-bound-issuer = "us"
[jwt.signing]
"#;

#[test]
fn upload_memory_of_which_one_body_takes_all_is_refused() {
    let home = home();
    for (size, expected) in [("16 MiB", 3), ("31 MiB", 3), ("32 MiB", 0)] {
        let text = format!(
            "server.upload-memory = \"{size}\"\ndatabase.url = \"sqlite:///x.db\"\n\
             [storage]\ntype = \"local\"\npath = \"/x\"\n"
        );
        let secret = [("GARRET_TOKEN_HS256_SECRET_BASE64", SECRET)];
        let (code, _, err) = check(home.path(), &text, &secret);
        assert_eq!(code, expected, "{size}: {err}");
        let says = err.contains("`server.upload-memory` must be at least 32 MiB");
        assert_eq!(says, expected != 0, "{err}");
    }
}

#[test]
fn an_attic_file_works_after_a_copy() {
    let home = home();
    let text = format!("{ATTIC}token-hs256-secret-base64 = \"{SECRET}\"\n");
    let (code, out, err) = check(home.path(), &text, &[]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("/var/lib/atticd/server.db") && out.contains("/var/lib/atticd/storage"),
        "{out}"
    );
    assert!(
        out.contains("HS256 from `jwt.signing.token-hs256-secret-base64`"),
        "{out}"
    );
    assert_eq!(
        err.matches("storage format").count(),
        1,
        "one warning for all of [chunking]: {err}"
    );
    assert!(
        err.contains("always zstd") && err.contains("heartbeat"),
        "{err}"
    );
    assert!(!out.contains(SECRET) && !err.contains(SECRET));
}

#[test]
fn the_plans_file_with_its_credentials_in_the_environment_works() {
    let home = home();
    let text = ATTIC
        .split("[jwt]")
        .next()
        .unwrap()
        .replace("\"xz\"", "\"zstd\"");
    for name in [
        "ATTIC_SERVER_TOKEN_HS256_SECRET_BASE64",
        "GARRET_TOKEN_HS256_SECRET_BASE64",
    ] {
        let (code, out, err) = check(home.path(), &text, &[(name, SECRET)]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(name), "{out}");
    }
    let file = home.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        check(
            home.path(),
            &text,
            &[("GARRET_TOKEN_HS256_SECRET_FILE", path)]
        )
        .0,
        0
    );
    let text = format!("{text}[jwt.signing]\ntoken-hs256-secret-file = \"{path}\"\n");
    assert_eq!(check(home.path(), &text, &[]).0, 0);
}

#[test]
fn what_is_wrong_is_said_with_the_remedy_and_exit_code_3() {
    let database = "[database]\nurl = \"sqlite:///x.db\"\n";
    let table = [
        ("nonsense", "expected"),
        ("listen = \"8080\"", "0.0.0.0:8080"),
        ("listen = 8080", "string"),
        ("lisden = \"[::]:8080\"", "did you mean `listen`?"),
        (
            "[storage]\ntipe = \"local\"",
            "did you mean `storage.type`?",
        ),
        ("[storage]\ntype = \"s3\"", "not built in yet"),
        ("[storage]\ntype = \"ftp\"", "use \"local\""),
        ("[compression]\ntype = \"lz4\"", "use \"zstd\""),
        ("[compression]\nlevel = 40", "between 1 and 19"),
        (
            "[garbage-collection]\nretention_days = 90",
            "default-retention-period",
        ),
        (
            "[garbage-collection]\ngrace = \"1 minute\"",
            "at least an hour",
        ),
        ("[garbage-collection]\ninterval = \"often\"", "90 days"),
        ("[limits]\nmax-nar-size = \"huge\"", "16 MiB"),
        ("[server]\nmax-connections = 0", "at least 1"),
        ("api-endpoint = \"cache.example.com\"", "http://"),
        ("[metrics]\nlisten = \"here\"", "[::]:8080"),
        ("[jwt.signing]\ntoken-hs256-secret-base64 = \"!\"", "base64"),
        ("[jwt.signing]\ntoken-rs256-secret-base64 = \"bm8=\"", "PEM"),
        (
            "[jwt.signing]\ntoken-hs256-secret-file = \"/no/such/file\"",
            "/no/such/file",
        ),
        (
            "[jwt.signing]\ntoken-hs256-secret-file = \"a\"\ntoken-hs256-secret-base64 = \"b\"",
            "keep one",
        ),
        ("", "openssl rand"),
    ];
    let home = home();
    for (text, words) in table {
        let (key, rest) = text.split_once('\n').map_or((text, ""), |_| ("", text));
        let (code, out, err) = check(home.path(), &format!("{key}\n{database}{rest}\n"), &[]);
        assert_eq!((code, out.as_str()), (3, ""), "{text}: {err}");
        assert!(
            err.contains("error: ") && err.contains(words),
            "{text}: {err}"
        );
    }
    for url in ["postgres://u:p@h/d", "postgresql:///d"] {
        let (code, _, err) = check(home.path(), &format!("[database]\nurl = \"{url}\""), &[]);
        assert!(
            code == 3 && err.contains("not built in yet") && !err.contains("u:p"),
            "{err}"
        );
    }
    let (code, _, err) = run(garretd(home.path()).args(["check-config", "-f", "/no/such.toml"]));
    assert!(code == 3 && err.contains("/no/such.toml"), "{err}");
    let (code, ..) = run(garretd(home.path()).arg("--no-such-option"));
    assert_eq!(code, 2);
}

#[test]
fn several_mistakes_are_told_at_once() {
    let home = home();
    let (code, _, err) = check(home.path(), "a = 1\nb = 2\n[storage]\nc = 3\n", &[]);
    assert_eq!(code, 3);
    for key in ["`a`", "`b`", "`storage.c`"] {
        assert!(err.contains(key), "{key}: {err}");
    }
}

#[test]
fn every_key_of_the_reference_is_accepted() {
    let home = home();
    let (code, page, _) = run(garretd(home.path()).args(["reference", "config"]));
    assert_eq!(code, 0);
    let examples = [
        ("socket address", "\"127.0.0.1:1\""),
        ("duration", "\"2h\""),
        ("size", "\"32 MiB\""),
        ("number", "7"),
        ("true or false", "true"),
        ("list of text", "[]"),
        ("URL", "\"http://a/\""),
        ("`local`", "\"local\""),
        ("`zstd`", "\"zstd\""),
        ("1 to 19", "5"),
        ("path", "\"/x\""),
        ("text", "\"x\""),
    ];
    let mut text = String::new();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut keys = 0;
    for (key, rest) in rows {
        let kind = rest.split(" | ").next().unwrap();
        let Some((_, value)) = examples.iter().find(|(name, _)| *name == kind) else {
            continue;
        };
        let value = if key == "database.url" {
            "\"sqlite:///x.db\""
        } else {
            value
        };
        if !key.starts_with("jwt.signing") {
            text.push_str(&format!("{key} = {value}\n"));
            keys += 1;
        }
    }
    assert!(keys > 30, "{page}");
    let (code, _, err) = check(
        home.path(),
        &text,
        &[("GARRET_TOKEN_HS256_SECRET_BASE64", SECRET)],
    );
    assert_eq!(code, 0, "{text}\n{err}");
}
