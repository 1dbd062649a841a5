//! Single frames: what the checks say, against zstd itself.

use chunk_store::frame::{Decoder, MAX_RAW, check_header, compress_bound};

/// What a frame that passes its checks is, by zstd's own account; whether it
/// decodes, and to what.
pub(crate) fn check(frame: &[u8], raw_len: u32) -> Option<Vec<u8>> {
    let wanted = raw_len as usize;
    let checked = check_header(frame, raw_len);
    let mut decoder = Decoder::new();
    let decoded = decoder.decode(frame, wanted).map(<[u8]>::to_vec);
    if let Err(error) = checked {
        assert_eq!(decoded.as_ref(), Err(&error), "decoding checks first");
        return None;
    }
    assert!((1..=MAX_RAW).contains(&wanted) && frame.len() <= compress_bound(wanted));
    let size = zstd_safe::find_frame_compressed_size(frame);
    assert_eq!(size, Ok(frame.len()), "zstd finds another end");
    let told = zstd_safe::get_frame_content_size(frame);
    assert!(told.is_ok_and(|told| told == Some(u64::from(raw_len))));
    assert_eq!(zstd_safe::get_dict_id_from_frame(frame), None);
    let stream = zstd::stream::decode_all(frame).ok();
    let stream = stream.filter(|raw| raw.len() == wanted);
    assert_eq!(
        decoded.as_ref().ok(),
        stream.as_ref(),
        "zstd decodes otherwise"
    );
    stream
}
