//! What is wrong with a configuration file, and how it is shown: file, line,
//! column, the line itself with a caret, and what to write instead.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Place;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file does what it says, but hardly what is meant.
    Warning,
    /// The file can't be used, or contradicts itself.
    Error,
}

/// One mistake in a configuration file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// An error at a place.
    #[must_use]
    pub fn new(place: &Place, message: impl Into<String>) -> Self {
        let severity = Severity::Error;
        Self { severity, place: place.clone(), message: message.into(), help: None }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(place, message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// The width for which problems are rendered unless something else is said.
const WIDTH: usize = 140;

/// Renders problems in the order of their places, each with line, column and a caret.
#[must_use]
pub fn render(problems: &[Problem], color: bool) -> String {
    render_within(problems, color, WIDTH)
}

/// The same for a terminal of so many columns: of a longer line the part around the caret
/// is shown.
#[must_use]
pub fn render_within(problems: &[Problem], color: bool, width: usize) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width);
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| (&problem.place.source.name, problem.place.span.start));
    let mut out = String::new();
    for problem in sorted {
        let source = &problem.place.source;
        let text = source.text.as_ref();
        let start = problem.place.span.start.min(text.len());
        let end = problem.place.span.end.clamp(start, text.len());
        let snippet = Snippet::source(text)
            .path(source.name.as_str())
            .annotation(AnnotationKind::Primary.span(start..end));
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(problem.message.as_str()).element(snippet);
        let mut report: Vec<Group<'_>> = vec![title];
        if let Some(help) = &problem.help {
            report.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&renderer.render(&report).to_string());
        out.push('\n');
    }
    out
}
