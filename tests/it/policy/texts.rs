//! What pushers read: the language, and the administrator's own texts.

use super::{MAIN, under};
use crate::support::marked;

#[test]
fn pushers_read_chinese_where_policy_says_so() {
    let (_server, client) = under("[policy]\nlanguage = \"zh\"\ncontact = \"开源办公室\"\n");
    client.commit(marked("Work")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN));
    let text = pushed.text();
    assert!(text.contains("推送被拒绝") && text.contains("请询问开源办公室"), "{text}");
    assert!(text.contains("marker claude-code/co-author"), "{text}");
}

#[test]
fn texts_can_be_replaced_by_verdict_and_by_marker() {
    let rules = "\
[policy.texts]
refused = '''
Dear {{ commits }} commit(s), see https://wiki.example/ai
{% include \"findings\" %}
'''
[policy.tools]
\"claude-code/co-author\" = { verdict = \"reject\", text = \"Ask for a waiver: form 12.\" }
";
    let (_server, client) = under(rules);
    client.commit(marked("Work")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN));
    let text = pushed.text();
    assert!(text.contains("Dear 1 commit(s), see https://wiki.example/ai"), "{text}");
    assert!(text.contains("form 12") && !text.contains("What to do"), "{text}");
}

#[test]
fn a_text_that_can_not_be_used_is_named_beside_the_built_in_one() {
    let (_server, client) = under("[policy.texts]\nrefused = \"{{ nothing.here }}\"\n");
    client.commit(marked("Work")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("the text `refused` of this server can't be used");
}
