//! Git's commit-graph: the tree, the parents and the date of commits that were there when
//! it was written, to be looked up without reading the commits.
//!
//! It only saves time. What is not in it, or not as it should be, is read from the commit;
//! and when a commit is read that was looked up here before, the two are compared.
//! Like git, nobody uses it in a shallow repository, where commits have not the parents that
//! it lists.
//!
//! Source: gitformat-commit-graph(5).

use std::path::Path;

use super::ObjectId;
use super::packs::Mapped;
use crate::file;

/// The commit-graph of a repository: one file, or a chain of them.
pub(super) struct CommitGraph<M = Mapped> {
    /// The oldest first.
    layers: Vec<Layer<M>>,
}

/// What a commit-graph says of a commit.
pub(super) struct Recorded {
    pub(super) tree: ObjectId,
    /// The positions of its parents.
    pub(super) parents: Vec<u32>,
    /// Committer time in seconds since the epoch.
    pub(super) seconds: i64,
}

struct Layer<M> {
    bytes: M,
    id_length: usize,
    /// How many commits the layers below have, and this one.
    below: u32,
    count: u32,
    /// Where in the file each part begins.
    fan: usize,
    ids: usize,
    commits: usize,
    edges: Option<usize>,
}

/// A longer list of layers is not read.
const MAX_CHAIN_BYTES: u64 = 1 << 20;
const FAN: usize = 256 * 4;
/// What stands for no parent, and what tells that more than two are listed apart.
const NONE: u32 = 0x7000_0000;
const MORE: u32 = 0x8000_0000;
/// The level of all commits from there on.
const HIGHEST_LEVEL: u32 = 0x3fff_ffff;
/// More parents than any commit has; a list that does not end must not be followed.
const MOST_PARENTS: usize = 1 << 16;

impl CommitGraph<Mapped> {
    /// Opens the commit-graph in a directory of objects; `None` when there is none that can
    /// be read.
    pub(super) fn open(directory: &Path, id_length: usize) -> Option<Self> {
        let info = directory.join("info");
        if let Ok(file) = Mapped::open(&info.join("commit-graph"))
            && let Some(graph) = Self::new(file, id_length)
        {
            return Some(graph);
        }
        let chain = info.join("commit-graphs");
        let names = file::read(&chain.join("commit-graph-chain"), MAX_CHAIN_BYTES).ok()?;
        let names = String::from_utf8(names).ok()?;
        let mut graph = Self { layers: Vec::new() };
        for name in names.lines() {
            let file = Mapped::open(&chain.join(format!("graph-{name}.graph"))).ok();
            // Those below refer to nothing above them.
            if file.and_then(|file| graph.push(file, id_length)).is_none() {
                break;
            }
        }
        (!graph.layers.is_empty()).then_some(graph)
    }
}

impl<M: AsRef<[u8]>> CommitGraph<M> {
    /// A commit-graph of one file; `None` when it is not what it has to be.
    pub(super) fn new(bytes: M, id_length: usize) -> Option<Self> {
        let mut graph = Self { layers: Vec::new() };
        graph.push(bytes, id_length)?;
        Some(graph)
    }

    /// Adds a layer; `None` when it is not what it has to be.
    pub(super) fn push(&mut self, bytes: M, id_length: usize) -> Option<()> {
        let number = self.layers.len();
        self.layers.push(Layer::new(bytes, id_length, self.len(), number)?);
        Some(())
    }

    /// How many commits it has.
    pub(super) fn len(&self) -> u32 {
        self.layers.last().map_or(0, Layer::end)
    }

    /// The position of a commit.
    pub(super) fn find(&self, id: ObjectId) -> Option<u32> {
        self.layers.iter().find_map(|layer| Some(layer.below + layer.find(id.as_bytes())?))
    }

    /// The id of the commit at a position.
    pub(super) fn id(&self, position: u32) -> Option<ObjectId> {
        let (layer, at) = self.layer(position)?;
        ObjectId::from_bytes(layer.id(at)?)
    }

    /// What is recorded of the commit at a position.
    pub(super) fn commit(&self, position: u32) -> Option<Recorded> {
        let (layer, at) = self.layer(position)?;
        let recorded = layer.commit(at)?;
        // A layer may refer to itself and to those below.
        let are_below = recorded.parents.iter().all(|&parent| parent < layer.end());
        (are_below && self.is_level_right(layer.level(at)?, &recorded.parents)).then_some(recorded)
    }

    /// Whether a commit of a topological level can have these parents: it is one more than
    /// that of the highest. 0 is one that was not computed. A wrong parent is mostly of
    /// another level, and so is found without a look at the whole file.
    fn is_level_right(&self, level: u32, parents: &[u32]) -> bool {
        let of = |&parent: &u32| {
            let (layer, at) = self.layer(parent)?;
            layer.level(at)
        };
        if level == 0 || level == HIGHEST_LEVEL {
            return true;
        }
        let highest =
            parents.iter().try_fold(0, |highest: u32, parent| Some(highest.max(of(parent)?)));
        highest.is_some_and(|highest| highest + 1 == level)
    }

    fn layer(&self, position: u32) -> Option<(&Layer<M>, u32)> {
        let layer = self.layers.iter().find(|layer| position < layer.end())?;
        Some((layer, position.checked_sub(layer.below)?))
    }
}

impl<M: AsRef<[u8]>> Layer<M> {
    fn new(bytes: M, id_length: usize, below: u32, number: usize) -> Option<Self> {
        let map = bytes.as_ref();
        let version = if id_length == 20 { 1 } else { 2 };
        let head = map.strip_prefix(b"CGPH")?.first_chunk::<4>()?;
        let [1, hash, chunks, bases] = *head else { return None };
        if hash != version || usize::from(bases) != number {
            return None;
        }
        let chunk = |name: &[u8; 4]| -> Option<(usize, usize)> {
            let mut at = 8;
            for _ in 0..chunks {
                let entry = map.get(at..at + 24)?;
                at += 12;
                if entry.starts_with(name) {
                    let (from, to) = (long(entry.get(4..12)?)?, long(entry.get(16..24)?)?);
                    let size = to.checked_sub(from).filter(|_| to <= map.len());
                    return size.map(|size| (from, size));
                }
            }
            None
        };
        let (fan, fan_size) = chunk(b"OIDF")?;
        let (ids, ids_size) = chunk(b"OIDL")?;
        let (commits, commits_size) = chunk(b"CDAT")?;
        let edges = chunk(b"EDGE").map(|(from, _)| from);
        if fan_size < FAN {
            return None;
        }
        let count = word(map.get(fan + FAN - 4..)?)?;
        let (many, _) = (count as usize, below.checked_add(count)?);
        let is_whole = ids_size >= many.checked_mul(id_length)?
            && commits_size >= many.checked_mul(id_length + 16)?;
        is_whole.then_some(Self { bytes, id_length, below, count, fan, ids, commits, edges })
    }

    fn end(&self) -> u32 {
        self.below + self.count
    }

    fn id(&self, at: u32) -> Option<&[u8]> {
        let start = self.ids + at as usize * self.id_length;
        self.bytes.as_ref().get(start..start + self.id_length).filter(|_| at < self.count)
    }

    fn find(&self, id: &[u8]) -> Option<u32> {
        let first = usize::from(*id.first()?);
        let fan = |at: usize| word(self.bytes.as_ref().get(self.fan + at * 4..)?);
        let mut low = first.checked_sub(1).map_or(Some(0), fan)?;
        let mut high = fan(first)?.min(self.count);
        while low < high {
            let middle = u32::midpoint(low, high);
            match self.id(middle)?.cmp(id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn commit(&self, at: u32) -> Option<Recorded> {
        let start = self.commits + at as usize * (self.id_length + 16);
        let (tree, rest) = self
            .bytes
            .as_ref()
            .get(start..start + self.id_length + 16)?
            .split_at_checked(self.id_length)?;
        let mut parents = Vec::new();
        for place in [0, 4] {
            match word(rest.get(place..)?)? {
                NONE => break,
                more if more & MORE != 0 => self.more(more & !MORE, &mut parents)?,
                parent => parents.push(parent),
            }
        }
        // Two bits above the lower word; the rest of the upper one is the generation.
        let (high, low) = (word(rest.get(8..)?)?, word(rest.get(12..)?)?);
        let seconds = i64::from(high & 3) << 32 | i64::from(low);
        Some(Recorded { tree: ObjectId::from_bytes(tree)?, parents, seconds })
    }

    /// The topological level of a commit.
    fn level(&self, at: u32) -> Option<u32> {
        let start = self.commits + at as usize * (self.id_length + 16) + self.id_length + 8;
        Some(word(self.bytes.as_ref().get(start..)?)? >> 2)
    }

    /// The parents after the first, from where they are listed apart.
    fn more(&self, from: u32, parents: &mut Vec<u32>) -> Option<()> {
        let mut at = self.edges?.checked_add(from as usize * 4)?;
        while parents.len() < MOST_PARENTS {
            let parent = word(self.bytes.as_ref().get(at..)?)?;
            parents.push(parent & !MORE);
            if parent & MORE != 0 {
                return Some(());
            }
            at += 4;
        }
        None
    }
}

fn word(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

fn long(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u64::from_be_bytes(*bytes.first_chunk()?)).ok()
}
