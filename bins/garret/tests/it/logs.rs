//! The most verbose logs hold no secret. Every world checks what both its ends
//! logged; the test here adds what the others do not do, and that there is
//! something to check.

use crate::nix::Nix;
use crate::world::{Corpus, World};

/// Panics where a log holds one of the secrets, a part of one, or what looks
/// like a token or an Authorization value.
pub(crate) fn check(log: &str, secrets: &[String]) {
    for secret in secrets {
        // The first part of a token is the same for all.
        let parts = secret.split('.').skip(1);
        for part in parts.chain([secret.as_str()]) {
            assert!(!log.contains(part), "a log holds a secret or a part of one");
        }
    }
    let lower = log.to_lowercase();
    // Every token begins with the base64 of an opening brace and quote.
    assert!(!log.contains("eyJ"), "a log holds what looks like a token");
    for word in ["bearer ", "basic ", "private key"] {
        assert!(!lower.contains(word), "{word} in a log");
    }
}

#[test]
fn no_log_at_any_level_holds_a_token_or_a_key() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    let key = world.cache("secret", false);
    let top = corpus.top("demo");
    let admin = world.admin();
    let store = corpus.store();
    let store = store.to_str().expect("utf-8");
    let commands: [&[&str]; 6] = [
        &["login", "w", &world.origin, &admin],
        &["push", "--store", store, "secret", &top],
        &["ls", "secret"],
        &["use", "secret"],
        &["doctor"],
        &["cache", "key", "add", "secret", "--name", "secret-2"],
    ];
    let mut client = String::new();
    for args in commands {
        client.push_str(&world.say(args).err);
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
    for log in [&server, &client] {
        check(log, &[admin.clone(), reader.clone()]);
    }
}
