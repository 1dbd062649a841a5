//! Who asks, and whether they may: the one place that decides what a caller
//! learns about a cache's name.

use std::sync::Arc;

use cache_api::{CacheName, ErrorCode};
use cache_db::CacheRow;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use token_auth::{Permission, Token};

use super::App;
use super::errors::HttpError;
use crate::engine::Caller;

/// The caller of a request, from its `Authorization` header.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// No token was shown.
    Anonymous,
    /// A valid token.
    Token(Arc<Token>),
    /// A token that is not valid: as good as none, but the answer says why.
    Rejected(ErrorCode),
}

impl Who {
    /// Reads the header.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(AUTHORIZATION) else {
            return Self::Anonymous;
        };
        let text = value.to_str().ok().and_then(token_auth::from_authorization);
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Self::Rejected(ErrorCode::InvalidToken);
        };
        match app.tokens().verify(&text, app.clock().wall()) {
            Ok((token, remembered)) => {
                app.metrics().http.token(remembered);
                Self::Token(token)
            }
            Err(error) => Self::Rejected(error.code()),
        }
    }

    /// As the engine knows callers.
    pub(crate) fn caller(&self) -> Caller {
        match self {
            Self::Token(token) => Caller::token(Arc::clone(token)),
            Self::Anonymous | Self::Rejected(_) => Caller::nobody(),
        }
    }

    /// The answer to somebody to whom nothing is granted. It depends on the
    /// token that was shown alone, never on the cache that was named.
    pub(crate) fn unauthorized(&self) -> HttpError {
        match self {
            Self::Anonymous => HttpError::new(
                ErrorCode::Unauthorized,
                "a token is needed here, and none was shown",
            ),
            Self::Token(_) => HttpError::new(
                ErrorCode::Unauthorized,
                "the token grants nothing on this cache's name",
            ),
            Self::Rejected(code) => HttpError::plain(code.clone()),
        }
    }

    /// Fails where a token was shown that is not valid.
    ///
    /// # Errors
    /// 401 with the reason.
    pub(crate) fn not_rejected(&self) -> Result<(), HttpError> {
        match self {
            Self::Rejected(_) => Err(self.unauthorized()),
            Self::Anonymous | Self::Token(_) => Ok(()),
        }
    }

    /// Checks `permission` on a name alone, as creating a cache needs it.
    ///
    /// # Errors
    /// 401 without any grant on the name, 403 with another one.
    pub(crate) fn require(
        &self,
        name: Option<CacheName>,
        permission: Permission,
    ) -> Result<CacheName, HttpError> {
        let caller = self.caller();
        let name = name
            .filter(|name| caller.knows(name))
            .ok_or_else(|| self.unauthorized())?;
        match caller.may(&name, permission) {
            true => Ok(name),
            false => Err(forbidden(&[permission])),
        }
    }

    /// The cache of that name, if this caller may do `permission` there.
    ///
    /// Without a grant the answer is the same for a cache that exists, one that
    /// does not, and a name that cannot exist (`None`).
    ///
    /// # Errors
    /// 401 without any grant, 404 where a grant names a cache that is not
    /// there, 403 where the grant is another.
    pub(crate) async fn cache(
        &self,
        app: &App,
        name: Option<CacheName>,
        permission: Permission,
    ) -> Result<Arc<CacheRow>, HttpError> {
        self.any_of(app, name, &[permission]).await
    }

    /// As [`Who::cache`], where each of `permissions` is enough.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn any_of(
        &self,
        app: &App,
        name: Option<CacheName>,
        permissions: &[Permission],
    ) -> Result<Arc<CacheRow>, HttpError> {
        let caller = self.caller();
        let name = name.ok_or_else(|| self.unauthorized())?;
        let may_pull = permissions.contains(&Permission::Pull);
        if !caller.knows(&name) {
            return match (app.engine().public_cache(&name).await, self) {
                (Ok(Some(row)), _) if may_pull => Ok(row),
                // That a public cache exists is no secret, and a login changes nothing.
                (Ok(Some(_)), Self::Token(_)) => Err(forbidden(permissions)),
                _ => Err(self.unauthorized()),
            };
        }
        let found = app.engine().cache(&name).await?;
        let row = found.ok_or_else(|| HttpError::plain(ErrorCode::NoSuchCache))?;
        let pulls = row.settings.is_public && may_pull;
        let may = |permission: &Permission| caller.may(&name, *permission);
        match pulls || permissions.iter().any(may) {
            true => Ok(row),
            false => Err(forbidden(permissions)),
        }
    }
}

fn forbidden(permissions: &[Permission]) -> HttpError {
    let words: Vec<&str> = permissions
        .iter()
        .map(|permission| permission.word())
        .collect();
    let message = format!("the token does not grant {} here", words.join(" or "));
    HttpError::new(ErrorCode::Forbidden, message)
}
