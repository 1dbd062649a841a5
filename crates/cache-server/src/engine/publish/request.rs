//! What a caller asks to publish, checked without looking at anything. Pure.

use std::{collections::HashSet, ops::Range};

use cache_api::{ErrorCode, Limits, PublishPath};
use chunk_store::Digest;
use nar_format::{NarHash, StoreDir, StorePath, signing::Signature, valid_ca};

use crate::engine::{Admission, EngineError};

/// Paths to publish and the digests of their chunks, path after path.
#[derive(Debug)]
pub struct PublishRequest {
    pub(super) paths: Vec<PublishPath>,
    pub(super) digests: Vec<Digest>,
    pub(super) admission: Option<Admission>,
}

impl PublishRequest {
    /// A request of these paths; `digests` are those of all paths in order.
    pub fn new(paths: Vec<PublishPath>, digests: Vec<Digest>) -> Self {
        Self {
            paths,
            digests,
            admission: None,
        }
    }

    /// Hands over the leave that the body was read under.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = Some(admission);
        self
    }

    /// Roughly what the request holds in memory while it is worked on.
    pub(super) fn memory(&self) -> u64 {
        let references: usize = self.paths.iter().map(|path| path.references.len()).sum();
        (self.digests.len() * 96 + references * 96 + self.paths.len() * 512) as u64
    }
}

/// A path whose facts are well-formed.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The path as the caller wrote it.
    pub(super) text: String,
    pub(super) path: StorePath,
    pub(super) nar_hash: NarHash,
    pub(super) nar_size: u64,
    /// Sorted, each once.
    pub(super) references: Vec<StorePath>,
    pub(super) deriver: Option<StorePath>,
    pub(super) ca: Option<String>,
    pub(super) sigs: Vec<Signature>,
    pub(super) replace: bool,
    /// Which digests of the request are its own.
    pub(super) digests: Range<usize>,
}

/// Why a path is refused: a stable code and a message for people.
pub(super) type Refusal = (ErrorCode, String);

/// Deals the digests out to the paths.
///
/// # Errors
/// When the counts of the paths do not add up to the digests.
pub(super) fn deal(
    paths: &[PublishPath],
    digests: usize,
) -> Result<Vec<Range<usize>>, EngineError> {
    let mut start = 0usize;
    let mut ranges = Vec::with_capacity(paths.len());
    for path in paths {
        let end = start.saturating_add(path.chunks as usize);
        ranges.push(start..end);
        start = end;
    }
    if start == digests {
        Ok(ranges)
    } else {
        let message = format!("the paths have {start} chunks, but {digests} digests came");
        Err(EngineError::refused(ErrorCode::InvalidPublishBody, message))
    }
}

/// Checks the facts of every path; a path that is named twice is refused the
/// second time.
pub(super) fn check_all(
    paths: Vec<PublishPath>,
    ranges: Vec<Range<usize>>,
    store_dir: &StoreDir,
    limits: &Limits,
) -> Vec<Result<Claim, (String, Refusal)>> {
    let mut seen = HashSet::new();
    let check_one = |(path, digests): (PublishPath, Range<usize>)| {
        let text = path.path.clone();
        let claim = check(path, digests, store_dir, limits).map_err(|why| (text.clone(), why))?;
        if seen.insert(claim.path.hash()) {
            Ok(claim)
        } else {
            let message = "the request names this path twice".to_owned();
            Err((text, (ErrorCode::DuplicatePath, message)))
        }
    };
    paths.into_iter().zip(ranges).map(check_one).collect()
}

fn check(
    path: PublishPath,
    digests: Range<usize>,
    store_dir: &StoreDir,
    limits: &Limits,
) -> Result<Claim, Refusal> {
    let store_path = check_path(&path.path, store_dir)?;
    check_counts(&path, limits)?;
    let mut references = Vec::with_capacity(path.references.len());
    for text in &path.references {
        let reference = StorePath::from_base_name(text).map_err(|error| {
            let message = format!("reference {:?}: {error}", clip(text));
            (ErrorCode::InvalidReference, message)
        })?;
        references.push(reference);
    }
    references.sort();
    references.dedup();
    let deriver = path.deriver.as_deref().map(StorePath::from_base_name);
    let deriver = deriver
        .transpose()
        .map_err(|error| (ErrorCode::InvalidDeriver, error.to_string()))?;
    if let Some(ca) = path.ca.as_deref().filter(|ca| !valid_ca(ca)) {
        let message = format!("{:?} is not a content address", clip(ca));
        return Err((ErrorCode::InvalidContentAddress, message));
    }
    let sigs: Result<Vec<Signature>, _> = path.sigs.iter().map(|sig| sig.parse()).collect();
    let sigs = sigs.map_err(|_| {
        let message = "a signature is not NAME:BASE64 of 64 bytes".to_owned();
        (ErrorCode::InvalidSignature, message)
    })?;
    Ok(Claim {
        text: path.path,
        path: store_path,
        nar_hash: path.nar_hash,
        nar_size: path.nar_size,
        references,
        deriver,
        ca: path.ca,
        sigs,
        replace: path.replace,
        digests,
    })
}

fn check_path(text: &str, store_dir: &StoreDir) -> Result<StorePath, Refusal> {
    if let Ok(path) = StorePath::parse(store_dir, text) {
        return Ok(path);
    }
    let elsewhere = text.rsplit_once('/').and_then(|(folder, base)| {
        let foreign = folder != store_dir.as_str() && folder.starts_with('/');
        (foreign && StorePath::from_base_name(base).is_ok()).then_some(folder)
    });
    match elsewhere {
        Some(folder) => Err((
            ErrorCode::WrongStoreDir,
            format!(
                "the path lies in {}, this cache is for {store_dir}",
                clip(folder)
            ),
        )),
        None => Err((
            ErrorCode::InvalidStorePath,
            format!("{:?} is not a store path", clip(text)),
        )),
    }
}

fn check_counts(path: &PublishPath, limits: &Limits) -> Result<(), Refusal> {
    let over =
        |what, count: u64, limit: u64| format!("{count} {what}, at most {limit} are allowed");
    if path.nar_size > limits.max_nar_size {
        let message = over("bytes of NAR", path.nar_size, limits.max_nar_size);
        return Err((ErrorCode::NarTooLarge, message));
    }
    let references = path.references.len() as u64;
    if references > u64::from(limits.max_references) {
        let message = over("references", references, limits.max_references.into());
        return Err((ErrorCode::TooManyReferences, message));
    }
    let sigs = path.sigs.len() as u64;
    if sigs > u64::from(limits.max_signatures) {
        let message = over("signatures", sigs, limits.max_signatures.into());
        return Err((ErrorCode::TooManySignatures, message));
    }
    Ok(())
}

/// The beginning of a text that came from outside.
fn clip(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdfghijklmnpqrsvwxyz";

    fn sound() -> PublishPath {
        PublishPath {
            path: format!("/nix/store/{HASH}-hello-1.0"),
            nar_hash: NarHash::of(b"nar"),
            nar_size: 3,
            references: vec![
                format!("{HASH}-hello-1.0"),
                format!("{HASH}-b"),
                format!("{HASH}-b"),
            ],
            deriver: Some(format!("{HASH}-hello-1.0.drv")),
            ca: None,
            sigs: vec![],
            chunks: 1,
            replace: false,
        }
    }

    fn check_one(path: PublishPath) -> Result<Claim, ErrorCode> {
        let limits = Limits {
            max_nar_size: 1000,
            max_references: 4,
            max_signatures: 1,
            ..Limits::default()
        };
        check(path, 0..1, &StoreDir::default(), &limits).map_err(|(code, _)| code)
    }

    #[test]
    fn a_sound_path_has_sorted_references_itself_among_them() {
        let claim = check_one(sound()).unwrap();
        let names: Vec<_> = claim.references.iter().map(|r| r.name()).collect();
        assert_eq!(names, ["b", "hello-1.0"]);
    }

    #[test]
    fn each_malformed_fact_has_its_code() {
        let with = |change: &dyn Fn(&mut PublishPath)| {
            let mut path = sound();
            change(&mut path);
            check_one(path).unwrap_err()
        };
        use ErrorCode as E;
        assert_eq!(with(&|p| p.path = "nonsense".into()), E::InvalidStorePath);
        assert_eq!(with(&|p| p.path += "/sub"), E::InvalidStorePath);
        let elsewhere = format!("/gnu/store/{HASH}-x");
        assert_eq!(with(&|p| p.path = elsewhere.clone()), E::WrongStoreDir);
        assert_eq!(with(&|p| p.nar_size = 1001), E::NarTooLarge);
        let many = vec![format!("{HASH}-b"); 5];
        assert_eq!(with(&|p| p.references = many.clone()), E::TooManyReferences);
        assert_eq!(with(&|p| p.references[0] = "x".into()), E::InvalidReference);
        let absolute = format!("/nix/store/{HASH}-b");
        assert_eq!(
            with(&|p| p.references[0] = absolute.clone()),
            E::InvalidReference
        );
        assert_eq!(with(&|p| p.deriver = Some("x".into())), E::InvalidDeriver);
        assert_eq!(
            with(&|p| p.ca = Some("fixed:x".into())),
            E::InvalidContentAddress
        );
        assert_eq!(with(&|p| p.sigs = vec!["k:x".into()]), E::InvalidSignature);
        assert_eq!(
            with(&|p| p.sigs = vec!["k:x".into(); 2]),
            E::TooManySignatures
        );
    }

    #[test]
    fn digests_are_dealt_out_exactly() {
        let paths = [sound(), sound()];
        assert_eq!(deal(&paths, 2).unwrap(), [0..1, 1..2]);
        for wrong in [0, 1, 3] {
            let error = deal(&paths, wrong).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidPublishBody);
        }
    }

    #[test]
    fn a_path_named_twice_is_refused_once() {
        let answers = check_all(
            vec![sound(), sound()],
            vec![0..1, 1..2],
            &StoreDir::default(),
            &Limits::default(),
        );
        assert!(answers[0].is_ok());
        assert_eq!(
            answers[1].as_ref().unwrap_err().1.0,
            ErrorCode::DuplicatePath
        );
    }
}
