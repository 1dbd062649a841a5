//! No token ever gives more than one of its entries says.

use cache_api::CacheName;
use proptest::prelude::*;
use token_auth::{CachePattern, Claims, Issuer, Permission, Permissions, Token, Verifier};

use crate::mint::{NOW, caches, hs256_key, with_payload};

fn pattern() -> impl Strategy<Value = CachePattern> {
    // A small alphabet, so that patterns often fit and often overlap.
    "[ab*][ab*-]{0,4}".prop_map(|text| text.parse().unwrap())
}

fn permissions() -> impl Strategy<Value = Permissions> {
    proptest::sample::subsequence(&Permission::ALL[..], 0..=7)
        .prop_map(|some| some.into_iter().collect())
}

fn entries() -> impl Strategy<Value = Vec<(CachePattern, Permissions)>> {
    proptest::collection::vec((pattern(), permissions()), 0..8).prop_map(|mut entries| {
        let mut seen = std::collections::BTreeSet::new();
        entries.retain(|(pattern, _)| seen.insert(pattern.clone()));
        entries
    })
}

fn cache_name() -> impl Strategy<Value = CacheName> {
    "[ab][ab-]{0,4}".prop_map(|text| text.parse().unwrap())
}

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(r#"[a-z"\\ é\u{0}-\u{1f}]{0,8}"#)
}

fn all_claims() -> impl Strategy<Value = Claims> {
    let times = (
        proptest::option::of(NOW..u64::MAX),
        proptest::option::of(0..NOW),
        0..NOW,
    );
    let audiences = proptest::collection::vec("[a-z]{0,5}", 0..3);
    (
        text(),
        times,
        text(),
        audiences,
        "[0-9A-Z]{0,26}",
        entries(),
    )
        .prop_map(|(sub, (exp, nbf, iat), iss, aud, jti, caches)| Claims {
            sub,
            exp,
            nbf,
            iat: Some(iat),
            iss,
            aud,
            jti: Some(jti),
            caches,
        })
}

fn token(claims: &Claims) -> Token {
    let jwt = Issuer::new(&hs256_key()).unwrap().issue(claims).unwrap();
    Verifier::new(&hs256_key()).verify(&jwt, NOW).unwrap()
}

fn with_entries(caches: Vec<(CachePattern, Permissions)>) -> Token {
    token(&Claims {
        caches,
        ..Claims::new("1", NOW)
    })
}

proptest! {
    #[test]
    fn claims_survive_issue_and_verify_in_their_order(claims in all_claims()) {
        let token = token(&claims);
        prop_assert_eq!(token.claims(), &claims);
    }

    #[test]
    fn one_entry_decides(entries in entries(), cache in cache_name()) {
        let granted = with_entries(entries.clone()).permissions(&cache);
        let exact = entries.iter().find(|(own, _)| own.as_str() == cache.as_str());
        let first = entries.iter().find(|(own, _)| own.matches(&cache));
        match exact.or(first) {
            Some((_, permissions)) => prop_assert_eq!(granted, *permissions),
            None => prop_assert_eq!(granted, Permissions::NONE),
        }
    }

    #[test]
    fn less_in_every_entry_is_never_more_for_any_cache(
        entries in entries(),
        kept in permissions(),
        cache in cache_name(),
    ) {
        let narrower =
            entries.iter().map(|(own, some)| (own.clone(), some.intersection(kept))).collect();
        let narrower = with_entries(narrower).permissions(&cache);
        prop_assert!(narrower.is_subset_of(with_entries(entries).permissions(&cache)));
        prop_assert!(narrower.is_subset_of(kept));
    }

    #[test]
    fn an_entry_put_behind_changes_no_cache_that_a_pattern_fits(
        entries in entries(),
        last in (pattern(), permissions()),
        cache in cache_name(),
    ) {
        prop_assume!(entries.iter().all(|(own, _)| *own != last.0));
        prop_assume!(last.0.as_str() != cache.as_str());
        let before = with_entries(entries.clone());
        let fits = entries.iter().any(|(own, _)| own.matches(&cache));
        let after = with_entries([entries, vec![last.clone()]].concat()).permissions(&cache);
        if fits {
            prop_assert_eq!(after, before.permissions(&cache));
        } else {
            prop_assert!(after.is_subset_of(last.1));
        }
    }

    #[test]
    fn the_time_of_a_token_is_never_longer_than_written(
        exp in 0.0..4e9_f64,
        nbf in 0.0..4e9_f64,
        now in 0..4_000_000_000_u64,
    ) {
        let claims = format!(
            r#"{{"exp":{exp},"nbf":{nbf},"https://jwt.attic.rs/v1":{{"caches":{{}}}}}}"#
        );
        if Verifier::new(&hs256_key()).verify(&with_payload(&claims), now).is_ok() {
            prop_assert!((now as f64) < exp + 60.0 && now as f64 + 60.0 >= nbf);
        }
    }

    #[test]
    fn no_text_makes_it_panic(jwt in "[A-Za-z0-9._=-]{0,200}|.{0,50}", payload in ".{0,80}") {
        let verifier = Verifier::new(&hs256_key());
        prop_assert!(verifier.verify(&jwt, NOW).is_err());
        let _ = verifier.verify(&with_payload(&payload), NOW);
        let _ = token_auth::from_authorization(&jwt);
    }
}

/// What Attic's users rely on, or stumble over.
#[test]
fn the_order_of_the_text_decides() {
    let table = [
        (r#"{"*":{"r":1},"dev-*":{"w":1}}"#, "dev-a", "{Pull}"),
        (r#"{"dev-*":{"w":1},"*":{"r":1}}"#, "dev-a", "{Push}"),
        (r#"{"dev-*":{"w":1},"*":{"r":1}}"#, "a", "{Pull}"),
        (r#"{"*":{"r":1,"w":1},"dev":{"r":1}}"#, "dev", "{Pull}"),
        (r#"{"*":{"r":1,"w":1},"dev":{}}"#, "dev", "{}"),
        (r#"{"*":{"r":1,"w":1},"dev":{"w":0}}"#, "dev", "{}"),
        (r#"{"z":{"r":1},"a":{"w":1}}"#, "a", "{Push}"),
        (r#"{"a":{"r":1}}"#, "A", "{}"),
        ("{}", "a", "{}"),
    ];
    for (entries, cache, expected) in table {
        let jwt = with_payload(&caches(entries));
        let token = Verifier::new(&hs256_key()).verify(&jwt, NOW).unwrap();
        let granted = token.permissions(&cache.parse().unwrap());
        assert_eq!(format!("{granted:?}"), expected, "{entries} {cache}");
    }
}
