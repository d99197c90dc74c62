import re

from gitlint.rules import CommitRule, RuleViolation

MARK = re.compile(
    r"co-authored-by:.*(claude|copilot|cursor|devin|gemini|codex|aider|amp)", re.IGNORECASE
)


class NoAiCredit(CommitRule):
    """The expression of today's hooks as a rule, as the manual of gitlint says to write one."""

    name = "body-has-ai-credit"
    id = "UC1"

    def validate(self, commit):
        for line in commit.message.body:
            if MARK.search(line):
                return [RuleViolation(self.id, "AI credit", line)]
