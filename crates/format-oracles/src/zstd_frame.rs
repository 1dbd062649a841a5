//! Single frames: what the checks say, against zstd itself.

use std::cell::RefCell;

use chunk_store::frame::{Decoder, Encoder, FrameError, MAX_RAW, check_header, compress_bound};

thread_local! {
    /// Kept as one should: they hold much memory. Whatever a frame did to one,
    /// the next must come out right.
    static DECODER: RefCell<Decoder> = RefCell::default();
    static ENCODERS: [RefCell<Result<Encoder, FrameError>>; 2] =
        [-3, 5].map(|level| RefCell::new(Encoder::new(level)));
}

/// The frame of these bytes, made at a low level or at a higher one.
pub(crate) fn encode(raw: &[u8], higher: bool) -> Vec<u8> {
    ENCODERS.with(
        |encoders| match &mut *encoders[usize::from(higher)].borrow_mut() {
            Ok(encoder) => encoder.encode(raw).unwrap_or_default(),
            Err(error) => panic!("no encoder: {error}"),
        },
    )
}

/// What a frame that passes its checks is, by zstd's own account; whether it
/// decodes, and to what.
pub(crate) fn check(frame: &[u8], raw_len: u32) -> Option<Vec<u8>> {
    let wanted = raw_len as usize;
    let checked = check_header(frame, raw_len);
    let decoded =
        DECODER.with_borrow_mut(|decoder| decoder.decode(frame, wanted).map(<[u8]>::to_vec));
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
