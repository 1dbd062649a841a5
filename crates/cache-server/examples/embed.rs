//! A whole binary cache inside one program, without HTTP: makes a cache, pushes
//! a NAR into it, publishes it, and reads it back.

use std::{convert::Infallible, error::Error, sync::Arc, time::Duration};

use bytes::Bytes;
use cache_api::{CreateCache, PublishPath};
use cache_db::{Clock, Db, DbConfig};
use cache_server::engine::{Caller, Engine, EngineConfig, PublishRequest};
use chunk_store::{Digest, blob::LocalStore, chunker::NarChunker, frame, pack};
use futures_util::{StreamExt, TryStreamExt, stream};
use nar_format::{NarHash, StorePath, nar::Encoder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // What an engine stands on: rows, blobs, time and randomness.
    let folder = tempfile::tempdir()?;
    let clock = Clock::new(|| 1_800_000_000, || Duration::ZERO); // a real program reads its clocks
    let db = Db::open(&DbConfig::new(folder.path().join("rows.db")), clock.clone())?;
    let blobs = Arc::new(LocalStore::open(folder.path().join("blobs")).await?);
    let random = Arc::new(|bytes: &mut [u8]| getrandom_or_abort(bytes));
    let engine = Engine::open(EngineConfig::new(db, blobs, clock, random)).await?;
    let me = Caller::operator("embedder");
    let name = "team".parse()?;
    let request = CreateCache::default();
    engine
        .create_cache(&name, &request, "http://localhost/")
        .await?;
    let cache = engine.cache(&name).await?.ok_or("the cache is gone")?;

    // A NAR of one file, cut into chunks, each a frame of one pack.
    let mut nar = Vec::new();
    let mut encoder = Encoder::new();
    encoder.file(false, 6, &mut nar)?;
    nar.extend(b"hello\n");
    encoder.end_file(6, &mut nar)?;
    let (mut chunks, mut chunker) = (Vec::new(), NarChunker::new());
    chunker.push(&nar, &mut |chunk| chunks.push(chunk.to_vec()))?;
    chunker.finish(&mut |chunk| chunks.push(chunk.to_vec()))?;
    let (mut pack, mut frames) = (
        pack::Builder::new(Default::default()),
        frame::Encoder::new(3)?,
    );
    for chunk in &chunks {
        pack.push(Digest::of(chunk), chunk.len() as u32, frames.encode(chunk)?)?;
    }
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(pack.finish()))]);
    engine.ingest_pack(&me, &cache, None, body).await?;

    // Publishing verifies all of it before it becomes visible.
    let path = StorePath::from_base_name("0123456789abcdfghijklmnpqrsvwxyz-hello")?;
    let digests = chunks.iter().map(|chunk| Digest::of(chunk)).collect();
    let claim = PublishPath {
        path: format!("/nix/store/{path}"),
        nar_hash: NarHash::of(&nar),
        nar_size: nar.len() as u64,
        references: vec![],
        deriver: None,
        ca: None,
        sigs: vec![],
        chunks: chunks.len() as u32,
        replace: false,
    };
    let request = PublishRequest::new(vec![claim], digests);
    let mut lines = engine.publish(&me, &cache, request).await?;
    while let Some(line) = lines.next().await {
        println!("{}: {:?}", line.path, line.status);
    }

    // And out again, as a substituter would ask for it.
    let narinfo = engine
        .narinfo(&cache, path.hash())
        .await
        .ok_or("not published")?;
    let narinfo = String::from_utf8(narinfo.to_vec())?;
    let url = narinfo
        .lines()
        .find_map(|line| line.strip_prefix("URL: nar/"));
    let url = url.ok_or("a narinfo without URL")?.parse()?;
    let served = engine.nar(&cache, &url).await.ok_or("no such NAR")?;
    let frames: Vec<Bytes> = served.body(0, served.len()).await?.try_collect().await?;
    assert_eq!(zstd::decode_all(&frames.concat()[..])?, nar);
    println!("{narinfo}");
    engine.close().await;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example is its own outermost program"
)]
fn getrandom_or_abort(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system gives random bytes");
}
