//! The routes as clients use them: Nix's protocol, caches and keys, tokens,
//! pages, what is said in headers.

use cache_server::http::HttpConfig;
use nar_format::{NarHash, StoreDir, narinfo::NarInfo, signing::PublicKey};
use token_auth::Permission;

use crate::engine_support::Package;
use crate::http_support::{Reply, Request, Server, basic, pull};

async fn filled() -> (Server, Package, String) {
    let server = Server::new().await;
    server.create("main", "{}").await;
    let admin = server.admin();
    let package = Package::noise(1, 700_000);
    let line = server.push("main", &admin, &package, 3).await;
    assert_eq!(line.code, None, "{line:?}");
    (server, package, admin)
}

async fn narinfo(server: &Server, package: &Package, token: &str) -> NarInfo {
    let reply = server
        .get(&format!("/main/{}.narinfo", package.hash()), token)
        .await;
    assert_eq!(reply.get("content-type"), Some("text/x-nix-narinfo"));
    NarInfo::parse(&reply.text(), &StoreDir::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_path_comes_back_signed_and_whole() {
    let (server, package, admin) = filled().await;
    let info = narinfo(&server, &package, &admin).await;
    let cache = server.get("/_api/v2/caches/main", &admin).await.json();
    let key: PublicKey = cache["public_keys"][0]["public_key"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        info.sigs
            .iter()
            .any(|sig| key.verify(&info.fingerprint(), sig)),
        "{info}"
    );
    let nar = pull(&server, "main", &admin, &package).await.unwrap();
    assert_eq!(info.file_size, Some(nar.len() as u64));
    assert_eq!(zstd::stream::decode_all(&nar[..]).unwrap(), package.nar);
    assert_eq!(NarHash::of(&package.nar), info.nar_hash);
    let listing = server
        .get(&format!("/main/{}.ls", package.hash()), &admin)
        .await
        .json();
    assert_eq!(listing["root"]["entries"]["file"]["size"], 700_000);
    let text = server.get("/main/nix-cache-info", &admin).await.text();
    assert!(
        text.contains("StoreDir: /nix/store\n") && text.contains("Priority: 41\n"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nars_know_ranges_tags_and_head() {
    let (server, package, admin) = filled().await;
    let url = format!("/main/{}", narinfo(&server, &package, &admin).await.url);
    let whole = server.get(&url, &admin).await;
    let (len, tag) = (whole.body.len(), whole.get("etag").unwrap().to_owned());
    assert_eq!(whole.get("accept-ranges"), Some("bytes"));
    assert_eq!(whole.get("content-encoding"), None);
    assert_eq!(whole.get("content-length"), Some(len.to_string().as_str()));
    let ask = async |headers: &[(&str, &str)]| {
        let request = Request::new("GET", &url).token(&admin);
        let add = |request: Request, (name, value): &(&str, &str)| request.header(name, value);
        server.send(headers.iter().fold(request, add)).await
    };
    let part = |reply: &Reply, from: usize, to: usize| {
        assert_eq!(reply.status, 206, "{reply:?}");
        let expected = format!("bytes {from}-{}/{len}", to - 1);
        assert_eq!(reply.get("content-range"), Some(expected.as_str()));
        assert_eq!(reply.get("etag"), Some(tag.as_str()));
        assert!(reply.body == whole.body[from..to], "{from}..{to}");
    };
    for from in [0, 1, 131_072, 300_000, len - 1] {
        part(
            &ask(&[("Range", &format!("bytes={from}-"))]).await,
            from,
            len,
        );
        let to = (from + 200_000).min(len);
        part(
            &ask(&[("Range", &format!("bytes={from}-{}", to - 1))]).await,
            from,
            to,
        );
    }
    part(&ask(&[("Range", "bytes=-1000")]).await, len - 1000, len);
    part(
        &ask(&[("Range", "bytes=5-9"), ("If-Range", &tag)]).await,
        5,
        10,
    );
    let others: &[&[(&str, &str)]] = &[
        &[("Range", "bytes=0-1,4-5")],
        &[("Range", "lines=1-2")],
        &[("Range", "bytes=5-9"), ("If-Range", "\"other\"")],
        &[("If-None-Match", "\"other\"")],
    ];
    for headers in others {
        let reply = ask(headers).await;
        assert!(
            reply.status == 200 && reply.body == whole.body,
            "{headers:?}"
        );
    }
    let beyond = ask(&[("Range", &format!("bytes={len}-"))]).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(
        beyond.get("content-range"),
        Some(format!("bytes */{len}").as_str())
    );
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        "*".to_owned(),
        format!("\"x\", {tag}"),
    ] {
        let reply = ask(&[("If-None-Match", &known)]).await;
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{known}");
    }
    let head = server.send(Request::new("HEAD", &url).token(&admin)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.get("content-length"), Some(len.to_string().as_str()));
    assert_eq!(head.get("etag"), Some(tag.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_two_encodings_never_mix() {
    let (server, package, admin) = filled().await;
    let url = format!("/main/{}", narinfo(&server, &package, &admin).await.url);
    let whole = server.get(&url, &admin).await.body;
    let (stem, _) = url.rsplit_once('-').unwrap();
    let other = format!("{stem}-{}.nar.zst", "0".repeat(26));
    let reply = server.get(&other, &admin).await;
    assert!(reply.status == 200 && reply.body == whole);
    assert_eq!(reply.get("accept-ranges"), None);
    let ranged = |path: &str| {
        Request::new("GET", path)
            .token(&admin)
            .header("Range", "bytes=5-9")
    };
    assert_eq!(server.send(ranged(&other)).await.status, 404);
    // Attic's name is always answered whole.
    let old = format!("/main/nar/{}.nar", package.hash());
    let reply = server.send(ranged(&old)).await;
    assert!(reply.status == 200 && reply.body == whole);
    assert_eq!(reply.get("accept-ranges"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narinfo_is_200_or_404_whatever_is_asked() {
    let (server, package, admin) = filled().await;
    let hash = package.hash();
    for file in [
        "x",
        "",
        "%ff",
        "%00",
        "0000",
        &format!("{hash}x"),
        &"e".repeat(32),
        &"0".repeat(32),
    ] {
        for path in [
            format!("/main/{file}.narinfo"),
            format!("/%ff/{file}.narinfo"),
        ] {
            for token in [admin.as_str(), "", "bad"] {
                let reply = server.get(&path, token).await;
                assert_eq!(
                    (reply.status, reply.code().as_str()),
                    (404, "no_such_path"),
                    "{path}"
                );
            }
        }
    }
    // The store is gone: a miss for Nix, and the server says so to its operator.
    std::fs::rename(
        server.dir.path().join("store"),
        server.dir.path().join("away"),
    )
    .unwrap();
    crate::engine_support::until(async || server.get("/readyz", "").await.status == 503).await;
    assert_eq!(
        server
            .get(&format!("/main/{hash}.narinfo"), &admin)
            .await
            .status,
        404
    );
    assert_eq!(server.get("/healthz", "").await.status, 200);
    assert_eq!(server.get("/v1/healthz", "").await.status, 503);
    let put = server.put_pack("main", &admin, vec![1; 100]).await;
    assert_eq!(put.status, 503, "{put:?}");
    assert!(
        !put.text().contains(&*server.dir.path().to_string_lossy()),
        "no path of ours is told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_come_as_bearer_or_basic_and_their_time_is_looked_at_each_time() {
    let server = Server::new().await;
    server.create("main", "{}").await;
    let token = server.token(&[("main", &[Permission::Pull])]);
    let ask = async |authorization: &str| {
        let request = Request::new("GET", "/main/nix-cache-info");
        server
            .send(request.header("Authorization", authorization))
            .await
    };
    for good in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        basic("", &token),
        basic("any user", &token),
    ] {
        assert_eq!(ask(&good).await.status, 200, "{good}");
    }
    let mut changed = token.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.insert(changed.len() - 5, last);
    for bad in [
        "Bearer",
        "Bearer ",
        "Basic x",
        "Token y",
        &format!("Bearer {changed}"),
        &format!("Bearer {token}x"),
    ] {
        let reply = ask(bad).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (401, "invalid_token"),
            "{bad}"
        );
        assert_eq!(
            reply.get("www-authenticate"),
            Some("Basic realm=\"garret\"")
        );
    }
    let mut claims = server.claims(&[("main", &[Permission::Pull])]);
    claims.exp = Some(1_000);
    let expired = ask(&format!("Bearer {}", server.issue(&claims))).await;
    assert_eq!(expired.code(), "token_expired");
    // Accepted within the leeway, remembered, and refused when its time is over.
    let now = crate::http_support::real_clock().wall();
    claims.exp = Some(now - 58);
    let ending = server.issue(&claims);
    assert_eq!(ask(&format!("Bearer {ending}")).await.status, 200);
    crate::engine_support::until(async || ask(&format!("Bearer {ending}")).await.status == 401)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caches_are_made_changed_rekeyed_and_destroyed() {
    let server = Server::new().await;
    let admin = server.admin();
    let cache = "/_api/v2/caches/team";
    let send = async |method: &str, path: &str, body: &str| {
        server
            .send(Request::new(method, path).token(&admin).body(body))
            .await
    };
    let made = send("PUT", cache, "").await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json()["is_public"],
        false,
        "private unless asked otherwise"
    );
    assert_eq!(made.json()["origin"], "http://cache.test:80/");
    assert_eq!(made.json()["substituter"], "http://cache.test:80/team");
    assert_eq!(send("PUT", cache, "{}").await.code(), "cache_exists");
    for (method, path, body, code) in [
        ("PUT", "/_api/v2/caches/x", "{", "invalid_request"),
        (
            "PUT",
            "/_api/v2/caches/x",
            "{\"public\":true}",
            "invalid_request",
        ),
        (
            "PUT",
            "/_api/v2/caches/x",
            "{\"key\":\"nonsense\"}",
            "invalid_key",
        ),
        (
            "PUT",
            "/_api/v2/caches/x",
            "{\"store_dir\":\"relative\"}",
            "invalid_settings",
        ),
        ("PATCH", cache, "{}", "invalid_request"),
        ("PATCH", cache, "{\"store_dir\":\"\"}", "invalid_settings"),
        ("DELETE", &format!("{cache}/keys/team"), "", "last_key"),
        ("DELETE", &format!("{cache}/keys/other"), "", "no_such_key"),
        (
            "POST",
            &format!("{cache}/keys"),
            "{\"name\":\"team\"}",
            "key_exists",
        ),
        ("GET", "/_api/v2/caches/x", "", "no_such_cache"),
    ] {
        assert_eq!(
            send(method, path, body).await.code(),
            code,
            "{method} {path} {body}"
        );
    }
    let changed = send("PATCH", cache, "{\"is_public\":true,\"priority\":7}")
        .await
        .json();
    assert_eq!(
        (&changed["is_public"], &changed["priority"]),
        (&true.into(), &7.into())
    );
    assert!(
        server
            .get("/team/nix-cache-info", "")
            .await
            .text()
            .contains("Priority: 7")
    );
    let keys = send("POST", &format!("{cache}/keys"), "{\"name\":\"team-2\"}").await;
    assert_eq!(
        (
            keys.status,
            keys.json()["public_keys"].as_array().unwrap().len()
        ),
        (201, 2)
    );
    let retired = send("DELETE", &format!("{cache}/keys/team"), "")
        .await
        .json();
    assert_eq!(retired["public_keys"][0]["state"], "retired");
    assert!(!send("GET", cache, "").await.text().contains("secret"));
    assert_eq!(send("DELETE", cache, "").await.status, 204);
    assert_eq!(send("GET", cache, "").await.code(), "no_such_cache");
    assert_eq!(
        server.get("/team/nix-cache-info", "").await.status,
        401,
        "as if it had never been"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_and_the_rest_are_two_permissions() {
    let server = Server::new().await;
    server.create("team", "{}").await;
    let rest = server.token(&[("team", &[Permission::ConfigureCache])]);
    let keeps = server.token(&[("team", &[Permission::ConfigureCacheRetention])]);
    for (token, body, status) in [
        (&rest, "{\"priority\":1}", 200),
        (&rest, "{\"retention\":3600}", 403),
        (&rest, "{\"priority\":2,\"retention\":3600}", 403),
        (&keeps, "{\"retention\":3600}", 200),
        (&keeps, "{\"priority\":3}", 403),
    ] {
        let request = Request::new("PATCH", "/_api/v2/caches/team")
            .token(token)
            .body(body);
        assert_eq!(server.send(request).await.status, status, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_listed_removed_and_gone() {
    let (server, package, admin) = filled().await;
    let second = Package::noise(2, 10);
    server.push("main", &admin, &second, 3).await;
    let page = server
        .get("/_api/v2/caches/main/paths?limit=1", &admin)
        .await
        .json();
    let next = page["next"].as_str().unwrap();
    let rest = server
        .get(
            &format!("/_api/v2/caches/main/paths?limit=1&after={next}"),
            &admin,
        )
        .await
        .json();
    assert_eq!(
        (
            page["paths"].as_array().unwrap().len(),
            rest["paths"].as_array().unwrap().len()
        ),
        (1, 1)
    );
    assert_ne!(page["paths"][0]["path"], rest["paths"][0]["path"]);
    let one = format!("/_api/v2/caches/main/paths/{}", package.hash());
    assert_eq!(
        server.get(&one, &admin).await.json()["created_by"],
        "tester"
    );
    let url = narinfo(&server, &package, &admin).await.url;
    let remove = || Request::new("DELETE", &one).token(&admin);
    assert_eq!(server.send(remove()).await.status, 204);
    assert_eq!(server.send(remove()).await.code(), "no_such_path");
    assert_eq!(server.get(&one, &admin).await.code(), "no_such_path");
    assert_eq!(
        server
            .get("/_api/v2/caches/main/paths/x", &admin)
            .await
            .code(),
        "invalid_path_hash"
    );
    assert_eq!(
        server
            .get(&format!("/main/{}.narinfo", package.hash()), &admin)
            .await
            .status,
        404
    );
    let kept = server.get(&format!("/main/{url}"), &admin).await;
    assert_eq!(kept.status, 200, "its own NAR address answers for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_push_is_one_request() {
    let (server, package, admin) = filled().await;
    let absent = "0".repeat(32);
    let body = format!("{{\"hashes\":[\"{}\",\"{absent}\"]}}", package.hash());
    let request = Request::new("POST", "/_api/v2/caches/main/paths/missing").token(&admin);
    let answer = server.send(request.body(body)).await.json();
    assert_eq!(answer["missing"], serde_json::json!([absent]));
    assert_eq!(answer["server"]["name"], "garret");
    assert_eq!(answer["server"], server.get("/_api/v2", "").await.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_json_and_every_answer_has_an_id() {
    let server = Server::new().await;
    for (method, path, status, code) in [
        ("GET", "/no/such/route", 404, "not_found"),
        ("GET", "/_api/v3", 404, "not_found"),
        ("GET", "/metrics", 404, "not_found"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("PUT", "/main/nix-cache-info", 405, "method_not_allowed"),
        (
            "GET",
            "/_api/v2/caches/main/packs",
            405,
            "method_not_allowed",
        ),
    ] {
        let reply = server.send(Request::new(method, path)).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (status, code),
            "{method} {path}"
        );
        assert!(reply.json()["hint"].is_string());
        assert_eq!(
            reply.get("allow").is_some(),
            status == 405,
            "{method} {path}: {reply:?}"
        );
        assert_eq!(reply.get("x-request-id").map(str::len), Some(16));
    }
    let page = server.get("/", "").await;
    assert!(page.status == 200 && page.text().contains("garret use CACHE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_come_from_the_configuration_or_the_request() {
    let server = Server::new().await;
    server.create("main", "{}").await;
    let request = Request::new("GET", "/_api/v2/caches/main").token(&server.admin());
    let proxied = server
        .send(request.clone().header("X-Forwarded-Proto", "https"))
        .await
        .json();
    assert_eq!(proxied["substituter"], "https://cache.test:80/main");
    let config = HttpConfig {
        api_endpoint: Some("https://api.test/".to_owned()),
        substituter_endpoint: Some("https://cdn.test/nix/".to_owned()),
        ..HttpConfig::default()
    };
    let server = Server::with(config, |_| ()).await;
    server.create("main", "{}").await;
    let told = server.send(request.token(&server.admin())).await.json();
    assert_eq!(told["origin"], "https://api.test/");
    assert_eq!(told["substituter"], "https://cdn.test/nix/main");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_hits_misses_and_bytes_by_pattern() {
    let (server, package, admin) = filled().await;
    server
        .get(&format!("/main/{}.narinfo", "0".repeat(32)), &admin)
        .await;
    server
        .get(&format!("/main/{}.narinfo", package.hash()), "")
        .await;
    pull(&server, "main", &admin, &package).await.unwrap();
    crate::engine_support::until(async || {
        server.app.metrics().text().contains("garret_http_requests_total{route=\"/{cache}/nar/{file}\",method=\"GET\",status=\"200\"} 1")
    })
    .await;
    let text = server.app.metrics().text();
    for line in [
        "garret_narinfo_requests_total{result=\"hit\"} 1",
        "garret_narinfo_requests_total{result=\"miss\"} 1",
        "garret_narinfo_requests_total{result=\"denied\"} 1",
        "garret_paths_published_total 1",
        "garret_packs_total 1",
        "garret_nars_served_total 1",
        "garret_ready 1",
        "garret_token_checks_total{result=\"verified\"} 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(
        text.ends_with("# EOF\n") && !text.contains("main"),
        "no cache is named"
    );
}
