//! A stricter policy never accepts what a looser one rejects; and a ref hides from another
//! only where that holds.

use std::sync::Arc;

use proptest::prelude::*;
use provost::config::{self, BUILT_IN, Config};
use provost::document::Source;
use provost::finding::{Context, Field, Finding, Kind, PathUse};
use provost::git::RefName;
use provost::policy::{FoundOn, Situation, Unrelated, Verdict};

const WORDS: [&str; 5] = ["allow", "record", "warn", "disclose", "reject"];
const TOOLS: [&str; 4] = ["claude-code", "github-copilot", "tabnine", "unknown-ai"];
const KINDS: [&str; 6] = ["trailer", "identity", "content", "ref", "weak", "sign-off"];

/// Verdicts by key, as numbers of [`WORDS`].
#[derive(Clone, Debug)]
struct Lines {
    default: usize,
    tools: Vec<Option<usize>>,
    kinds: Vec<Option<usize>>,
}

impl Lines {
    fn any() -> impl Strategy<Value = Self> {
        let some = || proptest::option::of(0..WORDS.len());
        let tools = proptest::collection::vec(some(), TOOLS.len());
        let kinds = proptest::collection::vec(some(), KINDS.len());
        (0..WORDS.len(), tools, kinds).prop_map(|(default, tools, kinds)| Self {
            default,
            tools,
            kinds,
        })
    }

    /// Every verdict raised by so much.
    fn raised(&self, by: &[usize]) -> Self {
        let mut by = by.iter().copied().cycle();
        let mut up = |at: usize| (at + by.next().unwrap()).min(WORDS.len() - 1);
        Self {
            default: up(self.default),
            tools: self.tools.iter().map(|at| at.map(&mut up)).collect(),
            kinds: self.kinds.iter().map(|at| at.map(&mut up)).collect(),
        }
    }

    fn body(&self) -> String {
        let lines = |names: &[&str], at: &[Option<usize>]| {
            let given = names.iter().zip(at).filter_map(|(name, at)| Some((name, (*at)?)));
            let lines: Vec<String> =
                given.map(|(name, at)| format!("\"{name}\" = \"{}\"", WORDS[at])).collect();
            lines.join(", ")
        };
        format!(
            "default = \"{}\"\ntools = {{ {} }}\nkinds = {{ {} }}\n",
            WORDS[self.default],
            lines(&TOOLS, &self.tools),
            lines(&KINDS, &self.kinds)
        )
    }
}

fn load(policy: String) -> Config {
    let built_in = Source { name: "rules.toml".into(), text: BUILT_IN.into(), built_in: true };
    let own = Source { name: "own.toml".into(), text: policy.into(), built_in: false };
    config::merge(&[Arc::new(built_in), Arc::new(own)]).unwrap()
}

/// One finding of each marker, in each way that it can be found.
fn findings(config: &Config) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in config.rules.rules.iter().step_by(7) {
        let uses: &[Option<PathUse>] = match rule.marker.kind {
            Kind::Path => &[Some(PathUse::Added), Some(PathUse::Changed), Some(PathUse::Shared)],
            _ => &[None],
        };
        for path_use in uses {
            let mut finding = Finding::new(&rule.marker, Field::Message, b"");
            finding.path_use = *path_use;
            all.push(finding);
        }
    }
    all
}

fn verdicts(config: &Config, name: &str) -> Vec<Verdict> {
    let judge = config.judge(Situation::unknown(""));
    let decide = |finding: &Finding| {
        let alone = std::slice::from_ref(finding);
        let name = RefName::new(name);
        let found_on = FoundOn { name: &name, commit: None, ancestry: &Unrelated };
        judge.judge(&found_on, alone, &Context::default())[0].verdict
    };
    findings(config).iter().map(decide).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stricter_policy_never_accepts_what_a_looser_one_rejects(
        loose in Lines::any(),
        by in proptest::collection::vec(0_usize..3, 5),
    ) {
        let strict = load(format!("[policy]\n{}", loose.raised(&by).body()));
        let loose = load(format!("[policy]\n{}", loose.body()));
        for (loose, strict) in verdicts(&loose, "refs/heads/a").iter().zip(verdicts(&strict, "refs/heads/a")) {
            prop_assert!(*loose != Verdict::Reject || strict == Verdict::Reject);
        }
    }

    #[test]
    fn a_ref_hides_only_if_it_rejects_all_that_the_other_rejects(
        one in Lines::any(),
        other in Lines::any(),
    ) {
        let scope = |id: &str, lines: &Lines| {
            format!("[[policy.scope]]\nid = \"{id}\"\nrefs = [\"refs/heads/{id}\"]\n{}", lines.body())
        };
        let config = load(format!("{}{}", scope("one", &one), scope("other", &other)));
        let judge = config.judge(Situation::unknown(""));
        let class = |name: &str| judge.class(name.as_bytes());
        let (one, other) = ("refs/heads/one", "refs/heads/other");
        for (mine, theirs) in [(one, other), (other, one)] {
            if judge.hides(&class(mine), &class(theirs)) {
                let pairs = verdicts(&config, mine).into_iter().zip(verdicts(&config, theirs));
                for (mine, theirs) in pairs {
                    prop_assert!(theirs != Verdict::Reject || mine == Verdict::Reject);
                }
            }
        }
        prop_assert!(judge.hides(&class(one), &class(one)));
    }
}
