//! `docs/performance.md`: what provost costs beside others.

use std::fmt::Write;

use super::chart::{Axis, BAD, GOOD, Picture};
use super::results::{BarRow, CheckRow, Machine, Results, Row};
use super::text::{cell, megabytes, number, spread};
use super::{Hostile, Page};

const READING: &str = "\
## How it is measured

Every case makes its data from a seed by `git fast-import`, so that it has the same object
ids everywhere, and runs whole processes: provost as a hook, in the quarantine and the
environment that git-receive-pack gives it, beside git or another program that does the work
nearest to it. The sides of a case run in turns, after a first round that does not count.
CPU time and memory are the kernel's account of the process; of memory that includes the
parts of packs that are mapped, which are shared and can be given up. Ratios are taken within
a round, and the median is shown with the least and the most. \"The worse\" means that a bar
holds for CPU time and for time on the wall. Of a long history provost does the work on two
threads and git on one: there a bar holds for time on the wall, and the ratio of CPU time is
told below it. Before it is measured, each case checks that what provost judged and found is
what it had to judge and find.

";

/// Makes the page.
pub(crate) fn performance(results: &Results, hostile: &Hostile) -> Page {
    let mut page = String::from("# Performance\n\n");
    // Writing to a string does not fail.
    let _ = head(&mut page, results);
    page.push_str(READING);
    let _ = bars(&mut page, results);
    page.push_str("## The cases\n");
    for row in &results.rows {
        let _ = case(&mut page, row);
    }
    super::hostile::hostile(&mut page, hostile);
    Page { name: "performance", markdown: page, svg: chart(&results.rows) }
}

/// How much memory and how many cores, and what of them.
pub(crate) fn machine(machine: &Machine) -> String {
    let gigabytes = number((machine.memory_bytes as f64 / 1e9).round()).replace(".0", "");
    format!("{} cores, {gigabytes} GB of memory, git {}", machine.cores, machine.git)
}

fn head(page: &mut String, results: &Results) -> std::fmt::Result {
    writeln!(
        page,
        "Made from [performance.json](performance.json); do not edit it here. To measure again:\n\n\
         ```console\n$ cargo bench --bench compare -- --rivals --write\n```\n"
    )?;
    let mut builds: Vec<&str> = results.rows.iter().map(|row| row.build.as_str()).collect();
    builds.sort_unstable();
    builds.dedup();
    let build = builds.first().and_then(|build| build.split(' ').next()).unwrap_or_default();
    writeln!(page, "Measured on {}, with provost {build}.", machine(&results.machine))?;
    if results.divided_by > 1 {
        writeln!(
            page,
            "**A quick run: all sizes are divided by {}, so the numbers in the questions are not \
             those that were measured.**",
            results.divided_by
        )?;
    }
    if builds.len() > 1 {
        writeln!(page, "The cases were measured with {} builds of it.", builds.len())?;
    }
    let asked = || results.rows.iter().flat_map(|row| row.bars.iter().map(move |bar| (row, bar)));
    let met = asked().filter(|(_, bar)| bar.met() == Some(true)).count();
    let short: Vec<_> = asked().filter(|(_, bar)| bar.met() == Some(false)).collect();
    write!(page, "\n{met} of {} bars are met", met + short.len())?;
    if short.is_empty() {
        writeln!(page, ".")?;
    } else {
        writeln!(page, "; these are not:\n")?;
        for (row, bar) in short {
            let (most, value) = (bar.most.unwrap_or_default(), number(bar.value.median));
            let (says, unit) = (&bar.says, &bar.unit);
            let most = number(most);
            writeln!(page, "- [{0}](#{0}): {says}: {value} {unit}, the bar is {most}", row.case)?;
        }
    }
    writeln!(page, "\n![Each bar and what was measured](performance.svg)\n")
}

fn bars(page: &mut String, results: &Results) -> std::fmt::Result {
    writeln!(page, "## The bars\n\n| case | what | median (least..most) | bar | met |")?;
    writeln!(page, "| --- | --- | ---: | ---: | --- |")?;
    for row in &results.rows {
        for bar in &row.bars {
            let most = bar.most.map_or_else(String::new, |most| format!("≤ {}", number(most)));
            let met = match bar.met() {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "",
            };
            writeln!(
                page,
                "| [{0}](#{0}) | {1} | {2} {3} | {most} | {met} |",
                row.case,
                cell(&bar.says),
                spread(bar.value),
                bar.unit
            )?;
        }
    }
    writeln!(page)
}

fn case(page: &mut String, row: &Row) -> std::fmt::Result {
    writeln!(
        page,
        "\n### {}\n\n{}\n\nOn {}; {} rounds.\n",
        row.case, row.asks, row.data, row.runs
    )?;
    writeln!(page, "| side | CPU ms | time ms | peak MB |\n| --- | ---: | ---: | ---: |")?;
    for side in &row.sides {
        writeln!(
            page,
            "| {} | {} | {} | {} |",
            cell(&side.name),
            spread(side.cpu_ms),
            spread(side.wall_ms),
            number(megabytes(side.peak_bytes))
        )?;
    }
    let mut commands: Vec<String> = Vec::new();
    for side in &row.sides {
        let line = format!("`{}`", side.command);
        if !commands.contains(&line) {
            commands.push(line);
        }
    }
    writeln!(page, "\nRun: {}.", commands.join("; "))?;
    for note in &row.notes {
        writeln!(page, "\n{note}")?;
    }
    if !row.checks.is_empty() {
        writeln!(page)?;
    }
    for check in &row.checks {
        writeln!(page, "- {}", checked(check))?;
    }
    if !row.missing.is_empty() {
        writeln!(page)?;
    }
    for missing in &row.missing {
        writeln!(page, "- not measured: {missing}")?;
    }
    Ok(())
}

fn checked(check: &CheckRow) -> String {
    let CheckRow { what, provost, other, others, agree, may_differ } = check;
    match (agree, may_differ) {
        (true, _) => format!("{what}: {provost}, as {other} says"),
        (false, None) => {
            format!("{what}: provost says {provost}, {other} {others}: **they differ**")
        }
        (false, Some(why)) => format!("{what}: provost says {provost}, {other} {others}; it {why}"),
    }
}

/// Each bar with how far below it, or above, what was measured stands.
fn chart(rows: &[Row]) -> String {
    const LINE: f64 = 22.0;
    const LEFT: f64 = 470.0;
    const RIGHT: f64 = 900.0;
    const TOP: f64 = 30.0;
    let bars: Vec<(&Row, &BarRow, f64)> = rows
        .iter()
        .flat_map(|row| row.bars.iter().map(move |bar| (row, bar)))
        .filter_map(|(row, bar)| Some((row, bar, bar.most.filter(|most| *most > 0.0)?)))
        .collect();
    let shares = bars.iter().map(|(_, bar, most)| bar.value.median / most);
    let axis = Axis::over(shares.chain([0.1, 10.0]), LEFT, RIGHT);
    let bottom = TOP + LINE * bars.len() as f64 + 6.0;
    let mut picture = Picture::new(RIGHT + 30.0, bottom + 50.0);
    picture.bottom(&axis, TOP - 8.0, bottom);
    picture.line((axis.at(1.0), TOP - 8.0), (axis.at(1.0), bottom), "bar");
    picture.text((axis.at(1.0), TOP - 14.0), "middle", "the bar");
    for (at, (row, bar, most)) in bars.iter().enumerate() {
        let y = TOP + LINE * (at as f64 + 0.5);
        let label = format!("{}: {}", row.case, bar.says);
        let label: String = if label.chars().count() > 72 {
            label.chars().take(71).chain(['…']).collect()
        } else {
            label
        };
        picture.text((LEFT - 12.0, y + 4.0), "end", &label);
        let colour = if bar.met() == Some(true) { GOOD } else { BAD };
        let x = |value: f64| axis.at(value / most);
        picture.span((x(bar.value.min), y), (x(bar.value.max), y), colour);
        let title = format!("{} {}, the bar is {}", spread(bar.value), bar.unit, number(*most));
        picture.dot((x(bar.value.median), y), colour, &title);
    }
    let middle = (LEFT + RIGHT) / 2.0;
    picture.text((middle, bottom + 36.0), "middle", "measured / bar: left of the line it is met");
    picture.svg("Each bar and what was measured")
}
