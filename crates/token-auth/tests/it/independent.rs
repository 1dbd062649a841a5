//! Tokens that openssl and Python made.

use token_auth::{Permission, Permissions, SigningKey, Token, TokenError, Verifier};

use crate::mint::{NOW, fixture};

fn verify(key: &SigningKey, token: &str) -> Result<Token, TokenError> {
    Verifier::new(key).verify(&fixture(token), NOW)
}

fn check_payload(token: &Token) {
    let claims = token.claims();
    assert_eq!(claims.sub.as_deref(), Some("independent"));
    assert_eq!(
        (claims.exp, claims.nbf),
        (Some(4_102_444_800), Some(1_700_000_000))
    );
    assert_eq!((claims.iat, claims.jti.as_deref()), (None, None));
    let order: Vec<_> = claims
        .caches
        .iter()
        .map(|(pattern, _)| pattern.as_str())
        .collect();
    assert_eq!(order, ["team-main", "team-*", "*"]);
    let pull = Permissions::NONE.with(Permission::Pull);
    for (cache, permissions) in [
        ("team-main", pull.with(Permission::Push)),
        ("team-x", pull),
        ("other", Permissions::NONE.with(Permission::CreateCache)),
    ] {
        assert_eq!(
            token.permissions(&cache.parse().unwrap()),
            permissions,
            "{cache}"
        );
    }
}

#[test]
fn hs256_of_python() {
    let key = SigningKey::hs256_from_base64(&fixture("keys/hs256-secret.b64")).unwrap();
    assert_eq!(key.warnings(), []);
    check_payload(&verify(&key, "tokens/hs256-python.jwt").unwrap());
}

#[test]
fn rs256_of_openssl_with_every_form_of_its_key() {
    let keys = [
        SigningKey::rs256_from_pem(&fixture("keys/rsa-2048-traditional.pem")),
        SigningKey::rs256_from_pem(&fixture("keys/rsa-2048-pkcs8.pem")),
        SigningKey::rs256_from_base64(&fixture("keys/rsa-2048-traditional.b64")),
        SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-public-spki.pem")),
        SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-public-pkcs1.pem")),
        SigningKey::rs256_public_from_base64(&fixture("keys/rsa-2048-public-spki.b64")),
    ];
    let mut token_keys = Vec::new();
    for key in keys {
        let token = verify(&key.unwrap(), "tokens/rs256-2048-openssl.jwt").unwrap();
        check_payload(&token);
        token_keys.push(token.key());
    }
    token_keys.dedup();
    assert_eq!(token_keys.len(), 1);
}

#[test]
fn rs256_of_4096_bits_without_typ() {
    let key = SigningKey::rs256_from_pem(&fixture("keys/rsa-4096-traditional.pem")).unwrap();
    check_payload(&verify(&key, "tokens/rs256-4096-openssl.jwt").unwrap());
}

#[test]
fn the_key_of_a_token_is_the_blake3_of_what_was_signed() {
    let jwt = fixture("tokens/hs256-python.jwt");
    let key = SigningKey::hs256_from_base64(&fixture("keys/hs256-secret.b64")).unwrap();
    let signed = &jwt[..jwt.rfind('.').unwrap()];
    let token = Verifier::new(&key).verify(&jwt, NOW).unwrap();
    assert_eq!(
        token.key().as_bytes(),
        blake3::hash(signed.as_bytes()).as_bytes()
    );
    assert_eq!(
        token.key().to_string(),
        blake3::hash(signed.as_bytes()).to_hex().as_str()
    );
}

#[test]
fn no_key_accepts_a_token_that_was_made_to_confuse() {
    let secret = SigningKey::hs256_from_base64(&fixture("keys/hs256-secret.b64")).unwrap();
    let private = SigningKey::rs256_from_pem(&fixture("keys/rsa-2048-pkcs8.pem")).unwrap();
    let public = SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-public-spki.pem"));
    let public = public.unwrap();
    let made_to_confuse = [
        "refused/none.jwt",
        "refused/hs256-of-the-public-key.jwt",
        "refused/hs256-of-the-public-key-called-rs256.jwt",
        "refused/rs256-1024-bits.jwt",
    ];
    for token in made_to_confuse {
        for key in [&secret, &private, &public] {
            let error = verify(key, token).expect_err(token);
            let expected = matches!(error, TokenError::Algorithm(_) | TokenError::Signature);
            assert!(expected, "{token} {key:?}: {error}");
        }
    }
    // And what is right for one key is wrong for the others.
    assert!(matches!(
        verify(&private, "tokens/hs256-python.jwt"),
        Err(TokenError::Algorithm(_))
    ));
    assert!(matches!(
        verify(&secret, "tokens/rs256-2048-openssl.jwt"),
        Err(TokenError::Algorithm(_))
    ));
    assert!(matches!(
        verify(&public, "tokens/rs256-4096-openssl.jwt"),
        Err(TokenError::Signature)
    ));
}
