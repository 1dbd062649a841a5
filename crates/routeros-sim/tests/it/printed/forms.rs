//! Forms for people.

use super::check;
use super::sample::{
    addresses, bridges, counters, dns, long_host_name, one_column_too_wide, vlan_table,
};
use crate::items::legend;
use routeros_sim::Version;
use routeros_sim::print::{Form, Options, print};
use routeros_sim::view::View;

const OLD: Version = Version::new(16);
const NEW: Version = Version::new(20);

fn in_form(view: &View, form: Form) -> String {
    print(
        view,
        Options {
            form,
            ..Options::default()
        },
        OLD,
    )
}

#[test]
fn tables() {
    check("table-addresses", &in_form(&addresses(), Form::Own));
    check("table-several-values", &in_form(&vlan_table(), Form::Own));
    check("table-brief-of-blocks", &in_form(&bridges(), Form::Brief));
}

#[test]
fn a_table_wider_than_eighty_columns_cuts_headings_and_drops_columns() {
    let squeezed = in_form(&counters(), Form::Own);
    check("table-squeezed", &squeezed);
    let heading = squeezed.lines().nth(1).expect("a heading");
    assert!(heading.chars().count() <= 80, "{heading}");
    check(
        "table-squeezed-last-of-equals",
        &in_form(&one_column_too_wide(), Form::Own),
    );
    check("table-dropped", &in_form(&long_host_name(), Form::Own));
}

#[test]
fn rows_are_padded_to_the_length_of_the_heading() {
    for view in [addresses(), vlan_table(), counters(), long_host_name()] {
        let text = in_form(&view, Form::Own);
        let lines = text.lines().filter(|line| !line.is_empty());
        let rows: Vec<usize> = lines
            .skip_while(|line| !line.trim_start().starts_with('#'))
            .filter(|line| !line.starts_with(";;;"))
            .map(|line| line.chars().count())
            .collect();
        assert!(
            rows.len() > 1 && rows.iter().all(|len| *len == rows[0]),
            "{text}"
        );
    }
}

#[test]
fn a_comment_of_two_lines_goes_on_without_a_mark() {
    let mut view = addresses();
    view.rows[0].comment = Some("first\nsecond".to_owned());
    assert!(in_form(&view, Form::Own).contains("\n;;; first\nsecond\n0 "));
}

#[test]
fn ids_stand_in_place_of_numbers_in_the_case_of_the_version() {
    let options = Options {
        show_ids: true,
        ..Options::default()
    };
    check("show-ids-before-7.20", &print(&addresses(), options, OLD));
    check("show-ids-from-7.20", &print(&addresses(), options, NEW));
}

#[test]
fn blocks() {
    check("detail-addresses", &in_form(&addresses(), Form::Detail));
    check("detail-bridges", &in_form(&bridges(), Form::Own));
    let mut wide = addresses();
    wide.flags = legend(
        "D - dynamic; X - disabled, I - inactive, A - active; H - hw-offload, T - tagged; S - slave",
    )
    .leak();
    check("detail-long-legend", &in_form(&wide, Form::Detail));
}

#[test]
fn one_line_an_item() {
    check("terse", &in_form(&addresses(), Form::Terse));
}

#[test]
fn one_line_a_property() {
    let mut first = addresses();
    first.rows.truncate(1);
    check("value-list", &in_form(&first, Form::ValueList));
    check("singleton-before-7.18", &in_form(&dns(), Form::Own));
    check(
        "singleton-from-7.18",
        &print(&dns(), Options::default(), Version::new(18)),
    );
}

#[test]
fn the_number_of_items_alone() {
    let options = Options {
        count_only: true,
        ..Options::default()
    };
    assert_eq!(print(&addresses(), options, OLD), "4\n");
}

#[test]
fn nothing_to_print() {
    for (mut view, form, expected) in [
        (addresses(), Form::Own, "\n"),
        (addresses(), Form::Terse, "\n"),
        (
            bridges(),
            Form::Own,
            "Flags: X - disabled, R - running \n\n",
        ),
    ] {
        view.rows.clear();
        assert_eq!(in_form(&view, form), expected);
    }
}
