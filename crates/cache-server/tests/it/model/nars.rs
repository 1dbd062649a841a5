//! NARs, whole, in part or by their heads alone.

use cache_api::ErrorCode;
use nar_format::NarHash;
use token_auth::Permission;

use super::ops::{Ask, Span};
use super::pool::Pool;
use super::pushes::Outcome;
use super::world::World;
use crate::http_support::{Reply, Request};

/// A version that no NAR has.
const STALE: [u8; 16] = [1; 16];

impl Ask {
    /// A plain `GET` of everything, or its head.
    pub(super) fn whole(head: bool) -> Self {
        Self {
            head,
            range: Span::None,
            known: None,
            if_range: None,
            stale: false,
        }
    }
}

impl Span {
    /// The header that says it, of a body of this length, and the bytes that
    /// it means: `None` is no part but the whole, an empty part is none at all.
    fn header(self, len: usize) -> (Option<String>, Option<std::ops::Range<usize>>) {
        let at = |part: u16| len * usize::from(part) / 65_536;
        let (text, meant) = match self {
            Self::None => return (None, None),
            Self::Between(from, to) => {
                let meant = at(from)..at(to) + 1;
                (
                    format!("bytes={}-{}", meant.start, meant.end - 1),
                    Some(meant),
                )
            }
            Self::From(from) => (format!("bytes={}-", at(from)), Some(at(from)..len)),
            Self::Last(part) => {
                let count = at(part).max(1);
                (format!("bytes=-{count}"), Some(len - count..len))
            }
            Self::Beyond(from) => {
                let text = format!("bytes={}-{}", at(from), len * 10);
                (text, Some(at(from)..len))
            }
            Self::LastByte => ("bytes=-1".to_owned(), Some(len - 1..len)),
            Self::FirstByte => ("bytes=0-0".to_owned(), Some(0..1)),
            Self::LastZero => ("bytes=-0".to_owned(), Some(0..0)),
            Self::AtEnd => (format!("bytes={len}-"), Some(0..0)),
            Self::FarOff => ("bytes=99999999999999999999-".to_owned(), Some(0..0)),
            Self::Several => ("bytes=0-1,3-4".to_owned(), None),
            Self::Backwards => ("bytes=5-2".to_owned(), None),
            Self::Nonsense => ("lines=0-9".to_owned(), None),
        };
        (Some(text), meant)
    }
}

/// A NAR as one tenant may have it.
struct Wanted {
    bytes: Vec<u8>,
    tag: String,
    /// The URL names this very version.
    is_exact: bool,
    /// The URL names some version.
    is_versioned: bool,
    nar: &'static [u8],
}

impl World {
    pub(super) async fn nar(&mut self, who: usize, url: usize, ask: &Ask) -> Outcome {
        let Some(at) = url.checked_rem(self.urls.len()) else {
            return Ok("no URL yet".to_owned());
        };
        let url = self.urls[at].clone();
        let version = match ask.stale {
            true => nar_format::base32::encode(&STALE),
            false => url.version.clone(),
        };
        let name = url.text(&version);
        let wanted = self.wanted(who, url.cache, url.path, Some((&url.hash, &version)));
        self.fetch(who, &format!("/{}/{name}", url.cache), ask, wanted)
            .await
    }

    pub(super) async fn plain_nar(
        &mut self,
        who: usize,
        cache: &str,
        path: usize,
        ask: &Ask,
    ) -> Outcome {
        let url = format!("/{cache}/nar/{}.nar", Pool::get().paths[path].hash());
        let wanted = self.wanted(who, cache, path, None);
        self.fetch(who, &url, ask, wanted).await
    }

    fn wanted(
        &self,
        who: usize,
        cache: &str,
        path: usize,
        named: Option<(&NarHash, &str)>,
    ) -> Result<Wanted, ErrorCode> {
        self.state.gate(who, cache, &[Permission::Pull])?;
        let found = self.state.nar(cache, path, named.map(|(hash, _)| hash));
        let object = found.ok_or(ErrorCode::NoSuchPath)?;
        let version = self.state.version(object);
        let contents = &Pool::get().contents;
        let content = contents
            .iter()
            .find(|content| content.hash == object.facts.hash);
        Ok(Wanted {
            bytes: self.state.served(object),
            is_exact: named.is_some_and(|(_, asked)| asked == version),
            is_versioned: named.is_some(),
            tag: format!("\"{version}\""),
            nar: &content.unwrap().nar,
        })
    }

    async fn fetch(
        &self,
        who: usize,
        url: &str,
        ask: &Ask,
        wanted: Result<Wanted, ErrorCode>,
    ) -> Outcome {
        let method = if ask.head { "HEAD" } else { "GET" };
        let mut request = Request::new(method, url);
        let (len, tag) = match &wanted {
            Ok(wanted) => (wanted.bytes.len(), wanted.tag.clone()),
            Err(_) => (1000, "\"x\"".to_owned()),
        };
        let (range, meant) = ask.range.header(len);
        if let Some(range) = &range {
            request = request.header("Range", range);
        }
        let tagged = |right: bool| if right { tag.as_str() } else { "\"another\"" };
        if let Some(right) = ask.known {
            request = request.header("If-None-Match", tagged(right));
        }
        if let Some(right) = ask.if_range {
            request = request.header("If-Range", tagged(right));
        }
        let reply = self.send_as(who, request).await;
        let wanted = match wanted {
            // Bytes of two encodings must not mix.
            Ok(wanted) if range.is_some() && wanted.is_versioned && !wanted.is_exact => {
                Err(ErrorCode::NoSuchPath)
            }
            wanted => wanted,
        };
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(code) => return self.agree(&reply, Err(code)).map(|()| unreachable!()),
        };
        assert_eq!(reply.get("etag").unwrap_or(&tag), tag);
        let part = meant.filter(|_| wanted.is_exact && ask.if_range != Some(false));
        same_nar(&reply, ask, &wanted, part);
        Ok(reply.status.to_string())
    }
}

/// The answer to a NAR that is there.
fn same_nar(reply: &Reply, ask: &Ask, wanted: &Wanted, part: Option<std::ops::Range<usize>>) {
    let len = wanted.bytes.len();
    if ask.known == Some(true) {
        assert_eq!(
            (reply.status, reply.body.len()),
            (304, 0),
            "{:?}",
            reply.headers
        );
        return;
    }
    let (status, range, bytes) = match part {
        None => (200, None, 0..len),
        Some(part) if part.is_empty() => {
            assert_eq!(reply.status, 416);
            let unsatisfied = format!("bytes */{len}");
            assert_eq!(reply.get("content-range"), Some(unsatisfied.as_str()));
            return;
        }
        Some(part) => {
            let text = format!("bytes {}-{}/{len}", part.start, part.end - 1);
            (206, Some(text), part)
        }
    };
    assert_eq!(reply.status, status, "{:?}", reply.headers);
    assert_eq!(reply.get("content-range"), range.as_deref());
    let length = bytes.len().to_string();
    assert_eq!(reply.get("content-length"), Some(length.as_str()));
    assert_eq!(reply.get("etag"), Some(wanted.tag.as_str()));
    let ranges = wanted.is_exact.then_some("bytes");
    assert_eq!(reply.get("accept-ranges"), ranges);
    if ask.head {
        assert!(reply.body.is_empty());
        return;
    }
    assert!(
        reply.body == wanted.bytes[bytes],
        "other bytes than {ask:?} means"
    );
    if status == 200 {
        let nar = zstd::stream::decode_all(&reply.body[..]).unwrap();
        assert!(nar == wanted.nar, "another NAR");
    }
}
