//! Commit-graphs of one file or a chain, read from memory and from mapped files.

use provost::fuzzing::commit_graph;
use provost::git::Mapped;

/// More commits are not asked for.
const MOST: u32 = 2000;

pub(crate) fn run(data: &[u8]) {
    let Some((&[choice, high, low], bytes)) = data.split_first_chunk() else { return };
    let id_length = if choice & 1 == 0 { 20 } else { 32 };
    let mut layers = vec![bytes];
    if choice & 2 != 0 {
        let at = (usize::from(high) << 8 | usize::from(low)).min(bytes.len());
        layers = vec![&bytes[..at], &bytes[at..]];
    }
    let read = commit_graph(layers.iter().copied(), id_length, MOST);
    if choice & 4 != 0 {
        let files: Option<Vec<Mapped>> = layers.iter().map(|layer| crate::mapped(layer)).collect();
        if let Some(files) = files {
            assert_eq!(commit_graph(files, id_length, MOST), read);
        }
    }
    let Some(commits) = read else { return };
    assert!(commits.len() * (id_length + 16) <= bytes.len());
    for (id, found, recorded) in &commits {
        // An id that is found is found where it stands, or where the same one stands.
        let at = found.and_then(|at| commits.get(at as usize));
        assert!(at.is_none_or(|(same, ..)| same == id));
        if let Some((tree, parents, seconds)) = recorded {
            assert_eq!(tree.as_bytes().len(), id_length);
            assert!(parents.len() * 4 <= bytes.len() + 8, "parents that are not there");
            assert!(*seconds >= 0);
        }
    }
}
