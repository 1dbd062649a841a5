//! From an error to what the caller is told, and what the log says.

use std::error::Error as StdError;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use cache_api::{ErrorBody, ErrorCode};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::engine::EngineError;

/// The failure of a whole request: a stable code and a message for the caller.
#[derive(Debug)]
pub(crate) struct HttpError {
    code: ErrorCode,
    message: String,
}

impl HttpError {
    /// A failure with what happened, in the caller's words.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Its stable code.
    pub(crate) fn code(&self) -> &ErrorCode {
        &self.code
    }

    /// The status of its answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A failure that says no more than its code means.
    pub(crate) fn plain(code: ErrorCode) -> Self {
        let message = code.meaning().to_owned();
        Self { code, message }
    }
}

impl From<ErrorBody> for HttpError {
    fn from(body: ErrorBody) -> Self {
        Self::new(body.code, body.message)
    }
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<EngineError> for HttpError {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::Refused { .. } | EngineError::Body(_) => {
                return Self::new(error.code(), error.to_string());
            }
            // What is inside is not the caller's business.
            error if !error.is_trouble() => return Self::plain(error.code()),
            _ => {}
        }
        tracing::error!(error = %chain(&error), code = %error.code(), "a request failed by our fault");
        Self::plain(error.code())
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = json(status, &ErrorBody::new(self.code.clone(), self.message));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"garret\""),
            );
        }
        if matches!(
            self.code,
            ErrorCode::TooManyRequests | ErrorCode::Overloaded
        ) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(self.code);
        response
    }
}

/// An answer in JSON.
pub(crate) fn json<T: serde::Serialize>(status: StatusCode, body: &T) -> Response {
    let bytes = serde_json::to_vec(body).expect("our own types serialise");
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static(cache_api::routes::JSON),
    );
    response
}

/// An error and its sources on one line, for the log.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
