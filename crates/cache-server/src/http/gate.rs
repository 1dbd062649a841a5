//! What every request passes before its route: host, token, a place.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cache_api::ErrorCode;
use futures_util::FutureExt as _;
use http::Method;
use http_body::Body as _;
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use super::drain::Sender;
use super::errors::HttpError;
use super::nix;
use super::origin::origin;
use super::who::Who;

/// Checks the host and the token, waits for a place, and hands all of it on
/// as extensions of the request.
pub(crate) async fn gate(State(app): State<App>, request: Request, next: Next) -> Response {
    let who = Who::of(&app, request.headers());
    let sender = match &who {
        Who::Token(token) if !request.body().is_end_stream() => Some(Sender::Token(token.key())),
        _ => None,
    };
    let mut response = answer(&app, who, request, next).await;
    if let Some(sender) = sender {
        response.extensions_mut().insert(sender);
    }
    response
}

async fn answer(app: &App, who: Who, mut request: Request, next: Next) -> Response {
    let pattern = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let narinfo = pattern.as_deref() == Some(nix::FILE) && nix::is_narinfo(request.uri().path());
    // Nix hangs when a PUT of its own protocol is told to come back.
    let limited = request.method() != Method::PUT || request.uri().path().starts_with("/_api/");
    let admitted = match origin(app.config(), request.headers()) {
        Ok(origin) if limited => {
            let place = enter(app, &who).await;
            place.map(|place| (origin, place))
        }
        Ok(origin) => Ok((origin, None)),
        Err(error) => Err(error),
    };
    let (origin, place) = match admitted {
        Ok(admitted) => admitted,
        // Anything but a 404 would fail a whole build.
        Err(_) if narinfo => return nix::no_narinfo(),
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(origin);
    request.extensions_mut().insert(who);
    let response = caught(next.run(request), narinfo).await;
    match place {
        Some(place) => response.map(|body| Body::new(super::observe::Holding::new(body, place))),
        None => response,
    }
}

/// The answer, or one in place of a panic's: Nix gives up a build over a
/// connection that just ends.
async fn caught(answer: impl Future<Output = Response>, narinfo: bool) -> Response {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(_) if narinfo => nix::no_narinfo(),
        Err(_) => HttpError::plain(ErrorCode::Internal).into_response(),
    }
}

/// Waits a while for a place among the requests of this caller's token.
///
/// # Errors
/// `too_many_requests` when none became free.
async fn enter(app: &App, who: &Who) -> Result<Option<OwnedSemaphorePermit>, HttpError> {
    let Who::Token(token) = who else {
        return Ok(None);
    };
    let place = app.places().of(token.key()).acquire_owned();
    match tokio::time::timeout(app.config().token_wait, place).await {
        Ok(Ok(permit)) => Ok(Some(permit)),
        _ => Err(HttpError::plain(ErrorCode::TooManyRequests)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_too() {
        for (narinfo, status) in [(true, 404), (false, 500)] {
            let answer = caught(async { panic!("on purpose") }, narinfo).await;
            assert_eq!(answer.status(), status);
        }
    }
}
