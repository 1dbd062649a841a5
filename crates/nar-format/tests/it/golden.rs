//! Files in `fixtures/nar-format`, made by a real Nix.

use nar_format::listing::ListingBuilder;
use nar_format::nar::Decoder;
use nar_format::narinfo::NarInfo;
use nar_format::signing::{PublicKey, SecretKey};
use nar_format::{NarHash, StoreDir, valid_ca};

use crate::tree::{decode, encode};

const TREE: &[u8] = include_bytes!("../../../../fixtures/nar-format/tree.nar");
const TREE_INFO: &str = include_str!("../../../../fixtures/nar-format/tree.narinfo");
const TREE_LS: &str = include_str!("../../../../fixtures/nar-format/tree.ls");
const CLOSURE: &[u8] = include_bytes!("../../../../fixtures/nar-format/closure.nar");
const CLOSURE_INFO: &str = include_str!("../../../../fixtures/nar-format/closure.narinfo");
const CLOSURE_LS: &str = include_str!("../../../../fixtures/nar-format/closure.ls");
const FILE: &[u8] = include_bytes!("../../../../fixtures/nar-format/file.nar");
const LINK: &[u8] = include_bytes!("../../../../fixtures/nar-format/link.nar");
const SECRET: &str = include_str!("../../../../fixtures/nar-format/golden.sec");
const PUBLIC: &str = include_str!("../../../../fixtures/nar-format/golden.pub");

#[test]
fn nars_decode_and_encode_to_the_same_bytes() {
    for nar in [TREE, CLOSURE, FILE, LINK] {
        let events = decode(nar, &[nar.len()]).unwrap();
        assert_eq!(encode(&events), nar);
        for slice in [1, 3, 8, 100] {
            assert_eq!(decode(nar, &[slice]).unwrap(), events, "slices of {slice}");
        }
    }
}

#[test]
fn listings_are_byte_equal() {
    for (nar, ls) in [(TREE, TREE_LS), (CLOSURE, CLOSURE_LS)] {
        let mut listing = ListingBuilder::new();
        let mut decoder = Decoder::new();
        let mut sink = |event: nar_format::nar::Event<'_>| listing.event(&event);
        decoder.push(nar, &mut sink).unwrap();
        assert_eq!(listing.finish().unwrap().to_json(), ls);
    }
    let value: serde_json::Value = serde_json::from_str(TREE_LS).unwrap();
    let plain = &value["root"]["entries"]["a"]["entries"]["plain"];
    let offset = usize::try_from(plain["narOffset"].as_u64().unwrap()).unwrap();
    assert_eq!(&TREE[offset..offset + 6], b"hello\n");
}

#[test]
fn narinfos_are_read_and_printed_alike() {
    for (nar, text) in [(TREE, TREE_INFO), (CLOSURE, CLOSURE_INFO)] {
        let info = NarInfo::parse(text, &StoreDir::default()).unwrap();
        assert_eq!(info.to_string(), text);
        assert_eq!(info.nar_hash, NarHash::of(nar));
        assert_eq!(info.nar_size, nar.len() as u64);
        assert!(info.ca.as_deref().is_none_or(valid_ca));
    }
}

#[test]
fn signature_of_nix_verifies_and_ours_is_the_same() {
    let info = NarInfo::parse(CLOSURE_INFO, &StoreDir::default()).unwrap();
    let public: PublicKey = PUBLIC.parse().unwrap();
    let secret: SecretKey = SECRET.parse().unwrap();
    assert_eq!(secret.to_secret_string(), SECRET);
    assert_eq!(secret.public(), public);
    assert_eq!(info.references.len(), 3);
    assert!(public.verify(&info.fingerprint(), &info.sigs[0]));
    assert_eq!(secret.sign(&info.fingerprint()), info.sigs[0]);

    let changes: [fn(&mut NarInfo); 5] = [
        |info| info.nar_size += 1,
        |info| info.nar_hash = NarHash::of(b"other"),
        |info| info.store_dir = "/gnu/store".parse().unwrap(),
        |info| info.store_path = info.references[0].clone(),
        |info| drop(info.references.pop()),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = info.clone();
        change(&mut changed);
        let verified = public.verify(&changed.fingerprint(), &info.sigs[0]);
        assert!(!verified, "change {at} breaks the signature");
    }
    let mut reordered = info.clone();
    reordered.references.reverse();
    assert!(public.verify(&reordered.fingerprint(), &info.sigs[0]));
}
