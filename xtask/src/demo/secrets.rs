//! Are there secrets in the logs?

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Every token begins so: the base64 of `{"`.
const TOKEN_START: &str = "eyJ";
/// Characters of a secret signing key in base64: 64 bytes.
const SECRET_KEY: usize = 88;

/// Searches logs of the most verbose level for the secrets that the server
/// keeps in its folder, for `tokens`, and for whatever looks like a token, a
/// secret key or an Authorization header. Answers what was searched.
///
/// # Errors
/// If a secret is there, a log is not at that level, or a file cannot be read.
pub(crate) fn search(logs: &[&Path], data: &Path, tokens: &[&str]) -> Result<String> {
    let mut secrets: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
    for name in ["token-secret", "admin-token"] {
        let text =
            fs::read_to_string(data.join(name)).with_context(|| format!("reading {name}"))?;
        secrets.push(text.trim().to_owned());
    }
    let mut lines = 0;
    for log in logs {
        let text = fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
        if !text.contains("TRACE") {
            bail!("{} is not at the most verbose level", log.display());
        }
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(what) = suspicion(line, &secrets) {
                bail!("{}:{number} holds {what}", log.display());
            }
        }
        lines += text.lines().count();
    }
    Ok(format!(
        "no token, secret, private key or Authorization value in {lines} lines of logs"
    ))
}

/// What a line holds that no log may hold.
fn suspicion(line: &str, secrets: &[String]) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let part = |secret: &String| secret.split('.').skip(1).any(|part| line.contains(part));
    if secrets
        .iter()
        .any(|secret| line.contains(secret.as_str()) || part(secret))
    {
        Some("a secret, or a part of one")
    } else if line.contains(TOKEN_START) {
        Some("what looks like a token")
    } else if lower.contains("private key") {
        Some("what looks like a private key")
    } else if ["bearer ", "basic "]
        .iter()
        .any(|scheme| lower.contains(scheme))
    {
        Some("what looks like an Authorization value")
    } else if longest_base64(line) >= SECRET_KEY {
        Some("what looks like a secret signing key")
    } else {
        None
    }
}

fn longest_base64(line: &str) -> usize {
    let runs = line.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
    // A path has slashes too, but hardly 88 characters without a dash or dot.
    runs.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_log_may_hold_is_found() {
        let secrets = ["aaaa.payload.signature".to_owned(), "c2VjcmV0".to_owned()];
        let key = "A".repeat(86) + "==";
        for line in [
            "token aaaa.payload.signature",
            "half of it: signature",
            "secret=c2VjcmV0",
            "x eyJhbGciOiJIUzI1NiJ9.",
            "-----BEGIN RSA PRIVATE KEY-----",
            "authorization: Bearer x",
            "Authorization: basic x",
            &format!("key=demo:{key}"),
        ] {
            assert!(suspicion(line, &secrets).is_some(), "{line}");
        }
        let public = "A".repeat(43) + "=";
        for line in [
            "TRACE request began method=\"GET\" route=\"/{cache}/{file}\"",
            &format!("public key demo:{public}"),
        ] {
            assert_eq!(suspicion(line, &secrets), None, "{line}");
        }
    }
}
