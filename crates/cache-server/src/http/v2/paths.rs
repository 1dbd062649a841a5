//! Published paths: list, look, remove.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use cache_api::ErrorCode;
use http::StatusCode;
use nar_format::PathHash;
use token_auth::Permission;

use super::no_content;
use crate::http::App;
use crate::http::errors::{HttpError, json};
use crate::http::params::Params;
use crate::http::who::Who;

/// Paths on a page when nothing is asked for, and at most.
const PAGE: u32 = 1_000;

pub(super) async fn list(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Pull).await?;
    let page = Page::parse(query.as_deref().unwrap_or_default())?;
    let answer = app
        .engine()
        .list_paths(&cache, page.after.as_ref(), page.limit as usize)
        .await?;
    Ok(json(StatusCode::OK, &answer))
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Pull).await?;
    let found = app.engine().path(&cache, &hash(&params)?).await?;
    let path = found.ok_or_else(|| HttpError::plain(ErrorCode::NoSuchPath))?;
    Ok(json(StatusCode::OK, &path))
}

pub(super) async fn remove(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Delete).await?;
    match app
        .engine()
        .remove_path(&who.caller(), &cache, &hash(&params)?)
        .await?
    {
        true => Ok(no_content()),
        false => Err(HttpError::plain(ErrorCode::NoSuchPath)),
    }
}

fn hash(params: &Params) -> Result<PathHash, HttpError> {
    params
        .get("hash")
        .ok_or_else(|| HttpError::plain(ErrorCode::InvalidPathHash))
}

#[derive(Debug, PartialEq, Eq)]
struct Page {
    after: Option<PathHash>,
    limit: u32,
}

impl Page {
    fn parse(query: &str) -> Result<Self, HttpError> {
        let mut page = Self {
            after: None,
            limit: PAGE,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("after", hash)) => {
                    let hash = hash
                        .parse()
                        .map_err(|_| HttpError::plain(ErrorCode::InvalidPathHash))?;
                    page.after = Some(hash);
                }
                Some(("limit", number)) => {
                    let number: u32 = number.parse().map_err(|_| bad(pair))?;
                    page.limit = number.clamp(1, PAGE);
                }
                _ => return Err(bad(pair)),
            }
        }
        Ok(page)
    }
}

fn bad(pair: &str) -> HttpError {
    let message = format!("`{}` is no part of this query", pair.escape_default());
    HttpError::new(ErrorCode::InvalidRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let hash = "0".repeat(32);
        let page = Page::parse(&format!("after={hash}&limit=5")).expect("a page");
        assert_eq!(
            page,
            Page {
                after: Some(hash.parse().expect("hash")),
                limit: 5
            }
        );
        assert_eq!(Page::parse("").expect("a page").limit, PAGE);
        assert_eq!(Page::parse("limit=99999").expect("a page").limit, PAGE);
        for query in ["limit=-1", "limit=", "after=x", "what=1", "limit"] {
            assert!(Page::parse(query).is_err(), "{query}");
        }
    }
}
