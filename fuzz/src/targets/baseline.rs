//! The files of baselines.

use provost::fuzzing::baseline;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match baseline(text) {
        Ok(ids) => {
            assert!(ids.len() * 40 <= text.len());
            let written: String = ids.iter().map(|id| format!("{id}\n")).collect();
            let with_remark = format!("# a remark\n{written}");
            assert_eq!(baseline(&with_remark), Ok(ids));
        }
        Err(line) => {
            let wrong = text.lines().nth(line - 1).expect("a line of the text");
            assert!(baseline(wrong).is_err());
            let before: Vec<&str> = text.lines().take(line - 1).collect();
            assert!(baseline(&before.join("\n")).is_ok(), "an earlier line is wrong");
        }
    }
}
