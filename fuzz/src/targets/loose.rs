//! Loose objects.

use std::io::Read;

use provost::fuzzing::loose;

/// The most bytes that a byte of a deflate stream can stand for.
const MOST_FROM_A_BYTE: usize = 1032;

pub(crate) fn run(data: &[u8]) {
    let Some((&wanted, stream)) = data.split_first() else { return };
    // Few bytes are a stream by themselves, so the input is taken for the content, too.
    for stream in [stream.to_vec(), crate::deflated(stream)] {
        let wanted = usize::from(wanted);
        let whole = loose(&stream[..], usize::MAX);
        assert_eq!(loose(Trickle(&stream), usize::MAX), whole, "a byte at a time");
        let beginning = loose(&stream[..], wanted);
        let Some((kind, size, content)) = whole else { continue };
        assert_eq!(content.len(), size);
        assert!(size <= stream.len() * MOST_FROM_A_BYTE);
        let (of, total, head) = beginning.expect("a whole object has a beginning");
        assert_eq!((of, total, head.len()), (kind, size, wanted.min(size)));
        assert!(content.starts_with(&head));
        for end in [stream.len() / 2, stream.len() - 1] {
            assert_eq!(loose(&stream[..end], usize::MAX), None, "cut off");
        }
        assert_eq!(loose(&[&stream[..], b"x"].concat()[..], usize::MAX), None, "with garbage");
    }
}

/// Hands out a byte at a time.
struct Trickle<'b>(&'b [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(1);
        Read::read(&mut self.0, &mut buffer[..most])
    }
}
