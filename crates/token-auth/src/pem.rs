//! PEM, as `openssl` writes it (RFC 7468, and the older headers of encrypted keys).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::KeyError;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The first block of a PEM.
pub(crate) struct Pem<'a> {
    /// What stands after BEGIN: `RSA PRIVATE KEY` …
    pub(crate) label: &'a str,
    /// What the block holds.
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// The first block of `text`; what stands before and after it is ignored.
pub(crate) fn parse(text: &str) -> Result<Pem<'_>, KeyError> {
    let (_, rest) = text.split_once(BEGIN).ok_or(KeyError::Pem)?;
    let (label, rest) = rest.split_once(DASHES).ok_or(KeyError::Pem)?;
    let (body, rest) = rest.split_once(END).ok_or(KeyError::Pem)?;
    if label.contains('\n')
        || !rest
            .strip_prefix(label)
            .is_some_and(|r| r.starts_with(DASHES))
    {
        return Err(KeyError::Pem);
    }
    if label.starts_with("ENCRYPTED") || body.contains("Proc-Type:") {
        return Err(KeyError::Encrypted);
    }
    let der = STANDARD
        .decode(without_whitespace(body).as_bytes())
        .map_err(|_| KeyError::Pem)?;
    Ok(Pem {
        label,
        der: Zeroizing::new(der),
    })
}

/// A PEM with one block, in lines of 64 characters.
pub(crate) fn write(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("{BEGIN}{label}{DASHES}\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("{END}{label}{DASHES}\n"));
    pem
}

/// `text` without its white space, which base64 in files is broken up with.
pub(crate) fn without_whitespace(text: &str) -> Zeroizing<String> {
    // Reserved at once: a string that grows would leave copies behind.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    out.extend(text.chars().filter(|c| !c.is_ascii_whitespace()));
    out
}
