//! Packs that are made here, as Git writes them and as it does not.

use libdeflater::{CompressionLvl, Compressor};

use super::*;
use crate::git::{GitError, hash};

/// An entry of a pack.
enum Made<'m> {
    Blob(&'m [u8]),
    /// A delta to the entry before.
    OnBefore(&'m [u8]),
    /// A delta to an id.
    OnId(&'m [u8], ObjectId),
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
    let length = compressor.zlib_compress(data, &mut out).unwrap();
    out.truncate(length);
    out
}

fn id(number: u32) -> ObjectId {
    ObjectId::from_bytes(&hash::digest(20, &[&number.to_be_bytes()])).unwrap()
}

/// The index and the data of a pack of objects with these ids, which are not looked at here.
fn made(entries: &[(ObjectId, Made<'_>)]) -> (Vec<u8>, Vec<u8>) {
    let mut data = b"PACK\0\0\0\x02".to_vec();
    data.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
    let mut places = Vec::new();
    let mut before = 0;
    for (id, entry) in entries {
        let at = data.len();
        let (kind, content) = match entry {
            Made::Blob(content) => (3, content),
            Made::OnBefore(delta) => (6, delta),
            Made::OnId(delta, _) => (7, delta),
        };
        assert!(content.len() < 2048);
        data.push(0x80 | kind << 4 | (content.len() & 15) as u8);
        data.push((content.len() >> 4) as u8);
        match entry {
            Made::Blob(_) => {}
            Made::OnBefore(_) => {
                assert!(at - before < 128);
                data.push((at - before) as u8);
            }
            Made::OnId(_, base) => data.extend(base.as_bytes()),
        }
        data.extend(deflated(content));
        places.push((*id, u32::try_from(at).unwrap()));
        before = at;
    }
    data.extend(hash::digest(20, &[&data]));
    places.sort();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        let count = places.iter().filter(|(id, _)| id.as_bytes()[0] <= first).count();
        index.extend(u32::try_from(count).unwrap().to_be_bytes());
    }
    places.iter().for_each(|(id, _)| index.extend(id.as_bytes()));
    places.iter().for_each(|_| index.extend([0; 4]));
    places.iter().for_each(|(_, at)| index.extend(at.to_be_bytes()));
    index.extend(&data[data.len() - 20..]);
    index.extend(hash::digest(20, &[&index]));
    (index, data)
}

fn opened(directories: &[&std::path::Path], made: &[(Vec<u8>, Vec<u8>)]) -> Packs<Vec<u8>> {
    let directories = directories.iter().map(|&it| it.to_owned()).collect();
    let mut packs = Packs::new(directories, 20);
    for (index, data) in made {
        packs.add("pack", false, index.clone(), data.clone()).unwrap();
    }
    packs
}

fn read(packs: &Packs<Vec<u8>>, id: ObjectId) -> Result<Vec<u8>, String> {
    let mut reader = Reader::new(4, 1 << 20);
    let at = packs.find(id.as_bytes()).ok_or("it is not there")?;
    let taken = packs.take(&mut reader, at, &|_| Ok(()));
    taken.map(|(_, data)| data.into()).map_err(|fault| fault.of(id).to_string())
}

/// `abcde` becomes `dexyab`.
const DELTA: &[u8] = &[5, 6, 0x91, 3, 2, 2, b'x', b'y', 0x90, 2];

#[test]
fn bases_are_found_in_every_place() {
    let base = (id(0), Made::Blob(b"abcde"));
    let on_id = || (id(1), Made::OnId(DELTA, id(0)));
    let result = Ok(b"dexyab".to_vec());
    // In the same pack, before and after; in another pack.
    for packs in [
        vec![made(&[base, (id(1), Made::OnBefore(DELTA))])],
        vec![made(&[on_id(), (id(0), Made::Blob(b"abcde"))])],
        vec![made(&[on_id()]), made(&[(id(0), Made::Blob(b"abcde"))])],
    ] {
        assert_eq!(read(&opened(&[], &packs), id(1)), result);
    }
    // Loose, in any of the directories.
    let folder = tempfile::tempdir().unwrap();
    let name = id(0).to_string();
    let (fan_out, rest) = name.split_at(2);
    std::fs::create_dir(folder.path().join(fan_out)).unwrap();
    let file = folder.path().join(fan_out).join(rest);
    std::fs::write(&file, deflated(b"blob 5\0abcde")).unwrap();
    let packs = opened(&["/nonexistent".as_ref(), folder.path()], &[made(&[on_id()])]);
    assert_eq!(read(&packs, id(1)), result);
    std::fs::write(&file, deflated(b"blob 6\0abcde")).unwrap();
    let why = read(&packs, id(1)).unwrap_err();
    assert!(why.contains("stored as a delta, and object"), "{why}");
    std::fs::remove_file(&file).unwrap();
    let why = read(&packs, id(1)).unwrap_err();
    assert!(why.contains(&format!("a delta to object {}, which is missing", id(0))), "{why}");
}

#[test]
fn bases_that_lead_in_a_circle_end() {
    let delta = [5, 5, 0x90, 5];
    let to = |from: u32, to: u32| made(&[(id(from), Made::OnId(&delta, id(to)))]);
    for packs in [vec![to(1, 1)], vec![to(1, 2), to(2, 1)], vec![to(1, 2), to(2, 3), to(3, 2)]] {
        let why = read(&opened(&[], &packs), id(1)).unwrap_err();
        assert!(why.contains("in a circle"), "{why}");
    }
}

#[test]
fn a_chain_of_deltas_of_any_length_is_read() {
    let delta = [5, 5, 0x90, 5];
    let count = 20_000;
    let mut entries = vec![(id(0), Made::Blob(b"abcde"))];
    entries.extend((1..count).map(|at| (id(at), Made::OnBefore(&delta))));
    let packs = opened(&[], &[made(&entries)]);
    assert_eq!(read(&packs, id(count - 1)), Ok(b"abcde".to_vec()));
    // It is asked now and then whether to go on.
    let asked = std::cell::Cell::new(0);
    let admit = |_| {
        asked.set(asked.get() + 1);
        if asked.get() > 10 { Err(GitError::Stopped) } else { Ok(()) }
    };
    let at = packs.find(id(count - 1).as_bytes()).unwrap();
    let read = packs.take(&mut Reader::new(4, 1 << 20), at, &admit);
    assert!(matches!(read, Err(Fault::Other(GitError::Stopped))));
}

#[test]
fn an_index_is_that_of_its_pack() {
    let (index, data) = made(&[(id(0), Made::Blob(b"abcde"))]);
    let (other, more) = made(&[(id(0), Made::Blob(b"abcdf"))]);
    let (two, _) = made(&[(id(0), Made::Blob(b"a")), (id(1), Made::Blob(b"b"))]);
    for (index, data) in [(&index, &more), (&other, &data), (&two, &data)] {
        let mut packs = Packs::new(Vec::new(), 20);
        assert!(packs.add("pack", false, index.clone(), data.clone()).is_err());
    }
}

/// What is promised is not allocated before it can be true.
#[test]
fn a_size_that_the_data_can_not_have_is_refused() {
    let (index, mut data) = made(&[(id(0), Made::Blob(b"abcde"))]);
    // A size of 2^50 in the head of the entry.
    let head = [&[0xb0][..], &[0x80; 6], &[0x10]].concat();
    data.splice(12..14, head);
    let end = data.len() - 20;
    let sum = hash::digest(20, &[&data[..end]]);
    data[end..].copy_from_slice(&sum);
    let mut index = index[..index.len() - 40].to_vec();
    index.extend(&sum);
    index.extend(hash::digest(20, &[&index]));
    let why = read(&opened(&[], &[(index, data)]), id(0)).unwrap_err();
    assert!(why.contains("has no valid size"), "{why}");
}
