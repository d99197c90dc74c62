//! Copies of records for syslog and journald: cut to a bound, sent without waiting, and
//! lost when nobody takes them. The file is the record.

use std::os::unix::net::UnixDatagram;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::{Head, LogValue, Record};
use crate::config::log::Copies;
use crate::owner::Folder;
use crate::policy::Verdict;
use crate::text::escape::cut;

/// The widest text of a copy, in columns.
const WIDEST: usize = 120;
/// So many tools are named.
const MOST_TOOLS: usize = 8;
/// The most bytes of a message; source: RFC 5424, section 6.1: receivers should take 2048.
const LONGEST: usize = 2000;
/// The facility `daemon`; source: RFC 5424, section 6.2.1.
const DAEMON: u8 = 3 << 3;

/// What is copied of one record.
#[derive(Clone, Copy, Debug)]
pub struct Copy<'r> {
    /// The record.
    pub record: &'r Record,
    /// The head of the chain after it; `None` when it could not be written.
    pub head: Option<&'r Head>,
    /// The file.
    pub file: &'r Path,
}

#[derive(Serialize)]
struct Short<'r> {
    seq: Option<u64>,
    digest: Option<&'r str>,
    time: &'r str,
    repository: String,
    pusher: Option<String>,
    verdict: Option<&'r LogValue<Verdict>>,
    accepted: bool,
    refs: usize,
    commits: usize,
    findings: usize,
    tools: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exemptions: Vec<String>,
    unjudged: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct HeadLine<'r> {
    head: &'r Head,
    file: String,
}

impl Copy<'_> {
    /// Sends the copy, and the head of the chain when its turn has come.
    pub fn send(&self, kind: Copies, socket: &Path, head_every: usize) {
        // Below a link of another account that account could be listening.
        let listens = Folder::holding(socket).and_then(|(folder, name)| folder.known(&name));
        if !listens.is_ok_and(|known| known.is_some()) {
            return;
        }
        let Ok(sender) = UnixDatagram::unbound() else { return };
        // A daemon that hangs must not hold up a push.
        if sender.set_nonblocking(true).is_err() {
            return;
        }
        let mut messages = vec![serde_json::to_string(&self.short())];
        if let Some(head) = self.head.filter(|head| head.seq.is_multiple_of(head_every as u64)) {
            let file = cut(&self.file.display().to_string(), WIDEST);
            messages.push(serde_json::to_string(&HeadLine { head, file }));
        }
        for message in messages.into_iter().flatten().filter(|it| it.len() <= LONGEST) {
            let datagram = match kind {
                Copies::Syslog => self.syslog(&message),
                Copies::Journald => self.journald(&message),
            };
            let _ = sender.send_to(datagram.as_bytes(), socket);
        }
    }

    fn short(&self) -> Short<'_> {
        let record = self.record;
        let mut tools: Vec<&str> = record.findings.iter().map(|it| it.tool.as_str()).collect();
        tools.sort_unstable();
        tools.dedup();
        let few = |names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            names.take(MOST_TOOLS).map(|name| cut(name, 40)).collect()
        };
        Short {
            seq: self.head.map(|head| head.seq),
            digest: self.head.and_then(|head| head.digest.as_deref()),
            time: &record.time,
            repository: cut(&record.repository, WIDEST),
            pusher: record.pusher.as_deref().map(|pusher| cut(pusher, WIDEST)),
            verdict: record.verdict.as_ref(),
            accepted: record.accepted,
            refs: record.refs.len(),
            commits: record.commits,
            findings: record.findings.len(),
            tools: few(&mut tools.into_iter()),
            exemptions: few(&mut record.exemptions.iter().map(String::as_str)),
            unjudged: record.unjudged.len(),
            error: record.error.as_deref().map(|error| cut(error, WIDEST)),
        }
    }

    /// `err` for what could not be judged or recorded, `warning` for what was refused,
    /// `info` for the rest; source: RFC 5424, section 6.2.1.
    fn severity(&self) -> u8 {
        match (self.record.error.is_some() || self.head.is_none(), self.record.accepted) {
            (true, _) => 3,
            (false, false) => 4,
            (false, true) => 6,
        }
    }

    /// Source: RFC 3164, section 4.1, as what local programs write to `/dev/log`.
    fn syslog(&self, message: &str) -> String {
        let priority = DAEMON + self.severity();
        let time: Timestamp = self.record.time.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let time = time.strftime("%b %e %H:%M:%S");
        format!("<{priority}>{time} provost[{}]: {message}", std::process::id())
    }

    /// Source: systemd, "Native Journal Protocol": a field a line. No value has a line
    /// feed here.
    fn journald(&self, message: &str) -> String {
        let record = self.record;
        let mut fields = vec![
            ("MESSAGE", message.to_owned()),
            ("PRIORITY", self.severity().to_string()),
            ("SYSLOG_IDENTIFIER", "provost".to_owned()),
            ("PROVOST_REPOSITORY", cut(&record.repository, WIDEST)),
            (
                "PROVOST_VERDICT",
                record.verdict.as_ref().map(ToString::to_string).unwrap_or_default(),
            ),
        ];
        if let Some(head) = self.head {
            fields.push(("PROVOST_SEQ", head.seq.to_string()));
            fields.push(("PROVOST_DIGEST", head.digest.clone().unwrap_or_default()));
        }
        fields.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
    }
}
