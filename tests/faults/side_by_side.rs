//! Hooks that run at once, on one log and one ledger, some of which are killed.

use std::time::Duration;

use super::support::Random;
use super::workshop::Workshop;

/// How many hooks run at once.
const HOOKS: usize = 8;

#[test]
fn hooks_at_once_lose_nothing() {
    let mut workshop = Workshop::new("");
    let mut random = Random::new(7);
    let mut accepted = 0;
    for round in 0..20 {
        let mut pushes = Vec::new();
        for at in 0..HOOKS {
            let (id, name) = (workshop.commit(), format!("refs/heads/lab/side-{round}-{at}"));
            let spec = format!("{id}:{name}");
            let push = workshop.client.git(&["push", "--porcelain", "origin", &spec]).start();
            pushes.push((id, push));
        }
        for _ in 0..round % 3 {
            std::thread::sleep(Duration::from_millis(random.below(80) as u64));
            workshop.kill_a_hook();
        }
        let mut ended = Vec::new();
        for (id, (push, _sandbox)) in pushes {
            ended.push((id, push.wait_with_output().unwrap().status.success()));
        }
        accepted += ended.iter().filter(|(_, accepted)| *accepted).count();
        let ended: Vec<(&str, bool)> = ended.iter().map(|(id, is)| (id.as_str(), *is)).collect();
        workshop.look(&format!("round {round}"), &ended);
    }
    assert!(accepted > 20 * HOOKS / 2, "{accepted} were accepted");
    workshop.is_well("hooks at once");
}
