//! Tokens: what one grants, against the rules written down as plainly as can be.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cache_api::CacheName;
use token_auth::{Issuer, NAMESPACE, Permission, SigningKey, Token, Verifier};

use crate::input::{Damage, Input};
use crate::json::Json;

const SECRET: &[u8] = b"a secret of oracles: 0123456789abcdefghijklmnopqrstuv";
const NOW: u64 = 1_750_000_000;
const HEADERS: [&str; 6] = [
    r#"{"alg":"HS256","typ":"JWT"}"#,
    r#"{"alg":"HS256"}"#,
    r#"{"alg":"none"}"#,
    r#"{"alg":"RS256","typ":"JWT"}"#,
    r#"{"alg":"HS256","crit":[]}"#,
    r#"{"alg":"HS256","alg":"none"}"#,
];

/// A token, right or wrong in any part: what is accepted was signed by the key
/// and is within its times, and grants what a plain reading of its text grants
/// and never more; a changed one is refused.
pub fn token(data: &[u8]) {
    let Ok(key) = SigningKey::hs256(SECRET) else {
        unreachable!("a key")
    };
    let mut input = Input::new(data);
    let verifier = Verifier::new(&key);
    let (kind, damage) = (input.byte() % 4, Damage::read(&mut input));
    let header = HEADERS[input.below(64).saturating_sub(58)];
    let payload = match kind {
        0 => {
            let text = String::from_utf8_lossy(input.rest()).into_owned();
            assert!(verifier.verify(&text, NOW).is_err(), "nobody signed it");
            return check_authorization(&text);
        }
        1 => input.rest().to_vec(),
        _ => claims(&mut input).into_bytes(),
    };
    let mut said = payload;
    if kind == 3 {
        damage.apply(&mut said);
    }
    let jwt = sign(header, &said);
    let accepted = verifier.verify(&jwt, NOW);
    if let Ok(token) = &accepted {
        assert!(HEADERS[..2].contains(&header), "{header}");
        check_accepted(token, &said, &verifier, &jwt);
        reissue(&key, token);
    }
    check_forgeries(&jwt, &damage, &verifier);
    check_authorization(&jwt);
}

fn sign(header: &str, payload: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET);
    let signature = ring::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(signature.as_ref()))
}

/// Claims that are mostly right, with names that overlap.
fn claims(input: &mut Input<'_>) -> String {
    const TIMES: [&str; 8] = [
        "1750000000",
        "1749999940",
        "1750000060",
        "1750000000.5",
        "0",
        "-1",
        "1e300",
        "18446744073709551615",
    ];
    const FLAGS: [&str; 10] = ["1", "1", "1", "1", "0", "2", "true", "1.0", "\"1\"", "-1"];
    const LETTERS: [&str; 9] = ["r", "w", "d", "cc", "cr", "cq", "cd", "x", "R"];
    let mut members = Vec::new();
    for name in ["exp", "nbf", "iat"] {
        if input.byte().is_multiple_of(4) {
            members.push(format!(r#""{name}":{}"#, input.choose(&TIMES)));
        }
    }
    let mut entries = Vec::new();
    while !input.is_empty() && entries.len() < 8 {
        let some = input.below(4);
        let flag = |input: &mut Input<'_>| {
            let letters = input.choose(&LETTERS);
            let flag = FLAGS[input.below(80).saturating_sub(70)];
            format!(r#""{letters}":{flag}"#)
        };
        let flags: Vec<_> = (0..some).map(|_| flag(input)).collect();
        entries.push(format!(r#""{}":{{{}}}"#, pattern(input), flags.join(",")));
    }
    members.push(format!(
        r#""{NAMESPACE}":{{"caches":{{{}}}}}"#,
        entries.join(",")
    ));
    format!("{{{}}}", members.join(","))
}

/// Over a small alphabet, so that patterns often fit and often overlap.
fn pattern(input: &mut Input<'_>) -> String {
    let len = 1 + input.below(5);
    (0..len)
        .map(|_| char::from(input.choose(b"aab*-")))
        .collect()
}

fn check_accepted(token: &Token, payload: &[u8], verifier: &Verifier, jwt: &str) {
    let read: Result<Json, _> = serde_json::from_slice(payload);
    let json = match read {
        Ok(json) => json,
        // Numbers that no float holds and halves of characters, in members that
        // nobody asks for: passed over, as any reader may that does not want them.
        Err(error) => {
            let passed_over = serde_json::from_slice::<serde::de::IgnoredAny>(payload);
            assert!(
                passed_over.is_ok(),
                "{error}: {}",
                String::from_utf8_lossy(payload)
            );
            return;
        }
    };
    let caches = json.member(NAMESPACE).and_then(|own| own.member("caches"));
    let Some(entries) = caches.map(Json::members) else {
        panic!("accepted without permissions: {json:?}")
    };
    // Plain matching of many stars takes for ever.
    let stars = |pattern: &str| pattern.matches('*').count();
    let names = match entries.iter().any(|(pattern, _)| stars(pattern) > 6) {
        true => Vec::new(),
        false => names(entries),
    };
    for name in names {
        let plain = plainly(entries, name.as_str());
        for permission in Permission::ALL {
            let granted = token.permissions(&name).has(permission);
            let told = plain.is_some_and(|entry| says(entry, permission.letters()));
            assert_eq!(granted, told, "{permission} on {name}: {json:?}");
        }
    }
    let time = |name| json.member(name).and_then(Json::number);
    for now in [0, NOW - 100, NOW, NOW + 100, u64::MAX] {
        if verifier.verify(jwt, now).is_ok() {
            let now = now as f64;
            assert!(time("exp").is_none_or(|exp| now < exp + 60.0), "expired");
            for start in ["nbf", "iat"] {
                assert!(time(start).is_none_or(|at| now + 60.0 >= at), "not yet");
            }
        }
    }
}

/// The entry that decides: of the exact name, else the first that fits.
fn plainly<'e>(entries: &'e [(String, Json)], cache: &str) -> Option<&'e Json> {
    let exact = entries.iter().find(|(pattern, _)| pattern == cache);
    let first = || {
        entries
            .iter()
            .find(|(pattern, _)| fits(pattern.as_bytes(), cache.as_bytes()))
    };
    exact.or_else(first).map(|(_, entry)| entry)
}

fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => fits(rest, name),
        (Some((b'*', rest)), Some((_, after))) => fits(rest, name) || fits(pattern, after),
        (Some((own, rest)), Some((first, after))) => own == first && fits(rest, after),
        _ => false,
    }
}

/// Whether an entry grants these letters: once, and by the integer 1.
fn says(entry: &Json, letters: &str) -> bool {
    entry.member(letters) == Some(&Json::Integer(1))
}

/// Names that the patterns fit, and some that they do not.
fn names(entries: &[(String, Json)]) -> Vec<CacheName> {
    let mut texts = vec!["a".to_owned(), "zz".to_owned(), "ab-ab".to_owned()];
    for (pattern, _) in entries {
        texts.extend(["", "a", "b-"].map(|with| pattern.replace('*', with)));
        texts.push(format!("{pattern}a"));
    }
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// What was read is issued again and read as the same.
fn reissue(key: &SigningKey, token: &Token) {
    let mut claims = token.claims().clone();
    claims.jti.get_or_insert_default();
    claims.iat.get_or_insert_default();
    let Ok(jwt) = Issuer::new(key).and_then(|issuer| issuer.issue(&claims)) else {
        return;
    };
    let again = Verifier::new(key).verify(&jwt, NOW);
    assert_eq!(again.ok().as_ref().map(Token::claims), Some(&claims));
}

/// No other text passes for a token, and no other key takes it.
fn check_forgeries(jwt: &str, damage: &Damage, verifier: &Verifier) {
    let mut bytes = jwt.as_bytes().to_vec();
    damage.apply(&mut bytes);
    let changed = String::from_utf8_lossy(&bytes);
    if changed != jwt {
        assert!(verifier.verify(&changed, NOW).is_err(), "{changed}");
    }
    if let Ok(other) = SigningKey::hs256(b"another secret of the same kind and length, long") {
        assert!(Verifier::new(&other).verify(jwt, NOW).is_err());
    }
}

fn check_authorization(token: &str) {
    let _ = token_auth::from_authorization(token);
    let basic = format!("Basic {}", STANDARD.encode(format!("u:{token}")));
    for header in [format!("Bearer {token}"), basic] {
        let found = token_auth::from_authorization(&header);
        // Empty, or longer than what is looked at.
        assert!(found.is_none_or(|found| found == token));
    }
}
