//! The model of power loss, on traces made by hand.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    crash_choices::Images,
    crash_model::{Disk, Image, Node},
    crash_trace::parse,
};

const LIMIT: usize = 4096;

fn disk(trace: &str, data: &'static [u8]) -> Disk {
    let mut disk = Disk::new();
    for op in parse(trace, &Bytes::from_static(data)) {
        disk.apply(&op);
    }
    disk
}

fn images(trace: &str, data: &'static [u8]) -> Vec<Image> {
    let Images { images, complete } = disk(trace, data).images(LIMIT, 0);
    assert!(complete);
    images.into_iter().collect()
}

fn file(bytes: &[u8]) -> Option<Node> {
    Some(Node::File(Arc::new(bytes.to_vec())))
}

/// What may be at a path, each once.
fn at(path: &str, images: &[Image]) -> Vec<Option<Node>> {
    let mut found: Vec<_> = images
        .iter()
        .map(|image| image.get(path).cloned())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The store's way, line by line.
const PUT: &str = "mkdir tmp\nmkdir packs\nfsyncdir .\ncreate 7 tmp/0\nwrite 7 0 4 0\nfsync 7\n\
                   link 7 packs/A\nfsyncdir packs\nunlink tmp/0\n";

fn put_without(line: &str) -> String {
    assert!(PUT.contains(line));
    PUT.replacen(line, "", 1)
}

#[test]
fn what_was_put_the_stores_way_is_there_whole() {
    let images = images(PUT, b"blob");
    assert_eq!(at("packs/A", &images), [file(b"blob")]);
    assert_eq!(
        at("tmp/0", &images),
        [None, file(b"blob")],
        "it may come back"
    );
    assert_eq!(images.len(), 2);
}

#[test]
fn a_blob_that_was_linked_before_it_was_synced_may_be_empty_or_torn() {
    let images = images(&put_without("fsync 7\n"), b"blob");
    let found = at("packs/A", &images);
    for bytes in [&b""[..], b"b", b"bl", b"blo", b"blob", b"\0\0\0\0"] {
        assert!(found.contains(&file(bytes)), "{bytes:?}");
    }
    assert!(!found.contains(&None), "the folder was synced");
}

#[test]
fn a_blob_whose_folder_was_not_synced_may_be_absent() {
    let images = images(&put_without("fsyncdir packs\n"), b"blob");
    assert_eq!(at("packs/A", &images), [None, file(b"blob")]);
}

#[test]
fn a_folder_whose_name_was_not_synced_takes_what_is_in_it_along() {
    let images = images(&put_without("fsyncdir .\n"), b"blob");
    assert_eq!(at("packs/A", &images), [None, file(b"blob")]);
    let lost = images.iter().filter(|image| !image.contains_key("packs"));
    assert!(lost.into_iter().all(|image| !image.contains_key("packs/A")));
    let alone = |image: &Image| image.contains_key("packs") && !image.contains_key("tmp");
    assert!(images.iter().any(alone), "each for itself");
}

#[test]
fn a_write_is_torn_at_bytes_and_at_blocks() {
    static DATA: [u8; 10_000] = [5; 10_000];
    let images = images("create 7 f\nfsyncdir .\nwrite 7 0 10000 0\n", &DATA);
    let length = |image: &Image| match &image["f"] {
        Node::File(bytes) => bytes.len(),
        Node::Folder => panic!("a folder"),
    };
    let mut lengths: Vec<_> = images.iter().map(length).collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [0, 1, 4096, 5000, 8192, 9999, 10_000, 10_000]);
    assert_eq!(at("f", &images)[7..], [file(&DATA)]);
    assert!(
        at("f", &images).contains(&file(&[0; 10_000])),
        "a size and no bytes"
    );
}

#[test]
fn of_two_writes_the_second_may_be_there_alone() {
    let images = images(
        "create 7 f\nfsyncdir .\nwrite 7 0 2 0\nwrite 7 2 2 2\n",
        b"abcd",
    );
    let found = at("f", &images);
    assert!(found.contains(&file(b"\0\0cd")));
    assert!(found.contains(&file(b"ab")));
    assert!(found.contains(&file(b"abc")));
}

#[test]
fn what_was_synced_stays_under_what_is_written_later() {
    let trace = "create 7 f\nfsyncdir .\nwrite 7 0 4 0\nfsync 7\ntruncate 7 2\n";
    assert_eq!(
        at("f", &images(trace, b"blob")),
        [file(b"bl"), file(b"blob")]
    );
}

#[test]
fn a_rename_may_leave_both_names_or_none() {
    let trace = "create 7 a\nwrite 7 0 1 0\nfsync 7\nfsyncdir .\nrename a b\n";
    let images = images(trace, b"x");
    let mut found: Vec<_> = images
        .iter()
        .map(|image| (image.contains_key("a"), image.contains_key("b")))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [(false, false), (false, true), (true, false), (true, true)]
    );
}

#[test]
fn removed_names_come_back_none_each_alone_or_all() {
    let mut trace = String::from("mkdir tmp\nfsyncdir .\n");
    for n in 0..3 {
        trace += &format!("create {n} tmp/{n}\nunlink tmp/{n}\n");
    }
    let images = images(&trace, b"");
    let mut counts: Vec<_> = images.iter().map(|image| image.len() - 1).collect();
    counts.sort_unstable();
    assert_eq!(counts, [0, 1, 1, 1, 3]);
}

#[test]
fn a_number_that_is_used_again_is_another_file() {
    let trace = "create 7 a\nwrite 7 0 1 0\nfsync 7\nfsyncdir .\nunlink a\n\
                 create 7 b\nwrite 7 0 1 1\nfsync 7\nfsyncdir .\n";
    assert_eq!(at("b", &images(trace, b"xy")), [file(b"y")]);
}

#[test]
fn at_rest_everything_becomes_durable() {
    let mut disk = disk("mkdir d\ncreate 7 d/f\nwrite 7 0 1 0\n", b"x");
    let written = disk.written();
    assert!(disk.durable().is_empty());
    assert_eq!(disk.synced().get("d/f").cloned(), file(b""));
    disk.settle();
    assert_eq!(disk.durable(), written);
    assert_eq!(disk.images(LIMIT, 0).images.len(), 1);
}

#[test]
fn many_choices_are_sampled_with_their_extremes() {
    let mut trace = String::new();
    for n in 0..40 {
        trace += &format!("create {n} {n}\n");
    }
    let disk = disk(&trace, b"");
    let Images { images, complete } = disk.images(200, 1);
    assert!(!complete && images.len() > 100 && images.len() <= 200);
    assert!(images.contains(&disk.durable()) && images.contains(&disk.written()));
    let one_lost = |image: &&Image| image.len() == 39;
    assert_eq!(images.iter().filter(one_lost).count(), 40);
    assert_eq!(disk.images(200, 1).images, images, "a seed is an answer");
}
