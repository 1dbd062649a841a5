//! The `Range` header: RFC 9110, one range of bytes.

use http::HeaderValue;

/// What a request with or without a `Range` header wants of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Everything: no header, several ranges, another unit or nonsense.
    Whole,
    /// The bytes from `start` up to, not including, `end`.
    Part {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// A range that begins beyond the end.
    Unsatisfiable,
}

/// What `header` wants of a body of `len` bytes.
///
/// A malformed header is as if it were absent, as RFC 9110 14.2 allows.
pub(crate) fn wanted(header: Option<&HeaderValue>, len: u64) -> Wanted {
    let text = header.and_then(|value| value.to_str().ok());
    let Some(spec) = text.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    if spec.contains(',') {
        return Wanted::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Wanted::Whole;
    };
    match (number(first), number(last)) {
        (Number::Absent, Number::Is(suffix)) => match suffix.min(len) {
            0 => Wanted::Unsatisfiable,
            suffix => Wanted::Part {
                start: len - suffix,
                end: len,
            },
        },
        (Number::Is(start), last) => {
            let end = match last {
                Number::Absent => len,
                Number::Is(last) if last >= start => last.saturating_add(1).min(len),
                Number::Is(_) | Number::Bad => return Wanted::Whole,
            };
            if start >= len {
                Wanted::Unsatisfiable
            } else {
                Wanted::Part { start, end }
            }
        }
        _ => Wanted::Whole,
    }
}

enum Number {
    Absent,
    Is(u64),
    Bad,
}

fn number(text: &str) -> Number {
    if text.is_empty() {
        return Number::Absent;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Number::Bad;
    }
    // More digits than fit is a number beyond every end.
    Number::Is(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let part = |start, end| Wanted::Part { start, end };
        let table = [
            ("bytes=0-9", part(0, 10)),
            ("bytes=90-", part(90, 100)),
            ("bytes=99-99", part(99, 100)),
            ("bytes=50-1000", part(50, 100)),
            ("bytes=-10", part(90, 100)),
            ("bytes=-1000", part(0, 100)),
            ("bytes=0-99999999999999999999999", part(0, 100)),
            ("bytes=100-", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("lines=0-9", Wanted::Whole),
        ];
        for (text, expected) in table {
            let header = HeaderValue::from_str(text).expect("header");
            assert_eq!(wanted(Some(&header), 100), expected, "{text}");
        }
        assert_eq!(wanted(None, 100), Wanted::Whole);
    }

    #[test]
    fn nothing_of_an_empty_body_can_be_had() {
        let header = HeaderValue::from_static("bytes=0-");
        assert_eq!(wanted(Some(&header), 0), Wanted::Unsatisfiable);
    }
}
