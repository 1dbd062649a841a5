//! The client's paths are the server's templates, filled in.

use cache_api::{CacheName, routes};

/// Whether `path` is `template` with something in place of each `{name}`.
fn fits(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let (wanted, got): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    wanted.len() == got.len()
        && wanted.iter().zip(&got).all(|(want, got)| {
            if want.starts_with('{') {
                !got.is_empty()
            } else {
                want == got
            }
        })
}

#[test]
fn functions_fill_in_their_templates() {
    let cache: CacheName = "team+main".parse().unwrap();
    let hash = "8bjlw1rdd7rsnb5h7kk03p5dwc0ay8hp".parse().unwrap();
    let table = [
        (
            routes::CACHE,
            routes::cache(&cache),
            "/_api/v2/caches/team+main",
        ),
        (
            routes::KEYS,
            routes::keys(&cache),
            "/_api/v2/caches/team+main/keys",
        ),
        (
            routes::KEY,
            routes::key(&cache, "a/b c?"),
            "/_api/v2/caches/team+main/keys/a%2Fb%20c%3F",
        ),
        (
            routes::PATHS_MISSING,
            routes::paths_missing(&cache),
            "/_api/v2/caches/team+main/paths/missing",
        ),
        (
            routes::CHUNKS_MISSING,
            routes::chunks_missing(&cache),
            "/_api/v2/caches/team+main/chunks/missing",
        ),
        (
            routes::PACKS,
            routes::packs(&cache),
            "/_api/v2/caches/team+main/packs",
        ),
        (
            routes::PATHS,
            routes::paths(&cache),
            "/_api/v2/caches/team+main/paths",
        ),
        (
            routes::PATHS,
            routes::paths_page(&cache, None, 100),
            "/_api/v2/caches/team+main/paths?limit=100",
        ),
        (
            routes::PATHS,
            routes::paths_page(&cache, Some(&hash), 7),
            "/_api/v2/caches/team+main/paths?after=8bjlw1rdd7rsnb5h7kk03p5dwc0ay8hp&limit=7",
        ),
        (
            routes::PATH,
            routes::path(&cache, &hash),
            "/_api/v2/caches/team+main/paths/8bjlw1rdd7rsnb5h7kk03p5dwc0ay8hp",
        ),
    ];
    for (template, path, expected) in table {
        assert_eq!(path, expected);
        assert!(fits(template, &path), "{template} {path}");
    }
}

#[test]
fn no_two_templates_are_confused() {
    let templates: Vec<&str> = routes::ALL.iter().map(|(template, _)| *template).collect();
    // A path hash is never the word `missing`: it has 32 characters.
    let word_wins = (routes::PATH, routes::PATHS_MISSING);
    for a in &templates {
        for b in &templates {
            assert!(a == b || !fits(a, b) || (*a, *b) == word_wins, "{a} {b}");
        }
    }
    // No cache can have the name that all of them begin with.
    assert!("_api".parse::<CacheName>().is_err());
    assert!(
        templates
            .iter()
            .all(|template| template.starts_with("/_api/v2"))
    );
}
