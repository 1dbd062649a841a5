//! What makes a token invalid, one fault a row.

use token_auth::{Claims, Issuer, MAX_TOKEN_LEN, Permission, TokenError, Verifier};

use crate::mint::{NOW, caches, encode, hs256, hs256_key, payload, with_payload};

/// The name of the error, or `ok`.
fn outcome(verifier: &Verifier, jwt: &str) -> &'static str {
    match verifier.verify(jwt, NOW) {
        Ok(_) => "ok",
        Err(TokenError::TooLong(_)) => "too long",
        Err(TokenError::Form) => "form",
        Err(TokenError::Base64(part)) => part,
        Err(TokenError::Header(_)) => "header json",
        Err(TokenError::Algorithm(_)) => "algorithm",
        Err(TokenError::Type) => "type",
        Err(TokenError::Critical) => "critical",
        Err(TokenError::Signature) => "wrong signature",
        Err(TokenError::Claims(_)) => "claims",
        Err(TokenError::Expired { .. }) => "expired",
        Err(TokenError::NotYetValid { .. }) => "not yet",
        Err(TokenError::Issuer) => "issuer",
        Err(TokenError::Audience) => "audience",
        Err(error) => panic!("a verifier says {error}"),
    }
}

#[test]
fn headers() {
    let verifier = Verifier::new(&hs256_key());
    let table = [
        (r#"{"alg":"HS256","typ":"JWT"}"#, "ok"),
        (r#"{"alg":"HS256"}"#, "ok"),
        (r#"{"typ":"JWT","alg":"HS256","kid":"1","x":[]}"#, "ok"),
        (r#"{"alg":"HS256","typ":"jwt"}"#, "ok"),
        (r#"{"alg":"none","typ":"JWT"}"#, "algorithm"),
        (r#"{"alg":"None"}"#, "algorithm"),
        (r#"{"alg":""}"#, "algorithm"),
        (r#"{"alg":"RS256"}"#, "algorithm"),
        (r#"{"alg":"HS384"}"#, "algorithm"),
        (r#"{"alg":"hs256"}"#, "algorithm"),
        (r#"{"alg":"HS256","typ":"JWE"}"#, "type"),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, "type"),
        (r#"{"alg":"HS256","typ":""}"#, "type"),
        (r#"{"alg":"HS256","crit":["exp"]}"#, "critical"),
        (r#"{"alg":"HS256","crit":[]}"#, "critical"),
        (r#"{"alg":"HS256","alg":"none"}"#, "header json"),
        (r#"{"alg":"none","alg":"HS256"}"#, "header json"),
        (r#"{"typ":"JWT"}"#, "header json"),
        (r#"{"alg":null}"#, "header json"),
        (r#"{"alg":["HS256"]}"#, "header json"),
        (r#"["HS256","JWT",null]"#, "header json"),
        ("", "header json"),
        ("\u{feff}{}", "header json"),
        (r#"{"alg":"HS256"} x"#, "header json"),
    ];
    for (header, expected) in table {
        assert_eq!(
            outcome(&verifier, &hs256(header, &payload(""))),
            expected,
            "{header}"
        );
    }
}

#[test]
fn forms() {
    let verifier = Verifier::new(&hs256_key());
    let good = with_payload(&payload(""));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, body) = signed.split_once('.').unwrap();
    let other = with_payload(&payload(r#""sub":"x","#));
    let table = [
        (String::new(), "form"),
        ("a".to_owned(), "form"),
        (signed.to_owned(), "form"),
        (format!("{good}."), "form"),
        (format!("{good}.{signature}"), "form"),
        (format!(".{body}.{signature}"), "header json"),
        (format!("{header}..{signature}"), "wrong signature"),
        (format!("{signed}."), "wrong signature"),
        (
            format!("{header}.{body}.{}", other.rsplit_once('.').unwrap().1),
            "wrong signature",
        ),
        (
            format!("{signed}.{}", &signature[..signature.len() - 3]),
            "wrong signature",
        ),
        (format!("{signed}.{}", encode([0; 32])), "wrong signature"),
        (format!("{signed}.{}", encode([0; 64])), "wrong signature"),
        (format!("{signed}.{signature}="), "signature"),
        (format!("{signed}.{signature}\n"), "signature"),
        (format!(" {good}"), "header"),
        (format!("{header}=.{body}.{signature}"), "header"),
        ("\u{e4}.\u{e4}.\u{e4}".to_owned(), "header"),
        (
            with_payload(&payload(&format!(r#""sub":"{}","#, "a".repeat(11_000)))),
            "ok",
        ),
        (
            with_payload(&payload(&format!(r#""sub":"{}","#, "a".repeat(13_000)))),
            "too long",
        ),
        ("a".repeat(MAX_TOKEN_LEN + 1), "too long"),
        (".".repeat(MAX_TOKEN_LEN), "form"),
    ];
    for (jwt, expected) in table {
        let shown: String = jwt.chars().take(200).collect();
        assert_eq!(outcome(&verifier, &jwt), expected, "{shown}");
    }
}

#[test]
fn every_flipped_character_is_noticed() {
    let verifier = Verifier::new(&hs256_key());
    let good = with_payload(&payload(r#""sub":"x","#));
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let jwt = String::from_utf8(bytes).unwrap();
        assert_ne!(outcome(&verifier, &jwt), "ok", "character {at}");
    }
}

#[test]
fn payloads() {
    let verifier = Verifier::new(&hs256_key());
    let namespace = r#""https://jwt.attic.rs/v1":{"caches":{}}"#;
    let table = [
        (payload(""), "ok"),
        (
            payload(r#""sub":null,"jti":null,"exp":null,"aud":null,"#),
            "ok",
        ),
        (payload(r#""unknown":[{"deep":1}],"#), "ok"),
        (caches("{}"), "ok"),
        (caches(r#"{"a":{}}"#), "ok"),
        (caches(r#"{"a":{"r":0}}"#), "ok"),
        (caches(r#"{"a":{"zz":true,"x":"y","r":1}}"#), "ok"),
        (
            r#"{"https://jwt.attic.rs/v1":{"caches":{},"more":1}}"#.to_owned(),
            "ok",
        ),
        (caches(r#"{"a":{"r":true}}"#), "claims"),
        (caches(r#"{"a":{"r":2}}"#), "claims"),
        (caches(r#"{"a":{"r":-1}}"#), "claims"),
        (caches(r#"{"a":{"r":1.0}}"#), "claims"),
        (caches(r#"{"a":{"r":"1"}}"#), "claims"),
        (caches(r#"{"a":{"r":null}}"#), "claims"),
        (caches(r#"{"a":{"r":1,"r":0}}"#), "claims"),
        (caches(r#"{"a":[1,1]}"#), "claims"),
        (caches(r#"{"a":null}"#), "claims"),
        (caches(r#"{"a":1}"#), "claims"),
        (caches("[]"), "claims"),
        (caches("null"), "claims"),
        // One bad pattern spoils the whole token.
        (caches(r#"{"a":{"r":1},"_x":{"r":1}}"#), "claims"),
        (caches(r#"{"":{"r":1}}"#), "claims"),
        (caches(r#"{"a?":{"r":1}}"#), "claims"),
        (caches(r#"{"a":{"r":1},"a":{"r":1,"w":1}}"#), "claims"),
        (caches(r#"{"a":{"r":1},"\u0061":{"w":1}}"#), "claims"),
        ("{}".to_owned(), "claims"),
        (r#"{"https://jwt.attic.rs/v1":{}}"#.to_owned(), "claims"),
        (r#"{"https://jwt.attic.rs/v1":null}"#.to_owned(), "claims"),
        (
            r#"{"https://jwt.attic.rs/v2":{"caches":{}}}"#.to_owned(),
            "claims",
        ),
        (r#"{"caches":{}}"#.to_owned(), "claims"),
        (format!("{{{namespace},{namespace}}}"), "claims"),
        (payload(r#""sub":1,"#), "claims"),
        (payload(r#""jti":1,"#), "claims"),
        (payload(r#""iss":["x"],"#), "claims"),
        (payload(r#""aud":1,"#), "claims"),
        (payload(r#""aud":[1],"#), "claims"),
        (payload(r#""exp":"4102444800","#), "claims"),
        (payload(r#""exp":true,"#), "claims"),
        (payload(r#""exp":1e999,"#), "claims"),
        (payload(r#""exp":4102444800,"exp":1,"#), "claims"),
        ("[]".to_owned(), "claims"),
        ("null".to_owned(), "claims"),
        (String::new(), "claims"),
        (format!("{}x", payload("")), "claims"),
        ("[".repeat(5000), "claims"),
        (
            caches(&format!(r#"{{"a":{{"x":{}}}}}"#, "[".repeat(5000))),
            "claims",
        ),
    ];
    for (payload, expected) in table {
        let shown = &payload[..payload.len().min(200)];
        assert_eq!(
            outcome(&verifier, &with_payload(&payload)),
            expected,
            "{shown}"
        );
    }
}

#[test]
fn times() {
    let verifier = Verifier::new(&hs256_key());
    let at = |name: &str, offset: i64| format!(r#""{name}":{},"#, NOW as i64 + offset);
    let table = [
        (at("exp", 1), "ok"),
        (at("exp", 0), "ok"),
        (at("exp", -59), "ok"),
        (at("exp", -60), "expired"),
        (at("exp", -61), "expired"),
        (r#""exp":0,"#.to_owned(), "expired"),
        (r#""exp":-1,"#.to_owned(), "expired"),
        (r#""exp":1e300,"#.to_owned(), "ok"),
        (r#""exp":18446744073709551615,"#.to_owned(), "ok"),
        (format!(r#""exp":{}.9,"#, NOW - 60), "expired"),
        (format!(r#""exp":{}.1,"#, NOW - 59), "ok"),
        (at("nbf", 0), "ok"),
        (at("nbf", 60), "ok"),
        (at("nbf", 61), "not yet"),
        (format!(r#""nbf":{}.5,"#, NOW + 60), "not yet"),
        (format!(r#""nbf":{}.5,"#, NOW + 59), "ok"),
        (r#""nbf":-7,"#.to_owned(), "ok"),
        (r#""nbf":18446744073709551615,"#.to_owned(), "not yet"),
        (at("iat", 60), "ok"),
        (at("iat", 61), "not yet"),
        (at("iat", -1_000_000), "ok"),
        (at("iat", 61) + &at("nbf", 0), "not yet"),
    ];
    for (claims, expected) in table {
        assert_eq!(
            outcome(&verifier, &with_payload(&payload(&claims))),
            expected,
            "{claims}"
        );
    }
}

#[test]
fn a_token_that_was_kept_still_expires() {
    let verifier = Verifier::new(&hs256_key());
    let jwt = with_payload(&payload(&format!(r#""exp":{},"nbf":{NOW},"#, NOW + 10)));
    let token = verifier.verify(&jwt, NOW).unwrap();
    assert!(token.check_time(NOW + 69).is_ok());
    assert!(matches!(
        token.check_time(NOW + 70),
        Err(TokenError::Expired { .. })
    ));
    assert!(matches!(
        token.check_time(NOW - 61),
        Err(TokenError::NotYetValid { .. })
    ));
    assert!(token.check_time(u64::MAX).is_err() && token.check_time(0).is_err());
}

#[test]
fn parties() {
    let any = Verifier::new(&hs256_key());
    let issuer = any.clone().with_issuer("garret");
    let audience = any
        .clone()
        .with_audiences(vec!["a".to_owned(), "b".to_owned()]);
    let table = [
        (&any, r#""iss":"x","aud":"y","#, "ok"),
        (&issuer, r#""iss":"garret","#, "ok"),
        (&issuer, r#""iss":"Garret","#, "issuer"),
        (&issuer, r#""iss":"","#, "issuer"),
        (&issuer, r#""iss":null,"#, "issuer"),
        (&issuer, "", "issuer"),
        (&audience, r#""aud":"a","#, "ok"),
        (&audience, r#""aud":["x","b"],"#, "ok"),
        (&audience, r#""aud":"c","#, "audience"),
        (&audience, r#""aud":["c","ab"],"#, "audience"),
        (&audience, r#""aud":[],"#, "audience"),
        (&audience, r#""aud":null,"#, "audience"),
        (&audience, "", "audience"),
    ];
    for (verifier, claims, expected) in table {
        assert_eq!(
            outcome(verifier, &with_payload(&payload(claims))),
            expected,
            "{claims}"
        );
    }
}

#[test]
fn claims_that_are_not_issued() {
    let issuer = Issuer::new(&hs256_key()).unwrap();
    let good = Claims::new("1", NOW);
    assert!(issuer.issue(&good).is_ok());
    let no_jti = Claims {
        jti: None,
        ..good.clone()
    };
    assert!(matches!(
        issuer.issue(&no_jti),
        Err(TokenError::MissingClaim("jti"))
    ));
    let no_iat = Claims {
        iat: None,
        ..good.clone()
    };
    assert!(matches!(
        issuer.issue(&no_iat),
        Err(TokenError::MissingClaim("iat"))
    ));
    let long = Claims {
        sub: Some("x".repeat(MAX_TOKEN_LEN)),
        ..good.clone()
    };
    assert!(matches!(issuer.issue(&long), Err(TokenError::TooLong(_))));
    let mut twice = good;
    twice.grant("a".parse().unwrap(), Permission::Pull);
    twice.caches.push(twice.caches[0].clone());
    assert!(matches!(
        issuer.issue(&twice),
        Err(TokenError::DuplicatePattern(_))
    ));
}

#[test]
fn an_issued_token_reads_as_attic_would_write_it() {
    let mut claims = Claims::new("01J", NOW);
    claims.exp = Some(NOW + 5);
    claims.sub = Some("laptop".to_owned());
    claims.iss = Some("garret".to_owned());
    claims.aud = vec!["office".to_owned()];
    for permission in Permission::ALL.into_iter().rev() {
        claims.grant("team-*".parse().unwrap(), permission);
    }
    claims.grant("a".parse().unwrap(), Permission::Pull);
    claims.grant("team-*".parse().unwrap(), Permission::Pull);
    let jwt = Issuer::new(&hs256_key()).unwrap().issue(&claims).unwrap();
    let parts: Vec<_> = jwt.split('.').collect();
    let header = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = encode(
        r#"{"exp":1750000005,"nbf":1750000000,"iat":1750000000,"iss":"garret","sub":"laptop","aud":["office"],"jti":"01J","https://jwt.attic.rs/v1":{"caches":{"team-*":{"r":1,"w":1,"d":1,"cc":1,"cr":1,"cq":1,"cd":1},"a":{"r":1}}}}"#,
    );
    assert_eq!((parts[0], parts[1]), (header.as_str(), payload.as_str()));
}
