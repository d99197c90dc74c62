//! The readers of a repository's files over bytes in memory, for programs that give them any
//! bytes (`fuzz/`). They are the ones that read mapped files, and no part of what the program
//! does.

pub use super::damage::Damage;

use std::sync::Arc;

use super::alternates::split_alternates;
use super::commit_graph::CommitGraph;
use super::loose::Loose;
use super::packs::{Files, Packs, Reader, raw};
use super::ref_text::{self, Held, PackedRefs};
use super::{GitError, Object, ObjectId, ObjectKind, hash};

/// More objects of one file are not read.
const MOST: u32 = 10_000;

/// What a pack gives for one of its objects.
pub type Packed = (ObjectId, Result<(ObjectKind, Vec<u8>), GitError>);

/// Reads an index of a pack: looks an id up, and every object's id and offset. Returns the
/// offset of the id, if it is there.
///
/// # Errors
/// When the index is not what it has to be.
pub fn pack_index(bytes: &[u8], id_length: usize, wanted: &[u8]) -> Result<Option<u64>, Damage> {
    raw::index(bytes, id_length, wanted, MOST)
}

/// Reads the entry at an offset of a pack, and inflates its data; how many bytes these are.
///
/// # Errors
/// When the pack or the entry is not what it has to be.
pub fn pack_entry(bytes: &[u8], id_length: usize, offset: u64) -> Result<usize, Damage> {
    raw::entry(bytes, id_length, offset)
}

/// Applies a delta, and returns the first `most` bytes of what that gives.
///
/// # Errors
/// When the delta does not fit the base.
pub fn delta(base: &[u8], delta: &[u8], most: usize) -> Result<Vec<u8>, Damage> {
    raw::delta(base, delta, most)
}

/// Reads all objects of a pack by its index, each by its id, by its place and among all
/// files, and compares the ways.
///
/// # Errors
/// When the pack or the index is not what it has to be; of single objects in the result.
///
/// # Panics
/// When the ways differ.
pub fn pack(index: &[u8], data: &[u8], id_length: usize) -> Result<Vec<Packed>, Damage> {
    let mut packs = Packs::new(Vec::new());
    packs.add("pack", false, index, data, id_length)?;
    packs.hurry();
    let packs = Arc::new(packs);
    let mut reader = Reader::new(16, 1 << 20);
    let mut second = Reader::new(2, 1 << 10);
    let admit = |bytes| if bytes > 1 << 26 { Err(GitError::Stopped) } else { Ok(()) };
    let mut all = Vec::new();
    for id in packs.ids(MOST) {
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

/// Reads a loose object, or its first `most` bytes.
///
/// # Errors
/// When it is not what it has to be.
pub fn loose(id: ObjectId, bytes: &[u8], most: usize) -> Result<Object, GitError> {
    let loose = Loose::begin(id, bytes)?;
    let kind = loose.kind;
    Ok(Object::new(kind, loose.read(most)?.into()))
}

/// Reads a commit-graph of some layers, and every commit in it; how many there are.
#[must_use]
pub fn commit_graph(layers: &[&[u8]], id_length: usize) -> Option<u32> {
    let (first, others) = layers.split_first()?;
    let mut graph = CommitGraph::new(*first, id_length)?;
    for layer in others {
        graph.push(layer, id_length)?;
    }
    for position in 0..graph.len().min(MOST) {
        let id = graph.id(position);
        let _ = (id.and_then(|id| graph.find(id)), graph.commit(position));
    }
    Some(graph.len())
}

/// Splits a list of alternates at a separator.
#[must_use]
pub fn alternates(bytes: &[u8], separator: u8) -> Vec<Vec<u8>> {
    split_alternates(bytes, separator)
}

/// Reads what a loose ref holds: the target of a symbolic ref, or an object id in hexadecimal.
///
/// # Errors
/// When it holds neither.
pub fn loose_ref(bytes: &[u8], id_length: usize) -> Result<Vec<u8>, Damage> {
    Ok(match ref_text::parse_loose(bytes, id_length)? {
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
pub fn packed_refs(bytes: &[u8], id_length: usize) -> Result<Vec<(Vec<u8>, ObjectId)>, Damage> {
    let refs = PackedRefs::new(bytes, id_length)?;
    let mut all = Vec::new();
    for line in refs.all() {
        let (name, id) = line?;
        all.push((name.to_vec(), id));
    }
    for (name, _) in all.iter().take(MOST as usize) {
        assert!(refs.find(name)?.is_some(), "a ref is not found");
    }
    Ok(all)
}

/// Reads the list of shallow commits.
///
/// # Errors
/// When a line of it is no object id.
pub fn shallow(bytes: &[u8], id_length: usize) -> Result<Vec<ObjectId>, Damage> {
    Ok(super::shallow::parse(bytes, id_length)?.into_iter().collect())
}

/// Whether an object has the id that its kind and content give.
#[must_use]
pub fn is_id_of(id: ObjectId, kind: ObjectKind, content: &[u8]) -> bool {
    hash::is_id_of(id, kind, content)
}
