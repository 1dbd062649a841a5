//! What ties each form to a real device, as `tests/fixtures/ties.txt` lists it.

/// Why a form may be printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tie {
    /// A step of a transcript: its file and its command.
    Seen(&'static str),
    /// A test that states a known rule in values of its own.
    Rule(&'static str),
    /// An entry of `src/inferred.md`: nobody knows, and the client needs it.
    Inferred(&'static str),
}

const LIST: &str = include_str!("../../fixtures/ties.txt");

/// The lines of a section: what is tied, and the tie.
pub(super) fn section(name: &str) -> Vec<(Vec<&'static str>, Tie)> {
    let lines = LIST
        .lines()
        .skip_while(|line| !line.starts_with(&format!("[{name}]")));
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty()).map(line).collect()
}

fn line(line: &'static str) -> (Vec<&'static str>, Tie) {
    let mut fields: Vec<&str> = line.split(" | ").collect();
    let tie = fields.pop().and_then(|tie| tie.split_once(' '));
    let tie = match tie {
        Some(("seen", step)) => Tie::Seen(step),
        Some(("rule", test)) => Tie::Rule(test),
        Some(("inferred", entry)) => Tie::Inferred(entry),
        _ => panic!("without a tie: {line}"),
    };
    (fields, tie)
}

/// A section whose lines say as many things.
pub(super) fn table<const N: usize>(name: &str) -> Vec<([&'static str; N], Tie)> {
    let lines = section(name).into_iter();
    lines
        .map(|(fields, tie)| (fields.try_into().expect("as many fields"), tie))
        .collect()
}
