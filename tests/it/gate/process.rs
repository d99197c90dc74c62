//! The process that judges for the gate: however it ends, the push has an answer and a
//! record.

use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::{Client, Options, PROVOST, Sandbox, TestServer, clean};

/// A ref whose name is a mark that the built-in policy rejects under this policy.
const AGENT_REF: &str = "refs/heads/copilot/fix-1";
/// More commits than are judged before a test has found the process.
const MANY: usize = 30_000;

/// A server that observes or enforces, with a log, and a ref with more commits than are judged
/// at once.
fn server(rules: &str) -> (TestServer, Client) {
    let sandbox = Sandbox::new();
    let log = format!("[log]\nfile = \"{}\"\n", sandbox.path("log.jsonl").display());
    let server = TestServer::start(sandbox, Options::default().rules(&format!("{rules}\n{log}")));
    let client = server.client();
    let mut stream = String::new();
    for at in 0..MANY {
        let (message, time) = (clean(&format!("C{at}")), 1_767_225_600 + at);
        stream.push_str(&format!(
            "commit refs/heads/main\ncommitter A <a@example.com> {time} +0000\ndata {}\n{message}\n",
            message.len()
        ));
    }
    client.git(&["fast-import", "--quiet", "--force"]).input(stream).ok();
    (server, client)
}

/// A hook that runs by hand, with the objects of the push already there.
struct Hook {
    gate: Child,
    judge: Pid,
}

impl Hook {
    /// Starts the hook for a push of `main` to a ref, and waits until its judge is at work.
    fn start(server: &TestServer, client: &Client, name: &str) -> Self {
        let id = client.id("main");
        // Of a ref that the hook does not judge, so that it hides nothing.
        server.push_unseen(client, &["main:refs/unseen/main"]);
        let gate = server.start_by_hand(&format!("{} {id} {name}\n", server.null_id()));
        let judge = judge_of(&gate);
        Self { gate, judge }
    }

    /// Ends the judge. The runtime of Rust takes the first fault for a full stack; it lets the
    /// second one through.
    fn end_judge(&self, signal: Signal) {
        kill(self.judge, signal).unwrap();
        if matches!(signal, Signal::SIGSEGV | Signal::SIGBUS) {
            std::thread::sleep(Duration::from_millis(100));
            kill(self.judge, signal).unwrap();
        }
    }

    /// Waits for the answer: exit code and what the pusher reads.
    fn answer(self) -> (Option<i32>, String) {
        let output = self.gate.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).replace('\n', " "))
    }
}

/// The child of a hook, once it has used some processor time: it has told by then what the
/// names of the refs show.
fn judge_of(gate: &Child) -> Pid {
    let started = Instant::now();
    let path = format!("/proc/{0}/task/{0}/children", gate.id());
    while started.elapsed() < Duration::from_secs(60) {
        let children = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(judge) = children.split_whitespace().next() {
            let stat = std::fs::read_to_string(format!("/proc/{judge}/stat")).unwrap_or_default();
            let ticks = stat.rsplit(')').next().and_then(|rest| rest.split(' ').nth(12));
            if ticks.and_then(|ticks| ticks.parse::<u64>().ok()).is_some_and(|ticks| ticks >= 15) {
                return Pid::from_raw(judge.parse().unwrap());
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the hook has started no judge");
}

fn last_record(server: &TestServer) -> Value {
    let text = std::fs::read_to_string(server.sandbox().path("log.jsonl")).unwrap();
    crate::log::record(text.lines().last().unwrap())
}

#[test]
fn a_judge_that_a_signal_ends_is_a_refusal_on_record_with_the_signal() {
    let (server, client) = server("");
    for signal in [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGABRT, Signal::SIGKILL] {
        let hook = Hook::start(&server, &client, "refs/heads/main");
        hook.end_judge(signal);
        let (code, text) = hook.answer();
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(signal.as_str()), "{text}");
        assert!(text.contains("could not be judged, so it is refused"), "{text}");
        let record = last_record(&server);
        assert!(record["error"].as_str().unwrap().contains(signal.as_str()), "{record}");
        assert_eq!((&record["accepted"], &record["fail"]), (&false.into(), &"closed".into()));
        assert_eq!(
            (&record["verdict"], record["unjudged"][0].as_str()),
            (&Value::Null, Some(client.id("main").as_str()))
        );
    }
}

#[test]
fn what_the_judge_found_before_its_end_counts() {
    let (server, client) = server("[policy.kinds]\nweak = \"reject\"\nref = \"reject\"\n");
    let hook = Hook::start(&server, &client, AGENT_REF);
    hook.end_judge(Signal::SIGSEGV);
    let (code, text) = hook.answer();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("copilot") && text.contains("nor could it be judged"), "{text}");
    let record = last_record(&server);
    assert_eq!(
        (&record["verdict"], &record["refs"][0]["verdict"]),
        (&"reject".into(), &"reject".into())
    );
    assert!(record["error"].as_str().unwrap().contains("SIGSEGV"), "{record}");
    assert_eq!(record["findings"].as_array().unwrap().len(), 1, "{record}");
}

#[test]
fn a_judge_that_goes_on_after_its_time_is_killed() {
    let (server, client) = server("[limits]\ntime = \"3s\"\n");
    let hook = Hook::start(&server, &client, "refs/heads/main");
    kill(hook.judge, Signal::SIGSTOP).unwrap();
    let (code, text) = hook.answer();
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("SIGKILL") && text.contains("limit of 3s on time"), "{text}");
    assert!(last_record(&server)["error"].as_str().unwrap().contains("SIGKILL"));
}

#[test]
fn policy_accepts_after_a_crash_where_it_says_so_or_observes() {
    for (rules, is_told) in
        [("[policy]\non-error = \"accept\"\n", true), ("[policy]\nmode = \"observe\"\n", false)]
    {
        let (server, client) = server(rules);
        let hook = Hook::start(&server, &client, "refs/heads/main");
        hook.end_judge(Signal::SIGSEGV);
        let (code, text) = hook.answer();
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(text.contains("accepted although it could not be judged"), is_told, "{text}");
        let record = last_record(&server);
        assert_eq!((&record["accepted"], &record["fail"]), (&true.into(), &"open".into()));
        let ledger = std::fs::read_to_string(server.git_dir().join("provost/ledger")).unwrap();
        assert!(ledger.contains(&client.id("main")), "it is judged later: {ledger}");
    }
}

#[test]
fn a_judge_does_not_outlive_its_gate() {
    let (server, client) = server("");
    let mut hook = Hook::start(&server, &client, "refs/heads/main");
    hook.gate.kill().unwrap();
    assert!(!hook.gate.wait().unwrap().success(), "git takes that as a refusal");
    let gone = || kill(hook.judge, None).is_err() || is_zombie(hook.judge);
    let started = Instant::now();
    while !gone() {
        assert!(started.elapsed() < Duration::from_secs(60), "it is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn is_zombie(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with(['Z', 'X']))
}

#[test]
fn a_judge_is_confined() {
    let (server, client) = server("[limits]\nmemory = \"400MiB\"\n");
    let hook = Hook::start(&server, &client, "refs/heads/main");
    let read =
        |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", hook.judge)).unwrap();
    let (status, limits) = (read("status"), read("limits"));
    assert!(status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1"), "{status}");
    let of = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(of("Max data size").contains(&(500_u64 << 20).to_string()), "{limits}");
    assert!(of("Max core file size").split_whitespace().nth(4) == Some("0"), "{limits}");
    for fd in [1, 2] {
        let target = std::fs::read_link(format!("/proc/{}/fd/{fd}", hook.judge)).unwrap();
        let gates = std::fs::read_link(format!("/proc/{}/fd/{fd}", hook.gate.id())).unwrap();
        assert_ne!(target, gates, "it can't write to the pusher");
    }
    kill(hook.judge, Signal::SIGKILL).unwrap();
    assert_eq!(hook.answer().0, Some(2));
}

/// Runs something on a machine as it is under emulation or in an old container: the kernel has
/// none of what confines a process.
fn without_protections<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    use seccompiler::{SeccompAction, SeccompFilter, apply_filter};
    let answers = |calls: &[i64], error: i32| {
        let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
        let error = SeccompAction::Errno(error.unsigned_abs());
        let architecture = std::env::consts::ARCH.try_into().unwrap();
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, error, architecture);
        seccompiler::BpfProgram::try_from(filter.unwrap()).unwrap()
    };
    let last = answers(&[libc::SYS_prctl, libc::SYS_seccomp], libc::EINVAL);
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            apply_filter(&answers(&[libc::SYS_landlock_create_ruleset], libc::ENOSYS)).unwrap();
            apply_filter(&answers(&[libc::SYS_prlimit64, libc::SYS_setrlimit], libc::EPERM))
                .unwrap();
            // The last one, for it denies itself.
            apply_filter(&last).unwrap();
            run()
        });
        thread.join().unwrap()
    })
}

#[test]
fn without_protections_pushes_are_judged_and_doctor_notes_it() {
    let (answers, doctor) = without_protections(|| {
        let server = Options::default().start();
        let client = server.client();
        client.commit(clean("Clean")).create();
        client.push(&["main"]).must_accept(&["refs/heads/main"]);
        client.commit(crate::support::marked("Marked")).create();
        let pushed = client.push(&["main"]);
        let sandbox = server.sandbox();
        sandbox.run(PROVOST, "").args(["install", "--mode", "enforce", "server.git"]).ok();
        let doctor = sandbox.run(PROVOST, "").args(["doctor", "server.git"]).finish();
        (pushed.rejected("refs/heads/main"), doctor)
    });
    assert!(answers);
    let text = doctor.expect(0).out();
    let said = "note  confinement: the process that judges lacks ends with its hook (EINVAL";
    assert!(text.contains(said), "{text}");
    for name in ["limited memory", "no new privileges", "Landlock", "seccomp"] {
        assert!(text.contains(&format!("{name} (")), "{text}");
    }
}

#[test]
fn doctor_names_what_confines_the_judge() {
    let sandbox = Sandbox::new();
    sandbox.git("").args(["init", "-q", "--bare", "app.git"]).ok();
    sandbox.run(PROVOST, "").args(["install", "--mode", "enforce", "app.git"]).ok();
    let text = sandbox.run(PROVOST, "").args(["doctor", "app.git"]).ok().out();
    assert!(text.contains("confinement: the process that judges"), "{text}");
    assert!(text.contains("seccomp"), "{text}");
}
