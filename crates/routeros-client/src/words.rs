//! What is said in more than one place.

/// A number of things: `1 step`, `2 steps`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        let said = [0, 1, 2].map(|count| counted(count, "step"));
        assert_eq!(said, ["0 steps", "1 step", "2 steps"]);
    }
}
