//! Keys in every form that openssl writes, and those that are refused.

use token_auth::{
    Algorithm, Claims, Issuer, KeyError, KeyWarning, SigningKey, TokenError, Verifier,
};

use crate::mint::{NOW, fixture};

#[test]
fn private_keys_issue_what_their_public_half_verifies() {
    for bits in ["2048-traditional", "2048-pkcs8", "4096-traditional"] {
        let private = SigningKey::rs256_from_pem(&fixture(&format!("keys/rsa-{bits}.pem")));
        let private = private.unwrap();
        assert_eq!(private.algorithm(), Algorithm::Rs256);
        let jwt = Issuer::new(&private)
            .unwrap()
            .issue(&Claims::new("1", NOW))
            .unwrap();
        let public = SigningKey::rs256_public_from_pem(&private.public_pem().unwrap()).unwrap();
        assert!(private.can_issue() && !public.can_issue());
        assert!(Verifier::new(&public).verify(&jwt, NOW).is_ok(), "{bits}");
    }
}

#[test]
fn the_public_half_is_printed_as_openssl_prints_it() {
    let openssl = fixture("keys/rsa-2048-public-spki.pem");
    for key in ["keys/rsa-2048-traditional.pem", "keys/rsa-2048-pkcs8.pem"] {
        let key = SigningKey::rs256_from_pem(&fixture(key)).unwrap();
        assert_eq!(key.public_pem().as_deref(), Some(openssl.as_str()));
    }
    let public = SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-public-pkcs1.pem"));
    assert_eq!(public.unwrap().public_pem(), Some(openssl));
    assert_eq!(SigningKey::hs256(b"x").unwrap().public_pem(), None);
}

#[test]
fn a_public_key_cannot_issue() {
    let public = SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-public-spki.pem"));
    assert!(matches!(
        Issuer::new(&public.unwrap()),
        Err(TokenError::PublicKeyOnly)
    ));
}

#[test]
fn private_keys_that_are_refused() {
    let wrong = |found: &str| KeyError::WrongPem {
        found: found.to_owned(),
        wanted: "an RSA private key",
    };
    let table = [
        (
            "rsa-1024-traditional.pem",
            KeyError::TooShort { bits: 1024 },
        ),
        ("rsa-2048-traditional-encrypted.pem", KeyError::Encrypted),
        ("rsa-2048-pkcs8-encrypted.pem", KeyError::Encrypted),
        ("ec-p256-pkcs8.pem", KeyError::NotRsa),
        ("ec-p256-traditional.pem", KeyError::NotRsa),
        ("rsa-2048-public-spki.pem", wrong("PUBLIC KEY")),
        ("rsa-2048-public-pkcs1.pem", wrong("RSA PUBLIC KEY")),
        ("rsa-2048-traditional.b64", KeyError::Pem),
    ];
    for (file, error) in table {
        let refused = SigningKey::rs256_from_pem(&fixture(&format!("keys/{file}")));
        assert_eq!(refused.err(), Some(error), "{file}");
    }
    let exponent_3 = SigningKey::rs256_from_pem(&fixture("keys/rsa-2048-exponent-3.pem"));
    assert!(
        matches!(exponent_3, Err(KeyError::BadRsa(_))),
        "{exponent_3:?}"
    );
}

#[test]
fn public_keys_that_are_refused() {
    let short = SigningKey::rs256_public_from_pem(&fixture("keys/rsa-1024-public-spki.pem"));
    assert_eq!(short.err(), Some(KeyError::TooShort { bits: 1024 }));
    let private = SigningKey::rs256_public_from_pem(&fixture("keys/rsa-2048-traditional.pem"));
    assert!(matches!(private, Err(KeyError::WrongPem { .. })));
}

#[test]
fn damaged_keys_are_refused_and_never_panic() {
    let pem = fixture("keys/rsa-2048-pkcs8.pem");
    for end in 0..pem.len() {
        assert!(SigningKey::rs256_from_pem(&pem[..end.min(pem.len() - 8)]).is_err());
    }
    let public = fixture("keys/rsa-2048-public-spki.pem");
    for at in 27..public.len() - 27 {
        let mut damaged = public.clone().into_bytes();
        damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
        // A flipped bit of the modulus is still a key; it just verifies nothing.
        let _ = SigningKey::rs256_public_from_pem(std::str::from_utf8(&damaged).unwrap());
    }
}

#[test]
fn base64_may_be_wrapped_but_not_forgotten() {
    let pem = fixture("keys/rsa-2048-traditional.pem");
    let base64 = fixture("keys/rsa-2048-traditional.b64");
    let wrapped: String = base64
        .as_bytes()
        .chunks(76)
        .map(|l| std::str::from_utf8(l).unwrap().to_owned() + "\n")
        .collect();
    assert!(SigningKey::rs256_from_base64(&wrapped).is_ok());
    assert_eq!(
        SigningKey::rs256_from_base64(&pem).err(),
        Some(KeyError::PemUnencoded)
    );
    assert_eq!(
        SigningKey::rs256_from_base64("not base64!").err(),
        Some(KeyError::Base64)
    );
    assert_eq!(
        SigningKey::rs256_from_base64("aGVsbG8=").err(),
        Some(KeyError::Pem)
    );
    assert_eq!(
        SigningKey::hs256_from_base64("***").err(),
        Some(KeyError::Base64)
    );
    assert_eq!(
        SigningKey::hs256_from_base64("\n").err(),
        Some(KeyError::EmptySecret)
    );
}

#[test]
fn weak_secrets_are_warned_about() {
    let table: [(&[u8], &[KeyWarning]); 4] = [
        (b"secret", &[KeyWarning::ShortSecret { bytes: 6 }]),
        (
            b"0123456789abcdefghijklmnopqrstu",
            &[KeyWarning::ShortSecret { bytes: 31 }],
        ),
        (b"0123456789abcdefghijklmnopqrstuv", &[]),
        (&[7; 64], &[KeyWarning::MonotonousSecret { values: 1 }]),
    ];
    for (secret, warnings) in table {
        assert_eq!(SigningKey::hs256(secret).unwrap().warnings(), warnings);
    }
}

#[test]
fn debug_and_errors_show_no_secret() {
    let secret = "a-secret-that-nobody-may-see-0123456789";
    let key = SigningKey::hs256(secret.as_bytes()).unwrap();
    let private = SigningKey::rs256_from_pem(&fixture("keys/rsa-2048-pkcs8.pem")).unwrap();
    let jwt = Issuer::new(&key)
        .unwrap()
        .issue(&Claims::new("1", NOW))
        .unwrap();
    let shown = format!(
        "{key:?} {private:?} {:?} {:?} {:?}",
        Verifier::new(&key),
        Issuer::new(&key),
        Verifier::new(&key).verify(&jwt, NOW),
    );
    assert!(!shown.contains(secret) && !shown.contains(&jwt));
    assert!(jwt.split('.').all(|part| !shown.contains(part)), "{shown}");
    assert_eq!(
        format!("{private:?}"),
        r#"SigningKey { algorithm: Rs256, can_issue: true, .. }"#
    );
}
