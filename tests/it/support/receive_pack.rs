//! A client that speaks to `git receive-pack` itself, so that a test can send what no honest
//! client sends: false old values, a ref named twice, packs that lack objects.
//!
//! A [`RawPush`] is put together line by line and sent as it is; nothing is checked or
//! completed. [`Answer`] holds what the server reported for each ref, and what the hook
//! wrote. Source: gitprotocol-pack(5), gitprotocol-common(5).

use std::io::{BufReader, Read, Write};
use std::process::ChildStdout;

use bstr::BString;

use super::{Client, Sandbox, TestServer};

/// Stands for the null object id, of whatever length the repository has.
pub(crate) const NULL: &str = "";

/// A push that is put together by hand.
pub(crate) struct RawPush<'s> {
    server: &'s TestServer,
    lines: Vec<(String, String, Vec<u8>)>,
    options: Vec<String>,
    capabilities: Vec<String>,
    environment: Vec<(String, String)>,
    pack: Option<Vec<u8>>,
}

impl<'s> RawPush<'s> {
    pub(crate) fn to(server: &'s TestServer) -> Self {
        Self {
            server,
            lines: Vec::new(),
            options: Vec::new(),
            capabilities: Vec::new(),
            environment: Vec::new(),
            pack: None,
        }
    }

    /// One ref update as the client claims it; [`NULL`] for a ref that is not there.
    pub(crate) fn line(mut self, old: &str, new: &str, name: impl AsRef<[u8]>) -> Self {
        self.lines.push((old.to_owned(), new.to_owned(), name.as_ref().to_vec()));
        self
    }

    /// A push option.
    pub(crate) fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// One more capability that the client asks for: `atomic`, say.
    pub(crate) fn capability(mut self, capability: &str) -> Self {
        self.capabilities.push(capability.to_owned());
        self
    }

    /// A variable in the environment of `git receive-pack` and of its hooks.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A pack that holds these objects of a client's repository and no others.
    pub(crate) fn objects<I: AsRef<str>>(self, client: &Client, ids: &[I]) -> Self {
        let ids: String = ids.iter().map(|id| format!("{}\n", id.as_ref())).collect();
        let pack = client.git(&["pack-objects", "-q", "--stdout"]).input(ids).ok().stdout;
        self.pack(pack)
    }

    /// A pack with all that these revisions reach: `new`, `^old`; thin, as clients send it.
    pub(crate) fn revisions<I: AsRef<str>>(self, client: &Client, revisions: &[I]) -> Self {
        let lines: String = revisions.iter().map(|it| format!("{}\n", it.as_ref())).collect();
        let packing = client.git(&["pack-objects", "-q", "--stdout", "--revs", "--thin"]);
        self.pack(packing.input(lines).ok().stdout)
    }

    /// These bytes as the pack.
    pub(crate) fn pack(mut self, pack: Vec<u8>) -> Self {
        self.pack = Some(pack);
        self
    }

    /// Sends it, and waits for the answer.
    pub(crate) fn send(self) -> Answer {
        let mut run = self.server.sandbox().git("").arg("receive-pack").arg(self.server.path());
        for (name, value) in &self.environment {
            run = run.env(name, value);
        }
        let (mut child, sandbox) = run.start();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            text
        });
        let advertised = Advertisement::read(&mut stdout);
        // A server that refuses early does not read on: that is its own affair.
        let _ = stdin.write_all(&self.request(&advertised, &sandbox));
        drop(stdin);
        let mut answer = Answer::read(&mut stdout);
        child.wait().unwrap();
        answer.stderr = String::from_utf8_lossy(&errors.join().unwrap()).into_owned();
        answer
    }

    fn request(&self, advertised: &Advertisement, sandbox: &Sandbox) -> Vec<u8> {
        let format = advertised.object_format();
        let null = "0".repeat(if format == "sha256" { 64 } else { 40 });
        let id = |id: &str| if id == NULL { null.clone() } else { id.to_owned() };
        let mut asked = format!("report-status side-band-64k quiet object-format={format}");
        if !self.options.is_empty() {
            asked.push_str(" push-options");
        }
        for capability in &self.capabilities {
            asked.push_str(&format!(" {capability}"));
        }
        let mut request = Vec::new();
        for (at, (old, new, name)) in self.lines.iter().enumerate() {
            let mut line = format!("{} {} ", id(old), id(new)).into_bytes();
            line.extend_from_slice(name);
            if at == 0 {
                line.push(0);
                line.extend_from_slice(asked.as_bytes());
            }
            packet(&mut request, &line);
        }
        request.extend_from_slice(b"0000");
        if !self.options.is_empty() {
            self.options.iter().for_each(|option| packet(&mut request, option.as_bytes()));
            request.extend_from_slice(b"0000");
        }
        // A push that only deletes has no pack.
        if self.lines.iter().any(|(_, new, _)| new != NULL) {
            match &self.pack {
                Some(pack) => request.extend_from_slice(pack),
                None => request.extend_from_slice(&empty_pack(self.server, sandbox)),
            }
        }
        request
    }
}

/// A pack without objects, in the format of the server's repository.
fn empty_pack(server: &TestServer, sandbox: &Sandbox) -> Vec<u8> {
    let packing = sandbox.git(server.git_dir()).args(["pack-objects", "-q", "--stdout"]);
    packing.input("").ok().stdout
}

fn packet(out: &mut Vec<u8>, payload: &[u8]) {
    out.extend_from_slice(format!("{:04x}", payload.len() + 4).as_bytes());
    out.extend_from_slice(payload);
}

/// The payload of the next packet; `None` for a flush packet or the end of the stream.
fn read_packet(from: &mut dyn Read) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap();
    let mut payload = vec![0; length.checked_sub(4)?];
    from.read_exact(&mut payload).ok()?;
    Some(payload)
}

/// What a server says before a push.
struct Advertisement {
    capabilities: String,
}

impl Advertisement {
    fn read(from: &mut BufReader<ChildStdout>) -> Self {
        let mut capabilities = String::new();
        while let Some(packet) = read_packet(from) {
            if let Some(nul) = packet.iter().position(|&byte| byte == 0) {
                capabilities = String::from_utf8_lossy(&packet[nul + 1..]).trim().to_owned();
            }
        }
        Self { capabilities }
    }

    fn object_format(&self) -> &str {
        let mut words = self.capabilities.split(' ');
        words.find_map(|word| word.strip_prefix("object-format=")).unwrap_or("sha1")
    }
}

/// What became of a push.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Why the pack was not taken, if it was not.
    pub(crate) unpack: Option<String>,
    /// Each ref of the report, and why it was not updated.
    refs: Vec<(BString, Option<String>)>,
    /// What the hook and git wrote for people.
    pub(crate) text: String,
    stderr: String,
}

impl Answer {
    fn read(from: &mut dyn Read) -> Self {
        let (mut report, mut text) = (Vec::new(), Vec::new());
        while let Some(packet) = read_packet(from) {
            match packet.split_first() {
                Some((1, rest)) => report.extend_from_slice(rest),
                Some((_, rest)) => text.extend_from_slice(rest),
                None => {}
            }
        }
        let mut answer = Self { text: String::from_utf8_lossy(&text).into(), ..Self::default() };
        let mut report = report.as_slice();
        while let Some(line) = read_packet(&mut report) {
            let line = line.trim_ascii_end();
            if let Some(why) = line.strip_prefix(b"unpack ") {
                let why = String::from_utf8_lossy(why).into_owned();
                answer.unpack = (why != "ok").then_some(why);
            } else if let Some(name) = line.strip_prefix(b"ok ") {
                answer.refs.push((name.into(), None));
            } else if let Some(rest) = line.strip_prefix(b"ng ") {
                let space = rest.iter().position(|&byte| byte == b' ').unwrap();
                let why = String::from_utf8_lossy(&rest[space + 1..]).into_owned();
                answer.refs.push((rest[..space].into(), Some(why)));
            }
        }
        answer
    }

    /// Git's reports on a ref, one for each line that named it: why it was not updated.
    pub(crate) fn of(&self, name: impl AsRef<[u8]>) -> Vec<Option<&str>> {
        let name = name.as_ref();
        let of = self.refs.iter().filter(|(known, _)| known == name);
        of.map(|(_, why)| why.as_deref()).collect()
    }

    /// Whether some line updated the ref.
    pub(crate) fn updated(&self, name: impl AsRef<[u8]>) -> bool {
        self.of(name).contains(&None)
    }

    /// Whether the hook refused the push.
    pub(crate) fn is_declined(&self) -> bool {
        let mut refs = self.refs.iter();
        refs.any(|(_, why)| why.as_deref() == Some("pre-receive hook declined"))
    }

    /// Fails the test unless the hook refused the push, for whatever reason.
    #[track_caller]
    pub(crate) fn must_decline(&self) -> &Self {
        assert!(self.is_declined(), "the hook did not refuse it\n{self:#?}");
        self
    }

    /// Fails the test unless the hook refused the push because of policy.
    #[track_caller]
    pub(crate) fn must_reject(&self) -> &Self {
        self.must_decline().must_say("provost: this push is refused: ")
    }

    /// Fails the test unless the hook accepted the push and git updated these refs.
    #[track_caller]
    pub(crate) fn must_update(&self, names: &[&str]) -> &Self {
        for name in names {
            assert!(self.updated(name), "{name} was not updated\n{self:#?}");
        }
        self
    }

    /// Fails the test unless the server wrote this.
    #[track_caller]
    pub(crate) fn must_say(&self, what: &str) -> &Self {
        assert!(self.text.contains(what), "the server did not say {what:?}\n{self:#?}");
        self
    }
}
