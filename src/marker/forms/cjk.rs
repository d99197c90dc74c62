//! Attributions in Chinese, Japanese and Korean: `由 TOOL 生成`, `TOOLで生成`, `TOOL로 생성됨`.
//!
//! They are read in the decoded text, before characters are folded. Each stands alone on its
//! line; text that goes on behind it speaks of something else: `支持由 TOOL 生成的配置文件`.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::lexicon::Lexicon;
use super::phrase::{Phrase, phrase};

/// The forms, with the tool in the group `tool`.
const FORMS: [&str; 6] = [
    // 本提交由 TOOL 辅助生成。
    r"^(?:本|该|此|这个|这次|以上|全部|部分)?(?:次|篇|个)?(?:文档|文件|文|程序|代码|提交|测试|注释|修改|变更|改动|补丁|功能|页面|脚本|项目|内容|PR|MR)*(?:主要|大部分|完全|全部|部分|均|都|是|已)*(?:由|使用|用|借助|通过|基于|经)\s*(?P<tool>[^，。；：！？,;:!?]{2,40}?)\s*(?:的?(?:帮助|协助|辅助|自动|参与|共同)下?)*(?:生成|编写|撰写|创建|完成|开发|修改|实现|重构|制作)(?:的(?:代码|文档|文件|单元测试|测试|提交|注释|程序|内容))?[。.！!]?$",
    // TOOL 生成
    r"^(?P<tool>[^\s，。；：！？,;:!?][^，。；：！？,;:!?]{0,38}?)\s*(?:辅助|自动|协助)?(?:生成|编写|撰写)[。.！!]?$",
    // AI 辅助：TOOL
    r"^(?:AI|人工智能|大模型)\s*(?:辅助|协助|生成|工具|编程|助手)(?:工具|编程|编写)?\s*[：:]\s*(?P<tool>[^，。；！？,;!?]{2,40}?)[。.]?$",
    // このコミットは TOOL を使用して作成しました
    r"^(?:この|本)?(?:コミット|コード|変更|ファイル|文書|ドキュメント|プルリクエスト|PR|スクリプト|実装|テスト)?(?:は|を)?、?\s*(?P<tool>[^、。，；：,;:]{2,40}?)\s*(?:により|によって|による|で|を使用して|を使って|を用いて|を利用して|の支援で|の助けを借りて|と共同で)(?:自動)?(?:生成|作成|記述|実装|開発|執筆|コーディング|書きました|書かれました)(?:されました|されています|された|しました|している|した|です)?[。.]?$",
    // 制作者：…(TOOLで生成)
    r"^[^()（）]{0,40}[(（]\s*(?:由|使用|用)?\s*(?P<tool>[^()（）、。]{2,40}?)\s*(?:で|により|によって)?(?:辅助|自动|自動)?(?:生成|作成|编写|撰写)[)）]$",
    // TOOL(으)로 생성됨
    r"^(?:이|본)?\s*(?:커밋|코드|변경|변경사항|파일|문서|PR|스크립트)?(?:은|는|이|가)?\s*(?P<tool>[^,;:]{2,40}?)\s*(?:\(으\)로|으로|로|에\s*의해|(?:을|를)\s*(?:사용하여|사용해|이용하여|이용해|통해)|의\s*도움으로)\s*(?:자동\s*)?(?:생성|작성|개발|구현|제작)(?:됨|함|되었습니다|했습니다|하였습니다|된\s*코드|되었음|했음)?[.]?$",
];

static EXPRESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let build = |form: &&str| RegexBuilder::new(form).case_insensitive(true).build().ok();
    FORMS.iter().filter_map(build).collect()
});

/// Longer lines are no attributions.
const LONGEST: usize = 300;

/// Whether a line may be one of these forms.
fn is_cjk(line: &str) -> bool {
    line.len() <= LONGEST
        && line.chars().any(|it| {
            matches!(it, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
        })
}

/// Who is credited by the attribution that a line is.
pub(super) fn attribution(lexicon: &Lexicon, line: &str) -> Option<Phrase> {
    let line = line.trim().trim_matches(['*', '_', '>', '-', '#', '/', '🤖', ' ']);
    if !is_cjk(line) {
        return None;
    }
    // `本文由 AI 辅助生成，经人工审核`
    let reviewed = ["，经人工", "，并经人工", "，经过人工", "，人工"];
    let line = reviewed.iter().find_map(|it| line.split_once(it)).map_or(line, |(head, _)| head);
    EXPRESSIONS.iter().find_map(|form| {
        let tool = form.captures(line)?.name("tool")?.as_str();
        if ["人工智能", "大模型", "人工知能"].contains(&tool.trim()) {
            return Some(Phrase { says_ai: true, ..Phrase::default() });
        }
        phrase(lexicon, &lexicon.tokens(tool), false)
    })
}
