#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| format_oracles::token(data));
