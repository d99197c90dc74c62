//! `disclose`, and the rules about people.

use super::{MAIN, under};

const COPILOT_AUTHOR: (&str, &str) =
    ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com");

/// Pushes one commit of Copilot's under these rules: whether it was accepted, and the text.
fn copilot(rules: &str, message: &str) -> (bool, String) {
    let (_server, client) = under(rules);
    client.commit(message).author(COPILOT_AUTHOR.0, COPILOT_AUTHOR.1).create();
    let pushed = client.submit(&["main"]);
    assert_eq!(pushed.judged(), Some(1), "{}", pushed.text());
    (pushed.accepted(MAIN), pushed.remote.join(" "))
}

const DISCLOSE: &str = "[policy.tools]\ngithub-copilot = \"disclose\"\n";

#[test]
fn an_identity_must_be_disclosed_and_a_trailer_does_it() {
    let (accepted, text) = copilot(DISCLOSE, "Work\n");
    assert!(!accepted && text.contains("must say so here"), "{text}");
    assert!(text.contains("no disclosure") && text.contains("Assisted-by: NAME"), "{text}");
    for disclosure in [
        "Assisted-by: GitHub Copilot",
        "Assisted-by: GitHub Copilot (model: Claude Opus 4.8)",
        "Generated-by: GitHub Copilot coding agent",
        "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>",
    ] {
        let (accepted, text) = copilot(DISCLOSE, &format!("Work\n\n{disclosure}\n"));
        assert!(accepted, "{disclosure}\n{text}");
    }
}

#[test]
fn denials_placeholders_and_other_tools_disclose_nothing() {
    for (disclosure, why) in [
        ("Assisted-by: none", "says that no tool was used"),
        ("Assisted-by: <tool>", "template that was not filled in"),
        ("Assisted-by: AGENT_NAME:MODEL_VERSION", "template that was not filled in"),
        ("Assisted-by: somebody's cousin", "names another tool"),
    ] {
        let (accepted, text) = copilot(DISCLOSE, &format!("Work\n\n{disclosure}\n"));
        assert!(!accepted && text.contains(why), "{disclosure}\n{text}");
    }
    let rules = "[policy.tools]\ngithub-copilot = \"disclose\"\nclaude-code = \"allow\"\n";
    let (accepted, text) = copilot(rules, "Work\n\nAssisted-by: Claude Code (claude-opus-4-6)\n");
    assert!(!accepted && text.contains("names another tool"), "{text}");
}

#[test]
fn what_counts_as_disclosure_can_be_said() {
    let own = "Work\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n";
    let rules = format!("{DISCLOSE}[policy.disclosure]\nown-credit = false\n");
    assert!(!copilot(&rules, own).0);
    let rules = format!(
        "{DISCLOSE}[policy.disclosure]\ntrailers = [\"AI-used-for\"]\nnames = \"anything\"\nown-credit = false\n"
    );
    assert!(copilot(&rules, "Work\n\nAI-used-for: the tests\n").0);
    assert!(!copilot(&rules, "Work\n\nAssisted-by: GitHub Copilot\n").0);
    let rules =
        format!("{DISCLOSE}[policy.disclosure]\ngrammar = \"kernel\"\nown-credit = false\n");
    assert!(copilot(&rules, "Work\n\nAssisted-by: GitHub Copilot:gpt-5\n").0);
    let (accepted, text) = copilot(&rules, "Work\n\nAssisted-by: GitHub Copilot\n");
    assert!(!accepted && text.contains("AGENT:MODEL"), "{text}");
}

#[test]
fn a_path_asks_for_no_disclosure() {
    let (_server, client) = under("[policy.tools]\ntabnine = \"disclose\"\n");
    client.commit("Set up\n").file(".tabnine_root", "").create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
}

#[test]
fn no_ai_in_roles_that_only_people_may_hold() {
    let rules = "[policy]\ndefault = \"allow\"\n[policy.people]\nroles = \"reject\"\n";
    for (line, accepted) in [
        ("Signed-off-by: Claude <noreply@anthropic.com>", false),
        ("Reviewed-by: Claude <noreply@anthropic.com>", false),
        ("Co-authored-by: Claude <noreply@anthropic.com>", true),
        ("Signed-off-by: Claude Paroz <claude@2xlibre.net>", true),
    ] {
        let (_server, client) = under(rules);
        client.commit(format!("Work\n\n{line}\n")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{line}\n{}", pushed.text());
        assert!(accepted || pushed.text().contains("only people may"), "{}", pushed.text());
    }
}

#[test]
fn a_person_answers_for_each_commit() {
    let rules = "[policy]\ndefault = \"allow\"\n[policy.people]\naccountable-person = \"reject\"\n";
    let (accepted, text) = copilot(rules, "Work\n");
    assert!(!accepted && text.contains("no person is named"), "{text}");
    let ada = "Co-authored-by: Ada Lovelace <ada@example.com>";
    assert!(copilot(rules, &format!("Work\n\n{ada}\n")).0);
    for machine in [
        "Co-authored-by: Claude <noreply@anthropic.com>",
        "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    ] {
        assert!(!copilot(rules, &format!("Work\n\n{machine}\n")).0, "{machine}");
    }
}

#[test]
fn a_person_signs_off_beside_an_ai_credit() {
    let rules = "[policy]\ndefault = \"allow\"\n[policy.people]\nsign-off = \"reject\"\n";
    let credit = "Assisted-by: Claude:claude-3-opus";
    for (trailers, accepted) in [
        (credit.to_owned(), false),
        (format!("{credit}\nSigned-off-by: Ada <ada@example.com>"), true),
        (format!("{credit}\nSigned-off-by: Claude <noreply@anthropic.com>"), false),
    ] {
        let (_server, client) = under(rules);
        client.commit(format!("Work\n\n{trailers}\n")).create();
        let pushed = client.submit(&["main"]);
        assert_eq!(pushed.accepted(MAIN), accepted, "{trailers}\n{}", pushed.text());
    }
}

#[test]
fn the_commits_of_an_allowed_bot_need_an_approval() {
    let rules = "[policy]\ndefault = \"allow\"\n[policy.people.approval]\n\
                 trailers = [\"Ordered-by\"]\ntools = [\"github-copilot\"]\n";
    let (accepted, text) = copilot(rules, "Work\n");
    assert!(!accepted && text.contains("nobody has approved"), "{text}");
    assert!(copilot(rules, "Work\n\nOrdered-by: Ada <ada@example.com>\n").0);
}

#[test]
fn a_model_s_vendor_can_decide() {
    let rules =
        "[policy.tools]\ngithub-copilot = \"allow\"\n\"model-vendor:Anthropic\" = \"reject\"\n";
    let (accepted, _) = copilot(rules, "Work\n\nAssisted-by: GitHub Copilot (model: GPT-5.2)\n");
    assert!(accepted);
    let (accepted, text) =
        copilot(rules, "Work\n\nAssisted-by: GitHub Copilot (model: Claude Opus 4.8)\n");
    assert!(!accepted, "{text}");
}
