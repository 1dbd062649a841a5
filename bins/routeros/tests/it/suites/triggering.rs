//! How the tool is called upon: by name, by help, by completion.

use super::script::Script;

const SUITE: &str = "triggering";

#[test]
fn version() {
    let mut script = Script::new(SUITE, "version", 16);
    let said = script.alone(&["--version"]).ends(0);
    assert!(said.out.starts_with("routeros "), "{}", said.out);
    script.matches();
}
