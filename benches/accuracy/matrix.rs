//! Recall by form and class of name: each form of `forms.toml`, filled in with each name of
//! each tool of the catalogue, is the last line of a message.

use std::collections::BTreeMap;

use provost::finding::Confidence;
use unicode_width::UnicodeWidthStr;

use crate::bars::{Bar, share};
use crate::catalogue::{CLASSES, Tool};
use crate::judge::Judge;

/// The least share that is found as the right tool, by class of name. People's names have no
/// bar over all forms; their cells below this are listed.
const LEAST: [f64; 3] = [0.99, 0.95, 0.95];
/// How many missed lines are kept for a cell, and printed without `--list`.
const MOST_KEPT: usize = 20;
const MOST_PRINTED: usize = 3;

/// Models as people and as programs write them, and their vendors.
static MODELS: [(&str, &str, &str); 8] = [
    ("Anthropic", "Claude Opus 4.8", "claude-opus-4-8"),
    ("OpenAI", "GPT-5.2", "gpt-5.2"),
    ("Google", "Gemini 3.1 Pro", "gemini-3.1-pro"),
    ("Alibaba", "Qwen3-Coder", "qwen3-coder"),
    ("Moonshot AI", "Kimi K2.5", "kimi-k2.5"),
    ("Mistral AI", "Devstral 2", "devstral-2"),
    ("xAI", "Grok 4.5", "grok-4.5"),
    ("Z.ai", "GLM 4.6", "glm-4.6"),
];

/// Lines of one form, class or tool.
#[derive(Default)]
struct Cell {
    all: usize,
    /// Found as the right tool with any confidence.
    any: usize,
    strong: usize,
    /// Some of the lines that are not.
    missed: Vec<String>,
}

impl Cell {
    fn add(&mut self, line: &str, confidence: Option<Confidence>) {
        self.all += 1;
        self.any += usize::from(confidence.is_some());
        self.strong += usize::from(confidence == Some(Confidence::Strong));
        if confidence.is_none() && self.missed.len() < MOST_KEPT {
            self.missed.push(line.to_owned());
        }
    }

    fn any_share(&self) -> f64 {
        share(self.any, self.all)
    }

    fn text(&self) -> String {
        if self.all == 0 {
            return "-".to_owned();
        }
        format!("{:.3} {:.3}", self.any_share(), share(self.strong, self.all))
    }
}

/// A form, and its cells by class of name; the last one is of all classes.
struct Row {
    group: String,
    form: String,
    cells: [Cell; 4],
}

/// Judges the whole matrix, prints it, and returns the figures that have a bar.
pub(crate) fn judge_all(judge: &Judge, tools: &[Tool], is_listed: bool) -> Vec<Bar> {
    let forms: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("forms.toml")).expect("forms");
    let row = |group: &String, form: &String| Row {
        group: group.clone(),
        form: form.clone(),
        cells: Default::default(),
    };
    let mut rows: Vec<Row> = Vec::new();
    for (group, forms) in &forms {
        rows.extend(forms.iter().map(|form| row(group, form)));
    }
    let (mut total, mut by_tool) = (row(&"all".into(), &String::new()), Vec::new());
    for (nth, tool) in tools.iter().enumerate() {
        let own_model = MODELS.iter().find(|(vendor, ..)| *vendor == tool.vendor);
        let model = own_model.unwrap_or(&MODELS[nth % MODELS.len()]);
        let mut of_tool = Cell::default();
        for (class, names) in tool.names().into_iter().enumerate() {
            for name in names {
                for row in &mut rows {
                    let Some(line) = filled(&row.form, (tool, name), model) else { continue };
                    let message = format!("cache: read it once\n\nIt was read twice.\n\n{line}\n");
                    let found = judge.message(&message).get(&tool.id).copied();
                    let cells = [&mut row.cells[class], &mut total.cells[class], &mut of_tool];
                    cells.into_iter().for_each(|cell| cell.add(&line, found));
                    row.cells[3].add(&line, found);
                    total.cells[3].add(&line, found);
                }
            }
        }
        if of_tool.all > 0 {
            by_tool.push((tool.id.as_str(), of_tool));
        }
    }
    print_table(&rows, &total);
    print_missed(&rows, is_listed);
    by_tool.sort_by(|(_, one), (_, other)| one.any_share().total_cmp(&other.any_share()));
    println!("\nworst ten of {} tools: right tool, and strong", by_tool.len());
    for (tool, cell) in by_tool.iter().take(10) {
        let example = cell.missed.first().map_or("", String::as_str);
        println!("{tool:<22}{}  {example:?}", cell.text());
    }
    println!();
    let bar = |class: usize| {
        let name = format!("right tool in credits with {} names", CLASSES[class]);
        Bar::new(name, total.cells[class].any_share(), LEAST[class])
    };
    vec![bar(0), bar(1)]
}

/// The line of a form; `None` where it needs a page and the tool has none.
fn filled(
    form: &str,
    (tool, name): (&Tool, &str),
    (_, model, model_id): &(&str, &str, &str),
) -> Option<String> {
    let url = tool.urls.first().map(|url| format!("https://{url}"));
    if url.is_none() && form.contains("{url}") {
        return None;
    }
    let wrapped = match name.rsplit_once(' ') {
        Some((first, last)) => format!("{first}\n{last}"),
        None => name.to_owned(),
    };
    let line = form.replace("{url}", &url.unwrap_or_default());
    let line = line.replace("{model-id}", model_id).replace("{model}", model);
    Some(line.replace("{wrapped}", &wrapped).replace("{tool}", name))
}

fn print_table(rows: &[Row], total: &Row) {
    let count = total.cells[3].all;
    println!("\nrecall by form and class of name, over {count} lines: right tool, and strong\n");
    let [own, ambiguous, people] = CLASSES;
    println!("{:<70}{own:>12}{ambiguous:>14}{people:>14}{:>14}", "form", "all");
    for row in rows.iter().chain([total]) {
        let [own, ambiguous, people, all] = row.cells.each_ref().map(Cell::text);
        let form = format!("{} {}", row.group, row.form);
        let space = 70usize.saturating_sub(form.width());
        println!("{form}{:space$}{own:>12}{ambiguous:>14}{people:>14}{all:>14}", "");
    }
}

/// Prints the cells with a share below the bar of their class, or with `--list` all in which a
/// line is missed, and lines of each.
fn print_missed(rows: &[Row], is_listed: bool) {
    let (which, most) = if is_listed {
        ("in which a line is missed", MOST_KEPT)
    } else {
        ("below the bar of their class", MOST_PRINTED)
    };
    println!("\ncells {which}:");
    for row in rows {
        for (class, cell) in row.cells.iter().take(CLASSES.len()).enumerate() {
            let least = if is_listed { 1.0 } else { LEAST[class] };
            if cell.any_share() < least {
                let Row { group, form, .. } = row;
                let word = if cell.any_share() < LEAST[class] { " BELOW" } else { "" };
                println!("{group} {form}, {}: {:.3}{word}", CLASSES[class], cell.any_share());
                cell.missed.iter().take(most).for_each(|line| println!("    {line:?}"));
            }
        }
    }
}
