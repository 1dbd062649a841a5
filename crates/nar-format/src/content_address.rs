//! The content address of a path that needs no signature: `text:sha256:…`,
//! `fixed:ALGO:…` or `fixed:r:ALGO:…`.

use crate::Error;
use crate::hash::{decode_digits, hash_size};

/// Tells whether Nix would accept the text as the `CA` of a path.
#[must_use]
pub fn valid_ca(text: &str) -> bool {
    check(text).is_ok()
}

pub(crate) fn check(text: &str) -> Result<(), Error> {
    let refuse = |why| Err(Error::ContentAddress(why));
    let Some((kind, rest)) = text.split_once(':') else {
        return refuse("no prefix");
    };
    let hash = match kind {
        "text" => rest,
        "fixed" => rest.strip_prefix("r:").unwrap_or(rest),
        _ => return refuse("unknown prefix"),
    };
    let Some((algorithm, digits)) = hash.split_once(':') else {
        return refuse("no hash algorithm");
    };
    if kind == "text" && algorithm != "sha256" {
        return refuse("text is not hashed by sha256");
    }
    decode_digits(digits, hash_size(algorithm)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::valid_ca;

    #[test]
    fn table() {
        let nix32 = "05nw8bid8icqd11iw3fy9hh4m6nyhds29fr0mgysqfsvzf88l3zy";
        let md5 = "1b013811f0ee4996b9ccf2b405396d55";
        let table = [
            (format!("fixed:r:sha256:{nix32}"), true),
            (format!("fixed:sha256:{nix32}"), true),
            (format!("fixed:md5:{md5}"), true),
            (format!("text:sha256:{nix32}"), true),
            (format!("text:md5:{md5}"), false),
            (format!("text:r:sha256:{nix32}"), false),
            (format!("fixed:r:r:sha256:{nix32}"), false),
            (format!("fixed:crc32:{md5}"), false),
            (format!("fixed:sha256:{md5}"), false),
            (format!("fixed:sha256:{}", nix32.replace('n', "u")), false),
            (format!("fixed:{nix32}"), false),
            (format!("other:sha256:{nix32}"), false),
            (format!("sha256:{nix32}"), false),
            (String::new(), false),
            ("fixed:".to_owned(), false),
        ];
        for (text, valid) in table {
            assert_eq!(valid_ca(&text), valid, "{text}");
        }
    }
}
