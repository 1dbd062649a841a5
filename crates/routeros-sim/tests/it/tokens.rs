//! Lines of words that belong to the language, in any order: none may make the simulator panic.

use crate::lab::Lab;
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "/ip/address",
    "/interface bridge",
    "/interface/bridge/vlan",
    "/system/script",
    "/file",
    "/ip dns",
    "add",
    "set",
    "get",
    "find",
    "where",
    "print",
    "detail",
    "as-value",
    "terse",
    "export",
    "remove",
    "numbers=",
    "interface=ether1",
    "address=1.1.1.1/24",
    "name=b",
    "comment=",
    "disabled=yes",
    "vlan-ids=1-5",
    "tagged=b",
    "!comment",
    "*1",
    "0",
    "1h",
    ",",
    "=",
    "!=",
    "<",
    "~",
    "in",
    "and",
    "or",
    "!",
    "->",
    "+",
    "-",
    "*",
    ".",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "$a",
    "$",
    ";",
    "#",
    "\u{e4}",
    ":put",
    ":len",
    ":if",
    ":foreach i in=",
    ":local a",
    ":onerror e in={",
    ":do {",
    "do={",
    "else={",
    "on-error={",
    ":serialize to=json value=",
    ":parse",
    ":pick",
    ":find",
    ":toarray",
    ":error",
    ":return",
];

proptest! {
    #![proptest_config(crate::cases::cases(200))]

    #[test]
    fn no_line_of_words_makes_the_simulator_panic(
        words in proptest::collection::vec((proptest::sample::select(WORDS), any::<bool>()), 0..14)
    ) {
        let mut lab = Lab::factory(20);
        let mut line = String::new();
        for (word, blank) in words {
            line.push_str(word);
            if blank {
                line.push(' ');
            }
        }
        lab.type_in(&line);
        lab.type_in(&format!(":put [{line}]"));
        let count = lab.type_in(":put [:len [/interface/ethernet/find]]");
        prop_assert_eq!(count, "26\n", "{}", line);
    }
}
