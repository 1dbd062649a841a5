//! Private caches: netrc, expired tokens, and what `doctor` says of them.

use std::time::SystemTime;

use token_auth::{Claims, Issuer, Permission, SigningKey};

use crate::nix::Nix;
use crate::world::{Corpus, World};

/// The setting that gives Nix a token for this machine.
pub(crate) fn netrc(nix: &Nix, token: &str) -> String {
    let file = nix.file("netrc", &format!("machine 127.0.0.1\npassword {token}\n"));
    format!("netrc-file = {}", file.display())
}

/// Substitutes `top` with signatures checked, by more settings.
pub(crate) fn realise(
    nix: &Nix,
    settings: &str,
    urls: &str,
    keys: &str,
    top: &str,
) -> crate::nix::Said {
    let settings = format!(
        "substituters = {urls}\ntrusted-public-keys = {keys}\n{settings}\nconnect-timeout = 5"
    );
    nix.say("nix-store", &settings, &["--realise", top])
}

#[test]
fn a_private_cache_works_through_netrc_and_only_so() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    let key = world.cache("secret", false);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "secret", &[&top]);
    let url = world.url("secret");

    let anonymous = Nix::empty();
    assert!(!realise(&anonymous, "", &url, &key, &top).ok);

    let elsewhere = world.token(&["--sub", "x", "--validity", "1 day", "--pull", "other"]);
    let stranger = Nix::empty();
    let settings = netrc(&stranger, &elsewhere);
    assert!(!realise(&stranger, &settings, &url, &key, &top).ok);

    let token = world.token(&["--sub", "dev", "--validity", "1 day", "--pull", "secret"]);
    let member = Nix::empty();
    let settings = netrc(&member, &token);
    let said = realise(&member, &settings, &url, &key, &top);
    assert!(said.ok, "{}", said.err);
    member.verify();
}

#[test]
fn with_an_expired_token_nix_goes_on_with_the_next_substituter() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    let secret = world.cache("secret", false);
    let open = world.cache("open", true);
    let top = corpus.top("demo");
    for cache in ["secret", "open"] {
        world.push(&corpus.store(), cache, &[&top]);
    }
    let expired = expired_token(&world);
    let nix = Nix::empty();
    let settings = netrc(&nix, &expired);
    let urls = format!("{} {}", world.url("secret"), world.url("open"));
    let said = realise(&nix, &settings, &urls, &format!("{secret} {open}"), &top);
    assert!(said.ok, "{}", said.err);
    nix.verify();

    // And doctor says why the first one gave nothing.
    let home = world.home();
    std::fs::write(
        home.join("nix.conf"),
        format!(
            "substituters = {urls}\ntrusted-public-keys = {secret} {open}\nnetrc-file = {}\n",
            home.join("netrc").display()
        ),
    )
    .expect("nix.conf");
    std::fs::write(
        home.join("netrc"),
        format!("machine 127.0.0.1\npassword {expired}\n"),
    )
    .expect("netrc");
    let doctor = world.say(&["doctor", &top]);
    let all = format!("{}{}", doctor.out, doctor.err);
    assert!(!doctor.ok, "a finding is not a success: {all}");
    assert!(all.contains("expired"), "{all}");
    assert!(!all.contains(&expired), "the token itself is never shown");
}

/// A token that ended two minutes ago, past the leeway on clocks: `make-token`
/// makes none of that kind, so it is signed here with the server's own secret.
fn expired_token(world: &World) -> String {
    let secret = std::fs::read_to_string(world.data().join("token-secret")).expect("a secret");
    let key = SigningKey::hs256_from_base64(secret.trim()).expect("a key");
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let mut claims = Claims::new("expired", now - 3600);
    claims.exp = Some(now - 120);
    claims.grant("secret".parse().expect("a pattern"), Permission::Pull);
    let issuer = Issuer::new(&key).expect("an issuer");
    issuer.issue(&claims).expect("a token")
}

#[test]
fn use_writes_what_nix_needs_and_takes_it_back() {
    let Some(corpus) = Corpus::find() else { return };
    let world = World::start();
    world.cache("team", false);
    let top = corpus.top("demo");
    world.push(&corpus.store(), "team", &[&top]);
    world.run(&["use", "team"]);

    let conf = world.home().join(".config/nix/nix.conf");
    let text = std::fs::read_to_string(&conf).expect("nix.conf");
    assert!(text.contains(&world.url("team")), "{text}");
    let nix = Nix::empty();
    // What root set stays in nix.conf of the system: NIX_CONFIG would override
    // what `use` wrote.
    nix.file("home/etc/nix.conf", "build-users-group =\nsubstituters =\n");
    let output = nix
        .command("nix-store", "")
        .env_remove("NIX_CONFIG")
        .env("NIX_USER_CONF_FILES", &conf)
        .args(["--realise", &top])
        .output()
        .expect("nix-store");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    world.run(&["use", "--remove", "team"]);
    let text = std::fs::read_to_string(&conf).unwrap_or_default();
    assert!(!text.contains(&world.url("team")), "{text}");
}
