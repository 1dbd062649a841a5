//! What a push needs: what is missing, packs in, paths published.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use cache_api::{ErrorCode, MissingPathsAnswer, MissingPathsRequest, publish_body, routes};
use chunk_store::Digest;
use futures_util::{Stream, StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use token_auth::Permission;
use tokio::time::{MissedTickBehavior, interval};

use crate::engine::PublishRequest;
use crate::http::App;
use crate::http::body::Upload;
use crate::http::errors::{HttpError, json};
use crate::http::params::Params;
use crate::http::who::Who;

pub(super) async fn paths_missing(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Push).await?;
    let limit = app.engine().limits().max_missing_body;
    let upload = Upload::of(&app, &headers, body, limit)?;
    let _admission = app.engine().admit(&who.caller(), upload.most()).await?;
    let question: MissingPathsRequest = upload.json().await?;
    let missing = app.engine().paths_missing(&cache, &question.hashes).await?;
    let answer = MissingPathsAnswer {
        missing,
        server: app.engine().server_info(),
        upstream_keys: cache.settings.upstream_keys.clone(),
    };
    Ok(json(StatusCode::OK, &answer))
}

pub(super) async fn chunks_missing(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Push).await?;
    let most = app.engine().limits().max_query_digests;
    let limit = u64::from(most) * 32;
    let upload = Upload::of(&app, &headers, body, limit);
    let too_many = |_| {
        HttpError::new(
            ErrorCode::TooManyDigests,
            format!("one question may name {most} digests"),
        )
    };
    // A longer body is a longer question.
    let upload = upload.map_err(too_many)?;
    let caller = who.caller();
    let _admission = app.engine().admit(&caller, upload.most()).await?;
    let bytes = match upload.all().await {
        Err(error) if error.code() == &ErrorCode::BodyTooLarge => return Err(too_many(error)),
        bytes => bytes?,
    };
    let (digests, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        let message = "the body is no whole number of digests of 32 bytes";
        return Err(HttpError::new(ErrorCode::InvalidRequest, message));
    }
    let digests: Vec<Digest> = digests
        .iter()
        .map(|digest| Digest::from_bytes(*digest))
        .collect();
    let missing = app
        .engine()
        .chunks_missing(&caller, &cache, digests)
        .await?;
    let mut response = Response::new(Body::from(cache_api::bitmap::encode(&missing)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(routes::OCTETS));
    Ok(response)
}

pub(super) async fn pack(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Push).await?;
    let limit = app.engine().limits().max_pack_bytes;
    let upload = Upload::of(&app, &headers, body, limit).map_err(|_| {
        HttpError::new(
            ErrorCode::PackTooLarge,
            format!("a pack may have {limit} bytes"),
        )
    })?;
    let announced = upload.announced();
    let (body, failure) = upload.stream();
    let caller = who.caller();
    let pack = app.engine().ingest_pack(&caller, &cache, announced, body);
    let answer = pack.await;
    match failure.take() {
        Some(error) if error.code() == &ErrorCode::BodyTooLarge => {
            Err(HttpError::new(ErrorCode::PackTooLarge, error.to_string()))
        }
        Some(error) => Err(error),
        None => Ok(json(StatusCode::OK, &answer?)),
    }
}

pub(super) async fn publish(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpError> {
    let cache = who.cache(&app, params.cache(), Permission::Push).await?;
    let limits = app.engine().limits();
    let upload = Upload::of(&app, &headers, body, limits.max_publish_body)?;
    let admission = app.engine().admit(&who.caller(), upload.most()).await?;
    let bytes = upload.all().await?;
    let (paths, digests) = publish_body::decode(&bytes, limits)
        .map_err(|error| HttpError::from(cache_api::ErrorBody::from(error)))?;
    drop(bytes);
    let digests = digests.into_iter().map(Digest::from_bytes).collect();
    let request = PublishRequest::new(paths, digests).with_admission(admission);
    let lines = app.engine().publish(&who.caller(), &cache, request).await?;
    let lines = lines.map(|line| {
        let mut text = serde_json::to_vec(&line).expect("our own types serialise");
        text.push(b'\n');
        Bytes::from(text)
    });
    let body = with_heartbeat(lines, app.config().heartbeat).map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(routes::NDJSON));
    Ok(response)
}

/// Puts a blank line wherever nothing came for a while, so that no proxy
/// takes a long verification for a dead connection.
fn with_heartbeat(
    lines: impl Stream<Item = Bytes> + Send,
    period: Duration,
) -> impl Stream<Item = Bytes> + Send {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    stream::unfold(
        (Box::pin(lines), ticks),
        |(mut lines, mut ticks)| async move {
            tokio::select! {
                biased;
                line = lines.next() => {
                    ticks.reset();
                    Some((line?, (lines, ticks)))
                }
                _ = ticks.tick() => Some((Bytes::from_static(b"\n"), (lines, ticks))),
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn silence_is_filled_with_blank_lines() {
        let lines = stream::unfold(0, |n| async move {
            let wait = [0, 25, 0].get(n)?;
            tokio::time::sleep(STEP * *wait).await;
            Some((Bytes::from(format!("{n}\n")), n + 1))
        });
        let all: Vec<Bytes> = with_heartbeat(lines, STEP * 10).collect().await;
        let text = String::from_utf8(all.concat()).expect("text");
        assert!(
            text.starts_with("0\n\n") && text.ends_with("\n1\n2\n"),
            "{text:?}"
        );
    }
}
