//! What a push sends, the second time and after a rebuild.

use crate::world::{Corpus, World};

#[test]
fn a_second_push_sends_nothing_in_one_request() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", false);
    let top = corpus.top("demo");
    let first = world.push(&corpus.store(), "team", &[&top]);
    assert_eq!(first["paths"], corpus.paths("demo").len());
    assert!(first["bytes_sent"].as_u64() > Some(1_000_000), "{first}");

    let before = world.requests("");
    let second = world.push(&corpus.store(), "team", &[&top]);
    assert_eq!(second["bytes_sent"], 0, "{second}");
    assert_eq!(second["paths_pushed"], 0, "{second}");
    assert_eq!(world.requests("") - before, 1, "{}", world.server_log());
}

#[test]
fn a_rebuild_with_all_hashes_changed_sends_at_most_4_percent() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", false);
    world.push(&corpus.store(), "team", &[&corpus.top("demo")]);
    let rebuilt = world.push(&corpus.store(), "team", &[&corpus.top("demo-rebuild")]);
    let nar_bytes = rebuilt["nar_bytes"].as_u64().expect("a number");
    let sent = rebuilt["bytes_sent"].as_u64().expect("a number");
    assert_eq!(rebuilt["paths_pushed"], corpus.paths("demo-rebuild").len());
    assert!(sent * 100 <= nar_bytes * 4, "{sent} of {nar_bytes}");
}

#[test]
fn what_was_pushed_survives_a_restart() {
    let Some(corpus) = Corpus::find() else { return };
    let mut world = World::start();
    let key = world.cache("team", true);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "team", &[&top]);
    world.restart();
    let nix = crate::nix::Nix::empty();
    let said = nix.realise(&world.url("team"), &key, &top);
    assert!(said.ok, "{}", said.err);
}

#[test]
fn errors_name_the_remedy() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", false);
    let store = corpus.store();
    let store = store.to_str().expect("utf-8");
    let top = corpus.top("demo");
    let absent = "/nix/store/0000000000000000000000000000000a-absent";
    let cases: [(&[&str], &str); 6] = [
        (&["push", "--store", store, "nowhere", &top], "garret cache"),
        (
            &["push", "--store", store, "elsewhere:team", &top],
            "garret login",
        ),
        (
            &["push", "--store", store, "team", absent],
            "nix-store --realise",
        ),
        (&["push", "team", "./result"], "result"),
        (&["ls", "nowhere"], "garret cache"),
        (&["login", "x", "not a url", "t"], "http://"),
    ];
    for (args, remedy) in cases {
        let said = world.say(args);
        assert!(!said.ok, "{args:?} succeeded: {}", said.out);
        assert!(said.err.contains(remedy), "{args:?}: {}", said.err);
    }
}

#[test]
fn a_token_without_push_is_told_which_permission_to_ask_for() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", false);
    let reader = world.token(&["--sub", "dev", "--validity", "1 day", "--pull", "team"]);
    world.run(&["login", "r", &world.origin, &reader]);
    let store = corpus.store();
    let said = world.say(&[
        "push",
        "--store",
        store.to_str().expect("utf-8"),
        "r:team",
        &corpus.top("demo"),
    ]);
    assert!(!said.ok);
    assert!(said.err.contains("push"), "{}", said.err);
    assert!(said.err.contains("token"), "{}", said.err);
}
