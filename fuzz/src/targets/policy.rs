//! `[policy]`, `[limits]`, `[log]` and the values in them: durations, sizes, dates.

use provost::config::examine;
use provost::config::limits::Resource;
use provost::document::Moment;
use provost::text::WordEnum;

/// The keys whose values the input gives.
const KEYS: [&str; 10] = [
    "[limits]\ntime = ",
    "[limits]\nbytes = ",
    "[limits]\nmemory = ",
    "[limits]\ncommits = ",
    "[policy]\nmode = ",
    "[policy]\nenforce-from = ",
    "[policy]\nai = ",
    "[[policy.exemption]]\nid = \"x\"\nreason = \"y\"\napprover = \"z\"\nexpires = ",
    "[[policy.scope]]\nid = \"x\"\nrefs = ",
    "[log]\nfile = ",
];

pub(crate) fn run(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    moment(text);
    let layer = match KEYS.get(usize::from(choice)) {
        Some(key) if !text.contains('\n') => format!("{key}{text}\n"),
        _ => text.to_owned(),
    };
    let (config, problems) = examine(&[provost::fuzzing::built_in(), crate::source("layer.toml", &layer)]);
    let Some(config) = config.filter(|_| problems.is_empty()) else { return };
    for &resource in Resource::all() {
        let limit = config.limits.of(resource);
        if let Some(most) = limit.most {
            assert!(most > 0, "a limit of nothing");
            assert!(!resource.shown(most).is_empty());
        }
    }
    config.policy.suspensions(Moment::now()).count();
}

/// A moment that was written is read as the same.
fn moment(text: &str) {
    if let Some(moment) = Moment::parse(text) {
        assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
        let day = moment.date();
        assert!(Moment::parse(&day).is_none_or(|midnight| midnight <= moment));
    }
    if let (Some(begin), Some(end)) = (Moment::parse(text), Moment::parse_end(text)) {
        assert!(begin <= end);
    }
}
