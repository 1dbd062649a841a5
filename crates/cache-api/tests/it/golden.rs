//! Every JSON body, byte for byte, with a file each in `fixtures/cache-api`.

use cache_api::{
    AddKey, CacheInfo, CacheSettings, ConfigureCache, CreateCache, ErrorBody, ErrorCode, KeyInfo,
    KeyState, Limits, ListPathsAnswer, ListedPath, MissingPathsAnswer, MissingPathsRequest,
    PackAnswer, PublishLine, PublishPath, Retention, ServerInfo, SizeLimit,
};
use nar_format::NarHash;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fixture;

const HELLO: &str = "/nix/store/8bjlw1rdd7rsnb5h7kk03p5dwc0ay8hp-hello-2.12";
const GLIBC: &str = "3n58xw4373jp0ljirf06d8077j15pc4j-glibc-2.37";

/// Compares `value` with its file, and the file with `value`.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, value: &T) {
    let path = fixture(&format!("{name}.json"));
    let json = serde_json::to_string(value).unwrap();
    expect_test::expect_file![path.as_str()].assert_eq(&format!("{json}\n"));
    let stored = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        &serde_json::from_str::<T>(&stored).unwrap(),
        value,
        "{name}"
    );
}

/// Checks that an answer of a newer server, with a field more, still reads.
#[track_caller]
fn check_tolerant<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let mut json = serde_json::to_value(value).unwrap();
    json.as_object_mut()
        .unwrap()
        .insert("of_a_newer_version".to_owned(), true.into());
    assert_eq!(&serde_json::from_value::<T>(json).unwrap(), value);
}

fn server() -> ServerInfo {
    ServerInfo::new("0.1.0", 3, Limits::default())
}

fn cache_info() -> CacheInfo {
    CacheInfo {
        name: "team-main".parse().unwrap(),
        uid: "01HF7YAT00W5V0X8Q3J2M4N6PR".to_owned(),
        settings: CacheSettings::default(),
        public_keys: vec![
            KeyInfo {
                public_key: "team-main:SbAsJyoYYuxyfXM3VRXHJ8d2wKkHJDUHEuMVYHFQ3Hc=".to_owned(),
                state: KeyState::Retired,
            },
            KeyInfo {
                public_key: "team-main-2:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=".to_owned(),
                state: KeyState::Active,
            },
        ],
        origin: "http://10.0.0.10:8080/".to_owned(),
        substituter: "http://10.0.0.10:8080/team-main".to_owned(),
        created_at: 1_700_000_000,
    }
}

pub(crate) fn publish_paths() -> Vec<PublishPath> {
    let plain = PublishPath {
        path: format!("/nix/store/{GLIBC}"),
        nar_hash: NarHash::from_bytes([7; 32]),
        nar_size: 31_000_000,
        references: vec![],
        deriver: None,
        ca: None,
        sigs: vec![],
        chunks: 2,
        replace: false,
    };
    let full = PublishPath {
        path: HELLO.to_owned(),
        nar_hash: NarHash::from_bytes([0; 32]),
        nar_size: 226_560,
        references: vec![
            GLIBC.to_owned(),
            "8bjlw1rdd7rsnb5h7kk03p5dwc0ay8hp-hello-2.12".to_owned(),
        ],
        deriver: Some("sl141d1g77wvhr050ah87lcyz2czdxa3-hello-2.12.drv".to_owned()),
        ca: Some("text:sha256:1b0ri5lsf45dknj8bfxi1syz35kwgpiq6dcyqzkq9q4k6k1k9b0x".to_owned()),
        sigs: vec![format!("cache.nixos.org-1:{}==", "A".repeat(86))],
        chunks: 1,
        replace: true,
    };
    vec![plain, full]
}

fn listed_path() -> ListedPath {
    let path = publish_paths().remove(1);
    ListedPath {
        path: path.path,
        nar_hash: path.nar_hash,
        nar_size: path.nar_size,
        references: path.references,
        deriver: path.deriver,
        ca: path.ca,
        sigs: path.sigs,
        file_size: 51_234,
        created_at: 1_700_000_000,
        created_by: Some("ci".to_owned()),
        accessed_at: None,
    }
}

#[test]
fn about_the_server() {
    check("server-info", &server());
    check_tolerant(&server());
    let error = ErrorBody::new(ErrorCode::PathDiffers, "another NAR hash is published");
    check("error-body", &error);
    check_tolerant(&error);
    check_tolerant(&ErrorBody {
        hint: None,
        ..error
    });
}

#[test]
fn about_caches() {
    check("cache-info", &cache_info());
    check_tolerant(&cache_info());
    check("create-cache-least", &CreateCache::default());
    let create = CreateCache {
        is_public: Some(true),
        store_dir: Some("/gnu/store".to_owned()),
        priority: Some(30),
        retention: Some(Retention::Seconds(7_776_000)),
        max_size: Some(SizeLimit::Bytes(500_000_000_000)),
        upstream_keys: Some(vec!["cache.nixos.org-1".to_owned()]),
        key: Some("team-main:SECRET".to_owned()),
    };
    check("create-cache", &create);
    let configure = ConfigureCache {
        is_public: Some(false),
        retention: Some(Retention::Default),
        max_size: Some(SizeLimit::None),
        ..ConfigureCache::default()
    };
    check("configure-cache", &configure);
    check(
        "add-key",
        &AddKey {
            secret: None,
            name: Some("team-main-2".to_owned()),
        },
    );
    let brought = AddKey {
        secret: Some("team-main-2:SECRET".to_owned()),
        name: None,
    };
    check("add-key-brought", &brought);
}

#[test]
fn about_paths() {
    let hashes = [HELLO, GLIBC].map(|path| {
        path.trim_start_matches("/nix/store/")[..32]
            .parse()
            .unwrap()
    });
    check(
        "missing-paths-request",
        &MissingPathsRequest {
            hashes: hashes.to_vec(),
        },
    );
    let answer = MissingPathsAnswer {
        missing: vec![hashes[0]],
        server: server(),
        upstream_keys: vec!["up-1".to_owned()],
    };
    check("missing-paths-answer", &answer);
    check_tolerant(&answer);
    check("pack-answer", &PackAnswer { frames: 8192 });
    check_tolerant(&PackAnswer { frames: 1 });
    let list = ListPathsAnswer {
        paths: vec![listed_path()],
        next: Some(hashes[1]),
    };
    check("list-paths-answer", &list);
    check_tolerant(&list);
    check("listed-path", &listed_path());
    check_tolerant(&listed_path());
}

#[test]
fn about_publishing() {
    check("publish-paths", &publish_paths());
    check_tolerant(&publish_paths()[0]);
    check("publish-line-published", &PublishLine::published(HELLO));
    check("publish-line-present", &PublishLine::present(HELLO));
    check(
        "publish-line-missing",
        &PublishLine::missing(HELLO, vec![0, 17, 524_287]),
    );
    let error = PublishLine::error(HELLO, ErrorCode::NarHashMismatch, "the NAR has the hash …");
    check("publish-line-error", &error);
    check_tolerant(&error);
}

#[test]
fn a_server_that_names_few_limits_has_the_others_by_default() {
    let json = r#"{"name":"garret","version":"9","api":3,"chunker":1,"compression_level":3,"limits":{"max_pack_bytes":1}}"#;
    let info: ServerInfo = serde_json::from_str(json).unwrap();
    assert_eq!(
        info.limits,
        Limits {
            max_pack_bytes: 1,
            ..Limits::default()
        }
    );
}
