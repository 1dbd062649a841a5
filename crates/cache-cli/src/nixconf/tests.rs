use super::*;

const URL: &str = "http://cache:8080/main";
const KEY: &str = "main:AAAA=";

fn wanted(netrc: Option<&str>) -> Wanted {
    Wanted {
        substituter: URL.into(),
        keys: vec![KEY.into()],
        netrc_file: netrc.map(PathBuf::from),
    }
}

/// Added to `before` gives `after`; adding again changes nothing; taking it back gives `back`.
fn check(before: &str, netrc: Option<&str>, after: &str, back: &str) {
    let wanted = wanted(netrc);
    let added = add(before, &wanted);
    assert_eq!(added, after, "added to {before:?}");
    assert_eq!(add(&added, &wanted), after, "added twice to {before:?}");
    let removed = remove(&added, URL, &wanted.keys, netrc.map(Path::new));
    assert_eq!(removed, back, "taken back from {after:?}");
}

#[test]
fn a_substituter_comes_and_goes() {
    let pair =
        "extra-substituters = http://cache:8080/main\nextra-trusted-public-keys = main:AAAA=\n";
    check("", None, pair, "");
    check(
        "",
        Some("/n/netrc"),
        &format!("{pair}netrc-file = /n/netrc\n"),
        "",
    );
    // Comments, blanks, includes and unknown lines stay where they are.
    let odd = "# mine\n\n  cores = 4   # four\n!include secret.conf\nnot a setting\n";
    check(odd, None, &format!("{odd}{pair}"), odd);
    // No newline at the end is mended only where something is added.
    check(
        "cores = 4",
        None,
        &format!("cores = 4\n{pair}"),
        "cores = 4\n",
    );
    // An own list is left alone: a line of ours comes behind it.
    let own = "substituters = https://a\ntrusted-public-keys = a:k\n";
    check(own, None, &format!("{own}{pair}"), own);
    // A line of the same kind is made longer, its comment kept.
    check(
        "extra-substituters = https://b # office\nextra-trusted-public-keys = b:k\n",
        None,
        "extra-substituters = https://b http://cache:8080/main # office\nextra-trusted-public-keys = b:k main:AAAA=\n",
        "extra-substituters = https://b # office\nextra-trusted-public-keys = b:k\n",
    );
    // ... but not where a later line would forget it.
    check(
        "extra-substituters = https://b\nsubstituters = https://c\n",
        None,
        &format!("extra-substituters = https://b\nsubstituters = https://c\n{pair}"),
        "extra-substituters = https://b\nsubstituters = https://c\n",
    );
    check(
        "extra-substituters = https://b\n!include more.conf\n",
        None,
        &format!("extra-substituters = https://b\n!include more.conf\n{pair}"),
        "extra-substituters = https://b\n!include more.conf\n",
    );
}

#[test]
fn what_is_there_already_is_found_in_any_spelling() {
    let there =
        "substituters = https://a http://cache:8080/main/\ntrusted-public-keys = main:AAAA=\n";
    assert_eq!(add(there, &wanted(None)), there);
    let unfinished = there.trim_end();
    assert_eq!(
        add(unfinished, &wanted(None)),
        unfinished,
        "untouched to the byte"
    );
    let with_netrc = format!("netrc-file = /other\n{there}");
    assert_eq!(
        add(&with_netrc, &wanted(Some("/n/netrc"))),
        with_netrc,
        "an own netrc-file is kept"
    );
}

#[test]
fn what_the_user_wrote_by_hand_can_be_taken_back_too() {
    let text = "substituters = https://a http://cache:8080/main/   # two\nnetrc-file = /mine\n";
    assert_eq!(
        remove(text, URL, &[KEY.to_owned()], Some(Path::new("/n/netrc"))),
        "substituters = https://a # two\nnetrc-file = /mine\n"
    );
    let only = "substituters = http://cache:8080/main\n";
    assert_eq!(
        remove(only, URL, &[], None),
        "substituters =\n",
        "an empty list is not the default list"
    );
}

#[test]
fn lists_are_read_as_nix_reads_them() {
    let texts = [
        "substituters = https://a # https://no\nextra-substituters = https://b\n".to_owned(),
        "extra-substituters = https://c\nbinary-caches = https://d\nextra-substituters = https://e"
            .to_owned(),
    ];
    assert_eq!(
        list_value(&texts[..1], "substituters", &["https://x"]),
        ["https://a", "https://b"]
    );
    assert_eq!(
        list_value(&texts, "substituters", &[]),
        ["https://d", "https://e"]
    );
    assert_eq!(
        list_value(&[], "substituters", &["https://x"]),
        ["https://x"]
    );
    assert_eq!(
        text_value(
            &["netrc-file = /a\nnetrc-file = /b\n".to_owned()],
            "netrc-file"
        )
        .as_deref(),
        Some("/b")
    );
}

proptest::proptest! {
    /// Whatever stood there, adding only adds: every old line is still there, in order.
    #[test]
    fn adding_keeps_every_line(lines in proptest::collection::vec("[ a-z=#!/-]{0,20}", 0..8)) {
        let before = lines.join("\n");
        let after = add(&before, &wanted(Some("/n")));
        let mut rest = after.lines();
        for line in before.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let found = rest.any(|other| {
                let mut other = other.split_whitespace();
                words.iter().all(|word| other.any(|found| found == *word))
            });
            proptest::prop_assert!(found, "{line:?} is lost in {after:?}");
        }
        proptest::prop_assert_eq!(&add(&after, &wanted(Some("/n"))), &after);
    }
}
