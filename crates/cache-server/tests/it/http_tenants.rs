//! Two tenants: what a caller is told never depends on what it has no grant for.

use chunk_store::Digest;
use token_auth::Permission;

use crate::engine_support::{Package, noise};
use crate::http_support::{Request, Server, pack_of, pull};

const HASH: &str = "00000000000000000000000000000000";

/// Names of caches: one that exists and is full, one that does not exist, and
/// some that cannot exist.
const NAMES: &[&str] = &[
    "secret",
    "absent",
    "_bad",
    "bad.name",
    "%20",
    "%ff",
    "%00",
    "a%2Fb",
    "-x",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

const METHODS: &[&str] = &[
    "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "BREW",
];

fn routes(secret: &Package) -> Vec<String> {
    let hash = secret.hash();
    let nar = format!("{hash}-{}-{}.nar.zst", "0".repeat(52), "0".repeat(26));
    let mut routes: Vec<String> = [
        "/{}/nix-cache-info",
        "/{}/malformed.narinfo",
        "/{}/malformed.ls",
        "/{}/nar/malformed",
        "/{}/other",
        "/{}/a/b/c",
        "/{}",
        "/{}/",
        "/_api/v2/caches/{}",
        "/_api/v2/caches/{}/keys",
        "/_api/v2/caches/{}/keys/secret",
        "/_api/v2/caches/{}/paths",
        "/_api/v2/caches/{}/paths?limit=x",
        "/_api/v2/caches/{}/paths/malformed",
        "/_api/v2/caches/{}/paths/missing",
        "/_api/v2/caches/{}/chunks/missing",
        "/_api/v2/caches/{}/packs",
        "/_api/v2/caches/{}/other",
    ]
    .map(str::to_owned)
    .into();
    for hash in [hash.as_str(), HASH] {
        routes.push(format!("/{{}}/{hash}.narinfo"));
        routes.push(format!("/{{}}/{hash}.ls"));
        routes.push(format!("/{{}}/nar/{hash}.nar"));
        routes.push(format!("/_api/v2/caches/{{}}/paths/{hash}"));
    }
    routes.push(format!("/{{}}/nar/{nar}"));
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_grant_every_cache_name_gets_the_same_answer() {
    let server = Server::new().await;
    server.create("secret", "{}").await;
    server.create("mine", "{}").await;
    let secret = Package::noise(1, 100_000);
    assert_eq!(
        server
            .push("secret", &server.admin(), &secret, 3)
            .await
            .code,
        None
    );
    let mut expired = server.claims(&[("*", &Permission::ALL)]);
    expired.exp = Some(1_000_000);
    let callers = [
        ("nobody", String::new()),
        (
            "a token with grants elsewhere",
            server.token(&[("mine", &Permission::ALL)]),
        ),
        ("an expired token", server.issue(&expired)),
        ("no token at all", "not.a.token".to_owned()),
    ];
    for (who, token) in &callers {
        for route in routes(&secret) {
            for method in METHODS {
                let ask = async |name: &str, body: &str| {
                    let request = Request::new(method, &route.replace("{}", name)).token(token);
                    server
                        .send(request.header("Range", "bytes=0-3").body(body))
                        .await
                };
                let sends = matches!(*method, "PUT" | "POST" | "PATCH");
                let body = if sends { "{\"hashes\":[]}" } else { "" };
                let first = ask(NAMES[0], body).await;
                for name in &NAMES[1..] {
                    let other = ask(name, body).await;
                    assert_eq!(first.told(), other.told(), "{who}: {method} {route} {name}");
                }
                check_status(method, &route, first.status, who);
            }
        }
    }
}

/// What everybody without a grant is told.
fn check_status(method: &str, route: &str, status: u16, who: &str) {
    let reads = matches!(method, "GET" | "HEAD");
    if reads && route.ends_with(".narinfo") {
        assert_eq!(status, 404, "{who}: {method} {route}");
    } else if reads
        && (route.contains("/nar/") || route.ends_with(".ls") || route.ends_with("nix-cache-info"))
    {
        assert_eq!(status, 401, "{who}: {method} {route}");
    } else {
        assert!(
            matches!(status, 401 | 404 | 405),
            "{who}: {method} {route}: {status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_not_enough_is_403_and_a_narinfo_still_404() {
    let server = Server::new().await;
    server.create("team", "{}").await;
    let package = Package::noise(1, 1000);
    server.push("team", &server.admin(), &package, 3).await;
    let pusher = server.token(&[("team", &[Permission::Push])]);
    let puller = server.token(&[("team", &[Permission::Pull])]);
    let hash = package.hash();
    for (method, path, token, status) in [
        ("GET", "/team/nix-cache-info".to_owned(), &pusher, 403),
        ("GET", format!("/team/{hash}.narinfo"), &pusher, 404),
        ("GET", format!("/team/{hash}.ls"), &pusher, 403),
        ("GET", format!("/team/nar/{hash}.nar"), &pusher, 403),
        ("GET", "/_api/v2/caches/team/paths".to_owned(), &pusher, 403),
        ("GET", "/_api/v2/caches/team".to_owned(), &pusher, 200),
        ("PUT", "/_api/v2/caches/team/packs".to_owned(), &puller, 403),
        (
            "POST",
            "/_api/v2/caches/team/paths".to_owned(),
            &puller,
            403,
        ),
        (
            "POST",
            "/_api/v2/caches/team/paths/missing".to_owned(),
            &puller,
            403,
        ),
        (
            "POST",
            "/_api/v2/caches/team/chunks/missing".to_owned(),
            &puller,
            403,
        ),
        ("POST", "/_api/v2/caches/team/keys".to_owned(), &puller, 403),
        ("PATCH", "/_api/v2/caches/team".to_owned(), &puller, 403),
        ("PUT", "/_api/v2/caches/team".to_owned(), &puller, 403),
        ("DELETE", "/_api/v2/caches/team".to_owned(), &puller, 403),
        (
            "DELETE",
            format!("/_api/v2/caches/team/paths/{hash}"),
            &puller,
            403,
        ),
        ("GET", format!("/team/{hash}.narinfo"), &puller, 200),
    ] {
        let reply = server.send(Request::new(method, &path).token(token)).await;
        assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
    }
    // A grant on a name without a cache may know that there is none.
    let star = server.token(&[("*", &[Permission::Pull])]);
    assert_eq!(
        server.get("/gone/nix-cache-info", &star).await.code(),
        "no_such_cache"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_name_only_what_the_token_may_see() {
    let server = Server::new().await;
    server.create("mine", "{}").await;
    server.create("theirs", "{}").await;
    server.create("open", "{\"is_public\":true}").await;
    let names = async |token: &str| {
        let list = server.get("/_api/v2/caches", token).await.json();
        let names = list
            .as_array()
            .unwrap()
            .iter()
            .map(|cache| cache["name"].as_str().unwrap().to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert_eq!(names("").await, ["open"]);
    assert_eq!(
        names(&server.token(&[("mine", &[Permission::Push])])).await,
        ["mine", "open"]
    );
    assert_eq!(names(&server.admin()).await, ["mine", "open", "theirs"]);
    assert_eq!(server.get("/_api/v2/caches", "x.y.z").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_of_others_are_missing_and_cannot_be_published() {
    let server = Server::new().await;
    server.create("mine", "{}").await;
    server.create("theirs", "{}").await;
    let package = Package::noise(1, 300_000);
    let theirs = server.token(&[("theirs", &[Permission::Pull, Permission::Push])]);
    let mine = server.token(&[("mine", &[Permission::Pull, Permission::Push])]);
    server.push("theirs", &theirs, &package, 3).await;
    let ask = async |token: &str, cache: &str| {
        let digests: Vec<u8> = package
            .digests()
            .iter()
            .flat_map(|digest| *digest.as_bytes())
            .collect();
        let request = Request::new("POST", &format!("/_api/v2/caches/{cache}/chunks/missing"));
        let reply = server.send(request.token(token).body(digests)).await;
        cache_api::bitmap::decode(&reply.body, package.chunks.len()).unwrap()
    };
    assert!(ask(&theirs, "theirs").await.iter().all(|missing| !missing));
    assert!(ask(&mine, "mine").await.iter().all(|missing| *missing));
    let line = server
        .publish("mine", &mine, vec![package.claim()])
        .await
        .remove(0);
    assert_eq!(line.missing.len(), package.chunks.len(), "{line:?}");
    assert!(pull(&server, "mine", &mine, &package).await.is_none());
    // Nor does sending one of them tell that the others are there.
    server
        .put_pack("mine", &mine, pack_of(&package.chunks[..1], 3))
        .await;
    let line = server
        .publish("mine", &mine, vec![package.claim()])
        .await
        .remove(0);
    assert_eq!(line.missing.len(), package.chunks.len() - 1, "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_tenant_with_another_level_changes_nothing_that_is_served() {
    let content = [noise(1, 50_000), vec![7; 400_000], noise(2, 50_000)].concat();
    let package = Package::new(1, &content);
    let mut served = Vec::new();
    for hidden in [false, true] {
        let server = Server::new().await;
        server.create("mine", "{}").await;
        server.create("theirs", "{}").await;
        let theirs = server.token(&[("theirs", &[Permission::Pull, Permission::Push])]);
        let mine = server.token(&[("mine", &[Permission::Pull, Permission::Push])]);
        if hidden {
            server.push("theirs", &theirs, &package, 19).await;
        }
        let pack = server
            .put_pack("mine", &mine, pack_of(&package.chunks, 1))
            .await;
        let line = server
            .publish("mine", &mine, vec![package.claim()])
            .await
            .remove(0);
        let info = server
            .get(&format!("/mine/{}.narinfo", package.hash()), &mine)
            .await
            .text();
        // Keys are made by each server for itself.
        let info: Vec<String> = info
            .lines()
            .filter(|line| !line.starts_with("Sig:"))
            .map(str::to_owned)
            .collect();
        let nar = pull(&server, "mine", &mine, &package).await;
        let mut listed = server.get("/_api/v2/caches/mine/paths", &mine).await.json();
        listed["paths"][0]["created_at"] = 0.into();
        listed["paths"][0]["accessed_at"] = 0.into();
        served.push((pack.body, line, info, nar, listed));
    }
    assert_eq!(served[0], served[1]);
    assert!(served[0].3.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_answer_never_tells_what_was_known() {
    let server = Server::new().await;
    server.create("mine", "{}").await;
    server.create("theirs", "{}").await;
    let chunk = noise(3, 10_000);
    let pack = pack_of(std::slice::from_ref(&chunk), 3);
    let theirs = server.token(&[("theirs", &[Permission::Push])]);
    let mine = server.token(&[("mine", &[Permission::Push])]);
    let first = server.put_pack("theirs", &theirs, pack.clone()).await;
    let second = server.put_pack("mine", &mine, pack.clone()).await;
    let third = server.put_pack("mine", &mine, pack).await;
    assert_eq!(first.told(), second.told());
    assert_eq!(first.told(), third.told());
    let request = Request::new("POST", "/_api/v2/caches/mine/chunks/missing").token(&mine);
    let asked = server
        .send(request.body(*Digest::of(&chunk).as_bytes()))
        .await;
    assert_eq!(asked.body, [0], "what a token sent itself it may ask for");
}
