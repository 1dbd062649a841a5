//! Scripts made without a device.

use expect_test::expect_file;
use routeros_client::export::parse;
use routeros_client::render::{Form, render};

use super::factory::{office, office_text};

#[test]
fn scripts_are_as_written_and_can_be_read() {
    let blank = render(&office(), office_text(), Form::Blank).expect("renders");
    expect_file!["../../fixtures/design/office-blank.rsc"].assert_eq(&blank);
    let guarded = render(&office(), office_text(), Form::Guarded).expect("renders");
    expect_file!["../../fixtures/design/office-guarded.rsc"].assert_eq(&guarded);
    for script in [&blank, &guarded] {
        assert!(script.is_ascii() && script.ends_with('\n') && !script.contains('\r'));
    }
    let commands = blank.lines().filter(|line| line.starts_with('/'));
    let commands: String = commands.map(|line| format!("{line}\n")).collect();
    assert!(parse(&commands).is_ok());
}

#[test]
fn the_head_tells_inputs_apart() {
    let one = render(&office(), office_text(), Form::Blank).expect("renders");
    let same = render(&office(), office_text(), Form::Blank).expect("renders");
    let other = render(&office(), "owner = \"attic\"\n", Form::Blank).expect("renders");
    assert_eq!(one, same);
    assert_ne!(one.lines().nth(1), other.lines().nth(1));
}

#[test]
fn no_name_leaves_its_place_in_a_script() {
    let text = "owner = \"attic\"\n[[ip-pool]]\nname = \"a\\\"; /system reset; \\u00e9\"\n\
                ranges = \"10.0.0.1\"\ncomment = \"x }\\n/system reset\"\n";
    let desired = super::factory::read(text);
    for form in [Form::Blank, Form::Guarded] {
        let script = render(&desired, text, form).expect("renders");
        assert!(script.is_ascii());
        assert_eq!(
            script
                .lines()
                .filter(|line| line.starts_with("/system"))
                .count(),
            0
        );
        assert!(script.contains(r#"a\"; /system reset; \C3\A9"#), "{script}");
    }
}
