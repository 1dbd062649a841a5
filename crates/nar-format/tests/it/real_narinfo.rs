//! narinfos that a real Nix prints, byte for byte, and ours as it reads them.

use std::fs;

use nar_format::StoreDir;
use nar_format::cache_info::CacheInfo;
use nar_format::narinfo::NarInfo;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::nix::Nix;
use crate::nix_rules::check_alike;
use crate::props::narinfo;

/// Paths with every combination of fields that Nix 2.8 makes without a network:
/// a deriver or none, references to none, others and itself, each kind of
/// content address.
const CLOSURE: &str = r#"
let
  build = name: script: more: derivation ({
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
  } // more);
  plain = build "plain" "echo x > $out" { };
  own = build "own-1.0+b_?=" "echo $out ${plain} > $out" { };
  flat = build "flat" "printf flat > $out" {
    outputHashMode = "flat";
    outputHash = builtins.hashString "sha256" "flat";
    outputHashAlgo = "sha256";
  };
  weak = build "weak" "printf weak > $out" {
    outputHashMode = "flat";
    outputHash = builtins.hashString "md5" "weak";
    outputHashAlgo = "md5";
  };
  text = builtins.toFile "text" "${builtins.toFile "inner" "i"}";
  source = builtins.path { path = ./source; name = "source"; };
in build "top" "echo ${own} ${flat} ${weak} ${text} ${source} > $out" { }
"#;

/// A Nix whose store is in the test's folder, so that it builds without one.
fn in_own_store<'l>(line: &[&'l str]) -> Vec<&'l str> {
    let store = [
        "env",
        "NIX_STORE_DIR=@/s/store",
        "NIX_STATE_DIR=@/s/var",
        "NIX_LOG_DIR=@/s/log",
    ];
    [&store, line].concat()
}

#[test]
fn every_narinfo_that_nix_prints_comes_out_the_same() {
    let Some(nix) = Nix::find() else { return };
    let must = |line: &[&str]| nix.must_text(&in_own_store(line));
    fs::write(nix.path("closure.nix"), CLOSURE).unwrap();
    fs::create_dir(nix.path("source")).unwrap();
    fs::write(nix.path("source/file"), "content").unwrap();
    let top = must(&["nix-build", "--no-out-link", "@/closure.nix"]);
    for key in ["one-1", "two-1"] {
        let (secret, public) = (format!("@/{key}.sk"), format!("@/{key}.pk"));
        must(&[
            "nix-store",
            "--generate-binary-cache-key",
            key,
            &secret,
            &public,
        ]);
        must(&["nix", "store", "sign", "-r", "-k", &secret, &top]);
    }
    let dir: StoreDir = nix.path("s/store").to_str().unwrap().parse().unwrap();
    let mut read = Vec::new();
    for compression in ["none", "xz", "bzip2", "gzip", "zstd", "br"] {
        let cache = format!("file://@/{compression}?compression={compression}");
        must(&["nix", "copy", "--to", &cache, &top]);
        for entry in fs::read_dir(nix.path(compression)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|ending| ending == "narinfo") {
                let text = fs::read_to_string(file).unwrap();
                let info = NarInfo::parse(&text, &dir).unwrap();
                assert_eq!(info.to_string(), text);
                read.push(info);
            }
        }
    }
    assert_eq!(read.len(), 6 * 8, "eight paths, six times");
    let some = |what: &str, is: &dyn Fn(&NarInfo) -> bool| assert!(read.iter().any(is), "{what}");
    some("two signatures", &|info| info.sigs.len() == 2);
    some("no deriver", &|info| info.deriver.is_none());
    some("a deriver", &|info| info.deriver.is_some());
    some("itself", &|info| info.references.contains(&info.store_path));
    some("many references", &|info| info.references.len() == 5);
    for kind in [
        "text:sha256:",
        "fixed:r:sha256:",
        "fixed:sha256:",
        "fixed:md5:",
    ] {
        let is = |info: &NarInfo| info.ca.as_ref().is_some_and(|ca| ca.starts_with(kind));
        some(kind, &is);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn nix_reads_whatever_we_print(infos in vec(narinfo(), 30)) {
        let Some(nix) = Nix::find() else { return Ok(()) };
        fs::create_dir(nix.path("cache")).unwrap();
        let about = CacheInfo::default().to_string();
        fs::write(nix.path("cache/nix-cache-info"), about).unwrap();
        let mut paths = Vec::new();
        for info in &infos {
            let file = format!("cache/{}.narinfo", info.store_path.hash());
            fs::write(nix.path(&file), info.to_string()).unwrap();
            paths.push(info.store_path.absolute(&info.store_dir));
        }
        let line = ["nix", "path-info", "--json", "--store", "file://@/cache"];
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let json = nix.must(&[&line[..], &paths].concat());
        let json: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
        prop_assert_eq!(json.len(), infos.len());
        for theirs in &json {
            let ours = infos.iter().find(|info| {
                theirs["path"] == info.store_path.absolute(&info.store_dir)
            });
            let ours = ours.unwrap();
            check_alike(ours, theirs, &ours.to_string());
            prop_assert_eq!(theirs["ca"].as_str(), ours.ca.as_deref());
            prop_assert_eq!(theirs["downloadSize"].as_u64(), ours.file_size);
            let sigs: Vec<String> = ours.sigs.iter().map(ToString::to_string).collect();
            for sig in &sigs {
                let told = theirs["signatures"].as_array().unwrap();
                prop_assert!(told.iter().any(|told| told == sig), "{}", sig);
            }
        }
    }
}
