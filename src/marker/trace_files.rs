//! What a look at a path, at a file or at a note saw, step by step; see
//! [`super::trace`], whose other half this is.

use std::sync::Arc;

use super::content::comment;
use super::path::Key;
use super::structure::StructuredFile;
use super::trace::{Candidate, MOST, View, WIDTH, literal_at};
use super::{Matchers, content, note, path};
use crate::text::WordEnum;
use crate::text::escape::{escape, excerpt, lossy};
use crate::text::lines::Locator;

impl Matchers {
    /// How a path is read: the markers of which a component is there, and what they make of
    /// the content, if that is known; and read as `path::Matcher::find_all` reads it too,
    /// where it shows none, or that shows more.
    #[must_use]
    pub fn trace_path(
        &self,
        path: &[u8],
        in_place_of_directory: bool,
        content: Option<&[u8]>,
    ) -> Vec<View> {
        let view = |trick, path: &[u8]| {
            let candidates = in_path(&self.path, path, content);
            View { trick, is_first: trick.is_none(), differs: Vec::new(), candidates }
        };
        let mut views = vec![view(None, path)];
        let plain = self.path.find(path);
        for (trick, proper) in self.path.disguises(path, in_place_of_directory) {
            let shows_more = self.path.find(&proper).iter().any(|it| !plain.contains(it));
            if plain.is_empty() || shows_more {
                views.push(view(Some(trick), &proper));
            }
        }
        views
    }

    /// The note markers that look at notes of this ref.
    #[must_use]
    pub fn trace_note(&self, ref_name: &[u8], note: &[u8]) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (marker, spec) in &self.note.markers {
            let Some(glob) = spec.globs.iter().find(|glob| glob.is_match(ref_name)) else {
                continue;
            };
            let said = note::evidence(spec.format, note);
            let refused = format!("as {} the note says of no AI that it wrote", spec.format.word());
            candidates.push(Candidate {
                marker: Arc::clone(marker),
                literal: glob.source().to_owned(),
                line: said.as_ref().map(|(line, _)| *line),
                text: said
                    .as_ref()
                    .map_or_else(|| "the note".into(), |(_, text)| excerpt(text.as_bytes(), WIDTH)),
                refused: said.is_none().then_some(refused),
            });
        }
        candidates
    }

    /// The content markers of which a word is in a file, and the tools' files that it may be
    /// under another name.
    #[must_use]
    pub fn trace_content(&self, path: &[u8], content: &[u8]) -> Vec<Candidate> {
        let mut candidates = in_content(&self.content, content);
        let texts = self.content.find(content);
        for (marker, spec) in &self.content.renamed {
            let lower = lossy(content).to_ascii_lowercase();
            let has = |word: &&String| lower.contains(&word.to_ascii_lowercase());
            let Some(literal) = spec.keywords.iter().find(has) else {
                continue;
            };
            let refused = match texts.iter().find(|text| text.marker == *marker) {
                None => Some("the file as a whole has not its structure"),
                Some(text) if self.renamed(text, path).is_empty() => {
                    Some("this path is no place to hide it: a marker itself, or an example")
                }
                Some(_) => None,
            };
            candidates.push(Candidate {
                marker: Arc::clone(marker),
                literal: literal.clone(),
                line: None,
                text: "the whole file".into(),
                refused: refused.map(str::to_owned),
            });
        }
        candidates
    }
}

fn in_path(matcher: &path::Matcher, path: &[u8], content: Option<&[u8]>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut settled = matcher.find(path);
    let file = content.map(StructuredFile::new);
    matcher.settle(&mut settled, &mut |found| {
        file.as_ref().is_some_and(|file| matcher.has_structure(found, file))
    });
    for (marker, spec) in &matcher.markers {
        let tried = spec.globs.iter().filter_map(|glob| {
            let mut components = path.split(|&byte| byte == b'/');
            let key = match &glob.key {
                Key::Whole(name) => components.find(|component| component == name),
                Key::Start(start) => components.find(|component| component.starts_with(start)),
            };
            Some((key?, glob.glob.is_match(path)))
        });
        let tried: Vec<(&[u8], bool)> = tried.collect();
        let Some((key, is)) = tried.iter().max_by_key(|(_, is)| *is) else {
            continue;
        };
        let refused = if !is {
            Some("none of its `paths` matches the whole path")
        } else if settled.iter().any(|found| found.marker == *marker) {
            None
        } else if spec.structure.is_none() {
            Some("the file does nothing but switch the tool or its credits off")
        } else if content.is_none() {
            Some("its path matches, but it counts only where the whole file has its structure")
        } else {
            Some("the file as a whole has not its structure")
        };
        candidates.push(Candidate {
            marker: Arc::clone(marker),
            literal: escape(key),
            line: None,
            text: excerpt(path, WIDTH),
            refused: refused.map(str::to_owned),
        });
    }
    candidates
}

fn in_content(matcher: &content::Matcher, content: &[u8]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut locator = Locator::new(content);
    matcher.literals.find(content, |offset, at| {
        let line = locator.piece_at(offset);
        let Some((marker, spec)) = matcher.markers.get(at) else {
            return;
        };
        let known = candidates
            .iter()
            .rev()
            .take(64)
            .any(|seen| seen.line == Some(line.number) && seen.marker == *marker);
        if known || candidates.len() >= MOST {
            return;
        }
        let refused = match comment(line.bytes) {
            _ if line.number > spec.first_lines => {
                Some(format!("it looks at the first {} lines only", spec.first_lines))
            }
            None => Some("the line is no comment".into()),
            Some(text) if spec.pattern.is_match(&lossy(text)) => None,
            Some(_) => Some("its expression does not match the comment".into()),
        };
        candidates.push(Candidate {
            marker: Arc::clone(marker),
            literal: literal_at(&spec.keywords, content, offset),
            line: Some(line.number),
            text: excerpt(line.bytes, WIDTH),
            refused,
        });
    });
    candidates
}
