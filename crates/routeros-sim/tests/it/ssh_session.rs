//! Login and exec over a real SSH client.

use routeros_sim::ssh::{Fault, Status};

use crate::operator::{connect, exec, login, rescue, simulator};

#[test]
fn a_command_answers_with_cr_lf_and_says_who_it_is() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    assert_eq!(session.banner(), Some("SSH-2.0-ROSSSH"));
    assert_eq!(
        exec(&session, "say hello"),
        Ok(("hello\r\nend\r\n".into(), 0))
    );
    assert_eq!(
        exec(&session, "say again"),
        Ok(("again\r\nend\r\n".into(), 0))
    );
}

#[test]
fn the_status_follows_the_dialect() {
    for (dialect, expected) in [(Status::OnError, 1), (Status::Zero, 0), (Status::Unsaid, 0)] {
        let sim = simulator(|options| options.status = dialect);
        let session = login(rescue(&sim));
        assert_eq!(
            exec(&session, "fail"),
            Ok(("on purpose\r\n".into(), expected))
        );
        let refused = exec(&session, "bogus");
        assert_eq!(
            refused,
            Ok(("bad command name bogus (line 1 column 1)\r\n".into(), 0))
        );
    }
}

#[test]
fn a_status_that_comes_first_loses_no_text() {
    let sim = simulator(|options| options.status_first = true);
    let session = login(rescue(&sim));
    assert_eq!(
        exec(&session, "say text"),
        Ok(("text\r\nend\r\n".into(), 0))
    );
}

#[test]
fn a_wrong_password_is_refused_and_wishes_for_the_terminal_are_not_part_of_the_name() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let session = connect(dial, 20_000).expect("a handshake");
    assert!(session.userauth_password("admin", "guess").is_err());
    assert!(session.userauth_password("root", "").is_err());
    assert!(!session.authenticated());
    session
        .userauth_password("admin+ct511w4098h", "")
        .expect("no password");
    exec(&session, "say x").expect("an answer");
    assert_eq!(sim.log()[0].user, "admin");
}

#[test]
fn after_a_key_is_imported_the_key_opens_and_the_password_does_not() {
    let sim = simulator(|_| {});
    let dial = rescue(&sim);
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    let public = crate::ssh_openssh::new_key(&key);
    let Some(public) = public else { return };
    sim.console(&format!("key {public}"));

    let session = connect(dial, 20_000).expect("a handshake");
    assert!(session.userauth_password("admin", "").is_err());
    session
        .userauth_pubkey_file("admin", None, &key, None)
        .expect("the key is known");
    assert_eq!(exec(&session, "say in"), Ok(("in\r\nend\r\n".into(), 0)));
}

#[test]
fn log_and_writes_hold_what_came() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    for line in [
        "say x",
        "/ip/address/print where comment=\"set add\"",
        ":put [/ip/address/add address=10.0.0.1/24]",
        "/system identity set name=x",
        "/export",
        "/export file=x",
        ":foreach i in=[/ip/pool/find] do={/ip/pool/remove $i}",
    ] {
        exec(&session, line).expect("an answer");
    }
    assert_eq!(sim.log().len(), 7);
    assert_eq!(sim.log()[0].answer, "x\nend\n");
    let writes: Vec<String> = sim.writes().into_iter().map(|it| it.command).collect();
    let expected = [
        ":put [/ip/address/add address=10.0.0.1/24]",
        "/system identity set name=x",
        "/export file=x",
        ":foreach i in=[/ip/pool/find] do={/ip/pool/remove $i}",
    ];
    assert_eq!(writes, expected);
}

#[test]
fn a_truncated_answer_and_one_without_status_end_the_channel() {
    let sim = simulator(|options| options.status = Status::OnError);
    let session = login(rescue(&sim));
    sim.fault(1, Fault::Truncate(3));
    sim.fault(2, Fault::CloseWithoutStatus);
    assert_eq!(exec(&session, "say hello"), Ok(("hel".into(), 0)));
    assert_eq!(exec(&session, "fail"), Ok(("on purpose\r\n".into(), 0)));
    assert_eq!(exec(&session, "fail"), Ok(("on purpose\r\n".into(), 1)));
}
