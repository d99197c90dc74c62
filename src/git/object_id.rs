//! Object ids of either hash function, small and quick to hash.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use serde::{Deserialize, Serialize};

/// An object id: 20 bytes in a SHA-1 repository, 32 in a SHA-256 one.
///
/// Source: gitformat-pack(5), extensions.objectFormat in git-config(1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl From<ObjectId> for Vec<u8> {
    fn from(id: ObjectId) -> Self {
        id.as_bytes().to_vec()
    }
}

impl TryFrom<Vec<u8>> for ObjectId {
    type Error = &'static str;

    fn try_from(raw: Vec<u8>) -> Result<Self, Self::Error> {
        Self::from_bytes(&raw).ok_or("an object id has 20 or 32 bytes")
    }
}

impl ObjectId {
    /// The null object id, in the length of SHA-1.
    pub const NULL: Self = Self { bytes: [0; 32], length: 20 };

    /// From the raw bytes (20 or 32 of them).
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if !matches!(raw.len(), 20 | 32) {
            return None;
        }
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self { bytes, length: u8::try_from(raw.len()).ok()? })
    }

    /// From 40 or 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if !matches!(hex.len(), 40 | 64) {
            return None;
        }
        let mut bytes = [0; 32];
        for (slot, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *slot = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self { bytes, length: u8::try_from(hex.len() / 2).ok()? })
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }

    /// Whether this is the null object id, which stands for "no object".
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// The null object id in the length of this one.
    #[must_use]
    pub fn null_like(self) -> Self {
        Self { bytes: [0; 32], length: self.length }
    }

    /// The first seven digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(7).collect()
    }
}

/// The digit for a value below 16.
fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In one piece, because a formatter may do work for each: ids are written into records.
        let mut text = [0; 64];
        for (digits, byte) in text.chunks_exact_mut(2).zip(self.as_bytes()) {
            digits.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 0xf)]);
        }
        let text = text.get(..self.as_bytes().len() * 2).unwrap_or_default();
        f.write_str(std::str::from_utf8(text).unwrap_or_default())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes;
        state.write_u64(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// An id is a digest already: its first bytes are its hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u32(&mut self, value: u32) {
        // Fibonacci hashing: small numbers must reach the high bits too.
        self.0 = u64::from(value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_u64(&mut self, value: u64) {
        // A pusher can choose the first bytes of an id at great cost only; mixing the
        // rest in would not change that.
        self.0 = value;
    }
}

/// A map keyed by object id.
pub type IdMap<V> = HashMap<ObjectId, V, BuildHasherDefault<IdHasher>>;
/// A map keyed by a number that is well mixed.
pub type NumberMap<V> = HashMap<u64, V, BuildHasherDefault<IdHasher>>;
/// A set of object ids.
pub type IdSet = HashSet<ObjectId, BuildHasherDefault<IdHasher>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lengths_round_trip() {
        for hex in ["3".repeat(40), "a0".repeat(32)] {
            let id = ObjectId::from_hex(hex.as_bytes()).unwrap();
            assert_eq!(id.to_string(), hex);
            assert_eq!(ObjectId::from_bytes(id.as_bytes()), Some(id));
        }
        assert!(ObjectId::from_hex(&[b'0'; 64]).unwrap().is_null());
        for bad in ["", "g", &"0".repeat(39), &"z".repeat(40)] {
            assert_eq!(ObjectId::from_hex(bad.as_bytes()), None);
        }
    }
}
