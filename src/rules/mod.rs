//! The catalogue: tools, their markers and model families, read from the merged
//! configuration and compiled into matchers. Rules find; they never decide.

pub mod cases;
pub mod edit;
pub mod entries;
mod examples;
mod fact_examples;
pub mod facts;
pub mod former;
mod key_types;
pub mod lint;
mod nodes;
pub mod propose;
pub mod subject;
mod tool;

use std::collections::HashSet;
use std::sync::Arc;

pub use examples::{ExampleFailure, check_examples};
pub use tool::Tool;

use crate::document::{Fields, Place, Problem};
use crate::finding::{Carrier, Confidence, Kind, Marker};
use crate::marker::{self, FORMS_SINCE, Facts, Matchers, Model, Models, Spec};

/// A marker as the catalogue describes it.
#[derive(Debug)]
pub struct Rule {
    /// What findings carry of it.
    pub marker: Arc<Marker>,
    /// Where the fact was seen.
    pub source: String,
    /// Why it is switched off, if it is.
    pub disabled: Option<String>,
    /// Where it was written last.
    pub place: Place,
}

/// Everything that can be found.
#[derive(Debug)]
pub struct RuleSet {
    /// The version of the catalogue.
    pub version: String,
    /// The tools, in the order of the files.
    pub tools: Vec<Tool>,
    /// All markers, disabled ones too, in the order of the files.
    pub rules: Vec<Rule>,
    /// The markers that are not disabled, ready to look, on any thread.
    pub matchers: Arc<Matchers>,
}

impl Default for RuleSet {
    /// A catalogue that knows nothing.
    fn default() -> Self {
        let matchers = Arc::new(Matchers::new(Vec::new(), Models::default(), Vec::new()));
        Self { version: String::new(), tools: Vec::new(), rules: Vec::new(), matchers }
    }
}

impl RuleSet {
    /// The markers that are not disabled.
    #[must_use]
    pub fn enabled_markers(&self) -> Vec<Arc<Marker>> {
        let enabled = self.rules.iter().filter(|rule| rule.disabled.is_none());
        enabled.map(|rule| Arc::clone(&rule.marker)).collect()
    }

    /// The markers that are not disabled, as findings carry them: those that quotation makes
    /// weak, weak as well, and those of forms as new as forms.
    #[must_use]
    pub fn markers_as_found(&self) -> Vec<Arc<Marker>> {
        let mut markers = self.enabled_markers();
        let of_text = markers.iter().filter(|it| it.kind.carrier() == Carrier::Message);
        let variants = of_text.flat_map(|it| {
            let new = it.as_found(it.confidence, FORMS_SINCE);
            [it.as_weak(), new.as_weak(), Some(new)]
        });
        let variants: Vec<_> = variants.flatten().map(Arc::new).collect();
        markers.extend(variants);
        markers
    }

    /// Reads `catalogue`, `model` and `tool`; problems go to the fields' reader.
    #[must_use]
    pub fn read(root: &mut Fields<'_>) -> Self {
        let version = read_version(root);
        let models = read_models(root);
        let mut set = Reading {
            ids: HashSet::new(),
            tools: vec![],
            named: vec![],
            rules: vec![],
            specs: vec![],
            disabled_specs: vec![],
        };
        let reader = root.reader();
        for node in root.tables("tool") {
            if let Some(fields) = reader.fields(node, "a tool") {
                set.tool(fields);
            }
        }
        let Reading { tools, named, rules, specs, disabled_specs, .. } = set;
        let matchers =
            Arc::new(Matchers::new(specs, models, named).with_disabled_paths(disabled_specs));
        Self { version, tools, rules, matchers }
    }

    /// A tool by id.
    #[must_use]
    pub fn tool(&self, id: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.id == id)
    }
}

fn read_version(root: &mut Fields<'_>) -> String {
    let reader = root.reader();
    let Some(node) = root.node("catalogue") else {
        return String::new();
    };
    let Some(mut fields) = reader.fields(node, "[catalogue]") else {
        return String::new();
    };
    let version = fields.required_string("version").unwrap_or_default().to_owned();
    fields.finish();
    version
}

fn read_models(root: &mut Fields<'_>) -> Models {
    let reader = root.reader();
    let mut models = Vec::new();
    for node in root.tables("model") {
        let Some(mut fields) = reader.fields(node, "a model") else {
            continue;
        };
        models.extend(Model::read(&mut fields));
        mark_examples_known(&mut fields);
        fields.finish();
    }
    Models::new(models)
}

struct Reading {
    ids: HashSet<String>,
    tools: Vec<Tool>,
    /// What names each of those that have names.
    named: Vec<Facts>,
    rules: Vec<Rule>,
    specs: Vec<(Arc<Marker>, Spec)>,
    /// Those that are switched off.
    disabled_specs: Vec<(Arc<Marker>, Spec)>,
}

impl Reading {
    fn tool(&mut self, mut fields: Fields<'_>) {
        let id = fields.required_string("id").unwrap_or_default().to_owned();
        let tool = Tool {
            name: fields.string("name").unwrap_or(&id).to_owned(),
            vendor: fields.required_string("vendor").unwrap_or_default().to_owned(),
            id,
        };
        self.named.extend(Facts::read((&tool.id, &tool.vendor), &mut fields));
        for key in facts::KEYS {
            fields.later_strings(key);
        }
        fields.string("source");
        fields.string("since");
        let reader = fields.reader();
        // In the order of [`facts`], where all of them are written into the layers.
        let mut are_left = reader.is_of_proven();
        for node in fields.tables("marker") {
            if are_left && nodes::is_made(node) {
                self.made(&tool, &mut fields);
                are_left = false;
            }
            if let Some(fields) = reader.fields(node, "a marker") {
                self.marker(&tool, fields);
            }
        }
        if are_left {
            self.made(&tool, &mut fields);
        }
        fields.finish();
        self.tools.push(tool);
    }

    /// The markers of names and addresses, where nothing can have changed them; see
    /// [`facts::Extent`].
    fn made(&mut self, tool: &Tool, fields: &mut Fields<'_>) {
        for (marker, spec, place) in facts::by_names_and_addresses(tool, fields) {
            let marker = Arc::new(marker);
            self.specs.push((Arc::clone(&marker), spec));
            let (source, place) = (String::new(), place.clone());
            self.rules.push(Rule { marker, source, disabled: None, place });
        }
    }

    fn marker(&mut self, tool: &Tool, mut fields: Fields<'_>) {
        let id = fields.required_string("id").unwrap_or_default();
        let reader = fields.reader();
        if !reader.is_of_proven() && !self.ids.insert(id.to_owned()) {
            let message = format!("two tools have a marker `{id}`");
            reader.report(Problem::new(fields.place_of("id"), message));
        }
        let since = fields.string("since").unwrap_or_default().to_owned();
        let source = fields.string("source").unwrap_or_default().to_owned();
        fields.string("about");
        let disabled = fields.string("disabled").map(str::to_owned);
        mark_examples_known(&mut fields);
        fields.required_string("kind");
        let kind = fields.one_of("kind");
        fields.required_string("confidence");
        let confidence = fields.one_of("confidence");
        let (Some(kind), Some(confidence)) = (kind, confidence) else {
            return;
        };
        check_id(&fields, id, &tool.id, kind);
        let too_sure = kind.carrier() == Carrier::RefName && confidence == Confidence::Strong;
        if too_sure {
            let problem =
                Problem::new(fields.place_of("confidence"), "a ref marker is always weak");
            reader.report(problem.help("people choose such names too"));
        }
        let spec = marker::read(kind, &mut fields);
        let place = fields.place().clone();
        fields.finish();
        let marker = Arc::new(Marker {
            id: id.to_owned(),
            tool: tool.id.clone(),
            tool_name: tool.name.clone(),
            vendor: tool.vendor.clone(),
            kind,
            confidence,
            since,
        });
        if let Some(spec) = spec.filter(|_| !too_sure) {
            let list = if disabled.is_none() { &mut self.specs } else { &mut self.disabled_specs };
            list.push((Arc::clone(&marker), spec));
        }
        self.rules.push(Rule { marker, source, disabled, place });
    }
}

/// A marker's id begins with its tool's; tamper markers stand for any tool.
fn check_id(fields: &Fields<'_>, id: &str, tool: &str, kind: Kind) {
    let owner = if kind.carrier() == Carrier::HiddenMark { "tamper" } else { tool };
    let name = id.strip_prefix(owner).and_then(|rest| rest.strip_prefix('/'));
    if name.is_none_or(str::is_empty) {
        let message = format!("the id `{id}` must be `{owner}/NAME`");
        fields.reader().report(Problem::new(fields.place_of("id"), message));
    }
}

/// Marks the example keys of a table as known; they are read by [`check_examples`] only.
fn mark_examples_known(fields: &mut Fields<'_>) {
    fields.later_strings("hits");
    fields.later_strings("misses");
}
