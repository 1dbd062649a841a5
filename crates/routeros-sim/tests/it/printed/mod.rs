//! What the printers make of views of our own, against files that were made from the rules.

mod exports;
mod forms;
mod refusals;
mod sample;
mod values;

/// Compares with a file of `tests/fixtures/printed`.
fn check(name: &str, text: &str) {
    let path = format!(
        "{}/tests/fixtures/printed/{name}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    expect_test::expect_file![path].assert_eq(text);
}
