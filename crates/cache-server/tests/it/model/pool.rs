//! What histories are made of: NARs that share files, frames of their chunks,
//! store paths, signing keys and the tokens of several tenants.

use std::collections::HashMap;
use std::sync::OnceLock;

use chunk_store::{Digest, frame};
use nar_format::{NarHash, StorePath, nar::Encoder, signing::SecretKey};
use token_auth::Permission::{self, *};

use crate::engine_support::Package;

pub(super) const CONTENTS: usize = 20;
pub(super) const PATHS: usize = 10;
pub(super) const KEYS: usize = 6;
/// Keys of others; the last one is trusted by nobody.
pub(super) const FOREIGN: usize = 3;

/// Names of caches: four that come and go, one that never exists, one that cannot.
pub(super) const CACHES: [&str; 6] = ["alpha", "beta", "beta-two", "open", "nowhere", "_bad"];
/// Those of them that come and go.
pub(super) const REAL: usize = 4;

/// One file of a NAR.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// One NAR, cut.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) files: Vec<File>,
    pub(super) nar: Vec<u8>,
    pub(super) hash: NarHash,
    pub(super) chunks: Vec<Digest>,
}

/// How a frame of a chunk is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Make {
    Level(i32),
    /// A frame of as many other bytes, and a much smaller one.
    Lie,
}

pub(super) const MAKES: [Make; 4] = [Make::Level(1), Make::Level(3), Make::Level(9), Make::Lie];

/// A frame with the digest that it is sent under.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) digest: Digest,
    pub(super) raw_len: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) is_honest: bool,
}

/// Everything that is the same in all histories.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) contents: Vec<Content>,
    pub(super) paths: Vec<StorePath>,
    pub(super) keys: Vec<SecretKey>,
    pub(super) foreign: Vec<SecretKey>,
    /// Every chunk there is.
    pub(super) digests: Vec<Digest>,
    frames: HashMap<(Digest, Make), Frame>,
}

/// A tenant: what its token grants.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) name: &'static str,
    /// In the order of the token: cache names, or patterns that end with `*`.
    pub(super) grants: &'static [(&'static str, &'static [Permission])],
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Shows no token.
    Nobody,
    Lasting,
    /// Its token ends after these seconds, and is renewed now and then.
    Brief(u64),
    /// Its token was made by another server.
    Stranger,
}

pub(super) const TENANTS: [Tenant; 8] = [
    tenant("nobody", &[], Kind::Nobody),
    tenant("root", &[("*", &Permission::ALL)], Kind::Lasting),
    tenant(
        "alpha",
        &[("alpha", &[Pull, Push]), ("open", &[Pull, Push, Delete])],
        Kind::Lasting,
    ),
    tenant(
        "beta",
        &[
            ("beta*", &Permission::ALL),
            // An exact name decides alone, wherever it stands.
            ("beta-two", &[Pull]),
        ],
        Kind::Lasting,
    ),
    tenant(
        "pusher",
        &[("alpha", &[Push]), ("b*", &[Push])],
        Kind::Lasting,
    ),
    tenant(
        "keeper",
        &[(
            "*",
            &[
                CreateCache,
                ConfigureCache,
                ConfigureCacheRetention,
                DestroyCache,
            ],
        )],
        Kind::Lasting,
    ),
    tenant(
        "brief",
        &[
            ("beta-two", &[Pull, Push, Delete]),
            ("a*", &[Pull, Push, ConfigureCacheRetention]),
        ],
        Kind::Brief(12 * 3600),
    ),
    tenant("stranger", &[("*", &Permission::ALL)], Kind::Stranger),
];

const fn tenant(
    name: &'static str,
    grants: &'static [(&'static str, &'static [Permission])],
    kind: Kind,
) -> Tenant {
    Tenant { name, grants, kind }
}

impl Pool {
    /// Made once a program.
    pub(super) fn get() -> &'static Self {
        static POOL: OnceLock<Pool> = OnceLock::new();
        POOL.get_or_init(Self::new)
    }

    pub(super) fn frame(&self, digest: &Digest, make: Make) -> &Frame {
        &self.frames[&(*digest, make)]
    }

    fn new() -> Self {
        let files: Vec<Vec<u8>> = (0..12).map(shared_file).collect();
        let mut frames = HashMap::new();
        let mut digests = Vec::new();
        let contents: Vec<Content> = (0..CONTENTS).map(|at| content(at, &files)).collect();
        for content in &contents {
            for chunk in Package::of_nar(0, content.nar.clone()).chunks {
                let digest = Digest::of(&chunk);
                if frames.contains_key(&(digest, Make::Lie)) {
                    continue;
                }
                digests.push(digest);
                for make in MAKES {
                    frames.insert((digest, make), frame_of(&chunk, make));
                }
            }
        }
        let key = |name: String| {
            let seed = blake3::hash(name.as_bytes());
            SecretKey::from_seed(&name, seed.as_bytes()).unwrap()
        };
        Self {
            contents,
            paths: (0..PATHS).map(|at| store_path(at, "path")).collect(),
            keys: (0..KEYS).map(|at| key(format!("own-{at}"))).collect(),
            foreign: (0..FOREIGN)
                .map(|at| key(format!("foreign-{at}")))
                .collect(),
            digests,
            frames,
        }
    }
}

/// The path of this number; another name is another path with the same hash.
pub(super) fn store_path(at: usize, name: &str) -> StorePath {
    let hash = nar_format::base32::encode(&blake3::hash(&[at as u8]).as_bytes()[..20]);
    StorePath::from_base_name(&format!("{hash}-{name}-{at}")).unwrap()
}

/// Files above the size at which cuts fall at their ends: every other one is
/// noise, the rest shrinks more the higher the level.
fn shared_file(at: usize) -> Vec<u8> {
    let len = 33_000 + at * 5_003;
    let noise = crate::engine_support::noise(at as u8, len);
    if at.is_multiple_of(2) {
        return noise;
    }
    let words: Vec<String> = noise
        .chunks(4)
        .map(|word| format!("{:03}-", word[0]))
        .collect();
    words.concat().into_bytes()[..len].to_vec()
}

fn content(at: usize, shared: &[Vec<u8>]) -> Content {
    let mut files = Vec::new();
    for nth in 0..=at % 3 {
        files.push(File {
            name: format!("file-{nth}"),
            bytes: shared[(at * 5 + nth * 7) % shared.len()].clone(),
        });
    }
    files.push(File {
        name: "id".to_owned(),
        bytes: format!("content {at}").into_bytes(),
    });
    let nar = nar_of(&files);
    let package = Package::of_nar(0, nar.clone());
    Content {
        hash: NarHash::of(&nar),
        chunks: package.digests(),
        files,
        nar,
    }
}

fn nar_of(files: &[File]) -> Vec<u8> {
    let mut nar = Vec::new();
    let mut encoder = Encoder::new();
    encoder.enter_directory(&mut nar).unwrap();
    for file in files {
        let len = file.bytes.len() as u64;
        encoder.entry(file.name.as_bytes(), &mut nar).unwrap();
        encoder.file(false, len, &mut nar).unwrap();
        nar.extend_from_slice(&file.bytes);
        encoder.end_file(len, &mut nar).unwrap();
    }
    encoder.leave_directory(&mut nar).unwrap();
    encoder.finish().unwrap();
    nar
}

fn frame_of(chunk: &[u8], make: Make) -> Frame {
    let zeros = vec![0; chunk.len()];
    let (level, raw) = match make {
        Make::Level(level) => (level, chunk),
        Make::Lie => (3, &zeros[..]),
    };
    let mut encoder = frame::Encoder::new(level).unwrap();
    Frame {
        digest: Digest::of(chunk),
        raw_len: chunk.len() as u32,
        bytes: encoder.encode(raw).unwrap().to_vec(),
        is_honest: make != Make::Lie,
    }
}
