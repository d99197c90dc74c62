//! What pushers read: the language, and the administrator's own texts.

use super::{MAIN, under};
use crate::support::{Options, marked};

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
\"claude-code/co-author\" = { verdict = \"reject\", text = \"For {{ model }} ask for form 12.\" }
";
    let (_server, client) = under(rules);
    client.commit(marked("Work")).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN));
    let text = pushed.text();
    assert!(text.contains("Dear 1 commit(s), see https://wiki.example/ai"), "{text}");
    assert!(
        text.contains("For Opus 4.6 ask for form 12.") && !text.contains("What to do"),
        "{text}"
    );
}

#[test]
fn a_text_that_can_not_be_used_is_named_beside_the_built_in_one() {
    let (_server, client) = under("[policy.texts]\nrefused = \"{{ nothing.here }}\"\n");
    client.commit(marked("Work")).create();
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_say("the text `refused` of this server can't be used");
}

#[test]
fn a_text_that_is_no_template_is_an_error_at_load() {
    for rules in [
        "[policy.texts]\nnotes = \"{% if %}\"\n",
        "[policy.tools]\ntabnine = { verdict = \"warn\", text = \"{{ open\" }\n",
    ] {
        let (_server, client) = under(rules);
        client.commit("Work").create();
        let pushed = client.submit(&["main"]);
        assert!(pushed.rejected(MAIN), "{}", pushed.all());
        pushed.must_say("is no template").must_say("could not be judged, so it is refused");
    }
}

#[test]
fn errors_and_notes_are_in_the_language_of_the_policy_and_can_be_replaced() {
    let own = "[policy]\nlanguage = \"zh\"\ncontact = \"core\"\n[policy.texts]\n\
               notes = \"{% if note == 'merge' %}By request {{ number }}.{% endif %}\"\n";
    let merge = [("GITEA_PR_INDEX", "7"), ("GITEA_PUSH_TRIGGER", "pr-merge-to-base")];
    let server = Options::default().rules(own).platform("gitea", &merge).start();
    let client = server.client();
    client.commit(marked("Work")).create();
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN));
    pushed.must_say("推送被拒绝").must_say("By request 7.");
    // The language holds also when another part of the file is broken.
    let broken = format!("{own}[policy.kinds]\ncontent = \"shout\"\n");
    server.sandbox().write("rules-0.toml", broken);
    let pushed = client.submit(&["main"]);
    assert!(pushed.rejected(MAIN));
    pushed.must_say("此次推送无法评判，因此被拒绝").must_say("`content` can't be `shout`");
    pushed.must_say("这需要由core处理");
}
