//! A policy that a server has published.

use provost::config::published::{Published, is_reserved};

pub(crate) fn run(data: &[u8]) {
    let _ = is_reserved(data);
    let Ok(published) = Published::parse(data, "test") else { return };
    let written = published.text();
    let again = Published::parse(written.as_bytes(), "test").expect("a policy that was written");
    assert_eq!(again, published);
    assert!(again.is_as(&published));
    assert_eq!(again.sources("origin").len(), published.sources("origin").len());
}
