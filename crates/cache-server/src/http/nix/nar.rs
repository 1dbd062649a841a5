//! NARs: frames as they are stored, whole or one range of them.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use cache_api::ErrorCode;
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE,
    RANGE,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use token_auth::Permission;

use crate::engine::{Nar, NarName};
use crate::http::App;
use crate::http::errors::HttpError;
use crate::http::params::Params;
use crate::http::range::{Wanted, wanted};
use crate::http::who::Who;

/// `PATHHASH-NARHASH-V.nar.zst`, and Attic's `PATHHASH.nar`.
pub(crate) const NAR: &str = "/{cache}/nar/{file}";

pub(super) async fn nar(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Pull).await?;
    let absent = || HttpError::plain(ErrorCode::NoSuchPath);
    let name: NarName = params.get("file").ok_or_else(absent)?;
    let nar = app.engine().nar(&cache, &name).await.ok_or_else(absent)?;
    let tag = tag(&nar)?;
    // Bytes of two encodings must not mix: Attic's names take no range, another
    // version's name takes the whole of today's or nothing.
    let range = headers.get(RANGE).filter(|_| !nar.is_unversioned());
    if range.is_some() && !nar.is_version_asked() {
        return Err(absent());
    }
    if is_known(&headers, &tag) {
        return Ok(head(&nar, tag, StatusCode::NOT_MODIFIED));
    }
    let current = headers.get(IF_RANGE).is_none_or(|value| *value == tag);
    match wanted(range.filter(|_| current), nar.len()) {
        Wanted::Whole => {
            let mut response = head(&nar, tag, StatusCode::OK);
            response
                .headers_mut()
                .insert(CONTENT_LENGTH, nar.len().into());
            with_body(response, &nar, &method, 0, nar.len()).await
        }
        Wanted::Part { start, end } => {
            let mut response = head(&nar, tag, StatusCode::PARTIAL_CONTENT);
            let headers = response.headers_mut();
            headers.insert(CONTENT_LENGTH, (end - start).into());
            headers.insert(
                CONTENT_RANGE,
                text(format!("bytes {start}-{}/{}", end - 1, nar.len()))?,
            );
            with_body(response, &nar, &method, start, end - start).await
        }
        Wanted::Unsatisfiable => {
            use axum::response::IntoResponse as _;
            let mut response = HttpError::plain(ErrorCode::RangeNotSatisfiable).into_response();
            response
                .headers_mut()
                .insert(CONTENT_RANGE, text(format!("bytes */{}", nar.len()))?);
            Ok(response)
        }
    }
}

/// `HEAD` reads no frame.
async fn with_body(
    response: Response,
    nar: &Nar,
    method: &Method,
    start: u64,
    len: u64,
) -> Result<Response, HttpError> {
    if method == Method::HEAD {
        return Ok(response);
    }
    let body = nar.body(start, len).await.map_err(|error| {
        let chain = crate::http::errors::chain(&error);
        tracing::warn!(error = %chain, "a NAR does not read, answered as absent");
        HttpError::plain(ErrorCode::NoSuchPath)
    })?;
    Ok(response.map(|_| Body::from_stream(body)))
}

fn head(nar: &Nar, tag: HeaderValue, status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ETAG, tag);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-nix-nar"),
    );
    // A client that has a part of today's bytes may fetch the rest; one that
    // asked for another version must not believe so.
    if nar.is_version_asked() {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    response
}

fn tag(nar: &Nar) -> Result<HeaderValue, HttpError> {
    text(format!("\"{}\"", nar.version()))
}

fn text(text: String) -> Result<HeaderValue, HttpError> {
    HeaderValue::try_from(text).map_err(|_| HttpError::plain(ErrorCode::Internal))
}

/// Whether `If-None-Match` names the tag, weakly or strongly, or any.
fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let values = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    let tag = tag.to_str().unwrap_or_default();
    tags.any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}
