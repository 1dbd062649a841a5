//! The simulated switch behind SSH: its own path, cut off and rolled back; restarts, resets and keys.

use routeros_sim::ssh::Options;
use routeros_sim::{Simulator, Version};

use crate::operator::{connect, exec, login, rescue};

const PATIENCE: u32 = 700;

fn switch(minor: u8) -> Simulator {
    let mut options = Options::new(Version::new(minor));
    options.speed = 0;
    Simulator::start(options).expect("a simulator starts")
}

fn says(session: &ssh2::Session, line: &str) -> String {
    exec(session, line).expect("an answer").0
}

#[test]
fn a_switch_that_cut_itself_off_restores_its_backup_from_the_scheduler() {
    for minor in [12, 16, 20, 23] {
        let sim = switch(minor);
        let dial = rescue(&sim);
        let session = login(dial);
        let saved = says(&session, "/system backup save name=pre dont-encrypt=yes");
        assert!(
            saved.ends_with("Configuration backup saved\r\n"),
            "{saved:?}"
        );
        let arm = "/system scheduler add name=rb interval=10m on-event=\"/system backup load name=pre password=\\\"\\\"\"";
        assert_eq!(says(&session, arm), "");
        assert_eq!(
            says(&session, ":put [:len [/system scheduler find]]"),
            "1\r\n"
        );
        session.set_timeout(PATIENCE);
        let cut =
            "/interface bridge set bridge frame-types=admit-only-vlan-tagged vlan-filtering=yes";
        assert!(
            exec(&session, cut).is_err(),
            "the answer is lost with the path"
        );
        sim.advance(10_000);
        assert!(connect(dial, PATIENCE).is_err());
        assert_eq!(
            sim.cut(dial).expect("cut").to_string(),
            "bridge bridge is no member of VLAN 1"
        );
        sim.advance(590_000 + 60_000);
        assert_eq!(sim.boots(), 1, "{}", sim.console("/log print"));
        let session = login(dial);
        assert_eq!(
            says(
                &session,
                ":put [/interface bridge get bridge vlan-filtering]"
            ),
            "false\r\n"
        );
        assert_eq!(
            says(&session, ":put [:len [/system scheduler find]]"),
            "0\r\n"
        );
        assert!(sim.unreachable(dial) <= 660_000);
    }
}

#[test]
fn a_load_that_would_ask_is_refused_loudly() {
    let sim = switch(20);
    let session = login(rescue(&sim));
    says(&session, "/system backup save name=pre");
    let refused = says(&session, "/system backup load name=pre");
    assert!(refused.starts_with(routeros_sim::UNKNOWN), "{refused:?}");
    assert_eq!(sim.boots(), 0);
    assert!(sim.is_up());
}

#[test]
fn a_restart_begins_the_uptime_anew_and_the_timers_with_it() {
    let sim = switch(20);
    let dial = rescue(&sim);
    let session = login(dial);
    says(
        &session,
        "/system scheduler add name=n interval=2m on-event=\"/system note set note=ran\"",
    );
    sim.advance(100_000);
    assert!(exec(&session, "/system reboot").map_or(true, |(text, _)| text.is_empty()));
    sim.advance(60_000);
    sim.advance(30_000);
    let session = login(dial);
    assert_eq!(
        says(&session, ":put [/system resource get uptime]"),
        "00:00:30\r\n"
    );
    assert_eq!(says(&session, ":put [/system note get note]"), "\r\n");
    sim.advance(90_000);
    assert_eq!(says(&session, ":put [/system note get note]"), "ran\r\n");
    assert_eq!(
        says(&session, ":put [/system scheduler get n run-count]"),
        "1\r\n"
    );
}

#[test]
fn the_switch_knows_where_the_operator_is() {
    let sim = switch(20);
    let session = login(rescue(&sim));
    assert_eq!(
        says(&session, ":put [/user/active get [find] address]"),
        "192.168.88.10\r\n"
    );
    let mac = says(
        &session,
        ":put [/ip/arp get [find where address=192.168.88.10] mac-address]",
    );
    let line = format!(
        ":put [/interface/bridge/host get [find where mac-address=\"{}\"] on-interface]",
        mac.trim()
    );
    assert_eq!(says(&session, &line), "ether24\r\n");
    // The machine is plugged in elsewhere, and back again: it is in one place.
    let dial = sim.dial("ether5", "192.168.88.1", "192.168.88.10");
    let moved = login(dial.expect("a port"));
    assert_eq!(says(&moved, &line), "ether5\r\n");
    assert_eq!(says(&session, &line), "ether24\r\n");
}

#[test]
fn a_reset_is_the_factory_with_another_host_key_and_its_script_must_end_in_time() {
    let sim = switch(20);
    let dial = rescue(&sim);
    let session = login(dial);
    let sftp = session.sftp().expect("a subsystem");
    let mut file = sftp
        .create(std::path::Path::new("after.rsc"))
        .expect("a file");
    let script = b"/system identity set name=first\n:delay 3m\n/system identity set name=second\n";
    std::io::Write::write_all(&mut file, script).expect("room");
    drop(file);
    says(&session, "/user set admin password=secret");
    let key = sim.host_key();
    let line = "/system reset-configuration no-defaults=no run-after-reset=after.rsc";
    assert!(exec(&session, line).map_or(true, |(text, _)| text.is_empty()));
    sim.advance(60_000);
    assert_ne!(sim.host_key(), key);
    assert!(sim.file("auto-before-reset.backup").is_some());
    let session = login(dial);
    assert_eq!(
        says(&session, ":put [/system identity get name]"),
        "first\r\n"
    );
    let late = says(
        &session,
        ":put [:len [/log find where message~\"runtime limit exceeded\"]]",
    );
    assert_eq!(late, "1\r\n");
}

#[test]
fn a_key_is_imported_from_a_file_that_is_gone_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let Some(public) = crate::ssh_openssh::new_key(&path) else {
        return;
    };
    let sim = switch(20);
    let dial = rescue(&sim);
    let session = login(dial);
    let sftp = session.sftp().expect("a subsystem");
    let mut file = sftp.create(std::path::Path::new("k.pub")).expect("a file");
    std::io::Write::write_all(&mut file, public.as_bytes()).expect("room");
    drop(file);
    assert_eq!(
        says(
            &session,
            "/user ssh-keys import public-key-file=k.pub user=admin"
        ),
        ""
    );
    assert!(sim.file("k.pub").is_none());
    let session = connect(dial, 20_000).expect("a handshake");
    assert!(session.userauth_password("admin", "").is_err());
    session
        .userauth_pubkey_file("admin", None, &path, None)
        .expect("the key is known");
}
