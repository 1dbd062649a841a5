//! The most verbose logs on both ends hold no secret.

use crate::nix::Nix;
use crate::world::{Corpus, World};

#[test]
fn no_log_at_any_level_holds_a_token_or_a_key() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start_with("trace");
    let key = world.cache("secret", false);
    let top = corpus.top("demo");
    let admin = world.admin();
    let store = corpus.store();
    let mut client = String::new();
    let commands: [&[&str]; 5] = [
        &["login", "w", &world.origin, &admin],
        &[
            "push",
            "--store",
            store.to_str().expect("utf-8"),
            "secret",
            &top,
        ],
        &["ls", "secret"],
        &["use", "secret"],
        &["doctor"],
    ];
    for args in commands {
        let output = world
            .garret()
            .env("GARRET_LOG", "trace")
            .args(args)
            .output()
            .expect("garret");
        client.push_str(&String::from_utf8_lossy(&output.stderr));
        client.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    let reader = world.token(&["--sub", "dev", "--validity", "1 day", "--pull", "secret"]);
    let nix = Nix::empty();
    let netrc = nix.file("netrc", &format!("machine 127.0.0.1\npassword {reader}\n"));
    let settings = format!(
        "substituters = {}\ntrusted-public-keys = {key}\nnetrc-file = {}",
        world.url("secret"),
        netrc.display()
    );
    let said = nix.say("nix-store", &settings, &["--realise", &top]);
    assert!(said.ok, "{}", said.err);

    let server = world.server_log();
    assert!(
        server.contains("TRACE") && client.contains("TRACE"),
        "trace level is on"
    );
    // A token's signature alone would let nobody in, but nothing of it belongs
    // in a log; the first part is the same for all tokens.
    for token in [&admin, &reader] {
        for part in token.split('.').skip(1) {
            assert!(!server.contains(part), "the server logged part of a token");
            assert!(!client.contains(part), "the client logged part of a token");
        }
    }
    for secret in secrets(&world) {
        assert!(
            !server.contains(&secret) && !client.contains(&secret),
            "a secret was logged"
        );
    }
    for log in [&server, &client] {
        let lower = log.to_lowercase();
        for word in [
            "authorization: b",
            "authorization=b",
            "\"bearer ",
            "\"basic ",
        ] {
            assert!(!lower.contains(word), "{word} in a log");
        }
    }
}

/// The token secret and the signing keys as they rest on the server's disk.
fn secrets(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(world.data()).expect("the data folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.contains("secret") || name.contains("token") {
            let text = std::fs::read_to_string(&path).expect("text");
            found.extend(
                text.split_whitespace()
                    .filter(|word| word.len() >= 32)
                    .map(str::to_owned),
            );
        }
    }
    assert!(
        !found.is_empty(),
        "the token secret was not found: the test proves nothing"
    );
    found
}
