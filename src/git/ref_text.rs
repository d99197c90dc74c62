//! What a loose ref holds, and the file of packed refs, read as git reads them. What git
//! calls broken is an error.
//!
//! Source: gitrepository-layout(5), "refs" and "packed-refs"; `parse_loose_ref_contents` in
//! git's refs/files-backend.c; `next_record` and `find_reference_location` in its
//! refs/packed-backend.c.

use super::ObjectId;
use super::damage::Damage;
use super::ref_format::{is_root, is_valid};

/// What a ref holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The name of another ref.
    Symbolic(Vec<u8>),
    /// An object id.
    Direct(ObjectId),
}

const NO_ID: Damage = Damage("it holds no object id");

/// What Git takes for a blank.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Takes an object id off the front; not the null id, which no ref holds.
fn take_id(text: &[u8], id_length: usize) -> Option<(ObjectId, &[u8])> {
    let (hex, rest) = text.split_at_checked(2 * id_length)?;
    let id = ObjectId::from_hex(hex).filter(|id| !id.is_null())?;
    Some((id, rest))
}

/// Reads the content of a loose ref.
pub(super) fn parse_loose(content: &[u8], id_length: usize) -> Result<Held, Damage> {
    let end = content.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |last| last + 1);
    let text = content.get(..end).unwrap_or_default();
    if let Some(target) = text.strip_prefix(b"ref:") {
        let start = target.iter().position(|&byte| !is_blank(byte)).unwrap_or(target.len());
        return symbolic(target.get(start..).unwrap_or_default());
    }
    // Git does not mind what follows a blank.
    let (id, rest) = take_id(text, id_length).ok_or(NO_ID)?;
    match rest.first() {
        Some(&byte) if !is_blank(byte) => Err(NO_ID),
        _ => Ok(Held::Direct(id)),
    }
}

/// A symbolic ref to a name.
pub(super) fn symbolic(target: &[u8]) -> Result<Held, Damage> {
    if is_valid(target) || is_root(target) {
        return Ok(Held::Symbolic(target.to_vec()));
    }
    Err(Damage("it is a symbolic ref to what is no name of a ref"))
}

/// The file of packed refs.
pub(super) struct PackedRefs<M> {
    bytes: M,
    id_length: usize,
    /// Where the first ref is.
    begin: usize,
    is_sorted: bool,
}

/// A ref in the file, and where the next one is.
struct Record<'a> {
    name: &'a [u8],
    id: ObjectId,
    next: usize,
}

impl<M: AsRef<[u8]>> PackedRefs<M> {
    /// Reads the head of the file.
    pub(super) fn new(bytes: M, id_length: usize) -> Result<Self, Damage> {
        let all = bytes.as_ref();
        let (mut begin, mut is_sorted) = (0, false);
        if all.starts_with(b"#") {
            let end = memchr::memchr(b'\n', all).ok_or(Damage("its first line has no end"))?;
            let head = all.get(..end).and_then(|head| head.strip_prefix(b"# pack-refs with:"));
            let head = head.ok_or(Damage("its first line is none of packed refs"))?;
            is_sorted = head.split(|&byte| byte == b' ').any(|word| word == b"sorted");
            begin = end + 1;
        }
        Ok(Self { bytes, id_length, begin, is_sorted })
    }

    /// All refs. After an error there are no others.
    pub(super) fn all(&self) -> impl Iterator<Item = Result<(&[u8], ObjectId), Damage>> {
        let mut at = Some(self.begin);
        let mut before: &[u8] = b"";
        std::iter::from_fn(move || {
            let start = at.take().filter(|&at| at < self.bytes.as_ref().len())?;
            Some(self.record(start).and_then(|Record { name, id, next }| {
                // Git would not find some of them.
                if self.is_sorted && name <= before {
                    return Err(Damage("its refs are out of order"));
                }
                (at, before) = (Some(next), name);
                Ok((name, id))
            }))
        })
    }

    /// The value of a ref, if it is there.
    pub(super) fn find(&self, name: &[u8]) -> Result<Option<ObjectId>, Damage> {
        if !self.is_sorted {
            let mut found = None;
            for record in self.all() {
                let (other, id) = record?;
                found = found.or_else(|| (other == name).then_some(id));
            }
            return Ok(found);
        }
        let (mut low, mut high) = (self.begin, self.bytes.as_ref().len());
        while low < high {
            let middle = self.start_of_record(low, low.midpoint(high));
            let record = self.record(middle)?;
            match record.name.cmp(name) {
                std::cmp::Ordering::Equal => return Ok(Some(record.id)),
                std::cmp::Ordering::Less => low = record.next,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// Where the record begins that a place is in.
    fn start_of_record(&self, low: usize, place: usize) -> usize {
        let bytes = self.bytes.as_ref();
        let mut end = place;
        loop {
            let above = bytes.get(low..end).unwrap_or_default();
            let start = memchr::memrchr(b'\n', above).map_or(low, |feed| low + feed + 1);
            if start == low || bytes.get(start) != Some(&b'^') {
                return start;
            }
            end = start - 1;
        }
    }

    fn record(&self, start: usize) -> Result<Record<'_>, Damage> {
        const NO_END: Damage = Damage("one of its lines has no end");
        const NO_NAME: Damage = Damage("one of its lines has no valid name");
        let bytes = self.bytes.as_ref();
        let line = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).ok_or(NO_END)?;
            Ok((rest.get(..end).unwrap_or_default(), from + end + 1))
        };
        const NO_ID: Damage = Damage("one of its lines does not begin with an object id");
        let (text, mut next) = line(start)?;
        let (id, rest) = take_id(text, self.id_length).ok_or(NO_ID)?;
        let (blank, name) = rest.split_first().ok_or(NO_NAME)?;
        if !is_blank(*blank) || !is_valid(name) {
            return Err(NO_NAME);
        }
        if bytes.get(next) == Some(&b'^') {
            let (peeled, after) = line(next)?;
            let peeled = take_id(peeled.get(1..).unwrap_or_default(), self.id_length);
            peeled.filter(|(_, rest)| rest.is_empty()).ok_or(NO_ID)?;
            next = after;
        }
        Ok(Record { name, id, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "1111111111111111111111111111111111111111";

    #[test]
    fn a_loose_ref_is_read_as_git_reads_it() {
        let id = ObjectId::from_hex(ID.as_bytes()).unwrap();
        for text in [ID.into(), format!("{ID}\n"), format!("{ID}\tmore\n"), format!("{ID} \r\n")] {
            assert_eq!(parse_loose(text.as_bytes(), 20), Ok(Held::Direct(id)), "{text:?}");
        }
        for target in ["refs/heads/main", "HEAD"] {
            let held = Ok(Held::Symbolic(target.into()));
            for text in
                [format!("ref: {target}\n"), format!("ref:{target}"), format!("ref:\t{target} \n")]
            {
                assert_eq!(parse_loose(text.as_bytes(), 20), held, "{text:?}");
            }
        }
        let (null, long) = ("0".repeat(40), "1".repeat(64));
        for text in
            ["", "\n", ID.split_at(1).1, &null, &long, "ref: ", "ref: a b", "ref: refs/../x", "x"]
        {
            assert!(parse_loose(text.as_bytes(), 20).is_err(), "{text:?}");
        }
    }

    /// Names of all lengths, every third with a peeled line.
    fn packed(count: u32, head: &str) -> Vec<u8> {
        let mut names: Vec<String> = (0..count).map(|at| format!("refs/tags/v{at}")).collect();
        names.sort();
        let peeled =
            |at: usize| if at.is_multiple_of(3) { format!("^{ID}\n") } else { String::new() };
        let line = |(at, name): (usize, String)| format!("{ID} {name}\n{}", peeled(at));
        let lines: String = names.into_iter().enumerate().map(line).collect();
        format!("{head}{lines}").into_bytes()
    }

    const SORTED: &str = "# pack-refs with: peeled fully-peeled sorted \n";

    #[test]
    fn packed_refs_are_found_and_listed() {
        for head in [SORTED, "# pack-refs with: peeled \n", ""] {
            for count in [0, 1, 2, 3, 50, 1000] {
                let refs = PackedRefs::new(packed(count, head), 20).unwrap();
                assert_eq!(refs.all().map(Result::unwrap).count(), count as usize);
                for at in 0..count {
                    let found = refs.find(format!("refs/tags/v{at}").as_bytes());
                    assert!(found.unwrap().is_some(), "{head:?} {count} {at}");
                }
                for name in ["refs/tags/v", "refs/heads/a", "refs/z", "refs/tags/v0a"] {
                    assert_eq!(refs.find(name.as_bytes()), Ok(None));
                }
            }
        }
    }

    #[test]
    fn a_line_that_git_dies_of_is_an_error() {
        let name = "refs/heads/a";
        for text in [
            format!("{ID} {name}"),
            format!("{ID}{name}\n"),
            format!("{ID} \n"),
            format!("{ID}\n"),
            format!("{} {name}\n", "0".repeat(40)),
            format!("{} {name}\n", ID.split_at(1).1),
            format!("{ID} {name}\n^{ID}"),
            format!("{ID} {name}\n^{ID}x\n"),
            format!("{ID} {name}\n^{}\n", ID.split_at(1).1),
            format!("{ID} {name}\n^{ID}\n^{ID}\n"),
            format!("^{ID}\n"),
            format!("{ID} {name}\n\n"),
            format!("{ID} refs/heads/a b\n"),
            format!("{ID} {name}\n# no head\n"),
            "\n".into(),
        ] {
            let refs = PackedRefs::new(text.as_bytes(), 20).unwrap();
            assert!(refs.all().any(|line| line.is_err()), "{text:?}");
            let refs = [SORTED, &text].concat();
            let refs = PackedRefs::new(refs.as_bytes(), 20).unwrap();
            assert!(refs.all().any(|line| line.is_err()), "{text:?}");
        }
        for head in ["#", "# other\n", "# pack-refs with: sorted"] {
            assert!(PackedRefs::new(head.as_bytes(), 20).is_err());
        }
        for names in [["refs/b", "refs/a"], ["refs/a", "refs/a"]] {
            let text = format!("{SORTED}{ID} {}\n{ID} {}\n", names[0], names[1]);
            assert!(PackedRefs::new(text.as_bytes(), 20).unwrap().all().any(|it| it.is_err()));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, sorted: bool, name: Vec<u8>) {
            let _ = parse_loose(&bytes, 20);
            let bytes = if sorted { [SORTED.as_bytes(), &bytes].concat() } else { bytes };
            if let Ok(refs) = PackedRefs::new(&bytes, 20) {
                let _ = (refs.all().count(), refs.find(&name));
            }
        }
    }
}
