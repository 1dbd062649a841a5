//! Records: what is read is written, and never more than the limit.

use chunk_store::record::{Record, RecordError};

use crate::input::{Damage, Input};

const LIMIT: usize = 1 << 18;

/// Lines of records that are right.
const HEADS: [&str; 5] = [
    r#"{"version":1,"kind":"publish","cache_uid":"01JD0000000000000000000000","cache_name":"team","settings":{"is_public":false,"priority":41},"time":1800000000}"#,
    r#"{"version":1,"kind":"cache","cache_uid":"01JD0000000000000000000000","cache_name":"team","settings":{},"time":-1,"destroyed":true}"#,
    r#"{"version":1,"kind":"tombstone","cache_uid":"","cache_name":"","settings":{"a":[null,{"b":"\u0000\"é"}]},"time":0}"#,
    r#"{"version":2,"kind":"publish"}"#,
    "",
];
const PATHS: [&str; 4] = [
    r#"{"path":"s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3","nar_hash":"sha256:0s2mqw0h0di75k5ycvd5adrkiymnqzkar431sq7lmrwb1zyygwsc","nar_size":1104,"chunks":""}"#,
    r#"{"path":"s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3","nar_hash":"sha256:0s2mqw0h0di75k5ycvd5adrkiymnqzkar431sq7lmrwb1zyygwsc","nar_size":18446744073709551615,"references":["s3aq8cqnqlycl25376r0b3pj2z2zssrw-golden-3"],"deriver":"v3f9wbzq2gbnkwdgygcab0sj1p9yi2mp-golden-3.drv","ca":"x","sigs":["a","b"],"created_by":"ci\n","replaces":"records/02/00000000000000000000000002.rec","chunks":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    r#"{"path_hash":"s3aq8cqnqlycl25376r0b3pj2z2zssrw","ends":"records/03/00000000000000000000000003.rec"}"#,
    "{}",
];

/// A record, or a blob that resembles one: it encodes to a record that reads as
/// the same, and nothing larger than the limit is read.
pub fn record(data: &[u8]) {
    let mut input = Input::new(data);
    let damage = Damage::read(&mut input);
    match input.byte() % 4 {
        0 => check(input.rest(), None),
        1 => {
            let text = input.rest();
            check(&compress(text), Some(text.len()));
        }
        kind => {
            let mut text = vec![input.choose(&HEADS)];
            let count = input.below(4);
            text.extend((0..count).map(|_| input.choose(&PATHS)));
            let mut text = (text.join("\n") + "\n").into_bytes();
            if kind == 2 {
                damage.apply(&mut text);
                check(&compress(&text), Some(text.len()));
            } else {
                let mut blob = compress(&text);
                damage.apply(&mut blob);
                check(&blob, None);
            }
        }
    }
}

fn compress(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap_or_default()
}

fn check(blob: &[u8], text_len: Option<usize>) {
    let Ok(record) = Record::parse(blob, LIMIT) else {
        return;
    };
    if let Some(len) = text_len {
        assert!(len <= LIMIT && Record::parse(blob, len).is_ok());
        let refused = Record::parse(blob, len - 1);
        assert!(matches!(refused, Err(RecordError::TooLarge(limit)) if limit == len - 1));
    }
    let again = record.encode().and_then(|blob| Record::parse(&blob, LIMIT));
    match again {
        // Fractions are in no setting, and do not always come back the same.
        Ok(again) => assert!(
            again == record || has_fraction(&record),
            "{again:?}\n{record:?}"
        ),
        // What was just within the limit may be written longer.
        Err(RecordError::TooLarge(_)) => {}
        Err(error) => panic!("{error:?}: {record:?}"),
    }
}

fn has_fraction(record: &Record) -> bool {
    fn inside(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Number(number) => number.is_f64(),
            serde_json::Value::Array(list) => list.iter().any(inside),
            serde_json::Value::Object(map) => map.values().any(inside),
            _ => false,
        }
    }
    record.head.settings.values().any(inside)
}
