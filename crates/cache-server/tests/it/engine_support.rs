//! An engine over a folder, with clock, randomness and blob store in the
//! test's hands, and a client that does what `garret push` does.

use std::{
    collections::HashSet,
    convert::Infallible,
    error::Error,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use cache_api::{CacheName, CreateCache, PublishLine, PublishPath};
use cache_db::{CacheRow, Clock, Db, DbConfig, ManualClock};
use cache_server::engine::{Caller, Engine, EngineConfig, NarName, PublishRequest};
use chunk_store::{
    Digest,
    blob::LocalStore,
    chunker::NarChunker,
    frame,
    pack::{Builder, PackLimits},
};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use nar_format::{NarHash, PathHash, StoreDir, StorePath, nar::Encoder, narinfo::NarInfo};
use tempfile::TempDir;

use crate::engine_faults::Faults;

/// The wall time at which every test begins.
pub(crate) const START: u64 = 1_800_000_000;

/// An engine and what it stands on.
pub(crate) struct Rig {
    pub(crate) dir: TempDir,
    pub(crate) hands: ManualClock,
    pub(crate) faults: Arc<Faults>,
    pub(crate) engine: Engine,
    pub(crate) db: Db,
    config: EngineConfig,
}

/// Bytes that differ at each call and for each seed, the same ones in each run.
fn random(seed: String) -> impl Fn(&mut [u8]) + Send + Sync {
    let calls = AtomicU64::new(0);
    move |bytes| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.as_bytes());
        hasher.update(&calls.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        hasher.finalize_xof().fill(bytes);
    }
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::open(TempDir::new().unwrap(), "store", "garret.db", START).await
    }

    /// Opens an engine over a folder within `dir` and a database beside it.
    pub(crate) async fn open(dir: TempDir, store: &str, db: &str, wall: u64) -> Self {
        Self::try_open(dir, store, db, wall).await.unwrap()
    }

    /// The same where it may fail; the folder comes back then.
    pub(crate) async fn try_open(
        dir: TempDir,
        store: &str,
        db: &str,
        wall: u64,
    ) -> Result<Self, (TempDir, Box<dyn Error>)> {
        let (clock, hands) = Clock::manual(wall);
        let seed = format!("{store} {db} {wall}");
        let opened = async {
            let db = Db::open(&DbConfig::new(dir.path().join(db)), clock.clone())?;
            let local = LocalStore::open(dir.path().join(store)).await?;
            let faults = Arc::new(Faults::new(local));
            let random = Arc::new(random(seed));
            let config = EngineConfig::new(db.clone(), faults.clone(), clock, random);
            let engine = Engine::open(config.clone()).await?;
            Ok((db, faults, config, engine))
        };
        match opened.await {
            Ok((db, faults, config, engine)) => Ok(Self {
                dir,
                hands,
                faults,
                engine,
                db,
                config,
            }),
            Err(error) => Err((dir, error)),
        }
    }

    /// Drops all but the folder.
    pub(crate) fn into_dir(self) -> TempDir {
        self.dir
    }

    /// A second engine on the same rows and blobs takes the place of the first.
    pub(crate) async fn reopen_with(&mut self, change: impl FnOnce(&mut EngineConfig)) {
        change(&mut self.config);
        self.engine = Engine::open(self.config.clone()).await.unwrap();
    }

    /// Lets time go by, on the stored clock too.
    pub(crate) async fn advance(&self, seconds: u64) {
        self.hands.advance(std::time::Duration::from_secs(seconds));
        self.db.tick().await.unwrap();
    }

    /// Ends this engine as a crash would, and opens the next on the same bytes.
    pub(crate) async fn crash(self) -> Self {
        Self::open(self.into_dir(), "store", "garret.db", START + 1000).await
    }

    pub(crate) async fn cache(&self, name: &str) -> Arc<CacheRow> {
        let name: CacheName = name.parse().unwrap();
        if self.engine.cache(&name).await.unwrap().is_none() {
            let request = CreateCache::default();
            let origin = "http://localhost/";
            self.engine
                .create_cache(&name, &request, origin)
                .await
                .unwrap();
        }
        self.engine.cache(&name).await.unwrap().unwrap()
    }

    /// All files of the blob store below `packs/` or `records/`.
    pub(crate) fn blobs(&self, kind: &str) -> Vec<PathBuf> {
        files_below(&self.dir.path().join("store").join(kind))
    }

    pub(crate) async fn narinfo(&self, cache: &CacheRow, path: PathHash) -> Option<NarInfo> {
        let text = self.engine.narinfo(cache, path).await?;
        let text = std::str::from_utf8(&text).unwrap();
        Some(NarInfo::parse(text, &StoreDir::default()).unwrap())
    }

    /// The NAR as a client gets it: by the URL of its narinfo, decompressed.
    pub(crate) async fn pull(&self, cache: &CacheRow, path: PathHash) -> Option<Vec<u8>> {
        let info = self.narinfo(cache, path).await?;
        let frames = self.pull_url(cache, &info.url).await?;
        assert_eq!(Some(frames.len() as u64), info.file_size);
        let nar = zstd::stream::decode_all(&frames[..]).unwrap();
        assert_eq!(NarHash::of(&nar), info.nar_hash);
        Some(nar)
    }

    /// The compressed bytes of a NAR URL.
    pub(crate) async fn pull_url(&self, cache: &CacheRow, url: &str) -> Option<Vec<u8>> {
        let name: NarName = url.strip_prefix("nar/").unwrap().parse().unwrap();
        let nar = self.engine.nar(cache, &name).await?;
        let body = nar.body(0, nar.len()).await.ok()?;
        let parts: Vec<Bytes> = body.try_collect().await.ok()?;
        Some(parts.concat())
    }

    /// Sends the whole of a package and publishes it.
    pub(crate) async fn push(
        &self,
        by: &Caller,
        cache: &CacheRow,
        package: &Package,
    ) -> PublishLine {
        self.push_at(by, cache, package, 3).await
    }

    pub(crate) async fn push_at(
        &self,
        by: &Caller,
        cache: &CacheRow,
        package: &Package,
        level: i32,
    ) -> PublishLine {
        self.send(by, cache, package, level, |_| true).await;
        self.publish(by, cache, package.claim()).await
    }

    /// Sends those chunks of a package that `wanted` picks by index.
    pub(crate) async fn send(
        &self,
        by: &Caller,
        cache: &CacheRow,
        package: &Package,
        level: i32,
        wanted: impl Fn(usize) -> bool,
    ) {
        if let Some(pack) = package.pack(level, wanted) {
            self.send_pack(by, cache, pack).await;
        }
    }

    /// Which chunks of a package the server asks for.
    pub(crate) fn missing(
        &self,
        by: &Caller,
        cache: &CacheRow,
        package: &Package,
    ) -> impl Future<Output = Vec<bool>> + use<> {
        let (engine, by, cache) = (self.engine.clone(), by.clone(), cache.clone());
        let digests = package.digests();
        async move { engine.chunks_missing(&by, &cache, digests).await.unwrap() }
    }

    pub(crate) async fn send_pack(&self, by: &Caller, cache: &CacheRow, pack: Vec<u8>) {
        self.engine
            .ingest_pack(by, cache, None, pieces(&pack))
            .await
            .unwrap();
    }

    pub(crate) async fn publish(
        &self,
        by: &Caller,
        cache: &CacheRow,
        claim: (PublishPath, Vec<Digest>),
    ) -> PublishLine {
        let mut lines = self.publish_all(by, cache, vec![claim]).await;
        assert_eq!(lines.len(), 1);
        lines.remove(0)
    }

    pub(crate) async fn publish_all(
        &self,
        by: &Caller,
        cache: &CacheRow,
        claims: Vec<(PublishPath, Vec<Digest>)>,
    ) -> Vec<PublishLine> {
        let (paths, digests): (Vec<_>, Vec<_>) = claims.into_iter().unzip();
        let request = PublishRequest::new(paths, digests.concat());
        let stream = self.engine.publish(by, cache, request).await.unwrap();
        stream.collect().await
    }
}

/// A store path with its NAR, cut into chunks.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) path: StorePath,
    pub(crate) nar: Vec<u8>,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) references: Vec<String>,
}

impl Package {
    /// A folder with one file of this content; the path's hash comes of `seed`.
    pub(crate) fn new(seed: u8, content: &[u8]) -> Self {
        Self::of_nar(seed, nar_of(content))
    }

    /// A package of `len` bytes that do not compress, the same for each `seed`.
    pub(crate) fn noise(seed: u8, len: usize) -> Self {
        Self::new(seed, &noise(seed, len))
    }

    pub(crate) fn of_nar(seed: u8, nar: Vec<u8>) -> Self {
        let chunks = Mutex::new(Vec::new());
        let mut chunker = NarChunker::new();
        let mut sink = |chunk: &[u8]| chunks.lock().unwrap().push(chunk.to_vec());
        let cut = chunker.push(&nar, &mut sink);
        let cut = cut.and_then(|()| chunker.finish(&mut sink));
        let mut chunks = chunks.into_inner().unwrap();
        if cut.is_err() || chunks.concat() != nar {
            // Not a NAR: any cut will do.
            chunks = nar.chunks(1000).map(<[u8]>::to_vec).collect();
        }
        let hash = nar_format::base32::encode(&blake3::hash(&[seed]).as_bytes()[..20]);
        Self {
            path: StorePath::from_base_name(&format!("{hash}-package-{seed}")).unwrap(),
            nar,
            chunks,
            references: Vec::new(),
        }
    }

    pub(crate) fn hash(&self) -> PathHash {
        self.path.hash()
    }

    pub(crate) fn digests(&self) -> Vec<Digest> {
        self.chunks.iter().map(|chunk| Digest::of(chunk)).collect()
    }

    /// A pack of those chunks that `wanted` picks by index; `None` if there are none.
    pub(crate) fn pack(&self, level: i32, wanted: impl Fn(usize) -> bool) -> Option<Vec<u8>> {
        let mut encoder = frame::Encoder::new(level).unwrap();
        let mut pack = Builder::new(PackLimits::default());
        let mut seen = HashSet::new();
        for (at, chunk) in self.chunks.iter().enumerate() {
            if wanted(at) && seen.insert(Digest::of(chunk)) {
                let frame = encoder.encode(chunk).unwrap();
                pack.push(Digest::of(chunk), chunk.len() as u32, frame)
                    .unwrap();
            }
        }
        (!pack.is_empty()).then(|| pack.finish())
    }

    /// A pack of all its chunks.
    pub(crate) fn whole_pack(&self) -> Vec<u8> {
        self.pack(3, |_| true).unwrap()
    }

    /// What is said when it is published.
    pub(crate) fn claim(&self) -> (PublishPath, Vec<Digest>) {
        let path = PublishPath {
            path: self.path.absolute(&StoreDir::default()),
            nar_hash: NarHash::of(&self.nar),
            nar_size: self.nar.len() as u64,
            references: self.references.clone(),
            deriver: None,
            ca: None,
            sigs: vec![],
            chunks: self.chunks.len() as u32,
            replace: false,
        };
        (path, self.digests())
    }
}

/// A pack as the body of a request brings it.
pub(crate) fn pieces(pack: &[u8]) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    let parts = pack.chunks(100_000).map(Bytes::copy_from_slice);
    stream::iter(parts.map(Ok).collect::<Vec<_>>())
}

/// Bytes that do not compress.
pub(crate) fn noise(seed: u8, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    blake3::Hasher::new()
        .update(&[seed, 77])
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

/// A NAR of a folder with one file.
pub(crate) fn nar_of(content: &[u8]) -> Vec<u8> {
    let mut nar = Vec::new();
    let mut encoder = Encoder::new();
    encoder.enter_directory(&mut nar).unwrap();
    encoder.entry(b"file", &mut nar).unwrap();
    encoder.file(true, content.len() as u64, &mut nar).unwrap();
    nar.extend_from_slice(content);
    encoder.end_file(content.len() as u64, &mut nar).unwrap();
    encoder.leave_directory(&mut nar).unwrap();
    encoder.finish().unwrap();
    nar
}

/// All files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Waits until `done` holds; the test's own time limit ends it otherwise.
pub(crate) async fn until(mut done: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !done().await {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, waiting)
        .await
        .expect("the condition never held");
}
