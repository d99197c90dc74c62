//! The objects of the abstract server: a small graph of commits and annotated tags, some of
//! them marked, with what each reaches as a set of bits.

use std::path::Path;

use git2::{ObjectType, Odb};

use crate::support::Random;

/// The tools whose marks there are: the id, and the line that it leaves in a message.
pub(super) const TOOLS: [(&str, &str); 3] = [
    ("claude-code", "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>"),
    ("github-copilot", "Generated-by: GitHub Copilot <github.copilot@github.com>"),
    ("aider", "Co-authored-by: aider (gpt-5) <noreply@aider.chat>"),
];

/// The same tools as a catalogue that is quick to load.
pub(super) const CATALOGUE: &str = r#"
[catalogue]
version = "0.1"
[policy]
default = "allow"
mode = "enforce"
[[tool]]
id = "claude-code"
name = "Claude Code"
vendor = "Anthropic"
[[tool.marker]]
id = "claude-code/co-author"
kind = "trailer"
confidence = "strong"
emails = ["noreply@anthropic.com"]
source = "seen"
since = "0.1"
hits = ["Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>"]
misses = ["Co-Authored-By: A <a@example.com>"]
[[tool]]
id = "github-copilot"
name = "Copilot"
vendor = "GitHub"
[[tool.marker]]
id = "github-copilot/co-author"
kind = "trailer"
confidence = "strong"
emails = ["github.copilot@github.com"]
source = "seen"
since = "0.1"
hits = ["Generated-by: GitHub Copilot <github.copilot@github.com>"]
misses = ["Co-Authored-By: A <a@example.com>"]
[[tool]]
id = "aider"
name = "Aider"
vendor = "Aider"
[[tool.marker]]
id = "aider/co-author"
kind = "trailer"
confidence = "strong"
emails = ["noreply@aider.chat"]
source = "seen"
since = "0.1"
hits = ["Co-authored-by: aider (gpt-5) <noreply@aider.chat>"]
misses = ["Co-Authored-By: A <a@example.com>"]
"#;

/// A set of objects, one bit for each.
pub(super) type Set = u64;

/// The objects of a set, in order.
pub(super) fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..64).filter(move |at| set >> at & 1 == 1)
}

/// A commit or an annotated tag.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    /// The parents, or what the tag points to.
    pub(super) to: Vec<usize>,
    pub(super) is_tag: bool,
    /// The tools whose marks it carries.
    pub(super) marks: Vec<usize>,
    pub(super) id: String,
}

/// The objects that a server and its clients may have.
pub(super) struct World {
    pub(super) things: Vec<Thing>,
    reach: Vec<Set>,
    /// Those that are commits.
    pub(super) commits: Set,
}

/// How many commits and tags there are.
const COMMITS: usize = 18;
const TAGS: usize = 5;

impl World {
    /// A world whose shape depends on the seed, written to a repository.
    pub(super) fn random(seed: u64, repository: &Path) -> Self {
        let mut random = Random::new(seed);
        let mut shape = Vec::new();
        for at in 0..COMMITS {
            let mut parents = Vec::new();
            if at > 0 && !random.in_hundred(8) {
                // Long lines, mostly.
                parents.push(if random.in_hundred(60) { at - 1 } else { random.below(at) });
                if random.in_hundred(20) {
                    parents.push(random.below(at));
                }
                parents.dedup();
            }
            let marks = match random.below(100) {
                0..45 => vec![],
                45..70 => vec![0],
                70..84 => vec![1],
                84..90 => vec![2],
                90..96 => vec![0, 1],
                _ => vec![1, 2],
            };
            shape.push((parents, false, marks));
        }
        for at in 0..TAGS {
            let from = if at > 2 { COMMITS + random.below(at) } else { random.below(COMMITS) };
            let marks = if random.in_hundred(50) { vec![random.below(2)] } else { vec![] };
            shape.push((vec![from], true, marks));
        }
        Self::write(shape, repository)
    }

    /// Writes a graph: what each object points to (objects before it), whether it is a tag,
    /// and its marks.
    pub(super) fn write(shape: Vec<(Vec<usize>, bool, Vec<usize>)>, repository: &Path) -> Self {
        let repository = git2::Repository::open_bare(repository).unwrap();
        let odb = repository.odb().unwrap();
        let tree = odb.write(ObjectType::Tree, b"").unwrap().to_string();
        let mut world = Self { things: Vec::new(), reach: Vec::new(), commits: 0 };
        for (to, is_tag, marks) in shape {
            let at = world.things.len();
            let id = world.object(&odb, &tree, &to, (is_tag, &marks));
            let below = to.iter().fold(0, |set, &it| set | world.reach[it]);
            world.reach.push(below | 1 << at);
            world.commits |= if is_tag { 0 } else { 1 << at };
            world.things.push(Thing { to, is_tag, marks, id });
        }
        world
    }

    fn object(
        &self,
        odb: &Odb<'_>,
        tree: &str,
        to: &[usize],
        (is_tag, marks): (bool, &[usize]),
    ) -> String {
        let at = self.things.len();
        let time = 1_767_225_600 + 60 * at;
        let lines: String = marks.iter().map(|&tool| format!("{}\n", TOOLS[tool].1)).collect();
        let message = if marks.is_empty() {
            format!("Number {at}\n")
        } else {
            format!("Number {at}\n\n{lines}")
        };
        let (kind, raw) = if is_tag {
            let target = &self.things[to[0]];
            let kind = if target.is_tag { "tag" } else { "commit" };
            let head = format!("object {}\ntype {kind}\ntag t{at}\n", target.id);
            (ObjectType::Tag, format!("{head}tagger A <a@example.com> {time} +0000\n\n{message}"))
        } else {
            let parents: String =
                to.iter().map(|&it| format!("parent {}\n", self.things[it].id)).collect();
            let person = format!("A <a@example.com> {time} +0000");
            let people = format!("author {person}\ncommitter {person}\n");
            (ObjectType::Commit, format!("tree {tree}\n{parents}{people}\n{message}"))
        };
        odb.write(kind, raw.as_bytes()).unwrap().to_string()
    }

    /// All that an object reaches, itself included.
    pub(super) fn reach(&self, at: usize) -> Set {
        self.reach[at]
    }

    /// The commit to which an object leads.
    pub(super) fn peel(&self, mut at: usize) -> usize {
        while self.things[at].is_tag {
            at = self.things[at].to[0];
        }
        at
    }

    /// The name of an object in scripts.
    pub(super) fn name(&self, at: usize) -> String {
        format!("{}{at}", if self.things[at].is_tag { 't' } else { 'c' })
    }

    /// The objects of a set as a script names them.
    pub(super) fn names(&self, set: Set) -> String {
        members(set).map(|at| self.name(at)).collect::<Vec<_>>().join(" ")
    }

    /// What a script says of the objects of a set.
    pub(super) fn describe(&self, set: Set) -> String {
        let line = |at: usize| {
            let thing = &self.things[at];
            let to: Vec<String> = thing.to.iter().map(|&it| self.name(it)).collect();
            let marks: Vec<&str> = thing.marks.iter().map(|&tool| TOOLS[tool].0).collect();
            let kind = if thing.is_tag { "tag" } else { "commit" };
            format!("    {} = {kind} on [{}] {}\n", self.name(at), to.join(" "), marks.join("+"))
        };
        members(set).map(line).collect()
    }
}
