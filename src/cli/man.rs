//! `provost man`: manual pages, made from the same declarations as the help texts.
//!
//! A help text ends in parts with a heading: exit codes, files, examples. On a page they
//! are sections of their own; a command that names no exit codes has those of the command
//! above it.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::roff::{Roff, bold, roman};

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use crate::config::files::replace;
use crate::owner::Acting;
use crate::report::VERSION;

/// Write the manual pages.
///
/// Without --output: provost(1) alone, on standard output.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost man | man -l -
  provost man --output /usr/local/share/man/man1")]
pub(super) struct Man {
    /// Write a page for every command into this directory: provost.1, provost-check.1, ...
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Run for Man {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let mut root = (context.command_line)().disable_help_subcommand(true);
        root.build();
        let mut pages = Vec::new();
        add(&root, &[], &[], &mut pages).map_err(Error::Write)?;
        let Some(folder) = &self.output else {
            for page in pages.iter().take(1) {
                context.output.print(page.text.as_bytes())?;
            }
            return Ok(0);
        };
        let folder = context.at(folder);
        let failed = |path: PathBuf| move |source| Error::WriteFile { path, source };
        {
            // As root, by no link of another account, and in a folder of one as that account.
            let (_acting, real) = Acting::named(&folder).map_err(failed(folder.clone()))?;
            fs::create_dir_all(&real).map_err(failed(folder.clone()))?;
            for page in &pages {
                let path = real.join(&page.file);
                replace(&path, page.text.as_bytes()).map_err(failed(path.clone()))?;
            }
        }
        if !context.output.quiet {
            let (count, folder) = (pages.len(), folder.display());
            context.output.note(&format!("provost: wrote {count} pages to {folder}\n"));
        }
        Ok(0)
    }
}

struct Page {
    file: String,
    text: String,
}

/// The page of a command, and then those of the commands below it.
fn add(
    command: &Command,
    above: &[String],
    codes: &[String],
    pages: &mut Vec<Page>,
) -> io::Result<()> {
    let man = clap_mangen::Man::new(command.clone())
        // None, and as a word of its own: without, what follows would be taken for it.
        .date("\"\"")
        .source(format!("provost {VERSION}"))
        .manual("provost");
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let parts = parts(&after);
    let own = parts.iter().find(|part| part.heading == "Exit codes");
    let codes = own.map_or(codes, |part| &part.lines);

    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    synopsis(command).to_writer(&mut text)?;
    man.render_description_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    man.render_options_section(&mut text)?;
    let mut rest = Roff::new();
    rest.control("SH", ["EXIT STATUS"]);
    terms(codes, &mut rest);
    for part in parts.iter().filter(|part| part.heading == "Files") {
        rest.control("SH", ["FILES"]);
        terms(&part.lines, &mut rest);
    }
    examples(&parts, &mut rest);
    see_also(above, &mut rest);
    rest.to_writer(&mut text)?;
    pages.push(Page { file: man.get_filename(), text: once(&text) });

    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let above = [&[name.to_owned()], above].concat();
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add(below, &above, codes, pages)?;
    }
    Ok(())
}

/// The usage line of the help text: it has the names of values, and what must be given.
fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let mut section = Roff::new();
    section.control("SH", ["SYNOPSIS"]);
    section.text([bold(name), roman(usage.strip_prefix(name).unwrap_or(usage))]);
    section
}

/// A page that was put together of parts, with what each part begins with only once.
fn once(text: &[u8]) -> String {
    let begins = Roff::new().render();
    format!("{begins}{}", String::from_utf8_lossy(text).replace(&begins, ""))
}

/// What stands behind a help text under one heading.
struct Part {
    heading: String,
    lines: Vec<String>,
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in text.lines() {
        let heading = line.strip_suffix(':').filter(|line| !line.starts_with(' '));
        match (heading, parts.last_mut()) {
            (Some(heading), _) => {
                parts.push(Part { heading: heading.to_owned(), lines: Vec::new() });
            }
            (None, Some(part)) if !line.trim().is_empty() => part.lines.push(line.to_owned()),
            _ => {}
        }
    }
    parts
}

/// Lines such as `  0  accepted`.
fn terms(lines: &[String], page: &mut Roff) {
    for line in lines {
        let line = line.trim();
        let (term, text) = line.split_once("  ").unwrap_or((line, ""));
        page.control("TP", []).text([bold(term)]).text([roman(text.trim())]);
    }
}

/// Lines that can be typed are kept as they are, those between them are filled.
fn examples(parts: &[Part], page: &mut Roff) {
    page.control("SH", ["EXAMPLES"]);
    for part in parts.iter().filter(|part| !["Exit codes", "Files"].contains(&&*part.heading)) {
        if part.heading != "Examples" {
            page.control("PP", []).text([roman(format!("{}:", part.heading))]);
        }
        for line in &part.lines {
            match line.strip_prefix("  ") {
                Some(typed) => {
                    page.control("RS", ["4"]).control("nf", []).text([roman(typed)]);
                    page.control("fi", []).control("RE", []);
                }
                None => {
                    page.control("PP", []).text([roman(line.as_str())]);
                }
            }
        }
    }
}

fn see_also(above: &[String], page: &mut Roff) {
    page.control("SH", ["SEE ALSO"]);
    let mut names: Vec<(&str, &str)> = above.iter().map(|name| (name.as_str(), "(1)")).collect();
    if names.is_empty() {
        names.extend([("githooks", "(5)"), ("git-receive-pack", "(1)")]);
    }
    let last = names.len() - 1;
    let words = names.iter().enumerate().flat_map(|(at, (name, section))| {
        [bold(*name), roman(format!("{section}{}", if at == last { "" } else { ", " }))]
    });
    page.text(words.collect::<Vec<_>>());
}
