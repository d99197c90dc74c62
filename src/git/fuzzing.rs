//! Doors to the readers of this room for [`crate::fuzzing`].

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::alternates::split_alternates;
use super::commit::{Header, Headers, Links};
use super::commit_graph::CommitGraph;
use super::damage::Damage;
use super::loose::Loose;
use super::packs::{Files, Mapped, Packs, Reader};
use super::ref_text::{self, Held, PackedRefs};
use super::{GitError, ObjectId, ObjectKind, hash};

pub use super::packs::fuzzing::{Indexed, PackEntry, delta, pack_entry, pack_index};

/// The headers of a commit or tag object, and what follows them.
#[must_use]
#[expect(clippy::type_complexity, reason = "two pairs")]
pub fn headers(raw: &[u8]) -> (Vec<(&[u8], &[u8])>, Option<&[u8]>) {
    let (mut fields, mut body) = (Vec::new(), None);
    for header in Headers::new(raw) {
        match header {
            Header::Field { key, value } => fields.push((key, value)),
            Header::Body(rest) => body = Some(rest),
        }
    }
    (fields, body)
}

/// The tree, the parents and the time that a walk takes from a commit; `None` where that is
/// an error.
#[must_use]
pub fn links(id: ObjectId, raw: &[u8]) -> Option<(Option<ObjectId>, Vec<ObjectId>, i64)> {
    let links = Links::parse(id, raw).ok()?;
    Some((links.tree, links.parents, links.seconds))
}

/// A commit of a commit-graph: its id, the position at which that is found, and the tree, the
/// parents' positions and the time that are recorded.
pub type Graphed = (ObjectId, Option<u32>, Option<(ObjectId, Vec<u32>, i64)>);

/// The commits of a commit-graph of some layers, at most `most` of them; `None` when a layer is
/// not what it has to be.
pub fn commit_graph<M: AsRef<[u8]>>(
    layers: impl IntoIterator<Item = M>,
    id_length: usize,
    most: u32,
) -> Option<Vec<Graphed>> {
    let mut layers = layers.into_iter();
    let mut graph = CommitGraph::new(layers.next()?, id_length)?;
    for layer in layers {
        graph.push(layer, id_length)?;
    }
    let commit = |position| {
        let recorded = graph.commit(position);
        let recorded = recorded.map(|it| (it.tree, it.parents, it.seconds));
        let id = graph.id(position)?;
        Some((id, graph.find(id), recorded))
    };
    Some((0..graph.len().min(most)).map_while(commit).collect())
}

/// The kind of a loose object, the size that its head gives, and its first `most` bytes; `None`
/// when it can't be read.
pub fn loose<R: Read>(stream: R, most: usize) -> Option<(ObjectKind, usize, Vec<u8>)> {
    let loose = Loose::begin(ObjectId::NULL, stream).ok()?;
    let (kind, size) = (loose.kind, loose.size);
    Some((kind, size, loose.read(most).ok()?))
}

/// Maps a file as readers do.
///
/// # Errors
/// When it can't be mapped.
pub fn mapped(path: &Path) -> std::io::Result<Mapped> {
    Mapped::open(path)
}

/// More objects of one file are not read.
const MOST_OBJECTS: u32 = 10_000;

/// What a pack gives for one of its objects.
pub type Packed = (ObjectId, Result<(ObjectKind, Vec<u8>), GitError>);

/// Reads all objects of a pack by its index, each by its id, by its place and among all
/// files, and compares the ways.
///
/// # Errors
/// When the pack or the index is not what it has to be; of single objects in the result.
///
/// # Panics
/// When the ways differ.
pub fn pack(index: &[u8], data: &[u8], id_length: usize) -> Result<Vec<Packed>, String> {
    let mut packs = Packs::new(Vec::new(), id_length);
    packs.add("pack", false, index, data).map_err(text)?;
    packs.build_id_table();
    let packs = Arc::new(packs);
    let mut reader = Reader::new(16, 1 << 20);
    let mut second = Reader::new(2, 1 << 10);
    let admit = |bytes| if bytes > 1 << 26 { Err(GitError::Stopped) } else { Ok(()) };
    let mut all = Vec::new();
    for id in packs.ids(MOST_OBJECTS) {
        let Some(at) = packs.find(id.as_bytes()) else { continue };
        let object = packs.take(&mut reader, at, &admit).map_err(|fault| fault.of(id));
        if let Some(place) = packs.place(id.as_bytes()) {
            let read = packs.read(&mut second, place, &admit);
            if let (Ok((kind, data)), Ok((other, same))) = (&object, &read) {
                assert!(kind == other && **data == **same, "{id} is read in two ways");
            }
        }
        if let Ok(Some((_, head))) = packs.take_head(&mut second, at, 10)
            && let Ok((_, data)) = &object
        {
            assert!(data.starts_with(&head), "{id} begins in two ways");
        }
        all.push((id, object.map(|(kind, data)| (kind, data.into_vec()))));
    }
    let files = Files::new(packs);
    let mut climber = files.climber(|head: &[u8], is_whole| is_whole.then_some(head.len()));
    while climber.some(&|_| true) {}
    Ok(all)
}

/// Reads what a loose ref holds: the target of a symbolic ref, or an object id in hexadecimal.
///
/// # Errors
/// When it holds neither.
pub fn loose_ref(bytes: &[u8], id_length: usize) -> Result<Vec<u8>, String> {
    Ok(match ref_text::parse_loose(bytes, id_length).map_err(text)? {
        Held::Symbolic(target) => target,
        Held::Direct(id) => id.to_string().into_bytes(),
    })
}

/// Reads a file of packed refs, and looks each of them up.
///
/// # Errors
/// When a line of it is not what it has to be.
///
/// # Panics
/// When a ref that is there is not found.
pub fn packed_refs(bytes: &[u8], id_length: usize) -> Result<Vec<(Vec<u8>, ObjectId)>, String> {
    let refs = PackedRefs::new(bytes, id_length).map_err(text)?;
    let mut all = Vec::new();
    for line in refs.all() {
        let (name, id) = line.map_err(text)?;
        all.push((name.to_vec(), id));
    }
    for (name, _) in all.iter().take(MOST_OBJECTS as usize) {
        assert!(refs.find(name).map_err(text)?.is_some(), "a ref is not found");
    }
    Ok(all)
}

/// Reads the list of shallow commits.
///
/// # Errors
/// When a line of it is no object id.
pub fn shallow(bytes: &[u8], id_length: usize) -> Result<Vec<ObjectId>, String> {
    Ok(super::shallow::parse(bytes, id_length).map_err(text)?.into_iter().collect())
}

/// Splits a list of alternates at a separator.
#[must_use]
pub fn alternates(bytes: &[u8], separator: u8) -> Vec<Vec<u8>> {
    split_alternates(bytes, separator)
}

/// Whether an object has the id that its kind and content give.
#[must_use]
pub fn is_id_of(id: ObjectId, kind: ObjectKind, content: &[u8]) -> bool {
    hash::is_id_of(id, kind, content)
}

fn text(damage: Damage) -> String {
    damage.to_string()
}
