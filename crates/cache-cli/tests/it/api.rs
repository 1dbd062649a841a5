//! Retries, redirects, and where a token may go.

use std::time::Duration;

use cache_api::CacheName;
use cache_cli::api::{Api, Backoff};
use cache_cli::{ErrorKind, Secret};

use crate::fake::{Fake, Fault};

const TOKEN: &str = "eyJhbGciOi.c2VjcmV0.c2ln";
const FAST: Backoff = Backoff {
    tries: 4,
    first: Duration::from_millis(1),
    longest: Duration::from_millis(2),
};

fn api(url: &str) -> Api {
    Api::new(url.parse().expect("a URL"), Some(&Secret::new(TOKEN)))
        .expect("a client")
        .with_backoff(FAST)
}

fn main_cache() -> CacheName {
    "main".parse().expect("a name")
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_again() {
    let fake = Fake::start().await;
    for fault in [
        Fault::Status(500, ""),
        Fault::Status(502, "<html>"),
        Fault::Status(503, "busy"),
        Fault::Status(429, r#"{"code":"too_many_requests","message":"slow down"}"#),
        Fault::Cut,
    ] {
        fake.forget_requests();
        fake.fail("/_api/v2", fault, 2);
        api(&fake.url)
            .server_info()
            .await
            .expect("the third answer");
        assert_eq!(fake.count("/_api/v2"), 3);
        fake.lock().faults.clear();
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_in_the_middle_is_asked_for_again() {
    let fake = Fake::start().await;
    let (api, cache) = (api(&fake.url), main_cache());
    for route in ["/_api/v2", "/paths/missing", "/chunks/missing"] {
        fake.fail(route, Fault::Half, 2);
    }
    api.server_info().await.expect("the third answer");
    let missing = api.missing_paths(&cache, Vec::new()).await;
    missing.expect("the third answer");
    let missing = api.missing_chunks(&cache, vec![0; 32]).await;
    assert_eq!(missing.expect("the third answer"), [true]);
    for route in ["/_api/v2", "/paths/missing", "/chunks/missing"] {
        assert_eq!(fake.count(route), 3, "{route}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once_with_a_remedy() {
    let fake = Fake::start().await;
    for (fault, kind, hint) in [
        (
            Fault::Status(401, r#"{"code":"token_expired","message":"old"}"#),
            ErrorKind::Access,
            "garret login",
        ),
        (
            Fault::Status(
                403,
                r#"{"code":"forbidden","message":"no","hint":"ask ann"}"#,
            ),
            ErrorKind::Access,
            "ask ann",
        ),
        (
            Fault::Status(429, r#"{"code":"unpublished_limit","message":"full"}"#),
            ErrorKind::Server,
            "publish",
        ),
        (
            Fault::Status(404, "not here"),
            ErrorKind::Server,
            "a Garret server, without the name of a cache",
        ),
        (Fault::Status(413, "<html>"), ErrorKind::Server, "proxy"),
        (Fault::Status(401, ""), ErrorKind::Access, "log in"),
        (
            Fault::Status(200, "welcome"),
            ErrorKind::Server,
            "different versions",
        ),
    ] {
        fake.forget_requests();
        fake.fail("/_api/v2", fault, 1);
        let error = api(&fake.url)
            .server_info()
            .await
            .expect_err("refused")
            .while_doing("cannot look");
        assert_eq!(error.kind, kind, "{}", error.one_line());
        let hints = error.all_hints().join(" ");
        assert!(hints.contains(hint), "{hint:?} is not in {hints:?}");
        assert_eq!(fake.count("/_api/v2"), 1, "{}", error.one_line());
    }
}

#[tokio::test]
async fn nobody_there_is_a_network_error_after_a_few_tries() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let api = api(&url);
    let error = api
        .server_info()
        .await
        .expect_err("nobody")
        .while_doing("cannot look");
    assert_eq!(error.kind, ErrorKind::Network);
    assert_eq!(api.requests(), 4);
    assert!(
        error.all_hints()[0].contains("is the server up"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed_with_the_token() {
    let fake = Fake::start().await;
    fake.fail(
        "/_api/v2",
        Fault::Redirect(format!("{}there/_api/v2", fake.url)),
        1,
    );
    let answer = api(&fake.url).server_info().await;
    // The other route is none of the fake's, but it was asked, with the token.
    assert!(answer.is_err());
    let tokens = fake.lock().tokens.clone();
    assert_eq!(tokens.len(), 2);
    assert!(
        tokens
            .iter()
            .all(|token| token.as_deref() == Some(&format!("Bearer {TOKEN}")))
    );
}

#[tokio::test]
async fn no_redirect_leads_a_token_to_another_origin() {
    let (fake, other) = (Fake::start().await, Fake::start().await);
    for route in ["/_api/v2", "/paths/missing", "/packs"] {
        fake.fail(route, Fault::Redirect(format!("{}_api/v2", other.url)), 1);
    }
    let api = api(&fake.url);
    let first = api
        .server_info()
        .await
        .expect_err("not followed")
        .while_doing("a");
    let second = api
        .missing_paths(&main_cache(), Vec::new())
        .await
        .expect_err("not followed")
        .while_doing("b");
    let third = api
        .put_pack(&main_cache(), vec![0_u8; 9].into())
        .await
        .expect_err("not followed")
        .while_doing("c");
    for error in [first, second, third] {
        assert_eq!(error.kind, ErrorKind::Server);
        assert!(
            error.one_line().contains(&other.url),
            "{}",
            error.one_line()
        );
    }
    assert_eq!(other.lock().requests.len(), 0, "not even without the token");
}

#[tokio::test]
async fn a_token_is_in_no_text_that_is_shown() {
    let fake = Fake::start().await;
    fake.fail("/_api/v2", Fault::Status(401, "no"), 1);
    let api = api(&fake.url);
    let error = api
        .server_info()
        .await
        .expect_err("refused")
        .while_doing("cannot look");
    for text in [format!("{api:?}"), format!("{error:?}"), error.one_line()] {
        assert!(!text.contains("c2VjcmV0"), "{text}");
    }
    assert!(
        Api::new(fake.url.parse().expect("a URL"), Some(&Secret::new("a\nb"))).is_err(),
        "no header holds that"
    );
}
