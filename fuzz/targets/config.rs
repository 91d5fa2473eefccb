#![no_main]

#[path = "../feed/mod.rs"]
// the other targets' are not used
#[allow(dead_code)]
mod feed;

libfuzzer_sys::fuzz_target!(|data: &[u8]| feed::config::feed(data));
