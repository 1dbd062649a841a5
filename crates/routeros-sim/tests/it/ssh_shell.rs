//! The interactive session.

use std::io::{Read, Write};

use routeros_sim::ssh::Prompts;

use crate::operator::{login, rescue, simulator};

/// Reads until `end` has come.
fn until(channel: &mut ssh2::Channel, end: &str) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&text).ends_with(end) {
        let count = channel.read(&mut byte).expect("more text");
        assert!(
            count > 0,
            "ended after {:?}",
            String::from_utf8_lossy(&text)
        );
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn shell(session: &ssh2::Session) -> ssh2::Channel {
    let mut channel = session.channel_session().expect("a channel");
    channel
        .request_pty("vt100", None, None)
        .expect("a terminal");
    channel.shell().expect("a shell");
    channel
}

const PROMPT: &str = "[admin@MikroTik] > ";

#[test]
fn a_shell_echoes_answers_and_is_interrupted_by_log_lines() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    let mut channel = shell(&session);
    let banner = until(&mut channel, PROMPT);
    assert!(banner.starts_with(routeros_sim::UNKNOWN), "{banner:?}");
    channel.write_all(b"say hx\x7fi\r").expect("typed");
    let text = until(&mut channel, PROMPT);
    assert_eq!(text, format!("say hx\x08 \x08i\r\nhi\r\nend\r\n{PROMPT}"));
    sim.interject("12:00:01 echo: system,info,account user admin logged in");
    let text = until(&mut channel, PROMPT);
    assert!(text.contains("\r\n12:00:01 echo: "), "{text:?}");
    channel.write_all(b"/quit\r").expect("typed");
    until(&mut channel, "/quit\r\n");
    assert_eq!(channel.read(&mut [0]).expect("the end"), 0);
}

#[test]
fn safe_mode_keys_are_refused_loudly() {
    let sim = simulator(|_| {});
    let session = login(rescue(&sim));
    let mut channel = shell(&session);
    until(&mut channel, PROMPT);
    for key in [b"\x18".as_slice(), b"\x1bOS", b"\x1b[14~"] {
        channel.write_all(key).expect("typed");
        let text = until(&mut channel, PROMPT);
        assert!(text.contains(routeros_sim::UNKNOWN), "{text:?}");
    }
}

#[test]
fn first_questions_come_only_where_they_are_switched_on_and_never_over_exec() {
    let sim = simulator(|options| {
        options.prompts = Prompts {
            licence: true,
            new_password: true,
        };
    });
    let session = login(rescue(&sim));
    let mut channel = shell(&session);
    until(&mut channel, "software license? [Y/n]: ");
    channel.write_all(b"n\r").expect("typed");
    until(&mut channel, "new password> ");
    channel.write_all(b"\x03").expect("typed");
    until(&mut channel, PROMPT);
    let answer = crate::operator::exec(&session, "say x");
    assert_eq!(answer, Ok(("x\r\nend\r\n".into(), 0)));
}
