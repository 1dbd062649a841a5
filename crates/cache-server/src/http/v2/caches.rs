//! Caches and their keys.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use cache_api::{AddKey, CacheInfo, ConfigureCache, CreateCache, ErrorCode};
use http::{HeaderMap, StatusCode};
use token_auth::Permission;

use super::{MAX_SETTINGS, no_content};
use crate::http::App;
use crate::http::body::Upload;
use crate::http::errors::{HttpError, json};
use crate::http::origin::Origin;
use crate::http::params::Params;
use crate::http::who::Who;

/// Clients may reach the API and the substituter by different names.
fn told(mut info: CacheInfo, origin: &Origin) -> CacheInfo {
    info.substituter = format!("{}{}", origin.substituter, info.name);
    info
}

pub(super) async fn list(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
) -> Result<Response, HttpError> {
    who.not_rejected()?;
    let list = app.engine().list_caches(&who.caller(), &origin.api).await?;
    let list: Vec<CacheInfo> = list.into_iter().map(|info| told(info, &origin)).collect();
    Ok(json(StatusCode::OK, &list))
}

pub(super) async fn info(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who.any_of(&app, params.cache(), &Permission::ALL).await?;
    let info = app.engine().cache_info(&cache, &origin.api).await?;
    Ok(json(StatusCode::OK, &told(info, &origin)))
}

pub(super) async fn create(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let name = who.require(params.cache(), Permission::CreateCache)?;
    let request: CreateCache = Upload::of(&app, &headers, body, MAX_SETTINGS)?
        .json_or_default()
        .await?;
    let info = app
        .engine()
        .create_cache(&name, &request, &origin.api)
        .await?;
    Ok(json(StatusCode::CREATED, &told(info, &origin)))
}

/// Retention and size are one permission, everything else another: neither
/// needs the other's.
pub(super) async fn configure(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let either = [
        Permission::ConfigureCache,
        Permission::ConfigureCacheRetention,
    ];
    let cache = who.any_of(&app, params.cache(), &either).await?;
    let request: ConfigureCache = Upload::of(&app, &headers, body, MAX_SETTINGS)?
        .json()
        .await?;
    let keeps = ConfigureCache {
        retention: request.retention,
        max_size: request.max_size,
        ..ConfigureCache::default()
    };
    if !keeps.is_empty() {
        who.cache(&app, params.cache(), Permission::ConfigureCacheRetention)
            .await?;
    }
    if request != keeps {
        who.cache(&app, params.cache(), Permission::ConfigureCache)
            .await?;
    }
    if request.is_empty() {
        return Err(HttpError::new(
            ErrorCode::InvalidRequest,
            "the body changes nothing",
        ));
    }
    let info = app
        .engine()
        .configure_cache(&cache, &request, &origin.api)
        .await?;
    Ok(json(StatusCode::OK, &told(info, &origin)))
}

pub(super) async fn destroy(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who
        .cache(&app, params.cache(), Permission::DestroyCache)
        .await?;
    app.engine().destroy_cache(&cache).await?;
    Ok(no_content())
}

pub(super) async fn add_key(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let cache = who
        .cache(&app, params.cache(), Permission::ConfigureCache)
        .await?;
    let request: AddKey = Upload::of(&app, &headers, body, MAX_SETTINGS)?
        .json_or_default()
        .await?;
    let info = app.engine().add_key(&cache, &request, &origin.api).await?;
    Ok(json(StatusCode::CREATED, &told(info, &origin)))
}

pub(super) async fn retire_key(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Extension(origin): Extension<Origin>,
    params: Params,
) -> Result<Response, HttpError> {
    let cache = who
        .cache(&app, params.cache(), Permission::ConfigureCache)
        .await?;
    let key = params
        .text("key")
        .ok_or_else(|| HttpError::plain(ErrorCode::NoSuchKey))?;
    let info = app.engine().retire_key(&cache, key, &origin.api).await?;
    Ok(json(StatusCode::OK, &told(info, &origin)))
}
