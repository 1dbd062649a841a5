//! The name that was probably meant.

/// `, did you mean …?` where one of the known names is near enough, else
/// nothing.
pub(crate) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!(", did you mean {near:?}?"))
}

/// The one of the known names that is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known
        .into_iter()
        .map(|other| (distance(name, other), other))
        .min();
    near.filter(|(far, _)| *far <= 2.max(name.chars().count() / 3))
        .map(|(_, other)| other)
}

/// How many letters have to be added, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["pvid", "frame-types", "interface"];
        assert_eq!(hint("frame-type", known), ", did you mean \"frame-types\"?");
        assert_eq!(hint("pivd", known), ", did you mean \"pvid\"?");
        assert_eq!(hint("colour", known), "");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
