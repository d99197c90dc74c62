//! A clock that jumps: between pushes, and while one is checked.

use super::workshop::Workshop;

#[test]
fn a_clock_that_jumps_breaks_no_chain() {
    let mut workshop = Workshop::new("");
    // Monotonic clocks do not jump.
    let faketime = |when: &str| format!("env DONT_FAKE_MONOTONIC=1 faketime -f '{when}'");
    for when in [
        "-10y",
        "+10y",
        "@2038-01-19 03:14:07",
        "@1970-01-01 00:00:01",
        "+0 i3600.0",
        "-1d i-3600.0",
    ] {
        workshop.below(&faketime(when));
        let pushed = workshop.push(when);
        assert!(pushed.all().contains("new branch"), "{when}: {}", pushed.all());
    }
    workshop.is_well("the clock is right again");
}
