//! What a real Nix makes of a cache that `garret push` filled.

use crate::http::get;
use crate::nix::Nix;
use crate::world::{Corpus, World};

#[test]
fn realise_and_copy_bring_the_closure_back_whole() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    let key = world.cache("team", true);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "team", &[&top]);

    let realised = Nix::empty();
    let said = realised.realise(&world.url("team"), &key, &top);
    assert!(said.ok, "{}", said.err);

    let copied = Nix::empty();
    let keys = format!("trusted-public-keys = {key}");
    let store = copied.store();
    let store = store.to_str().expect("utf-8");
    copied.run(
        "nix",
        &keys,
        &["copy", "--from", &world.url("team"), "--to", store, &top],
    );

    for nix in [realised, copied] {
        for path in corpus.paths("demo") {
            assert!(nix.has(&path), "{path}");
        }
        nix.verify();
    }
}

#[test]
fn served_nars_equal_what_nix_dumps() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", true);
    world.push(&corpus.store(), "team", &[&corpus.top("demo")]);
    let nix = Nix::over(&corpus.store());
    for path in corpus.paths("demo") {
        let hash = &path["/nix/store/".len()..][..32];
        let narinfo = get(&world.origin, &format!("/team/{hash}.narinfo"), &[]);
        assert_eq!(narinfo.status, 200, "{path}");
        let text = narinfo.text();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} in {text}"))
                .to_owned()
        };
        let nar = get(&world.origin, &format!("/team/{}", field("URL: ")), &[]);
        assert_eq!(nar.body.len().to_string(), field("FileSize: "));
        assert_eq!(nar.header("content-length"), Some(field("FileSize: ")));
        let raw = zstd::decode_all(nar.body.as_slice()).expect("zstd");
        assert!(
            raw == nix.dump(&path),
            "{path} differs from nix-store --dump"
        );
    }
}

#[test]
fn nix_refuses_what_another_key_signed() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", true);
    let other = world.cache("other", true);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "team", &[&top]);
    let wrong = other.replacen("other:", "team:", 1);
    for key in [other.as_str(), wrong.as_str()] {
        let nix = Nix::empty();
        let said = nix.realise(&world.url("team"), key, &top);
        assert!(!said.ok, "accepted with {key}");
        assert!(
            said.err.contains("not signed by any of the keys"),
            "{}",
            said.err
        );
        assert!(!nix.has(&top));
    }
}

#[test]
fn a_new_key_takes_over_while_the_old_one_still_signs() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    let old = world.cache("team", true);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "team", &[&top]);
    world.run(&["cache", "key", "add", "team", "--name", "team-2"]);
    let info: serde_json::Value =
        serde_json::from_str(&world.run(&["cache", "info", "team", "--json"])).expect("json");
    let new = info["public_keys"]
        .as_array()
        .expect("keys")
        .iter()
        .filter_map(|key| key["public_key"].as_str())
        .find(|key| key.starts_with("team-2:"))
        .expect("the new key")
        .to_owned();
    for key in [&old, &new] {
        let nix = Nix::empty();
        let said = nix.realise(&world.url("team"), key, &top);
        assert!(said.ok, "{key}: {}", said.err);
    }
}
