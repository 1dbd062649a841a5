use super::*;

const TOKEN: &str = "eyJh.eyJz.c2ln";

#[test]
fn an_entry_comes_and_goes() {
    let block = "machine cache\nlogin garret\npassword eyJh.eyJz.c2ln\n";
    for (name, before, after) in [
        ("nothing there", "", block.to_owned()),
        (
            "another host",
            "machine a login b password c\n",
            format!("machine a login b password c\n{block}"),
        ),
        (
            "no newline at the end",
            "machine a password c",
            format!("machine a password c\n{block}"),
        ),
        (
            "default stays last",
            "machine a password c\ndefault login x password y\n",
            format!("machine a password c\n{block}default login x password y\n"),
        ),
        (
            "comments, macros and quotes stay",
            "# machine cache password no\nmacdef init\nmachine cache\n\nmachine \"b\" password \"p \\\"q\"\n",
            format!(
                "# machine cache password no\nmacdef init\nmachine cache\n\nmachine \"b\" password \"p \\\"q\"\n{block}"
            ),
        ),
    ] {
        let added = add(before, "cache", TOKEN, false).expect(name);
        assert_eq!(added, after, "{name}");
        assert_eq!(
            add(&added, "cache", TOKEN, false).as_deref(),
            Ok(after.as_str()),
            "{name}: twice"
        );
        let back = remove(&added, "cache", TOKEN);
        assert_eq!(back.trim_end(), before.trim_end(), "{name}: taken back");
    }
}

#[test]
fn another_token_is_replaced_only_when_asked() {
    for (name, before, forced) in [
        (
            "one line",
            "machine cache login me password old\n",
            "machine cache login me password eyJh.eyJz.c2ln\n",
        ),
        (
            "three lines",
            "machine cache\n  password \"old one\"\n  login me\nmachine b password p\n",
            "machine cache\n  password eyJh.eyJz.c2ln\n  login me\nmachine b password p\n",
        ),
        (
            "no password",
            "machine cache login me\n",
            "machine cache login me\npassword eyJh.eyJz.c2ln\n",
        ),
    ] {
        assert_eq!(
            add(before, "cache", TOKEN, false),
            Err(NetrcError::OtherPassword),
            "{name}"
        );
        assert_eq!(
            add(before, "cache", TOKEN, true).as_deref(),
            Ok(forced),
            "{name}"
        );
        assert_eq!(
            remove(before, "cache", TOKEN),
            before,
            "{name}: not ours to take"
        );
    }
}

#[test]
fn the_right_entry_is_found() {
    let text = "machine a password 1\nmachine b login l password 2\ndefault password 3\nmachine c password 4\n";
    for (host, password) in [("a", "1"), ("b", "2"), ("zzz", "3")] {
        assert_eq!(
            lookup(text, host).expect(host).password(),
            Some(password),
            "{host}"
        );
    }
    assert!(lookup("machine a password 1", "b").is_none());
    assert!(
        !format!("{:?}", lookup(text, "b")).contains('2'),
        "passwords are not shown"
    );
}

#[test]
fn tokens_that_do_not_fit_are_refused() {
    for token in ["", "a b", "a\nmachine evil", "a\"b", "a#b"] {
        assert_eq!(
            add("", "cache", token, true),
            Err(NetrcError::Unfit),
            "{token:?}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in "[a-z\" \\\\\n#machinedefaultpassword]{0,80}") {
        let _ = parse(&text);
        if let Ok(added) = add(&text, "cache", TOKEN, false) {
            proptest::prop_assert!(added.len() >= text.len());
        }
        let _ = remove(&text, "a", "b");
    }
}
