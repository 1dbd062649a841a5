//! The routes and the error codes as pages for people, in Markdown.

use cache_api::{ErrorCode, routes};

use super::{nix, pages};
use crate::metrics::Metric;

/// One route as the reference lists it.
struct Route {
    method: &'static str,
    path: &'static str,
    needs: &'static str,
    body: &'static str,
    answer: &'static str,
}

const fn route(
    method: &'static str,
    path: &'static str,
    needs: &'static str,
    body: &'static str,
    answer: &'static str,
) -> Route {
    Route {
        method,
        path,
        needs,
        body,
        answer,
    }
}

const NIX: &[Route] = &[
    route("GET", nix::CACHE_INFO, "pull", "", "`nix-cache-info`"),
    route(
        "GET",
        "/{cache}/HASH.narinfo",
        "pull",
        "",
        "200 with the narinfo, or 404 and nothing else, without a grant too",
    ),
    route(
        "GET",
        "/{cache}/HASH.ls",
        "pull",
        "",
        "JSON listing of the NAR",
    ),
    route(
        "GET",
        "/{cache}/nar/PATHHASH-NARHASH-V.nar.zst",
        "pull",
        "",
        "the NAR, zstd; `ETag`, `If-None-Match`, one `Range`, `If-Range`. Another V answers today's bytes whole, and a `Range` with 404",
    ),
    route(
        "GET",
        "/{cache}/nar/PATHHASH.nar",
        "pull",
        "",
        "the same zstd bytes, always whole (Attic's URL)",
    ),
];

const V2: &[Route] = &[
    route(
        "GET",
        routes::SERVER,
        "",
        "",
        "version, chunker version, compression level, limits",
    ),
    route(
        "GET",
        routes::CACHES,
        "",
        "",
        "the caches that the token may see",
    ),
    route(
        "PUT",
        routes::CACHE,
        "create-cache",
        "settings",
        "201 with the cache's info",
    ),
    route(
        "GET",
        routes::CACHE,
        "pull",
        "",
        "the cache's info: settings, public keys, origin",
    ),
    route(
        "PATCH",
        routes::CACHE,
        "configure-cache; configure-cache-retention for `retention` and `max_size`",
        "changed settings",
        "the cache's info",
    ),
    route("DELETE", routes::CACHE, "destroy-cache", "", "204"),
    route(
        "POST",
        routes::KEYS,
        "configure-cache",
        "`{}`, `{\"name\":…}` or `{\"secret\":…}`",
        "201 with the cache's info",
    ),
    route(
        "DELETE",
        routes::KEY,
        "configure-cache",
        "",
        "200 with the cache's info; the key no longer signs, what it signed stays in narinfos",
    ),
    route(
        "POST",
        routes::PATHS_MISSING,
        "push",
        "`{\"hashes\":[…]}`",
        "`{\"missing\":[…],\"server\":{…}}`",
    ),
    route(
        "POST",
        routes::CHUNKS_MISSING,
        "push",
        "n × 32 bytes",
        "a bitmap of ceil(n/8) bytes; 1 = missing",
    ),
    route("PUT", routes::PACKS, "push", "one pack", "`{\"frames\":n}`"),
    route(
        "POST",
        routes::PATHS,
        "push; delete for `replace`",
        "u32 length, JSON array of path infos, digests",
        "`application/x-ndjson`, a line a path; blank lines are heartbeats",
    ),
    route(
        "GET",
        routes::PATHS,
        "pull",
        "`?after=HASH&limit=N`",
        "a page of published paths",
    ),
    route("GET", routes::PATH, "pull", "", "one published path"),
    route(
        "DELETE",
        routes::PATH,
        "delete",
        "",
        "204; the bytes are kept for the grace period",
    ),
];

const PAGES: &[Route] = &[
    route("GET", "/", "", "", "a page for people"),
    route("GET", "/healthz", "", "", "200 while the process answers"),
    route(
        "GET",
        "/readyz",
        "",
        "",
        "200 while database and blob store answer and belong together, else 503",
    ),
    route("GET", "/v1/healthz", "", "", "as `/readyz`"),
    route(
        "GET",
        pages::METRICS,
        "",
        "",
        "OpenMetrics text; on its own listener by default",
    ),
];

/// Every route of the server, with what it needs, takes and answers.
pub fn api() -> String {
    let mut page = String::from(
        "# HTTP API\n\n\
         Routes that answer `GET` answer `HEAD` too. Errors are JSON: `{\"code\":…,\"message\":…,\"hint\":…}`, with \
         the codes of the page on errors. Every answer has an `X-Request-Id`, which the server's log names too.\n\n\
         A token is sent as `Authorization: Bearer TOKEN`, or as the password of `Basic` with any user name. A public \
         cache grants pull to everybody. Without any grant on a cache's name the answer is the same whether there is \
         such a cache or not: 404 for a narinfo, else 401. With a grant that is not the one needed it is 403.\n",
    );
    for (title, table) in [
        ("Nix's protocol", NIX),
        ("Garret's protocol, version 2", V2),
        ("Pages", PAGES),
    ] {
        page.push_str(&format!(
            "\n## {title}\n\n| method | path | needs | body | answer |\n|---|---|---|---|---|\n"
        ));
        for route in table {
            let Route {
                method,
                path,
                needs,
                body,
                answer,
            } = route;
            page.push_str(&format!(
                "| {method} | `{path}` | {needs} | {body} | {answer} |\n"
            ));
        }
    }
    page
}

/// Every stable error code.
pub fn errors() -> String {
    let mut page = String::from(
        "# Error codes\n\nCodes are stable. `garret` prints message and hint.\n\n\
         | code | status | meaning | what to do |\n|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        page.push_str(&format!(
            "| `{code}` | {} | {} | {} |\n",
            code.http(),
            code.meaning(),
            code.hint()
        ));
    }
    page
}

/// Every metric, from the help texts that are served with them.
pub fn metrics() -> String {
    let mut page = String::from(
        "# Metrics\n\nServed as OpenMetrics text on the metrics listener.\n\n| name | kind | meaning |\n|---|---|---|\n",
    );
    for Metric { name, kind, help } in crate::metrics::described() {
        page.push_str(&format!("| `{name}` | {kind} | {help} |\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_protocol_is_on_the_page() {
        let listed: Vec<(&str, &str)> = V2.iter().map(|route| (route.method, route.path)).collect();
        let all = routes::ALL
            .iter()
            .flat_map(|(path, methods)| methods.iter().map(move |method| (*method, *path)));
        let all: Vec<(&str, &str)> = all.collect();
        for pair in &all {
            assert!(listed.contains(pair), "{pair:?} is missing");
        }
        assert_eq!(listed.len(), all.len());
    }
}
