//! Lists of alternates, of the environment variable and of `info/alternates`.

use provost::fuzzing::alternates;

pub(crate) fn run(data: &[u8]) {
    for separator in [b':', b'\n'] {
        let all = alternates(data, separator);
        assert!(all.iter().map(Vec::len).sum::<usize>() <= data.len());
        assert!(all.iter().all(|entry| !entry.is_empty()));
        // Quoted in Git's style, they are read back.
        let mut written = Vec::new();
        for entry in &all {
            written.push(b'"');
            for &byte in entry {
                match byte {
                    b'"' | b'\\' => written.extend([b'\\', byte]),
                    b'\n' => written.extend(b"\\n"),
                    b' '..=b'~' => written.push(byte),
                    _ => written.extend(format!("\\{byte:03o}").into_bytes()),
                }
            }
            written.extend([b'"', separator]);
        }
        assert_eq!(alternates(&written, separator), all);
    }
}
