//! Reading objects out of packs, with what was read last at hand.
//!
//! Most objects are deltas to one that was read shortly before, because packs are written
//! newest first. What was put together is therefore kept in a table with one place for
//! each hash of an offset, where the newcomer takes the place and the memory of the one
//! before.

use super::data::{Form, Head, apply, size_of_result};
use super::inflate::Inflater;
use super::{Admit, Packs, Taken};
use crate::git::damage::{Damage, Fault};

/// Reads objects; one for each thread.
pub(in crate::git) struct Reader {
    inflater: Inflater,
    slots: Vec<Slot>,
    /// Memory that the slots hold, and may hold.
    bytes: usize,
    most: usize,
    /// The slot that is emptied next when there is too much.
    hand: usize,
    chain: Vec<(u32, u64)>,
    delta: Vec<u8>,
    current: Vec<u8>,
    next: Vec<u8>,
    /// Memory of slots that were emptied.
    spare: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Slot {
    pack: u32,
    /// 0 when there is none: no object begins there.
    offset: u64,
    kind: u8,
    data: Vec<u8>,
}

/// Smaller objects are put together without asking.
const LARGE: usize = 16 << 20;
/// A chain asks whether to go on after each such number of deltas.
const LOOK_EVERY: usize = 1024;
/// Larger objects are not kept.
const KEPT: usize = 1 << 20;
/// How many buffers are kept for what is read next.
const SPARE: usize = 64;

impl Reader {
    /// A reader that keeps up to so many objects (rounded up to a power of two) in so many
    /// bytes.
    pub(in crate::git) fn new(slots: usize, most: usize) -> Self {
        let mut all = Vec::new();
        all.resize_with(slots.next_power_of_two().max(2), Slot::default);
        Self {
            inflater: Inflater::new(),
            slots: all,
            bytes: 0,
            most,
            hand: 0,
            chain: Vec::new(),
            delta: Vec::new(),
            current: Vec::new(),
            next: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// The object at an offset of a pack: its type's number, its content.
    pub(super) fn read<M: AsRef<[u8]>>(
        &mut self,
        packs: &Packs<M>,
        at: (u32, u64),
        admit: Admit<'_>,
    ) -> Result<(u8, &[u8]), Fault> {
        let (kind, slot) = self.make(packs, at, admit)?;
        let kept = slot.and_then(|slot| self.slots.get(slot));
        Ok((kind, kept.map_or(&self.current, |slot| &slot.data)))
    }

    /// The same for a caller that keeps it: what is too large to be kept here is not copied.
    pub(super) fn take<M: AsRef<[u8]>>(
        &mut self,
        packs: &Packs<M>,
        at: (u32, u64),
        admit: Admit<'_>,
    ) -> Result<Taken<u8>, Fault> {
        let (kind, slot) = self.make(packs, at, admit)?;
        Ok((
            kind,
            match slot.and_then(|slot| self.slots.get(slot)) {
                Some(slot) => slot.data.as_slice().into(),
                None => std::mem::take(&mut self.current).into(),
            },
        ))
    }

    /// The beginning of an object that is stored whole and has more bytes than that; `None`
    /// of any other.
    pub(super) fn take_head<M: AsRef<[u8]>>(
        &mut self,
        packs: &Packs<M>,
        (pack, offset): (u32, u64),
        most: usize,
    ) -> Result<Option<Taken<u8>>, Fault> {
        let entry = packs.entry(pack, offset)?;
        match entry.form {
            Form::Whole(kind) if entry.size > most => {
                self.inflater.inflate(&entry, most, &mut self.delta)?;
                Ok(Some((kind, self.delta.as_slice().into())))
            }
            _ => Ok(None),
        }
    }

    /// Puts an object together: its type's number, and the slot that holds it, if it is not
    /// only in `current`.
    fn make<M: AsRef<[u8]>>(
        &mut self,
        packs: &Packs<M>,
        (mut pack, mut offset): (u32, u64),
        admit: Admit<'_>,
    ) -> Result<(u8, Option<usize>), Fault> {
        self.chain.clear();
        let kind = loop {
            if let Some(kind) = self.kept(pack, offset) {
                break kind;
            }
            let entry = packs.entry(pack, offset)?;
            let base = match entry.form {
                Form::Whole(kind) => {
                    admit_size(admit, entry.size)?;
                    self.inflater.inflate(&entry, WHOLE, &mut self.current)?;
                    break kind;
                }
                Form::OnOffset(base) => Some((pack, base)),
                Form::OnId(id) => packs.base(pack, id),
            };
            // Each stands on another one, or they lead in a circle.
            if self.chain.len() >= packs.count() {
                return Err(Damage("the bases of its delta lead in a circle").into());
            }
            self.chain.push((pack, offset));
            if self.chain.len().is_multiple_of(LOOK_EVERY) {
                admit(0).map_err(Fault::Other)?;
            }
            if let Some(base) = base {
                (pack, offset) = base;
                continue;
            }
            let Form::OnId(id) = entry.form else { continue };
            let (kind, data) = packs.loose_base(id, admit)?;
            self.current = data;
            // Nothing begins there, so it is not kept.
            (pack, offset) = (0, 0);
            break kind;
        };
        while let Some((next_pack, next_offset)) = self.chain.pop() {
            let entry = packs.entry(next_pack, next_offset)?;
            admit_size(admit, entry.size)?;
            self.inflater.inflate(&entry, WHOLE, &mut self.delta)?;
            admit_size(admit, size_of_result(self.current.len(), &self.delta)?)?;
            apply(Head::whole(&self.current), Head::whole(&self.delta), WHOLE, &mut self.next)?;
            self.keep(pack, offset, kind);
            std::mem::swap(&mut self.current, &mut self.next);
            (pack, offset) = (next_pack, next_offset);
            if self.chain.len() % LOOK_EVERY == LOOK_EVERY - 1 {
                admit(0).map_err(Fault::Other)?;
            }
        }
        Ok((kind, self.keep(pack, offset, kind)))
    }

    /// Takes what is kept of an object back into `current`.
    fn kept(&mut self, pack: u32, offset: u64) -> Option<u8> {
        let at = self.slot(pack, offset);
        let slot = self.slots.get_mut(at)?;
        if slot.offset != offset || slot.pack != pack {
            return None;
        }
        slot.offset = 0;
        // What `current` held is of no use any more, its memory is.
        self.bytes -= slot.data.capacity();
        std::mem::swap(&mut slot.data, &mut self.current);
        self.bytes += slot.data.capacity();
        Some(slot.kind)
    }

    /// Keeps what `current` holds, and leaves other memory in its place; which slot.
    fn keep(&mut self, pack: u32, offset: u64, kind: u8) -> Option<usize> {
        if self.current.len() > KEPT {
            return None;
        }
        let at = self.slot(pack, offset);
        let slot = self.slots.get_mut(at)?;
        self.bytes -= slot.data.capacity();
        std::mem::swap(&mut slot.data, &mut self.current);
        (slot.pack, slot.offset, slot.kind) = (pack, offset, kind);
        self.bytes += slot.data.capacity();
        let mut tried = 0;
        while self.bytes > self.most && tried < self.slots.len() {
            tried += 1;
            self.hand = (self.hand + 1) & (self.slots.len() - 1);
            if self.hand != at
                && let Some(slot) = self.slots.get_mut(self.hand)
            {
                self.bytes -= slot.data.capacity();
                slot.offset = 0;
                let data = std::mem::take(&mut slot.data);
                if self.spare.len() < SPARE && data.capacity() > 0 {
                    self.spare.push(data);
                }
            }
        }
        if self.current.capacity() == 0 {
            self.current = self.spare.pop().unwrap_or_default();
        }
        Some(at)
    }

    /// Where an object is kept, if it is.
    fn slot(&self, pack: u32, offset: u64) -> usize {
        let mixed = (offset ^ u64::from(pack) << 48).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & (self.slots.len() - 1)
    }
}

fn admit_size(admit: Admit<'_>, size: usize) -> Result<(), Fault> {
    if size > LARGE { admit(size).map_err(Fault::Other) } else { Ok(()) }
}

/// As many bytes as there are.
const WHOLE: usize = usize::MAX;
