//! What no rule describes is refused.

use super::sample::{addresses, bare, bridges, dns, item, name};
use crate::items::{legend, view};
use routeros_sim::export::{Head, Options as ExportOptions, export};
use routeros_sim::print::{Form, Options, print};
use routeros_sim::view::{Layout, View};
use routeros_sim::{UNKNOWN, Version};

fn assert_refused(view: &View, form: Form) {
    let text = print(
        view,
        Options {
            form,
            ..Options::default()
        },
        Version::new(16),
    );
    assert!(text.starts_with(UNKNOWN), "{text}");
    assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
}

#[test]
fn forms_that_were_never_seen_are_refused() {
    assert_refused(&addresses(), Form::ValueList);
    let mut dynamic = addresses();
    dynamic.rows.drain(..2);
    dynamic.rows.truncate(1);
    assert_refused(&dynamic, Form::ValueList);
    for form in [Form::Detail, Form::Terse, Form::Brief, Form::ValueList] {
        assert_refused(&dns(), form);
    }
    let mut none = addresses();
    none.rows.clear();
    assert_refused(&none, Form::Detail);
    let options = Options {
        form: Form::Detail,
        show_ids: true,
        ..Options::default()
    };
    let text = print(&addresses(), options, Version::new(16));
    assert!(text.starts_with(UNKNOWN), "{text}");
}

#[test]
fn items_that_were_never_seen_are_refused() {
    let mut both = addresses();
    both.rows[0].warnings = vec!["inactive".to_owned()];
    assert_refused(&both, Form::Own);
    let mut warned = addresses();
    warned.rows[1].warnings = vec!["inactive".to_owned()];
    assert_refused(&warned, Form::Detail);
    let one = |value| {
        view(
            Layout::Table,
            legend("X - disabled"),
            vec![item(0, &[], None, &[("name", value)])],
        )
    };
    assert_refused(&one(bare("")), Form::Terse);
    for odd in ["a\"b", "a\\b", "a\nb"] {
        assert_refused(&one(name(odd)), Form::Detail);
    }
    let mut long = one(name(&"n".repeat(255)));
    long.columns = &["name"];
    assert_refused(&long, Form::Own);
}

#[test]
fn a_section_without_a_known_place_is_refused() {
    let mut unplaced = bridges();
    unplaced.path = "/interface/gre";
    let head = Head::Virtual { id: String::new() };
    let time = "2026-11-02 08:00:00";
    let text = export(
        &[unplaced],
        &head,
        time,
        ExportOptions::default(),
        Version::new(16),
    );
    assert!(text.starts_with(UNKNOWN), "{text}");
}
