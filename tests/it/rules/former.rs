//! The examples of markers that tools had of their own, before names, addresses and files became
//! facts and the sentences were shared: what was found then is found now, and as surely.

use provost::config::{self, Layers};
use provost::finding::{Confidence, Kind};
use provost::rules::former::present_id;
use serde::Deserialize;

#[derive(Deserialize)]
struct Former {
    id: String,
    kind: String,
    confidence: String,
    hits: Vec<String>,
    misses: Vec<String>,
}

#[test]
fn what_former_markers_found_is_found_and_what_they_passed_over_is_not() {
    let config = config::load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    let matchers = &config.rules.matchers;
    let mut wrong = Vec::new();
    for line in include_str!("former-examples.jsonl").lines() {
        let former: Former = serde_json::from_str(line).unwrap();
        let kind: Kind = serde_json::from_value(former.kind.clone().into()).unwrap();
        let least =
            if former.confidence == "strong" { Confidence::Strong } else { Confidence::Weak };
        let tool = former.id.split_once('/').unwrap().0;
        let present = present_id(&former.id).unwrap_or(&former.id);
        for hit in &former.hits {
            let found = matchers.find_in_example(kind, hit);
            if !found.iter().any(|it| it.tool == tool && it.confidence >= least) {
                let found: Vec<_> = found.iter().map(|it| (&it.id, it.confidence)).collect();
                wrong.push(format!("{} no longer finds {hit:?}, which is {found:?}", former.id));
            }
        }
        for miss in &former.misses {
            let found = matchers.find_in_example(kind, miss);
            if found.iter().any(|it| it.id == present && it.confidence >= least) {
                wrong.push(format!("{} ({present}) finds {miss:?}", former.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
