//! Timeouts, caps and limits of the HTTP server.

use std::time::Duration;

use cache_server::http::HttpConfig;
use token_auth::Permission;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::engine_support::{Package, noise};
use crate::http_support::{Reply, Request, Server, pack_of, pull};

const SHORT: Duration = Duration::from_millis(300);

fn quick() -> HttpConfig {
    HttpConfig {
        header_timeout: SHORT,
        idle_timeout: SHORT * 3,
        body_grace: SHORT,
        body_least_rate: 1_000_000,
        token_wait: SHORT,
        drain_time: SHORT,
        ..HttpConfig::default()
    }
}

/// Whether the server closed the connection without a word.
async fn closed_silently(stream: &mut TcpStream) -> bool {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let read = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(read.is_ok(), "the server waits for ever");
    bytes.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_are_cut_off_and_others_served_meanwhile() {
    let server = Server::with(quick(), |_| ()).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let writer = tokio::spawn(async move {
        for byte in b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
            if slow.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(SHORT / 10).await;
        }
        closed_silently(&mut slow).await
    });
    assert_eq!(server.get("/healthz", "").await.status, 200);
    assert!(
        writer.await.unwrap(),
        "a head that trickles in is never answered"
    );
    assert!(closed_silently(&mut silent).await);
    assert_eq!(server.get("/healthz", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_between_requests_and_closed_when_idle() {
    let server = Server::with(quick(), |_| ()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        // Longer than a head may take, shorter than a connection may wait.
        tokio::time::sleep(SHORT * 3 / 2).await;
        let mut rest = [0; 1000];
        let _ = stream.read(&mut rest).await.unwrap();
    }
    assert!(closed_silently(&mut stream).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_half_sent_bodies_are_ended_and_leave_nothing() {
    let server = Server::with(quick(), |_| ()).await;
    server.create("main", "{}").await;
    let admin = server.admin();
    let pack = pack_of(&[noise(1, 100_000)], 3);
    for path in ["packs", "paths", "paths/missing", "chunks/missing"] {
        let method = if path == "packs" { "PUT" } else { "POST" };
        let request = Request::new(method, &format!("/_api/v2/caches/main/{path}")).token(&admin);
        let head = format!("{}Content-Length: 90000\r\n\r\n", request.head());
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&pack[..1000]).await.unwrap();
        let reply = Reply::read(&mut stream, method).await.expect("an answer");
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (408, "body_too_slow"),
            "{path}"
        );
        // The other kind of half: the client goes away.
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&pack[..1000]).await.unwrap();
        drop(stream);
    }
    crate::engine_support::until(async || {
        let tmp = std::fs::read_dir(server.dir.path().join("store/tmp"));
        tmp.map_or(true, |mut entries| entries.next().is_none())
    })
    .await;
    assert_eq!(server.put_pack("main", &admin, pack).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_limited_by_what_they_announce_and_by_what_comes() {
    let server = Server::with(HttpConfig::default(), |engine| {
        engine.limits.max_pack_bytes = 10_000;
        engine.limits.max_publish_body = 10_000;
        engine.limits.max_missing_body = 10_000;
        engine.limits.max_query_digests = 8;
    })
    .await;
    server.create("main", "{}").await;
    let admin = server.admin();
    let cache = "/_api/v2/caches/main";
    for (method, path, code) in [
        ("PUT", "/packs", "pack_too_large"),
        ("POST", "/paths", "body_too_large"),
        ("POST", "/paths/missing", "body_too_large"),
        ("POST", "/chunks/missing", "too_many_digests"),
        ("PATCH", "", "body_too_large"),
        ("POST", "/keys", "body_too_large"),
    ] {
        let request = Request::new(method, &format!("{cache}{path}")).token(&admin);
        let reply = server.send(request.clone().body(vec![b' '; 100_000])).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (413, code),
            "{method} {path}"
        );
        // No length announced: counted while it streams.
        let head = format!(
            "{}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
            request.head()
        );
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = [b"3e8\r\n".as_slice(), &[b' '; 1000], b"\r\n"].concat();
        for _ in 0..100 {
            if stream.write_all(&piece).await.is_err() {
                break;
            }
        }
        let _ = stream.write_all(b"0\r\n\r\n").await;
        let reply = Reply::read(&mut stream, method).await.expect("an answer");
        // A pack of blanks is no pack before it is too long.
        let codes = [code, "invalid_pack_header"];
        assert!(
            codes.contains(&reply.code().as_str()),
            "{method} {path}: {reply:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_nobody_wants_are_read_one_at_a_time_of_each_token() {
    let config = HttpConfig {
        drain_time: Duration::from_secs(600),
        ..HttpConfig::default()
    };
    let server = Server::with(config, |engine| engine.limits.max_pack_bytes = 1_000).await;
    server.create("main", "{}").await;
    let greedy = server.token(&[("main", &[Permission::Push])]);
    let refused = async |token: &str, come: usize| {
        let request = Request::new("PUT", "/_api/v2/caches/main/packs").token(token);
        let head = format!(
            "{}Connection: close\r\nContent-Length: 5000\r\n\r\n",
            request.head()
        );
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; come]).await.unwrap();
        stream
    };
    let endless = refused(&greedy, 4_999).await;
    tokio::time::sleep(SHORT).await;
    let mut behind = refused(&greedy, 5_000).await;
    let mut other = refused(&server.admin(), 5_000).await;
    let mut nobody = refused("", 5_000).await;
    assert_eq!(Reply::read(&mut other, "PUT").await.unwrap().status, 413);
    assert_eq!(Reply::read(&mut nobody, "PUT").await.unwrap().status, 401);
    let early = tokio::time::timeout(SHORT, behind.peek(&mut [0; 1])).await;
    assert!(early.is_err(), "one of its token is being read");
    drop(endless);
    assert_eq!(Reply::read(&mut behind, "PUT").await.unwrap().status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_one_address_are_capped() {
    let config = HttpConfig {
        max_connections_per_address: 2,
        ..HttpConfig::default()
    };
    let server = Server::with(config, |_| ()).await;
    let open = async || {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        let mut byte = [0; 1];
        let served = matches!(stream.read(&mut byte).await, Ok(1));
        served.then_some(stream)
    };
    let kept = [open().await.expect("served"), open().await.expect("served")];
    assert!(open().await.is_none(), "the third is closed");
    drop(kept);
    crate::engine_support::until(async || open().await.is_some()).await;
    assert!(
        server
            .app
            .metrics()
            .text()
            .contains("garret_http_connections_refused_total")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_give_way_to_new_ones_when_all_places_are_taken() {
    let config = HttpConfig {
        max_connections: 4,
        ..HttpConfig::default()
    };
    let server = Server::with(config, |_| ()).await;
    let mut idle = Vec::new();
    for _ in 0..12 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        asked.await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.expect("a place");
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        // Kept open, and asked nothing more.
        idle.push(stream);
        assert_eq!(server.get("/healthz", "").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_of_one_token_that_come_slowly_leave_room_for_others() {
    let config = HttpConfig {
        body_grace: Duration::from_secs(600),
        ..HttpConfig::default()
    };
    // Room for two packs on their way.
    let server = Server::with(config, |engine| engine.upload_memory = 8 << 20).await;
    server.create("main", "{}").await;
    let slow = server.token(&[("main", &[Permission::Push])]);
    let request = Request::new("PUT", "/_api/v2/caches/main/packs").token(&slow);
    let head = format!("{}Content-Length: 90000\r\n\r\nGRTPACK1", request.head());
    let mut held = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    tokio::time::sleep(SHORT).await;
    let pack = pack_of(&[noise(1, 100_000)], 3);
    let other = server.admin();
    assert_eq!(server.put_pack("main", &other, pack).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_token_are_capped_but_never_a_narinfo_with_429() {
    let config = HttpConfig {
        max_requests_per_token: 1,
        ..quick()
    };
    let config = HttpConfig {
        body_grace: Duration::from_secs(60),
        ..config
    };
    let server = Server::with(config, |_| ()).await;
    server.create("main", "{}").await;
    let token = server.token(&[("main", &[Permission::Pull, Permission::Push])]);
    let request = Request::new("PUT", "/_api/v2/caches/main/packs").token(&token);
    let mut holder = TcpStream::connect(server.address).await.unwrap();
    let head = format!("{}Content-Length: 1000\r\n\r\n", request.head());
    holder.write_all(head.as_bytes()).await.unwrap();
    holder.write_all(b"GRTPACK1").await.unwrap();
    tokio::time::sleep(SHORT / 3).await;
    let reply = server.get("/_api/v2/caches/main", &token).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (429, "too_many_requests")
    );
    let narinfo = format!("/main/{}.narinfo", "0".repeat(32));
    assert_eq!(server.get(&narinfo, &token).await.status, 404);
    for path in [
        "/main/nix-cache-info",
        "/main/x.narinfo",
        "/main/nar/x.nar",
        "/main/log/x",
    ] {
        let put = server
            .send(Request::new("PUT", path).token(&token).body("x"))
            .await;
        assert!(
            ![202, 408, 429, 503].contains(&put.status),
            "{path}: {put:?}"
        );
    }
    let other = server.token(&[("main", &[Permission::Pull])]);
    assert_eq!(server.get("/main/nix-cache-info", &other).await.status, 200);
    drop(holder);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_put_under_a_cache_is_answered_with_a_status_that_makes_nix_hang() {
    let server = Server::with(quick(), |_| ()).await;
    server.create("open", "{\"is_public\":true}").await;
    for token in [String::new(), server.admin(), "x.y.z".to_owned()] {
        for path in [
            "nix-cache-info",
            "x.narinfo",
            "nar/x.nar.zst",
            "log/x.drv",
            "x.ls",
            "realisations/sha256:0!out.doi",
        ] {
            for host in ["a", "bad host"] {
                let request = Request::new("PUT", &format!("/open/{path}")).token(&token);
                let reply = server.send(request.header("Host", host).body("x")).await;
                assert!(
                    ![202, 307, 408, 429, 503].contains(&reply.status),
                    "{path}: {reply:?}"
                );
            }
            // A body that never comes.
            let request = Request::new("PUT", &format!("/open/{path}")).token(&token);
            let head = format!("{}Content-Length: 9\r\n\r\n", request.head());
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            let reply = Reply::read(&mut stream, "PUT").await.expect("an answer");
            assert!(
                ![202, 307, 408, 429, 503].contains(&reply.status),
                "{path}: {reply:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_running_requests_finish() {
    let mut server = Server::new().await;
    server.create("main", "{}").await;
    let admin = server.admin();
    let package = Package::noise(1, 3_000_000);
    server.push("main", &admin, &package, 3).await;
    let whole = pull(&server, "main", &admin, &package).await.unwrap();
    let path = format!("/main/nar/{}.nar", package.hash());
    let request = Request::new("GET", &path).token(&admin);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(format!("{}\r\n", request.head()).as_bytes())
        .await
        .unwrap();
    let mut first = [0; 100];
    stream.read_exact(&mut first).await.unwrap();
    let address = server.address;
    let reader = tokio::spawn(async move {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        rest
    });
    assert_eq!(server.stop().await, 0, "nothing was cut");
    let rest = reader.await.unwrap();
    assert!(rest.ends_with(&whole[whole.len() - 1000..]));
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_cuts_what_does_not_finish_in_time() {
    let config = HttpConfig {
        shutdown_deadline: SHORT,
        ..HttpConfig::default()
    };
    let mut server = Server::with(config, |_| ()).await;
    server.create("main", "{}").await;
    let request = Request::new("PUT", "/_api/v2/caches/main/packs").token(&server.admin());
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("{}Content-Length: 1000\r\n\r\nGRTPACK1", request.head());
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(SHORT / 2).await;
    assert_eq!(server.stop().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_hosts_are_answered_but_probes_always() {
    let config = HttpConfig {
        allowed_hosts: vec!["cache.test:80".to_owned()],
        ..HttpConfig::default()
    };
    let server = Server::with(config, |_| ()).await;
    server.create("open", "{\"is_public\":true}").await;
    let ask = async |path: &str, host: &str| {
        server
            .send(Request::new("GET", path).header("Host", host))
            .await
    };
    assert_eq!(
        ask("/open/nix-cache-info", "cache.test:80").await.status,
        200
    );
    assert_eq!(
        ask("/open/nix-cache-info", "cache.test").await.code(),
        "bad_host"
    );
    assert_eq!(ask("/_api/v2", "other").await.status, 400);
    assert_eq!(ask("/open/x.narinfo", "other").await.status, 404);
    assert_eq!(ask("/healthz", "10.0.0.1").await.status, 200);
    assert_eq!(ask("/readyz", "10.0.0.1").await.status, 200);
}
