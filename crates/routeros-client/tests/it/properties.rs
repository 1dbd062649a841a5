//! Whatever a value holds, it stays one value: through the builder and the
//! reader of exports, wrapped and not.

use proptest::prelude::*;

use routeros_client::command::{Command, Target};
use routeros_client::export::{Statement, Token, parse, parse_command, wrapped};
use routeros_client::row::Id;
use routeros_client::schema::Kind;
use routeros_client::value::{Duration, Mac, Prefix, Ranges, Type, Value, Vlans};

/// Text with everything that could end a value, up to 255 characters.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        3 => proptest::sample::select(vec!['"', '\\', '$', '\n', '\r', '\t', ';', '[', ']', '{', '}', '(', ')', '#', '?', '=', ' ', ',', '/', ':', '_', '\0']),
        1 => any::<char>(),
    ];
    let collect = |all: Vec<char>| all.into_iter().collect::<String>();
    let many = proptest::collection::vec(character.clone(), 0..=255).prop_map(collect);
    // Few enough that all of them may be harmless but one.
    let few = proptest::collection::vec(character, 0..=3).prop_map(collect);
    prop_oneof![6 => many, 6 => few, 1 => Just("x".repeat(255)), 1 => Just("ä".repeat(255)), 1 => Just(" ".repeat(255)), 1 => Just("\\".repeat(255))]
}

fn argument(name: &str, value: &str) -> Token {
    Token::Argument {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

proptest! {
    #![proptest_config(crate::cases::cases(512))]

    #[test]
    fn no_value_leaves_its_place_in_a_command(name in text(), comment in text()) {
        let value = |text: &String| Type::Text.read(text).expect("any text");
        let find = vec![("name".to_owned(), value(&name)), ("comment".to_owned(), value(&comment))];
        let command = Command::set(Kind::Bridge, Target::Find(find)).with("comment", value(&comment)).with("pvid", Value::Number(10));
        let line = command.to_string();
        prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
        let Ok(Statement::Command { verb, tokens, .. }) = parse_command(&line) else { panic!("{line}") };
        prop_assert_eq!(verb, "set");
        let and = Token::Word("and".to_owned());
        let found = Token::Find(vec![argument("name", &name), and, argument("comment", &comment)]);
        prop_assert_eq!(tokens, vec![found, argument("comment", &comment), argument("pvid", "10")]);
    }

    #[test]
    fn no_name_leaves_its_place_as_a_target(name in text()) {
        let line = Command::remove(Kind::Pool, Target::Name(name.clone())).to_string();
        let Ok(Statement::Command { tokens, .. }) = parse_command(&line) else { panic!("{line}") };
        // A number, an id or a list is looked for, so that it is a name.
        let looked_for = Token::Find(vec![argument("name", &name)]);
        prop_assert!(tokens == [looked_for] || tokens == [Token::Word(name)], "{line}");
    }

    #[test]
    fn a_wrapped_line_says_what_the_whole_line_said(values in proptest::collection::vec(text(), 1..4)) {
        let tokens: Vec<Token> = values.iter().enumerate().map(|(at, value)| argument(&format!("name-{at}"), value)).collect();
        let page = format!("/ip pool\n{}\n", wrapped("add", &tokens));
        prop_assert!(page.lines().all(|line| line.len() <= 79), "{page}");
        let export = parse(&page).expect("parses");
        prop_assert_eq!(export.to_string(), page);
        let Statement::Command { tokens: read, .. } = &export.statements[1] else { panic!("no command") };
        prop_assert_eq!(read, &tokens);
    }

    #[test]
    fn spans_of_time_are_read_as_written(seconds in 0..=4_000_000_000_u64) {
        let span = Duration::from_seconds(seconds);
        prop_assert_eq!(Duration::read(&span.to_string()), Ok(span));
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let clock = format!("{}d{:02}:{:02}:{:02}", days, rest / 3600, rest / 60 % 60, rest % 60);
        prop_assert_eq!(Duration::read(&clock), Ok(span));
    }

    #[test]
    fn vlan_sets_are_read_as_written(ids in proptest::collection::btree_set(1..=4094_u16, 1..60)) {
        let vlans = Vlans(ids.clone());
        prop_assert_eq!(Vlans::read(&vlans.to_string()).expect("reads"), vlans.clone());
        let one_by_one: Vec<_> = ids.iter().rev().map(ToString::to_string).collect();
        prop_assert_eq!(Vlans::read(&one_by_one.join(";")).expect("reads"), vlans);
    }

    #[test]
    fn ranges_prefixes_and_macs_are_read_as_written(a: u32, b: u32, length in 0..=32_u8, mac: [u8; 6]) {
        let address = std::net::Ipv4Addr::from_bits;
        let range = Ranges(vec![(address(a.min(b)), address(a.max(b))), (address(b), address(b))]);
        prop_assert_eq!(Ranges::read(&range.to_string()).expect("reads").0, range.0);
        let prefix = Prefix { address: address(a).into(), length };
        prop_assert_eq!(Prefix::read(&prefix.to_string()), Ok(prefix));
        prop_assert!(prefix.network().contains(address(a).into()));
        prop_assert_eq!(Mac::read(&Mac(mac).to_string().to_lowercase()), Ok(Mac(mac)));
    }

    #[test]
    fn ids_have_no_case(number: u64) {
        let id = Id::read(&format!("*{number:x}"));
        prop_assert!(id.is_some());
        prop_assert_eq!(id, Id::read(&format!("*{number:X}")));
    }
}
