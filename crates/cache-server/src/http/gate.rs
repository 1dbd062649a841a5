//! What every request passes before its route: host, token, a place.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cache_api::ErrorCode;
use futures_util::FutureExt as _;
use http::Method;
use token_auth::TokenKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::errors::HttpError;
use super::nix;
use super::origin::origin;
use super::who::Who;

/// Checks the host and the token, waits for a place, and hands all of it on
/// as extensions of the request.
pub(crate) async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let pattern = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let narinfo = pattern.as_deref() == Some(nix::FILE) && nix::is_narinfo(request.uri().path());
    let who = Who::of(&app, request.headers());
    // Nix hangs when a PUT of its own protocol is told to come back.
    let limited = request.method() != Method::PUT || request.uri().path().starts_with("/_api/");
    let admitted = match origin(app.config(), request.headers()) {
        Ok(origin) if limited => {
            let place = app.places().enter(&app, &who).await;
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

/// Requests at once, by token.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<HashMap<TokenKey, Arc<Semaphore>>>);

impl Places {
    /// Waits a while for a place among the requests of this caller's token.
    ///
    /// # Errors
    /// `too_many_requests` when none became free.
    async fn enter(&self, app: &App, who: &Who) -> Result<Option<OwnedSemaphorePermit>, HttpError> {
        let Who::Token(token) = who else {
            return Ok(None);
        };
        let semaphore = self.of(token.key(), app.config().max_requests_per_token);
        let wait = app.config().token_wait;
        match tokio::time::timeout(wait, semaphore.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            _ => Err(HttpError::plain(ErrorCode::TooManyRequests)),
        }
    }

    fn of(&self, key: TokenKey, most: usize) -> Arc<Semaphore> {
        let mut places = self.0.lock().expect("no panic under this lock");
        if places.len() >= MOST_TOKENS {
            places.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        Arc::clone(
            places
                .entry(key)
                .or_insert_with(|| Arc::new(Semaphore::new(most))),
        )
    }
}

/// Tokens counted at once before those without a request are forgotten.
const MOST_TOKENS: usize = 4_096;

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
