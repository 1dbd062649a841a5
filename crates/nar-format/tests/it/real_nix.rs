//! What a real Nix writes is read, and what is written here a real Nix takes.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::nix::Nix;
use crate::tree::Tree;
use nar_format::cache_info::CacheInfo;
use nar_format::listing::ListingBuilder;
use nar_format::nar::Decoder;
use nar_format::narinfo::NarInfo;
use nar_format::signing::{PublicKey, SecretKey};
use nar_format::{NarHash, StoreDir, StorePath};

fn file(content: &[u8], executable: bool) -> Tree {
    Tree::File {
        executable,
        content: content.to_vec(),
    }
}

/// Every kind of node, empty and full, and names at the edge of what is legal.
fn sample() -> Tree {
    let inner = Tree::Dir(
        [
            (vec![b'n'; 255], file(b"longest name", false)),
            (b"...".to_vec(), file(b"", true)),
            (b"\xff\xfe".to_vec(), file(b"not UTF-8", false)),
            (b"new\nline".to_vec(), file(b"1234567", true)),
            (b"link".to_vec(), Tree::Link(b"../nowhere \xff".to_vec())),
            (b"long".to_vec(), Tree::Link(vec![b't'; 4095])),
        ]
        .into(),
    );
    let mut deep = file(b"bottom", false);
    for _ in 0..60 {
        deep = Tree::Dir([(b"d".to_vec(), deep)].into());
    }
    Tree::Dir(
        [
            (b"A".to_vec(), file(b"12345678", false)),
            (b"a".to_vec(), inner),
            (b"a.b".to_vec(), Tree::Dir([].into())),
            (b"big".to_vec(), file(&[b'x'; 300_001], false)),
            (b"deep".to_vec(), deep),
        ]
        .into(),
    )
}

fn write(tree: &Tree, at: &Path) {
    match tree {
        Tree::File {
            executable,
            content,
        } => {
            fs::write(at, content).unwrap();
            let mode = if *executable { 0o755 } else { 0o644 };
            fs::set_permissions(at, fs::Permissions::from_mode(mode)).unwrap();
        }
        Tree::Link(target) => symlink(OsStr::from_bytes(target), at).unwrap(),
        Tree::Dir(entries) => {
            fs::create_dir(at).unwrap();
            for (name, node) in entries {
                write(node, &at.join(OsStr::from_bytes(name)));
            }
        }
    }
}

fn listing_of(nar: &[u8]) -> String {
    let mut listing = ListingBuilder::new();
    let mut decoder = Decoder::new();
    decoder
        .push(nar, &mut |event| listing.event(&event))
        .unwrap();
    decoder.finish().unwrap();
    listing.finish().unwrap().into_json()
}

#[test]
fn dump_is_byte_equal() {
    let Some(nix) = Nix::find() else { return };
    for (at, tree) in [sample(), file(b"alone", true), Tree::Link(b"t".to_vec())]
        .iter()
        .enumerate()
    {
        let name = format!("tree{at}");
        write(tree, &nix.path(&name));
        let dump = nix.must(&["nix-store", "--dump", &format!("@/{name}")]);
        assert!(dump == tree.nar(), "{name}: dump of Nix and ours differ");
    }
}

#[test]
fn restore_takes_our_nar() {
    let Some(nix) = Nix::find() else { return };
    fs::write(nix.path("nar"), sample().nar()).unwrap();
    nix.must(&["sh", "-c", "nix-store --restore @/back < @/nar"]);
    let dump = nix.must(&["nix-store", "--dump", "@/back"]);
    assert!(dump == sample().nar());
}

#[test]
fn narinfo_and_listing_that_nix_made() {
    let Some(nix) = Nix::find() else { return };
    write(&sample(), &nix.path("tree"));
    nix.must(&[
        "nix-store",
        "--generate-binary-cache-key",
        "it-1",
        "@/sk",
        "@/pk",
    ]);
    let path = nix.must_text(&["nix-store", "--store", "@/store", "--add", "@/tree"]);
    let cache = "file://@/cache?compression=none&write-nar-listing=true&secret-key=@/sk";
    nix.must(&["nix", "copy", "--from", "@/store", "--to", cache, &path]);

    let dir = StoreDir::default();
    let path = StorePath::parse(&dir, &path).unwrap();
    let beside = |ending: &str| nix.path(&format!("cache/{}.{ending}", path.hash()));
    let text = fs::read_to_string(beside("narinfo")).unwrap();
    let info = NarInfo::parse(&text, &dir).unwrap();
    assert_eq!(info.to_string(), text);
    let nar = sample().nar();
    assert_eq!(info.store_path, path);
    assert_eq!(
        (info.nar_hash, info.nar_size),
        (NarHash::of(&nar), nar.len() as u64)
    );

    let public: PublicKey = fs::read_to_string(nix.path("pk")).unwrap().parse().unwrap();
    assert!(public.verify(&info.fingerprint(), &info.sigs[0]));
    let secret: SecretKey = fs::read_to_string(nix.path("sk")).unwrap().parse().unwrap();
    assert_eq!(secret.public(), public);

    // Nix writes bytes that are not UTF-8 as they are.
    let ls = fs::read(beside("ls")).unwrap();
    assert_eq!(String::from_utf8_lossy(&ls), listing_of(&nar));
    let cache_info = fs::read_to_string(nix.path("cache/nix-cache-info")).unwrap();
    assert_eq!(cache_info.parse(), Ok(CacheInfo::default()));
}

/// A cache of one path that has references to itself and to no one else, and
/// no content address, so that its signature alone lets it in.
fn write_cache(nix: &Nix, secret: &SecretKey) -> NarInfo {
    let nar = sample().nar();
    let path: StorePath = "s3aq8cqnqlycl25376r0b3pj2z2zssrw-ours_1.0+?="
        .parse()
        .unwrap();
    let mut info = NarInfo {
        store_path: path.clone(),
        store_dir: StoreDir::default(),
        url: "nar/ours.nar".to_owned(),
        compression: "none".to_owned(),
        file_hash: None,
        file_size: Some(nar.len() as u64),
        nar_hash: NarHash::of(&nar),
        nar_size: nar.len() as u64,
        references: vec![path],
        deriver: Some("l40bwrkv9151v6ky85appjbrw6km4d1v-ours.drv".parse().unwrap()),
        system: Some("x86_64-linux".to_owned()),
        sigs: Vec::new(),
        ca: None,
    };
    info.sigs.push(secret.sign(&info.fingerprint()));
    let cache = nix.path("cache");
    fs::create_dir_all(cache.join("nar")).unwrap();
    fs::write(cache.join("nar/ours.nar"), nar).unwrap();
    let narinfo = format!("{}.narinfo", info.store_path.hash());
    fs::write(cache.join(narinfo), info.to_string()).unwrap();
    let about = CacheInfo {
        priority: 41,
        want_mass_query: true,
        ..CacheInfo::default()
    };
    fs::write(cache.join("nix-cache-info"), about.to_string()).unwrap();
    info
}

#[test]
fn nix_takes_what_we_signed() {
    let Some(nix) = Nix::find() else { return };
    let secret = SecretKey::from_seed("ours-1", &[5; 32]).unwrap();
    let info = write_cache(&nix, &secret);
    let path = info.store_path.absolute(&info.store_dir);
    let stranger = SecretKey::from_seed("ours-1", &[6; 32]).unwrap();

    let copy = |key: &SecretKey| {
        let key = key.public().to_string();
        let line = [
            "nix",
            "copy",
            "--from",
            "file://@/cache",
            "--to",
            "@/store",
            &path,
        ];
        nix.run(&[&line[..], &["--option", "trusted-public-keys", &key]].concat())
    };
    let refused = copy(&stranger);
    assert!(!refused.status.success(), "another key of that name");
    let talk = String::from_utf8_lossy(&refused.stderr);
    assert!(talk.contains("signature"), "{talk}");
    let taken = copy(&secret);
    let talk = String::from_utf8_lossy(&taken.stderr);
    assert!(taken.status.success(), "{talk}");

    nix.must(&[
        "nix-store",
        "--store",
        "@/store",
        "--verify",
        "--check-contents",
    ]);
    let json = nix.must(&["nix", "path-info", "--json", "--store", "@/store", &path]);
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let known = &json[0];
    assert_eq!(known["narHash"], info.nar_hash.to_sri());
    assert_eq!(known["narSize"], info.nar_size);
    assert_eq!(known["references"][0], path);
    assert_eq!(known["signatures"][0], info.sigs[0].to_string());
    assert_eq!(
        known["deriver"],
        "/nix/store/l40bwrkv9151v6ky85appjbrw6km4d1v-ours.drv"
    );
}

#[test]
fn hashes_in_the_spellings_of_nix() {
    let Some(nix) = Nix::find() else { return };
    fs::write(nix.path("file"), b"some bytes").unwrap();
    let hash = NarHash::of(b"some bytes");
    for (base, ours) in [
        ("--base16", format!("sha256:{}", hash.to_hex())),
        ("--base32", hash.to_string()),
        ("--sri", hash.to_sri()),
    ] {
        let line = ["nix", "hash", "file", "--type", "sha256", base, "@/file"];
        let theirs = nix.must_text(&line);
        let theirs = match base {
            "--sri" => theirs,
            _ => format!("sha256:{theirs}"),
        };
        assert_eq!(theirs, ours);
        assert_eq!(theirs.parse(), Ok(hash));
    }
}
