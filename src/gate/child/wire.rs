//! What the judging process sends to the gate: events in frames of a length and a body.
//!
//! The length is four bytes, little-endian; the body is an [`Event`] as `postcard` writes it.
//! The gate takes texts in it as opaque bytes, and no frame makes it allocate more than the
//! frame's length.

use std::io::{self, Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::gate::Failure;
use crate::git::ObjectId;
use crate::report::{CommitLabel, Judged, Report};
use crate::scan::Stage;

/// The longest frame in bytes. The result names what was not judged, which can be much.
pub(super) const MAX_FRAME_BYTES: usize = 256 << 20;
/// Findings beyond this many bytes are counted and not sent.
pub(super) const MAX_FINDINGS_BYTES: usize = 32 << 20;
/// The longest path, subject or name in a finding that is sent, in bytes. The longest path
/// that Linux opens has 4,096 (path_resolution(7)).
const MAX_TEXT_BYTES: usize = 4096;

/// Something that the judging process sends.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Event {
    /// How far it is.
    Progress(Stage, usize),
    /// A finding with its verdict.
    Judged(Box<Judged>),
    /// A question: whether git refuses an update to `new` because `missing` is missing. The
    /// answer is one byte, see [`answer_byte`].
    AskGit { new: ObjectId, missing: ObjectId },
    /// The result, without the findings. It is the last event.
    Ended(Result<Box<Report>, Failure>),
}

/// The answer to [`Event::AskGit`]; `None` when the time for asking is over.
pub(super) fn answer_byte(answer: Option<bool>) -> u8 {
    match answer {
        Some(false) => 0,
        Some(true) => 1,
        None => 2,
    }
}

/// What such a byte says.
pub(super) fn answer_of(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Writes an event; returns the size of its frame in bytes.
pub(super) fn send(out: &mut dyn Write, event: &Event) -> io::Result<usize> {
    let body = postcard::to_stdvec(event).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= MAX_FRAME_BYTES);
    let length = length.ok_or(io::ErrorKind::FileTooLarge)?;
    out.write_all(&[&length.to_le_bytes(), body.as_slice()].concat())?;
    Ok(body.len())
}

/// Reads an event; `None` at the end.
pub(super) fn receive(from: &mut dyn Read) -> io::Result<Option<Event>> {
    let mut length = [0; 4];
    if let Err(error) = from.read_exact(&mut length) {
        let is_end = error.kind() == io::ErrorKind::UnexpectedEof;
        return if is_end { Ok(None) } else { Err(error) };
    }
    let length = u32::from_le_bytes(length);
    let is_short = usize::try_from(length).is_ok_and(|length| length <= MAX_FRAME_BYTES);
    if !is_short {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = Vec::new();
    let read = from.take(u64::from(length)).read_to_end(&mut body)?;
    if u64::try_from(read).ok() != Some(u64::from(length)) {
        return Ok(None);
    }
    postcard::from_bytes(&body)
        .map(Some)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// A finding whose texts are short enough to be sent.
pub(super) fn bounded(judged: &Judged) -> Judged {
    let cut = |text: &[u8]| text.get(..text.len().min(MAX_TEXT_BYTES)).unwrap_or(text).to_vec();
    let label = |label: &Arc<CommitLabel>| {
        let (subject, people) = (cut(&label.subject), cut(&label.people));
        Arc::new(CommitLabel { id: label.id, subject, people })
    };
    let finding = &judged.finding;
    Judged {
        commit: judged.commit.as_ref().map(label),
        ref_name: judged.ref_name.clone(),
        finding: Finding { path: finding.path.as_deref().map(cut), ..finding.clone() },
        decision: judged.decision.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_arrive_as_they_were_sent() {
        let mut frames = Vec::new();
        send(&mut frames, &Event::Progress(Stage::Comparing(7), 3)).unwrap();
        let new = ObjectId::NULL;
        send(&mut frames, &Event::AskGit { new, missing: new }).unwrap();
        send(&mut frames, &Event::Ended(Ok(Box::default()))).unwrap();
        let mut from = frames.as_slice();
        let mut next = || receive(&mut from).unwrap();
        assert!(matches!(next(), Some(Event::Progress(Stage::Comparing(7), 3))));
        assert!(matches!(next(), Some(Event::AskGit { .. })));
        assert!(matches!(next(), Some(Event::Ended(Ok(_)))));
        assert!(next().is_none());
    }

    #[test]
    fn a_frame_that_is_cut_garbled_or_too_long_is_no_event() {
        let mut frame = Vec::new();
        send(&mut frame, &Event::Progress(Stage::Reading, 300)).unwrap();
        for cut in 0..frame.len() {
            assert!(receive(&mut &frame[..cut]).unwrap().is_none(), "{cut}");
        }
        frame[4] = 250;
        assert!(receive(&mut frame.as_slice()).is_err(), "there is no such event");
        assert!(receive(&mut [0xff; 64].as_slice()).is_err(), "too long");
        let mut liar = vec![0, 0, 0, 8];
        liar.extend([0; 16]);
        assert!(receive(&mut liar.as_slice()).unwrap().is_none(), "cut, and nothing allocated");
    }
}
