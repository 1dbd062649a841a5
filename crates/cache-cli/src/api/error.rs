//! What can go wrong between a client and a server, and which of it passes by itself.

use std::time::Duration;

use cache_api::{ErrorBody, ErrorCode};

use super::Origin;
use crate::error::{CliError, ErrorKind};

/// A request that did not bring what it was for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No answer: refused, reset, timed out, name unknown, bad certificate.
    #[error("no answer from {origin}")]
    Transport {
        /// The server.
        origin: Origin,
        /// Whether not even a connection was made.
        connect: bool,
        /// What the HTTP library says.
        source: reqwest::Error,
    },
    /// The server refused, in its own words.
    #[error("{}", body.message)]
    Refused {
        /// HTTP status.
        status: u16,
        /// Code, message and hint.
        body: ErrorBody,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// A status without the body that Garret sends along: a proxy, another server, an old one.
    #[error("HTTP {status} from {origin}{}", text.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
    Status {
        /// The server.
        origin: Origin,
        /// HTTP status.
        status: u16,
        /// The start of the body, where it is text.
        text: Option<String>,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server wants the request to go elsewhere.
    #[error("{origin} points to another server, {to}")]
    Redirect {
        /// The server.
        origin: Origin,
        /// Where it points to.
        to: String,
    },
    /// An answer that is not what was asked for.
    #[error("cannot understand the answer of {origin}: {what}")]
    Answer {
        /// The server.
        origin: Origin,
        /// What is wrong with it.
        what: String,
    },
}

impl ApiError {
    /// Whether the same request may succeed soon, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            ApiError::Transport { source, .. } => !source.is_builder() && !source.is_redirect(),
            ApiError::Refused { body, .. } => body.code.is_transient(),
            ApiError::Status { status, .. } => {
                matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            }
            ApiError::Redirect { .. } | ApiError::Answer { .. } => false,
        }
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ApiError::Refused { retry_after, .. } | ApiError::Status { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            ApiError::Refused { status, .. } | ApiError::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The server's code, if it is one of Garret's.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            ApiError::Refused { body, .. } => Some(&body.code),
            _ => None,
        }
    }

    /// The error for the user: `what` could not be done, and the remedy.
    pub fn while_doing(self, what: impl Into<String>) -> CliError {
        let kind = match (&self, self.status()) {
            (ApiError::Transport { .. }, _) => ErrorKind::Network,
            (_, Some(401 | 403)) => ErrorKind::Access,
            _ => ErrorKind::Server,
        };
        let hint = match &self {
            ApiError::Transport {
                origin,
                connect: true,
                ..
            } => Some(format!(
                "is the server up and the URL right? try: curl {origin}"
            )),
            ApiError::Transport { .. } => Some("try again; what was sent whole is kept".to_owned()),
            ApiError::Refused { body, .. } => Some(
                body.hint
                    .clone()
                    .unwrap_or_else(|| body.code.hint().to_owned()),
            ),
            ApiError::Status {
                status: 404,
                origin,
                ..
            } => Some(format!(
                "is {origin} a Garret server, without the name of a cache in the URL? an older server has no /_api/v2"
            )),
            ApiError::Status {
                status: 401 | 403, ..
            } => Some("log in: garret login NAME URL TOKEN".to_owned()),
            ApiError::Status { status: 413, .. } => Some(
                "a proxy in between limits the size of requests: let it pass 17 MiB".to_owned(),
            ),
            ApiError::Status { .. } => None,
            ApiError::Redirect { to, .. } => Some(format!(
                "a token is only sent to the server that was typed; if {to} is the right one, log in there"
            )),
            ApiError::Answer { .. } => {
                Some("client and server may be of different versions".to_owned())
            }
        };
        let error = CliError::new(kind, what).because(self);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}
