//! What is said in more than one place.

/// A number of things: `1 step`, `2 steps`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// Names that are numbered in a row, as one: `ether1 to ether24`.
pub(crate) fn spans<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let place = |name: &'a str| {
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        (stem, name[stem.len()..].parse::<u32>().ok(), name)
    };
    let mut names: Vec<_> = names.into_iter().map(place).collect();
    names.sort_unstable();
    let spans = names.chunk_by(|(stem, number, _), (other, next, _)| {
        stem == other && number.is_some_and(|number| *next == number.checked_add(1))
    });
    let spans = spans.map(|span| match span {
        [(.., first), .., (.., last)] => format!("{first} to {last}"),
        [(.., only)] => (*only).to_owned(),
        [] => String::new(),
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_numbered_in_a_row_is_one_span() {
        let names = ["ether2", "sfp1", "ether10", "ether1", "ether3", "uplink"];
        assert_eq!(
            spans(names),
            ["ether1 to ether3", "ether10", "sfp1", "uplink"]
        );
        assert_eq!(spans(["ether01"]), ["ether01"]);
        assert_eq!(spans(["ether99999999999999"]), ["ether99999999999999"]);
        assert_eq!(spans([]), [""; 0]);
    }

    #[test]
    fn one_is_no_plural() {
        let said = [0, 1, 2].map(|count| counted(count, "step"));
        assert_eq!(said, ["0 steps", "1 step", "2 steps"]);
    }
}
