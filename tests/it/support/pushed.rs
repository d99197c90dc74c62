//! What became of a push: `git push --porcelain`, read as git-push(1) describes it, or the answer
//! of the gate to a push without Git.

use super::Finished;
use super::submit::Submitted;

/// One ref of a push.
#[derive(Debug)]
struct RefResult {
    flag: u8,
    to: Vec<u8>,
    summary: String,
}

/// A push that has ended.
#[derive(Debug)]
pub(crate) struct Pushed {
    /// What was run, and all that it wrote, for a message.
    shown: String,
    refs: Vec<RefResult>,
    /// What the server wrote, without `remote: ` before and the padding behind.
    pub(crate) remote: Vec<String>,
}

impl Pushed {
    pub(super) fn new(finished: &Finished) -> Self {
        let refs = finished.stdout.split(|&byte| byte == b'\n').filter_map(RefResult::parse);
        let refs = refs.collect();
        let stderr = finished.err();
        let remote = stderr.lines().filter_map(|line| line.strip_prefix("remote:"));
        let remote =
            remote.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
        let remote = remote.collect();
        Self { shown: finished.all(), refs, remote }
    }

    /// The result of a push that the gate has judged in this process.
    pub(super) fn submitted(submitted: &Submitted) -> Self {
        let code = submitted.exit_code;
        let refs = submitted.updates.iter().map(|update| RefResult {
            flag: if code == 0 { update.flag() } else { b'!' },
            to: update.name.clone(),
            summary: if code == 0 { "" } else { "[remote rejected] (pre-receive hook declined)" }
                .to_owned(),
        });
        let remote = submitted.text.lines().map(|line| line.trim_end().to_owned());
        let shown = format!(
            "a push without Git of {:?}\nexit code {code}\n{}",
            submitted.updates, submitted.text
        );
        Self { shown, refs: refs.collect(), remote: remote.collect() }
    }

    fn of(&self, name: impl AsRef<[u8]>) -> &RefResult {
        let name = name.as_ref();
        let found = self.refs.iter().find(|result| result.to == name);
        let shown = String::from_utf8_lossy(name);
        found.unwrap_or_else(|| panic!("git said nothing of {shown}\n{}", self.shown))
    }

    /// Whether the ref has its new value.
    pub(crate) fn accepted(&self, name: impl AsRef<[u8]>) -> bool {
        self.of(name).flag != b'!'
    }

    /// Whether the ref was refused, by whomever.
    pub(crate) fn rejected(&self, name: impl AsRef<[u8]>) -> bool {
        !self.accepted(name)
    }

    /// Git's own words on a ref.
    pub(crate) fn summary(&self, name: impl AsRef<[u8]>) -> &str {
        &self.of(name).summary
    }

    /// What the server wrote, as one text.
    pub(crate) fn text(&self) -> String {
        self.remote.join("\n")
    }

    /// How many commits a verbose hook says it judged; `None` when it said nothing.
    pub(crate) fn judged(&self) -> Option<usize> {
        let line = self.remote.iter().find(|line| line.contains(" commits judged, "))?;
        // On some platforms each line has a prefix of theirs.
        line.split("provost: ").nth(1)?.split(' ').next()?.parse().ok()
    }

    /// Fails the test unless the hook ran and git accepted the refs.
    #[track_caller]
    pub(crate) fn must_accept(&self, names: &[&str]) -> &Self {
        for name in names {
            assert!(self.accepted(name), "{name} was refused\n{}", self.shown);
        }
        assert!(self.judged().is_some(), "the hook did not run\n{}", self.shown);
        self
    }

    /// Fails the test unless the hook refused the refs because of policy, which is not
    /// the same as being unable to judge.
    #[track_caller]
    pub(crate) fn must_reject(&self, names: &[&str]) -> &Self {
        for name in names {
            assert!(self.rejected(name), "{name} was accepted\n{}", self.shown);
            let declined = self.summary(name).contains("hook declined");
            assert!(declined, "{name} was refused by git itself\n{}", self.shown);
        }
        let text = self.text();
        let by_policy = text.contains("provost: this push is refused: ");
        assert!(by_policy, "it was not policy that refused it\n{}", self.shown);
        self
    }

    /// Fails the test unless what the server wrote holds the text.
    #[track_caller]
    pub(crate) fn must_say(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "no `{text}` in\n{}", self.shown);
        self
    }

    /// Fails the test when what the server wrote holds the text.
    #[track_caller]
    pub(crate) fn must_not_say(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "`{text}` in\n{}", self.shown);
        self
    }

    /// Fails the test unless so many commits were judged.
    #[track_caller]
    pub(crate) fn must_judge(&self, commits: usize) -> &Self {
        assert_eq!(self.judged(), Some(commits), "{}", self.shown);
        self
    }

    /// Everything, for a message.
    pub(crate) fn all(&self) -> String {
        self.shown.clone()
    }
}

impl RefResult {
    /// `<flag> TAB <from>:<to> TAB <summary>`; a deletion has nothing before the colon.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut parts = line.splitn(3, |&byte| byte == b'\t');
        let (flag, refs, summary) = (parts.next()?, parts.next()?, parts.next()?);
        let [flag] = flag else { return None };
        // A ref name holds no colon.
        let to = refs.rsplit(|&byte| byte == b':').next()?.to_vec();
        Some(Self { flag: *flag, to, summary: String::from_utf8_lossy(summary).into_owned() })
    }
}
