//! Files over SFTP, by a real client.

use std::io::{Read, Write};
use std::path::Path;

use crate::operator::{exec, login, rescue, simulator};

#[test]
fn a_file_goes_up_comes_down_is_listed_and_goes_away() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    let sftp = session.sftp().expect("a subsystem");
    let contents: Vec<u8> = (0..100_000_u32).map(|it| (it % 251) as u8).collect();
    let mut file = sftp.create(Path::new("big.rsc")).expect("a new file");
    file.write_all(&contents).expect("room");
    drop(file);
    assert_eq!(sim.file("big.rsc").as_ref(), Some(&contents));

    let mut back = Vec::new();
    let mut file = sftp.open(Path::new("big.rsc")).expect("it is there");
    file.read_to_end(&mut back).expect("readable");
    assert_eq!(back, contents);

    exec(&session, "save pre.backup").expect("an answer");
    let mut names: Vec<String> = sftp
        .readdir(Path::new("."))
        .expect("a listing")
        .into_iter()
        .map(|(path, _)| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["big.rsc", "pre.backup"]);

    sftp.unlink(Path::new("big.rsc")).expect("it goes");
    assert!(sim.file("big.rsc").is_none());
    assert!(sftp.open(Path::new("big.rsc")).is_err());
    assert!(sftp.mkdir(Path::new("folder"), 0o755).is_err());
}

#[test]
fn a_script_named_auto_runs_as_soon_as_it_has_come() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    let sftp = session.sftp().expect("a subsystem");
    let mut file = sftp.create(Path::new("go.auto.rsc")).expect("a new file");
    file.write_all(b"/ip address print\n").expect("room");
    assert!(sim.file("go.auto.log").is_none());
    drop(file);
    assert_eq!(sim.log()[0].command, "/import file-name=\"go.auto.rsc\"");
    let log = sim.file("go.auto.log").expect("a log");
    assert_eq!(log, b"Script file loaded and executed successfully\n");
}

#[test]
fn the_store_is_bounded() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    let sftp = session.sftp().expect("a subsystem");
    let mut file = sftp.create(Path::new("hole")).expect("a new file");
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(1 << 40)).expect("a seek");
    assert!(file.write_all(b"x").is_err());
    assert_eq!(sim.file("hole"), Some(Vec::new()));
}
