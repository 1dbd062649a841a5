//! Error codes are stable and complete.

use std::collections::BTreeSet;

use cache_api::{ErrorBody, ErrorCode};

use crate::fixture;

#[test]
fn the_list_of_codes_changes_only_knowingly() {
    let list: String = ErrorCode::ALL
        .iter()
        .map(|code| format!("{} {code}\n", code.http()))
        .collect();
    let path = fixture("error-codes.txt");
    expect_test::expect_file![path.as_str()].assert_eq(&list);
}

#[test]
fn every_code_is_distinct_and_reads_back() {
    let texts: BTreeSet<&str> = ErrorCode::ALL.iter().map(ErrorCode::as_str).collect();
    assert_eq!(texts.len(), ErrorCode::ALL.len());
    for code in ErrorCode::ALL {
        let json = serde_json::to_string(code).unwrap();
        assert_eq!(json, format!("\"{code}\""));
        assert_eq!(&serde_json::from_str::<ErrorCode>(&json).unwrap(), code);
        assert!(
            code.as_str()
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{code}"
        );
    }
}

#[test]
fn every_code_says_what_it_means_and_what_to_do() {
    for code in ErrorCode::ALL {
        let (meaning, hint) = (code.meaning(), code.hint());
        assert!(
            meaning.ends_with('.') && meaning.starts_with(char::is_uppercase),
            "{code}"
        );
        assert!(!hint.is_empty() && !hint.ends_with('.'), "{code}");
        // Both stand in cells of a table, and on one line of a terminal.
        assert!(
            !format!("{meaning}{hint}").contains(['|', '\n', '"']),
            "{code}"
        );
        assert!((400..=511).contains(&code.http()), "{code}");
        assert_eq!(ErrorBody::new(code.clone(), "").hint.as_deref(), Some(hint));
    }
}

#[test]
fn only_what_may_pass_by_itself_is_transient() {
    for code in ErrorCode::ALL {
        let own_fault = matches!(code.http(), 401..=407 | 409..=428 | 431 | 507);
        assert!(!(own_fault && code.is_transient()), "{code}");
    }
    // A full allowance does not empty by waiting, and a wrong store is for people.
    assert!(!ErrorCode::UnpublishedLimit.is_transient());
    assert!(!ErrorCode::WrongStore.is_transient());
    assert!(ErrorCode::Overloaded.is_transient() && ErrorCode::TooManyRequests.is_transient());
}

#[test]
fn a_code_of_a_newer_server_is_kept() {
    let body: ErrorBody = serde_json::from_str(r#"{"code":"of_tomorrow","message":"m"}"#).unwrap();
    assert_eq!(body.code, ErrorCode::Other("of_tomorrow".to_owned()));
    assert_eq!(
        serde_json::to_string(&body).unwrap(),
        r#"{"code":"of_tomorrow","message":"m"}"#
    );
    assert_eq!((body.code.http(), body.code.is_transient()), (500, false));
}
