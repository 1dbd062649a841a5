//! Settings of caches: what is accepted, and what changes.

use cache_api::{
    AddKey, CacheSettings, ConfigureCache, CreateCache, Retention, SettingsError, SizeLimit,
};
use proptest::prelude::*;

/// A secret key that `nix-store --generate-binary-cache-key` could have made.
fn secret_key() -> String {
    nar_format::signing::SecretKey::from_seed("team", &[7; 32])
        .unwrap()
        .to_secret_string()
}

#[test]
fn a_new_cache_is_private_and_asked_after_the_official_one() {
    let settings = CreateCache::default().settings().unwrap();
    assert_eq!(settings, CacheSettings::default());
    assert!(!settings.is_public && settings.priority > 40);
    assert!(settings.upstream_keys[0].starts_with("cache.nixos.org-1:"));
    assert_eq!(settings.check(), Ok(()));
}

#[test]
fn settings_that_are_refused() {
    use SettingsError as E;
    let key = |text: &str| {
        (
            format!(r#"{{"upstream_keys":[{text:?}]}}"#),
            E::UpstreamKey(text.into()),
        )
    };
    let dir = |text: &str| {
        (
            format!(r#"{{"store_dir":{text:?}}}"#),
            E::StoreDir(text.into()),
        )
    };
    let over = 1_u64 << 63;
    let long = "k".repeat(257);
    let table = [
        dir(""),
        dir("nix/store"),
        dir("/nix//store"),
        dir("/nix/../store"),
        dir("/nix/store/"),
        (r#"{"priority":-1}"#.to_owned(), E::Priority(-1)),
        key(""),
        key("a b"),
        key("a:b"),
        key("a:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY"),
        key("a\n"),
        key(&long),
        (
            format!(r#"{{"upstream_keys":[{}"a"]}}"#, r#""a","#.repeat(64)),
            E::TooManyUpstreamKeys(65),
        ),
        (
            format!(r#"{{"retention":{over}}}"#),
            E::TooLarge {
                field: "retention",
                value: over,
            },
        ),
        (
            format!(r#"{{"max_size":{over}}}"#),
            E::TooLarge {
                field: "max_size",
                value: over,
            },
        ),
    ];
    for (json, error) in table {
        let create: CreateCache = serde_json::from_str(&json).unwrap();
        assert_eq!(create.settings(), Err(error.clone()), "{json}");
        let configure: ConfigureCache = serde_json::from_str(&json).unwrap();
        assert_eq!(
            configure.apply(&CacheSettings::default()),
            Err(error),
            "{json}"
        );
    }
}

#[test]
fn a_key_that_came_along_is_checked_and_never_shown() {
    let key = secret_key();
    let create = CreateCache {
        key: Some(key.clone()),
        ..CreateCache::default()
    };
    assert!(create.settings().is_ok());
    let add = AddKey {
        secret: Some(key.clone()),
        name: None,
    };
    let shown = format!("{create:?} {add:?}");
    assert!(
        !shown.contains(&key) && shown.contains("redacted"),
        "{shown}"
    );
    for bad in ["", "team", "team:", "team:AAAA", &key[..key.len() - 4]] {
        let create = CreateCache {
            key: Some(bad.to_owned()),
            ..CreateCache::default()
        };
        assert_eq!(create.settings(), Err(SettingsError::SigningKey), "{bad}");
        assert!(bad.len() < 5 || !SettingsError::SigningKey.to_string().contains(bad));
    }
}

#[test]
fn bodies_that_are_not_settings() {
    for json in [
        r#"{"retention_days":90}"#,
        r#"{"public":true}"#,
        r#"{"is_public":1}"#,
        r#"{"retention":"90 days"}"#,
        r#"{"retention":"none"}"#,
        r#"{"retention":-1}"#,
        r#"{"retention":1.5}"#,
        r#"{"max_size":"default"}"#,
        r#"{"max_size":"40 GiB"}"#,
        r#"{"priority":2147483648}"#,
        r#"{"upstream_keys":"a"}"#,
    ] {
        assert!(serde_json::from_str::<CreateCache>(json).is_err(), "{json}");
        assert!(
            serde_json::from_str::<ConfigureCache>(json).is_err(),
            "{json}"
        );
    }
    // A key is brought at creation or added, never configured.
    assert!(serde_json::from_str::<ConfigureCache>(r#"{"key":"a"}"#).is_err());
    assert!(serde_json::from_str::<AddKey>(r#"{"key":"a"}"#).is_err());
}

fn settings() -> impl Strategy<Value = CacheSettings> {
    (
        any::<bool>(),
        0..100,
        proptest::option::of(0..u64::MAX / 2),
        any::<bool>(),
    )
        .prop_map(|(is_public, priority, number, keys)| CacheSettings {
            is_public,
            store_dir: format!("/s{priority}/store"),
            priority,
            retention: number,
            max_size: number.map(|n| n / 2),
            upstream_keys: if keys { vec!["a-1".to_owned()] } else { vec![] },
        })
}

proptest! {
    #[test]
    fn only_what_is_named_changes(old in settings(), new in settings(), named in 0_u8..64) {
        let is_named = |bit: u8| named & 1 << bit != 0;
        let changes = ConfigureCache {
            is_public: is_named(0).then_some(new.is_public),
            store_dir: is_named(1).then(|| new.store_dir.clone()),
            priority: is_named(2).then_some(new.priority),
            retention: is_named(3)
                .then_some(new.retention.map_or(Retention::Default, Retention::Seconds)),
            max_size: is_named(4).then_some(new.max_size.map_or(SizeLimit::None, SizeLimit::Bytes)),
            upstream_keys: is_named(5).then(|| new.upstream_keys.clone()),
        };
        prop_assert_eq!(changes.is_empty(), named == 0);
        let json = serde_json::to_string(&changes).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ConfigureCache>(&json).unwrap(), &changes);
        let changed = changes.apply(&old).unwrap();
        let pick = |bit: u8| if is_named(bit) { &new } else { &old };
        prop_assert_eq!(changed, CacheSettings {
            is_public: pick(0).is_public,
            store_dir: pick(1).store_dir.clone(),
            priority: pick(2).priority,
            retention: pick(3).retention,
            max_size: pick(4).max_size,
            upstream_keys: pick(5).upstream_keys.clone(),
        });
    }
}
