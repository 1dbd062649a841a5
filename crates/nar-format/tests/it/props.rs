//! Properties over generated trees, bytes and values.

use std::collections::BTreeMap;

use nar_format::listing::ListingBuilder;
use nar_format::nar::Decoder;
use nar_format::narinfo::NarInfo;
use nar_format::signing::{PublicKey, SecretKey};
use nar_format::{NarHash, StoreDir, StorePath, base32};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::tree::{Tree, decode, encode};

fn name() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u8>().prop_filter("no slash, no NUL", |byte| !matches!(byte, b'/' | 0));
    vec(byte, 1..20).prop_filter("no dots", |name| !matches!(&name[..], b"." | b".."))
}

fn tree() -> impl Strategy<Value = Tree> {
    let large = (any::<u8>(), 30_000..70_000usize).prop_map(|(byte, len)| vec![byte; len]);
    let content = prop_oneof![
        8 => vec(any::<u8>(), 0..40),
        4 => vec(any::<u8>(), 500..600),
        1 => large,
    ];
    let file = (any::<bool>(), content).prop_map(|(executable, content)| Tree::File {
        executable,
        content,
    });
    let target = vec(1..=255u8, 1..50).prop_map(Tree::Link);
    let leaf = prop_oneof![3 => file, 1 => target];
    leaf.prop_recursive(5, 40, 6, |inner| {
        btree_map(name(), inner, 0..6).prop_map(Tree::Dir)
    })
}

/// Trees of which some stand far down, a folder within a folder.
fn deep_tree() -> impl Strategy<Value = Tree> {
    let levels = prop_oneof![9 => Just(0), 1 => 20..200usize];
    (levels, tree()).prop_map(|(levels, tree)| {
        (0..levels).fold(tree, |inner, _| Tree::Dir([(b"d".to_vec(), inner)].into()))
    })
}

/// Sizes of slices; a NAR is cut by them in turn, so one must not be 0.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    let size = prop_oneof![0..20usize, 0..400usize];
    vec(size, 1..10).prop_map(|mut sizes| {
        sizes[0] = sizes[0].max(1);
        sizes
    })
}

fn store_path() -> impl Strategy<Value = StorePath> {
    "[0-9a-df-np-sv-z]{32}-[A-Za-z0-9+_?=-][A-Za-z0-9+._?=-]{0,30}"
        .prop_map(|text| text.parse().unwrap())
}

prop_compose! {
    pub(crate) fn narinfo()(
        store_path in store_path(),
        url in "nar/[a-z0-9:?=.]{1,40}",
        compression in "[a-z]{1,5}",
        file_size in proptest::option::of(1..u64::MAX),
        hash in any::<[u8; 32]>(),
        with_file_hash in any::<bool>(),
        nar_size in 1..u64::MAX,
        references in proptest::collection::btree_set(store_path(), 0..5),
        deriver in proptest::option::of(store_path()),
        system in proptest::option::of("[a-z0-9_-]{1,12}"),
        seeds in proptest::collection::btree_set(any::<[u8; 32]>(), 0..3),
        with_ca in any::<bool>(),
    ) -> NarInfo {
        let hash = NarHash::from_bytes(hash);
        let sign = |seed| SecretKey::from_seed("k-1", seed).unwrap().sign("x");
        NarInfo {
            store_path,
            store_dir: StoreDir::default(),
            url,
            compression,
            file_hash: with_file_hash.then(|| hash.to_string()),
            file_size,
            nar_hash: hash,
            nar_size,
            references: references.into_iter().collect(),
            deriver,
            system,
            sigs: seeds.iter().map(sign).collect(),
            ca: with_ca.then(|| format!("fixed:r:{hash}")),
        }
    }
}

proptest! {
    #[test]
    fn any_cut_decodes_alike(tree in deep_tree(), cuts in cuts()) {
        let nar = tree.nar();
        let events = decode(&nar, &[nar.len()]).unwrap();
        prop_assert_eq!(&decode(&nar, &cuts).unwrap(), &events);
        prop_assert_eq!(&decode(&nar, &[1]).unwrap(), &events);
        prop_assert_eq!(encode(&events), nar);
    }

    #[test]
    fn listings_point_at_contents(tree in tree()) {
        let nar = tree.nar();
        let mut listing = ListingBuilder::new();
        Decoder::new().push(&nar, &mut |event| listing.event(&event)).unwrap();
        let json = listing.finish().unwrap().into_json();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(value["version"].as_u64(), Some(1));
        check_listing(&value["root"], &tree, &nar);
    }

    #[test]
    fn what_decodes_encodes_to_itself(bytes in vec(any::<u8>(), 0..300), cuts in cuts()) {
        if let Ok(events) = decode(&bytes, &cuts) {
            prop_assert_eq!(encode(&events), bytes);
        }
    }

    #[test]
    fn damage_is_content_or_refused(
        tree in deep_tree(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cuts in cuts(),
    ) {
        let mut nar = tree.nar();
        for (at, byte) in damage {
            let at = at.index(nar.len());
            nar[at] = byte;
        }
        let whole = decode(&nar, &[nar.len()]);
        prop_assert_eq!(&decode(&nar, &cuts), &whole);
        prop_assert_eq!(&decode(&nar, &[1]), &whole);
        if let Ok(events) = whole {
            prop_assert_eq!(encode(&events), nar);
        }
    }

    #[test]
    fn base32_both_ways(bytes in vec(any::<u8>(), 0..70)) {
        let text = base32::encode(&bytes);
        prop_assert_eq!(text.len(), base32::encoded_len(bytes.len()));
        prop_assert_eq!(base32::decode(&text).unwrap(), bytes);
    }

    #[test]
    fn base32_has_one_text_a_value(text in "[0-9a-df-np-sv-z]{0,60}|\\PC{0,20}") {
        if let Ok(bytes) = base32::decode(&text) {
            prop_assert_eq!(base32::encode(&bytes), text);
        }
    }

    #[test]
    fn hashes_in_every_spelling(bytes: [u8; 32]) {
        let hash = NarHash::from_bytes(bytes);
        for text in [hash.to_string(), hash.to_sri(), format!("sha256:{}", hash.to_hex())] {
            prop_assert_eq!(text.parse::<NarHash>().unwrap(), hash);
        }
    }

    #[test]
    fn keys_and_signatures(seed: [u8; 32], name in "[a-z][a-z0-9.-]{0,20}", text in "\\PC{0,50}") {
        let secret = SecretKey::from_seed(&name, &seed).unwrap();
        let again: SecretKey = secret.to_secret_string().parse().unwrap();
        let public: PublicKey = secret.public().to_string().parse().unwrap();
        let sig = again.sign(&text).to_string().parse().unwrap();
        prop_assert!(public.verify(&text, &sig));
        let other = format!("{text}.");
        prop_assert!(!public.verify(&other, &sig));
    }

    #[test]
    fn narinfos_both_ways(info in narinfo()) {
        let again = NarInfo::parse(&info.to_string(), &info.store_dir).unwrap();
        prop_assert_eq!(again, info);
    }

    #[test]
    fn narinfo_survives_any_text(text in "((StorePath|NarSize|References|CA|Sig)?:? ?\\PC{0,20}\n?){0,6}") {
        let _ = NarInfo::parse(&text, &StoreDir::default());
    }
}

/// Checks each node of a listing, by way of the bytes it points at.
fn check_listing(node: &serde_json::Value, tree: &Tree, nar: &[u8]) {
    match tree {
        Tree::File {
            executable,
            content,
        } => {
            assert_eq!(node["type"], "regular");
            assert_eq!(node["executable"].as_bool().unwrap_or(false), *executable);
            assert_eq!(node["size"].as_u64(), Some(content.len() as u64));
            let offset = usize::try_from(node["narOffset"].as_u64().unwrap()).unwrap();
            assert_eq!(&nar[offset..offset + content.len()], content);
        }
        Tree::Link(target) => assert_eq!(node["target"], *String::from_utf8_lossy(target)),
        Tree::Dir(entries) => check_entries(node, entries, nar),
    }
}

fn check_entries(node: &serde_json::Value, entries: &BTreeMap<Vec<u8>, Tree>, nar: &[u8]) {
    let mut by_text: BTreeMap<String, Vec<&Tree>> = BTreeMap::new();
    for (name, child) in entries {
        let text = String::from_utf8_lossy(name).into_owned();
        by_text.entry(text).or_default().push(child);
    }
    let listed = node["entries"].as_object().unwrap();
    assert_eq!(listed.len(), by_text.len());
    // Names that are not UTF-8 may fall together; those cannot be told apart.
    for (text, children) in by_text.iter().filter(|(_, same)| same.len() == 1) {
        check_listing(&listed[text], children[0], nar);
    }
}
