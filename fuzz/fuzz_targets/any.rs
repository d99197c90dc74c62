//! The program that libFuzzer drives. `FUZZ_TARGET` names the target; see ../README.md.

#![no_main]

use std::sync::LazyLock;

use provost_fuzz::{Target, chosen};

static TARGET: LazyLock<Target> = LazyLock::new(chosen);

libfuzzer_sys::fuzz_target!(init: { LazyLock::force(&TARGET); }, |data: &[u8]| (TARGET.run)(data));
