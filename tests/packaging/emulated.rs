//! The static program under an emulator of processors, which offers little of what confines the
//! judging process: servers of other processors run it so, and some containers.

use super::built::program;
use super::support::{Options, clean, marked};

const MAIN: &str = "refs/heads/main";

#[test]
fn pushes_are_judged_under_an_emulator() {
    let emulator = format!("qemu-{}-static", std::env::consts::ARCH);
    let hook = format!(
        "#!/bin/sh\nexec {emulator} '{}' --isolated -v pre-receive --platform plain\n",
        program().display()
    );
    let server = Options::default().hook(&hook).start();
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
}
