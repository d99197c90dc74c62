//! The abstract policy: what it refuses, which refs it makes as strict as others by trying
//! every finding, and the text of the file that says the same to the product.

use std::fmt::Write as _;

use provost::document::Moment;

use super::world::{Set, TOOLS, World, members};

/// The refs of the abstract server; the last is a symbolic ref to the first.
pub(super) const NAMES: [&str; 11] = [
    "refs/heads/main",
    "refs/heads/develop",
    "refs/heads/topic",
    "refs/heads/exp/1",
    "refs/heads/exp/2",
    "refs/heads/release/1",
    "refs/tags/v1",
    "refs/tags/x1",
    "refs/tags/x2",
    "refs/odd/1",
    "refs/heads/alias",
];
pub(super) const ALIAS: usize = 10;

/// Whether a ref of this number hides what it reaches from others.
pub(super) fn can_hide(name: usize) -> bool {
    !NAMES[name].starts_with("refs/odd/")
}

/// What scopes and exemptions can be for.
pub(super) const PATTERNS: [&[&str]; 8] = [
    &["refs/heads/main"],
    &["refs/heads/exp/*"],
    &["refs/heads/exp/1", "refs/tags/x*"],
    &["refs/heads/release/*", "refs/tags/v*"],
    &["refs/heads/main", "refs/heads/release/*"],
    &["refs/heads/topic", "refs/heads/develop", "refs/odd/*"],
    &["refs/tags/*"],
    &["refs/heads/**"],
];

/// Whether a pattern matches a ref.
pub(super) fn matches(pattern: usize, name: usize) -> bool {
    PATTERNS[pattern].iter().any(|glob| match glob.split_once('*') {
        Some((before, _)) => NAMES[name].starts_with(before),
        None => NAMES[name] == *glob,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Record,
    Warn,
    Reject,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Warn => "warn",
            Self::Reject => "reject",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Observe,
    Warn,
    Enforce,
    /// It observes until that day.
    EnforceFrom(i64),
}

impl Mode {
    /// Since when it enforces without a break.
    fn since(self, day: i64) -> Option<i64> {
        match self {
            Self::Enforce => Some(i64::MIN),
            Self::EnforceFrom(from) if from <= day => Some(from),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) id: u32,
    pub(super) refs: Option<usize>,
    /// Whether it is for alice only.
    pub(super) for_alice: bool,
    pub(super) tools: [Option<Verdict>; TOOLS.len()],
    pub(super) mode: Option<Mode>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exemption {
    pub(super) id: u32,
    pub(super) refs: Option<usize>,
    pub(super) commits: Option<Set>,
    pub(super) tool: Option<usize>,
    /// The first day on which it does not count any more.
    pub(super) ends: i64,
}

/// The abstract policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) tools: [Verdict; TOOLS.len()],
    pub(super) mode: Mode,
    pub(super) scopes: Vec<Scope>,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) suspended: bool,
    /// The most commits of a push, if more are accepted unjudged.
    pub(super) most: Option<usize>,
}

/// An exception that names refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Scope(usize),
    Exemption(usize),
}

/// Where, by whom and when something is pushed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) name: usize,
    pub(super) by_alice: bool,
    pub(super) day: i64,
}

impl Policy {
    /// Everything is refused everywhere.
    pub(super) fn strict() -> Self {
        Self {
            tools: [Verdict::Reject; TOOLS.len()],
            mode: Mode::Enforce,
            scopes: vec![],
            exemptions: vec![],
            suspended: false,
            most: None,
        }
    }

    /// The scopes that hold in a case.
    fn scopes_of(&self, case: Case) -> impl Iterator<Item = (usize, &Scope)> {
        let all = self.scopes.iter().enumerate();
        all.filter(move |(_, scope)| {
            scope.refs.is_none_or(|it| matches(it, case.name))
                && (case.by_alice || !scope.for_alice)
        })
    }

    /// The exemptions that cover a mark on an object in a case.
    fn exemptions_of(
        &self,
        at: Option<usize>,
        tool: usize,
        case: Case,
    ) -> impl Iterator<Item = (usize, &Exemption)> {
        let all = self.exemptions.iter().enumerate();
        all.filter(move |(_, it)| {
            it.ends > case.day
                && it.refs.is_none_or(|it| matches(it, case.name))
                && it.tool.is_none_or(|it| it == tool)
                && it.commits.is_none_or(|set| at.is_some_and(|at| set >> at & 1 == 1))
        })
    }

    /// Whether a mark is refused when these exceptions are left out. `at` is the commit,
    /// `None` for a tag or a commit that no exemption names.
    fn refuses(&self, at: Option<usize>, tool: usize, case: Case, without: &[Bound]) -> bool {
        let (mut verdict, mut mode) = (self.tools[tool], self.mode);
        for (number, scope) in self.scopes_of(case) {
            if !without.contains(&Bound::Scope(number)) {
                verdict = scope.tools[tool].unwrap_or(verdict);
                mode = scope.mode.unwrap_or(mode);
            }
        }
        let mut exemptions = self.exemptions_of(at, tool, case);
        verdict == Verdict::Reject
            && !exemptions.any(|(number, _)| !without.contains(&Bound::Exemption(number)))
            && mode.since(case.day).is_some()
            && !self.suspended
    }

    /// Whether some mark of an object is refused.
    pub(super) fn refuses_thing(&self, world: &World, at: usize, case: Case) -> bool {
        let commit = (!world.things[at].is_tag).then_some(at);
        world.things[at].marks.iter().any(|&tool| self.refuses(commit, tool, case, &[]))
    }

    /// For an object that is accepted: for each mark that is accepted only because of
    /// exceptions that name refs, the patterns of those; and whether that is beyond doubt.
    pub(super) fn bound(&self, world: &World, at: usize, case: Case) -> Vec<(Vec<usize>, bool)> {
        let commit = (!world.things[at].is_tag).then_some(at);
        let mut found = Vec::new();
        for &tool in &world.things[at].marks {
            let scopes = self.scopes_of(case).filter(|(_, it)| it.refs.is_some());
            let exemptions = self.exemptions_of(commit, tool, case);
            let exemptions = exemptions.filter(|(_, it)| it.refs.is_some());
            let all: Vec<Bound> = scopes
                .map(|(number, _)| Bound::Scope(number))
                .chain(exemptions.map(|(number, _)| Bound::Exemption(number)))
                .collect();
            let refused = |without: &[Bound]| self.refuses(commit, tool, case, without);
            let patterns = |of: &[Bound]| of.iter().filter_map(|it| self.refs_of(*it)).collect();
            let alone: Vec<Bound> = all.iter().copied().filter(|&it| refused(&[it])).collect();
            if !alone.is_empty() {
                found.push((patterns(&alone), true));
            } else if refused(&all) {
                found.push((patterns(&all), true));
            } else {
                let subsets = (0..1_u32 << all.len().min(8)).any(|chosen| {
                    let some = all.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1);
                    refused(&some.map(|(_, it)| *it).collect::<Vec<_>>())
                });
                if subsets {
                    found.push((patterns(&all), false));
                }
            }
        }
        found
    }

    fn refs_of(&self, bound: Bound) -> Option<usize> {
        match bound {
            Bound::Scope(at) => self.scopes[at].refs,
            Bound::Exemption(at) => self.exemptions[at].refs,
        }
    }

    /// Whether everything that is refused on one ref is refused on another too, by whichever
    /// account pushes, and has been for as long.
    pub(super) fn is_as_strict(&self, world: &World, mine: usize, theirs: usize, day: i64) -> bool {
        if self.same_class(mine, theirs, day) {
            return true;
        }
        [false, true].into_iter().all(|by_alice| {
            let (mine, theirs) =
                (Case { name: mine, by_alice, day }, Case { name: theirs, by_alice, day });
            let since = |case: Case| {
                let modes = self.scopes_of(case).filter_map(|(_, scope)| scope.mode);
                modes.last().unwrap_or(self.mode).since(day)
            };
            let later = since(theirs).is_some_and(|it| since(mine).is_none_or(|mine| mine > it));
            let commits = members(world.commits).map(Some).chain([None]);
            !later
                && commits.into_iter().all(|at| {
                    (0..TOOLS.len()).all(|tool| {
                        !self.refuses(at, tool, theirs, &[]) || self.refuses(at, tool, mine, &[])
                    })
                })
        })
    }

    /// Whether the same scopes and the same exemptions are for two refs.
    pub(super) fn same_class(&self, one: usize, other: usize, day: i64) -> bool {
        let same =
            |refs: Option<usize>| refs.is_none_or(|it| matches(it, one) == matches(it, other));
        self.scopes.iter().all(|it| same(it.refs))
            && self.exemptions.iter().filter(|it| it.ends > day).all(|it| same(it.refs))
    }

    /// The ids of the scopes for a ref.
    pub(super) fn scope_ids(&self, name: usize) -> impl Iterator<Item = u32> {
        let scopes = self.scopes.iter();
        scopes.filter(move |it| it.refs.is_none_or(|it| matches(it, name))).map(|it| it.id)
    }

    /// The file that says so; `epoch` is when day 0 began.
    pub(super) fn text(&self, world: &World, epoch: i64) -> String {
        let date = |day: i64| Moment(epoch + day * DAY).to_string();
        let mode = |mode: Mode| match mode {
            Mode::Observe => "\"observe\"".to_owned(),
            Mode::Warn => "\"warn\"".to_owned(),
            Mode::Enforce => "\"enforce\"".to_owned(),
            Mode::EnforceFrom(day) => format!("{{ enforce = {} }}", date(day)),
        };
        let refs = |refs: Option<usize>| match refs {
            Some(pattern) => format!("refs = {:?}\n", PATTERNS[pattern]),
            None => String::new(),
        };
        let mut text = format!("[policy]\nmode = {}\n", mode(self.mode));
        text.push_str("[policy.tools]\n");
        for (tool, verdict) in TOOLS.iter().zip(self.tools) {
            writeln!(text, "{} = {:?}", tool.0, verdict.word()).unwrap();
        }
        for scope in &self.scopes {
            write!(text, "[[policy.scope]]\nid = \"s{}\"\n{}", scope.id, refs(scope.refs)).unwrap();
            if scope.for_alice {
                text.push_str("pushers = [\"alice\"]\n");
            }
            if let Some(own) = scope.mode {
                writeln!(text, "mode = {}", mode(own)).unwrap();
            }
            let lines = TOOLS
                .iter()
                .zip(scope.tools)
                .filter_map(|(tool, verdict)| Some(format!("{} = {:?}", tool.0, verdict?.word())));
            writeln!(text, "tools = {{ {} }}", lines.collect::<Vec<_>>().join(", ")).unwrap();
        }
        for it in &self.exemptions {
            let head = "reason = \"agreed\"\napprover = \"core\"";
            write!(text, "[[policy.exemption]]\nid = \"e{}\"\n{head}\n", it.id).unwrap();
            writeln!(text, "expires = {}\n{}", date(it.ends), refs(it.refs)).unwrap();
            if let Some(tool) = it.tool {
                writeln!(text, "tools = [{:?}]", TOOLS[tool].0).unwrap();
            }
            if let Some(commits) = it.commits {
                let ids: Vec<&str> =
                    members(commits).map(|at| world.things[at].id.as_str()).collect();
                writeln!(text, "commits = {ids:?}").unwrap();
            }
        }
        if self.suspended {
            let until = "until = 2999-01-01T00:00:00Z\nreason = \"incident\"";
            writeln!(text, "[[policy.suspension]]\nid = \"i\"\n{until}").unwrap();
        }
        if let Some(most) = self.most {
            writeln!(text, "[limits]\ncommits = {{ most = {most}, outcome = \"accept\" }}")
                .unwrap();
        }
        text
    }
}

/// The seconds of a day.
pub(super) const DAY: i64 = 24 * 60 * 60;
