//! By which proof an operator logs in, and what a person at a terminal is
//! asked.

use std::fs::File;
use std::process::Command;

use super::script::Script;
use crate::keys;
use crate::terminal::{Talk, sit};
use crate::world::{Operator, Said};

const SUITE: &str = "connection";
const QUERY: [&str; 2] = ["query", "bridges"];
const SECRET: &str = "a \"new\" $ecret;";
const NO_PASSWORD: [(&str, &str); 1] = [("ROUTEROS_PASSWORD", "")];

/// A command whose host key is not asked about.
fn typed<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--accept-host-key"]].concat()
}

/// Runs a command with nothing but these variables.
fn run(script: &mut Script, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let typed = typed(arguments);
    script.run_as(arguments, |operator| operator.run_with(&typed, environment))
}

/// Runs a command at a terminal; what was typed is never a secret in sight.
fn at_a_terminal(
    script: &mut Script,
    arguments: &[&str],
    environment: &[(&str, &str)],
    talk: Talk<'_>,
) -> Said {
    for (question, answer) in talk {
        let answer = if *answer == SECRET {
            "the password"
        } else {
            answer
        };
        script.note(&format!("to {:?} is answered {answer:?}", question.trim()));
    }
    script.run_as(arguments, |operator: &mut Operator<'_>| {
        let (said, shown) = sit(operator, arguments, environment, talk);
        assert!(!shown.contains("ecret"), "{shown}");
        for (_, answer) in talk.iter().filter(|(_, answer)| *answer != SECRET) {
            assert!(shown.contains(answer), "{shown}");
        }
        said
    })
}

/// A switch whose password is not the factory's.
fn with_a_password(case: &str) -> Script {
    let mut script = Script::new(SUITE, case, 20);
    let set = "/user/set [find where name=admin] password=\"a \\\"new\\\" \\$ecret;\"";
    assert_eq!(script.world.sim.console(set), "");
    script.note("the switch has a password");
    script
}

#[test]
fn a_password_comes_from_a_file_from_stdin_from_the_environment_or_a_person() {
    let mut script = with_a_password("a-password-from-everywhere");
    script.file("password", &format!("{SECRET}\nnot this line\n"));
    let file = [&QUERY[..], &["--password-file", "password"]].concat();
    let mut all = vec![run(&mut script, &file, &[])];
    let stdin = [&QUERY[..], &["--password-file", "-"]].concat();
    let password = script.world.home().join("password");
    let line = typed(&stdin);
    all.push(script.run_as(&stdin, |operator| {
        let mut command = operator.command(&line, &[]);
        command.stdin(File::open(password).expect("there"));
        Said::of(command.output().expect("runs"))
    }));
    all.push(run(&mut script, &QUERY, &[("ROUTEROS_PASSWORD", SECRET)]));
    // Whoever is at a terminal need not be told to ask.
    let asked = [("password of admin: ", SECRET)];
    for arguments in [
        &typed(&QUERY),
        &typed(&[&QUERY[..], &["--ask-password"]].concat()),
    ] {
        all.push(at_a_terminal(&mut script, arguments, &[], &asked));
    }
    for said in all {
        let said = said.ends(0);
        assert!(said.out.starts_with("bridge (1)"), "{}", said.out);
        assert!(!format!("{}{}", said.out, said.err).contains("ecret"));
    }
    script.matches();
}

/// A switch from the factory gets its name, a key and a password.
fn bootstrapped(script: &mut Script, more: &[&str], environment: &[(&str, &str)]) -> Said {
    script.office(&[]);
    script.file("new-password", &format!("{SECRET}\n"));
    let given = ["bootstrap", "--yes", "--new-password-file", "new-password"];
    let arguments = [&given[..], more, &["office.toml"]].concat();
    let said = run(script, &arguments, environment).ends(0);
    assert!(!format!("{}{}", said.out, said.err).contains("ecret"));
    said
}

#[test]
fn an_authorized_key_logs_in_and_nothing_else_does() {
    let mut script = Script::new(SUITE, "an-authorized-key", 16);
    let home = script.world.home().to_owned();
    keys::write(&keys::pair(1), &home, "id");
    keys::write(&keys::pair(2), &home, "other");
    let more = ["--authorize-key", "id.pub", "--key", "id"];
    let said = bootstrapped(&mut script, &more, &[]);
    assert_eq!(said.out, "done: identity, key, password\n");
    let with = |key| [&QUERY[..], &["--key", key]].concat();
    run(&mut script, &with("id"), &[]).ends(0);
    script.note("the device does not know another key, and takes no password any more");
    for (arguments, password) in [(&with("other")[..], None), (&QUERY, Some(SECRET))] {
        let password = password.map(|secret| ("ROUTEROS_PASSWORD", secret));
        let refused = run(&mut script, arguments, password.as_slice());
        let refused = refused.ends(5);
        assert!(
            refused.err.contains("error[login-refused]"),
            "{}",
            refused.err
        );
        assert_eq!(script.world.sim.log(), []);
    }
    script.note("a second time");
    let again = bootstrapped(&mut script, &more, &[]);
    assert_eq!(again.out, "no change\n");
    script.wrote_nothing();
    script.matches();
}

#[test]
fn a_key_that_an_agent_holds_logs_in() {
    let mut script = Script::new(SUITE, "a-key-of-the-agent", 20);
    let home = script.world.home().to_owned();
    keys::write(&keys::pair(3), &home, "id");
    let socket = keys::agent(keys::pair(3), &home);
    std::fs::remove_file(home.join("id")).expect("only the agent has it now");
    let agent = [("SSH_AUTH_SOCK", socket.to_str().expect("text"))];
    let said = bootstrapped(&mut script, &["--authorize-key", "id.pub"], &agent);
    assert_eq!(said.out, "done: identity, key, password\n");
    run(&mut script, &QUERY, &agent).ends(0);
    script.matches();
}

#[test]
fn a_key_that_would_lock_out_is_taken_back() {
    let mut script = Script::new(SUITE, "a-key-without-its-other-half", 20);
    script.office(&[]);
    script.file("new-password", &format!("{SECRET}\n"));
    let home = script.world.home().to_owned();
    keys::write(&keys::pair(4), &home, "mine");
    keys::write(&keys::pair(5), &home, "other");
    let given = ["bootstrap", "--yes", "--new-password-file", "new-password"];
    let more = [
        "--authorize-key",
        "other.pub",
        "--key",
        "mine",
        "office.toml",
    ];
    let arguments = [&given[..], &more].concat();
    let said = run(&mut script, &arguments, &[]).ends(5);
    assert!(
        said.err.contains("the password holds as before"),
        "{}",
        said.err
    );
    assert_eq!(script.count("/user/ssh-keys find"), 0);
    run(&mut script, &QUERY, &NO_PASSWORD).ends(0);
    script.matches();
}

const TRUST: &str = "is it the device's? [y/N] ";

/// The lines of the file in which host keys are remembered.
fn known(script: &Script) -> usize {
    let file = script.world.home().join(".ssh/known_hosts");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().count()
}

#[test]
fn a_host_key_that_is_confirmed_is_remembered() {
    let mut script = Script::new(SUITE, "a-host-key-is-confirmed", 20);
    at_a_terminal(&mut script, &QUERY, &NO_PASSWORD, &[(TRUST, "y")]).ends(0);
    assert_eq!(known(&script), 1);
    script.note("from then on it is known, and nobody is asked");
    let arguments = QUERY;
    let said = script.run_as(&arguments, |operator| {
        operator.run_with(&arguments, &NO_PASSWORD)
    });
    assert_eq!(said.ends(0).err, "");
    assert_eq!(known(&script), 1);
    script.matches();
}

#[test]
fn a_host_key_that_is_declined_ends_it() {
    let mut script = Script::new(SUITE, "a-host-key-is-declined", 20);
    for answer in ["n", ""] {
        let said = at_a_terminal(&mut script, &QUERY, &NO_PASSWORD, &[(TRUST, answer)]);
        let said = said.ends(5);
        assert!(said.err.contains("error[host-key-unknown]"), "{}", said.err);
        assert_eq!(said.out, "");
        assert_eq!(script.world.sim.log(), []);
        assert_eq!(known(&script), 0);
    }
    script.matches();
}

#[test]
fn a_changed_host_key_is_forgotten_as_the_hint_says() {
    let script = Script::new(SUITE, "unshown", 20);
    let home = script.world.home();
    let operator = script.world.at("ether24");
    let arguments = [&QUERY[..], &["--known-hosts", "my known"]].concat();
    let other = keys::pair(9).public_key().to_openssh().expect("a key");
    let line = format!("[127.0.0.1]:{} {other}\n", operator.dial.port());
    std::fs::write(home.join("my known"), line).expect("written");
    let said = operator.run(&arguments).ends(5);
    assert!(said.err.contains("error[host-key-changed]"), "{}", said.err);
    let (_, remedy) = said.err.split_once("why it changed: ").expect("a remedy");
    let ran = Command::new("sh")
        .args(["-c", remedy.trim()])
        .current_dir(home)
        .output();
    if !ran.expect("sh runs").status.success() {
        eprintln!("skipped: no ssh-keygen");
        return;
    }
    operator.run(&arguments).ends(0);
}

#[test]
fn a_person_gives_a_password_twice_and_says_yes() {
    let mut script = Script::new(SUITE, "a-person-at-a-terminal", 20);
    script.office(&[]);
    let arguments = ["bootstrap", "--accept-host-key", "office.toml"];
    let once = ("new password: ", SECRET);
    let differ = [once, ("new password again: ", "something else")];
    let said = script.run_as(&arguments, |operator| {
        sit(operator, &arguments, &NO_PASSWORD, &differ).0
    });
    assert!(said.ends(64).err.contains("passwords differ"));
    assert_eq!(script.world.sim.log(), []);
    let asked = "give this device its name and a password? [y/N] ";
    let talk = [once, ("new password again: ", SECRET), (asked, "y")];
    at_a_terminal(&mut script, &arguments, &NO_PASSWORD, &talk).ends(0);
    let password = [("ROUTEROS_PASSWORD", SECRET)];
    let apply = ["apply", "--confirm-within", "1h", "office.toml"];
    let no = [("carry it out? [y/N] ", "n")];
    let said = at_a_terminal(&mut script, &apply, &password, &no).ends(3);
    assert!(said.err.contains("error[declined]"), "{}", said.err);
    script.wrote_nothing();
    let yes = [("carry it out? [y/N] ", "y")];
    let operator = script.world.at("ether24");
    let accept = typed(&apply);
    let (said, _) = sit(&operator, &accept, &password, &yes);
    let said = said.ends(0);
    assert!(said.out.contains("done: 45 steps"), "{}", said.out);
    script.note(&format!("and answered with y: {}", said.out.trim()));
    script.matches();
}
