//! Looking at a ref name, by the matchers of ref names and of disguises.

use super::Matchers;
use super::tamper::Trick;
use crate::finding::{Field, Finding};
use crate::text::{Effort, Form, Unwatched, read};

impl Matchers {
    /// The findings in a full ref name.
    #[must_use]
    pub fn find_in_ref(&self, name: &[u8]) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        let effort = Effort::new(&Unwatched, name.len());
        read(Form::Line, None, name, &effort, &mut |reading| {
            for marker in self.ref_name.spelled(reading.is_alike).find(reading.text) {
                if findings.iter().any(|old| old.marker.tool == marker.tool) {
                    continue;
                }
                let finding = Finding::new(&marker, Field::RefName, name);
                let trick = reading.undone.map(Trick::from);
                findings.extend(trick.iter().flat_map(|&it| self.tamper.beside(&finding, it)));
                findings.push(finding);
            }
        });
        findings
    }
}
