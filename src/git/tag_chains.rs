//! Chains of annotated tags, kept so that any depth of a chain is reached in few steps.

use super::{IdMap, ObjectId, ObjectKind};

/// Tags, and the objects that they lead to.
#[derive(Default)]
pub(super) struct Tags {
    pub(super) index: IdMap<u32>,
    pub(super) nodes: Vec<Node>,
}

/// A tag, or what a chain of tags ends at.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    /// How many tags follow, this one included.
    pub(super) depth: u32,
    /// What a tag names; the node itself at an end.
    pub(super) next: u32,
    /// A node further on, such that any depth is reached in few steps.
    pub(super) jump: u32,
    /// Where the chain ends.
    pub(super) end: u32,
    /// The kind of an end; `None` for one that can't be read, and for a tag.
    pub(super) kind: Option<ObjectKind>,
}

impl Tags {
    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    pub(super) fn add_end(&mut self, id: ObjectId, kind: Option<ObjectKind>) -> u32 {
        let at = self.number();
        self.nodes.push(Node { id, depth: 0, next: at, jump: at, end: at, kind });
        at
    }

    /// Adds a tag that names the object of a node.
    pub(super) fn add_tag(&mut self, id: ObjectId, next: u32) -> u32 {
        let at = self.number();
        let Some(&Node { depth, jump, end, .. }) = self.node(next) else { return next };
        // Skips of growing length, so that any depth is reached in logarithmic time. Source:
        // E. W. Myers, An applicative random-access stack (1983).
        let depth_of = |at: u32| self.node(at).map_or(0, |node| node.depth);
        let further = self.node(jump).map_or(jump, |node| node.jump);
        let is_even = depth - depth_of(jump) == depth_of(jump) - depth_of(further);
        let jump = if is_even { further } else { next };
        self.nodes.push(Node { id, depth: depth + 1, next, jump, end, kind: None });
        self.index.insert(id, at);
        at
    }

    /// The node of a chain that this number of tags follows.
    pub(super) fn at_depth(&self, mut at: u32, depth: u32) -> Option<u32> {
        loop {
            let node = self.node(at)?;
            if node.depth <= depth {
                return (node.depth == depth).then_some(at);
            }
            let jump = self.node(node.jump)?;
            at = if jump.depth < depth { node.next } else { node.jump };
        }
    }
}
