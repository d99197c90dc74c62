//! Reading `[policy]`.

use std::collections::HashMap;

use globset::GlobBuilder;

use super::{Kinds, Line, Mode, Policy, Said, Subject, Verdict};
use crate::document::{Fields, Node, Place, Problem, Value};

const MODES: [(&str, Mode); 3] =
    [("enforce", Mode::Enforce), ("warn", Mode::Warn), ("observe", Mode::Observe)];

impl Policy {
    /// Reads the `policy` table of the merged configuration; problems go to the fields'
    /// reader.
    #[must_use]
    pub fn read(root: &mut Fields<'_>) -> Self {
        let mut policy = Self {
            mode: Mode::Enforce,
            contact: None,
            default: None,
            lines: HashMap::new(),
            kinds: Kinds::default(),
            hiding: Vec::new(),
            named: Vec::new(),
        };
        let reader = root.reader();
        let Some(node) = root.node("policy") else {
            let problem = Problem::new(root.place(), "there is no [policy]");
            reader.report(problem.help("a policy needs at least a `default`"));
            return policy;
        };
        let Some(mut fields) = reader.fields(node, "[policy]") else {
            return policy;
        };
        policy.mode = fields.word("mode", &MODES).unwrap_or_default();
        policy.contact = fields.string("contact").map(str::to_owned);
        policy.default = verdict(&mut fields, "default");
        if let Some(node) = fields.node("kinds")
            && let Some(mut kinds) = reader.fields(node, "[policy.kinds]")
        {
            policy.kinds = read_kinds(&mut kinds, true);
            kinds.finish();
        }
        if let Some(node) = fields.node("tools")
            && let Some(tools) = reader.fields(node, "[policy.tools]")
        {
            for (name, (place, node)) in tools.entries() {
                policy.add_line(&tools, name, place, node);
            }
        }
        for (glob, place) in fields.strings("hiding-refs") {
            match GlobBuilder::new(glob).literal_separator(true).build() {
                Ok(glob) => policy.hiding.push(glob.compile_matcher()),
                Err(error) => {
                    let message = format!("`{glob}` is not a glob");
                    reader.report(Problem::new(place, message).help(error.kind().to_string()));
                }
            }
        }
        fields.finish();
        policy
    }

    fn add_line(&mut self, tools: &Fields<'_>, name: &str, place: &Place, node: &Node) {
        let subject = match name.split_once(':') {
            Some(("vendor", vendor)) => Subject::Vendor(vendor.to_owned()),
            Some(("model", model)) => Subject::Model(model.to_lowercase()),
            Some(_) => {
                let message = format!("`{name}` is neither a tool nor vendor:NAME or model:NAME");
                tools.reader().report(Problem::new(place, message));
                return;
            }
            None if name.contains('/') => Subject::Marker(name.to_owned()),
            None => Subject::Tool(name.to_owned()),
        };
        let mut line = Line::default();
        if let Value::Table(_) = node.value {
            let Some(mut fields) = tools.reader().fields(node, "a policy line") else {
                return;
            };
            line.verdict = verdict(&mut fields, "verdict");
            line.reason = fields.string("reason").map(str::to_owned);
            line.kinds = read_kinds(&mut fields, false);
            fields.finish();
        } else {
            let said = tools.word_at(node, &format!("the verdict of `{name}`"), &Verdict::WORDS);
            line.verdict = said.map(|verdict| Said { verdict, place: place.clone() });
        }
        self.named.push((subject.clone(), place.clone()));
        self.lines.insert(subject, line);
    }
}

fn verdict(fields: &mut Fields<'_>, key: &'static str) -> Option<Said> {
    let verdict = fields.word(key, &Verdict::WORDS)?;
    Some(Said { verdict, place: fields.place_of(key).clone() })
}

fn read_kinds(fields: &mut Fields<'_>, global: bool) -> Kinds {
    let mut kinds = Kinds {
        content: verdict(fields, "content"),
        ref_name: verdict(fields, "ref"),
        weak: verdict(fields, "weak"),
        ..Kinds::default()
    };
    if global {
        kinds.tamper = verdict(fields, "tamper");
    }
    let reader = fields.reader();
    let Some(node) = fields.node("path") else {
        return kinds;
    };
    if let Value::Table(_) = node.value {
        let Some(mut path) = reader.fields(node, "`path`") else {
            return kinds;
        };
        kinds.added = verdict(&mut path, "added");
        kinds.changed = verdict(&mut path, "changed");
        kinds.shared = verdict(&mut path, "shared");
        kinds.off_switch = verdict(&mut path, "off-switch");
        path.finish();
    } else if let Some(word) = fields.word("path", &Verdict::WORDS) {
        let said = Said { verdict: word, place: fields.place_of("path").clone() };
        kinds.added = Some(said.clone());
        kinds.changed = Some(said.clone());
        kinds.shared = Some(said.clone());
        kinds.off_switch = Some(said);
    }
    kinds
}
