//! Whether a commit discloses a tool in the way that policy asks for.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::circumstances::Circumstances;
use super::disclosure::{Disclosure, Grammar, Names, Undisclosed};
use crate::finding::{Credit, Finding, UNKNOWN_AI};

impl Disclosure {
    /// Looks for a disclosure of the tool of one of a commit's findings.
    pub(super) fn of<'a>(
        &self,
        finding: &'a Finding,
        among: &Circumstances<'a>,
    ) -> Result<(), Undisclosed> {
        if self.own_credit() && among.is_credited(&finding.marker.tool) {
            return Ok(());
        }
        among.disclosed(self, finding, || {
            let mut worst = Undisclosed::Absent;
            for (credit, form) in among.forms(self, |credit| self.has_form(credit)).iter() {
                match form.clone().and_then(|()| self.names_tool(credit, finding, among)) {
                    Ok(()) => return Ok(()),
                    Err(why) => worst = why,
                }
            }
            Err(worst)
        })
    }

    /// Whether a disclosure says something, in the form that is asked for.
    fn has_form(&self, credit: &Credit) -> Result<(), Undisclosed> {
        if is_denial(&credit.value) {
            return Err(Undisclosed::Denied);
        }
        if is_placeholder(&credit.value) {
            return Err(Undisclosed::Placeholder);
        }
        if self.grammar() == Grammar::Kernel && !KERNEL.is_match(&credit.value) {
            return Err(Undisclosed::Form);
        }
        Ok(())
    }

    /// Whether a disclosure names the tool of a finding, where that is asked for.
    fn names_tool(
        &self,
        credit: &Credit,
        finding: &Finding,
        among: &Circumstances<'_>,
    ) -> Result<(), Undisclosed> {
        if self.names() == Names::Anything {
            return Ok(());
        }
        // What the line names is what the markers found on it.
        let marker = &finding.marker;
        let here = among.on_line(credit.line);
        let unknown = marker.tool == UNKNOWN_AI;
        if unknown && here.is_empty() {
            return Ok(());
        }
        let names = here.iter().any(|other| {
            unknown
                || other.marker.tool == marker.tool
                || other.model_vendor.as_ref().is_some_and(|vendor| {
                    *vendor == marker.vendor && other.marker.tool == UNKNOWN_AI
                })
        });
        if names { Ok(()) } else { Err(Undisclosed::OtherTool) }
    }
}

#[allow(clippy::expect_used)] // a literal, and a test uses it
static KERNEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[^:\s][^:]*:\S+(\s+\S+)*\s*$").expect("a valid expression"));

/// `none`, `no`, `n/a` and the like.
fn is_denial(value: &[u8]) -> bool {
    let word = value.trim_ascii().to_ascii_lowercase();
    let word = word.strip_suffix(b".").unwrap_or(&word);
    matches!(word, b"" | b"no" | b"none" | b"false" | b"n/a" | b"na" | b"nil" | b"nobody" | b"-")
}

/// What a template leaves to be filled in: `<tool>`, `[tool name/version]`,
/// `AGENT_NAME:MODEL_VERSION`, `$AI_NAME`, `TODO`.
fn is_placeholder(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let has = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    let enclosed =
        |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    // Neither an address nor a link is in the brackets.
    let bracketed = (enclosed(b'<', b'>') || enclosed(b'[', b']') || enclosed(b'{', b'}'))
        && !has(b"@")
        && !has(b"://");
    let template = [
        b"AGENT_NAME".as_slice(),
        b"MODEL_VERSION",
        b"TOOLNAME",
        b"MODELNAME",
        b"TOOL_NAME",
        b"MODEL_NAME",
        b"AI_NAME",
        b"YOUR_",
        b"{{",
        b"Some AI Tool",
    ];
    let word = value.to_ascii_lowercase();
    bracketed
        || value.first() == Some(&b'$')
        || matches!(word.as_slice(), b"todo" | b"tbd" | b"..." | b"xxx" | b"?")
        || template.iter().any(|needle| has(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_and_placeholders_disclose_nothing() {
        for value in ["no", "None", "N/A", "false.", " "] {
            assert!(is_denial(value.as_bytes()), "{value}");
        }
        for value in
            ["<tool>", "[tool name/version]", "AGENT_NAME:MODEL_VERSION", "$AI_NAME", "TODO"]
        {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in ["Claude:claude-3-opus", "generic LLM chatbot", "<noreply@anthropic.com>"] {
            assert!(!is_denial(value.as_bytes()) && !is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn the_kernels_form_is_agent_and_model() {
        for (value, fits) in [
            ("Claude:claude-3-opus coccinelle sparse", true),
            ("Claude:claude-3-opus", true),
            ("GitHub Copilot:gpt-5", true),
            ("Claude Opus 4.6", false),
            (":model", false),
        ] {
            assert_eq!(KERNEL.is_match(value.as_bytes()), fits, "{value}");
        }
    }
}
