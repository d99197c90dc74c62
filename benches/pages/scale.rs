//! `docs/scale.md`: what a push costs as a function of what it brings, and what servers of
//! other sizes would spend.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::Page;
use super::chart::{Axis, GOOD, Picture};
use super::performance::machine;
use super::results::{Machine, Spread};
use super::text::{cell, number, spread};

/// What the cost is made of: what there is one more of, and the plural.
pub(crate) const TERMS: [(&str, &str); 6] = [
    ("push", "a push by itself"),
    ("commit", "commits"),
    ("tree", "trees"),
    ("byte", "bytes of files"),
    ("ref update", "ref updates"),
    ("ref", "refs looked at"),
];

/// How many of each.
pub(crate) type Counts = [f64; TERMS.len()];

/// Pushes that were measured, and what was made of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Scale {
    pub(crate) machine: Machine,
    pub(crate) divided_by: usize,
    pub(crate) build: String,
    pub(crate) points: Vec<Point>,
    /// Milliseconds of CPU time.
    pub(crate) cpu: Coefficients,
    /// Bytes at the peak.
    pub(crate) memory: Coefficients,
}

/// A push that was measured.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Point {
    pub(crate) what: String,
    pub(crate) counts: Counts,
    pub(crate) cpu_ms: Spread,
    pub(crate) peak_bytes: u64,
}

/// What one more of each term costs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Coefficients {
    pub(crate) each: Counts,
    /// How far the formula is from what was measured, as a share of it.
    pub(crate) error: Spread,
}

impl Coefficients {
    /// What the formula says.
    pub(crate) fn of(&self, counts: &Counts) -> f64 {
        self.each.iter().zip(counts).map(|(each, count)| each * count).sum()
    }
}

/// A sort of push, and how many of a thousand pushes are of it.
struct Sort {
    what: &'static str,
    share: f64,
    counts: Counts,
}

/// What a day's pushes are taken to be.
const DAY: [Sort; 4] = [
    Sort {
        what: "some commits onto a branch: 3 commits, 9 trees, 40 kB of files",
        share: 880.0,
        counts: [1.0, 3.0, 9.0, 40e3, 1.0, 0.0],
    },
    Sort {
        what: "the same as a new branch, in a repository of 10,000 refs",
        share: 80.0,
        counts: [1.0, 3.0, 9.0, 40e3, 1.0, 10e3],
    },
    Sort {
        what: "a rebased topic or a release: 200 commits, 800 trees, 4 MB, 20 refs",
        share: 39.0,
        counts: [1.0, 200.0, 800.0, 4e6, 20.0, 10e3],
    },
    Sort {
        what: "a repository is imported: 20,000 commits, 90,000 trees, 400 MB, 300 refs",
        share: 1.0,
        counts: [1.0, 20e3, 90e3, 400e6, 300.0, 0.0],
    },
];
const PUSHES: f64 = 1e6;
/// The busiest hour has so many times an average one's pushes.
const BUSIEST: f64 = 4.0;
const SECONDS: f64 = 86_400.0;

/// A monorepo of 100 million objects: 12.7 million commits, of which each brings 4.6 trees
/// and 2.3 files of 8 kB.
const MONOREPO: Counts = [1.0, 12.7e6, 58.3e6, 29e6 * 8e3, 1.0, 0.0];

/// Makes the page.
pub(crate) fn scale(scale: &Scale) -> Page {
    let mut page = String::from("# Scale\n\n");
    // Writing to a string does not fail.
    let _ = formula(&mut page, scale);
    let _ = server(&mut page, scale);
    let _ = monorepo(&mut page, scale);
    let _ = points(&mut page, scale);
    Page { name: "scale", markdown: page, svg: chart(scale) }
}

fn formula(page: &mut String, scale: &Scale) -> std::fmt::Result {
    writeln!(
        page,
        "What a push costs as a function of what it brings, fitted to measured pushes; and from \
         that, on paper, what servers of other sizes would spend. Made from \
         [scale.json](scale.json); do not edit it here. To measure again:\n\n\
         ```console\n$ cargo bench --bench compare -- scale --write\n```\n"
    )?;
    let build = scale.build.split(' ').next().unwrap_or_default();
    writeln!(page, "Measured on {}, with provost {build}.", machine(&scale.machine))?;
    if scale.divided_by > 1 {
        writeln!(page, "**A quick run: all sizes are divided by {}.**", scale.divided_by)?;
    }
    writeln!(page, "\n## The formula\n\n| for each | CPU time | memory at the peak |")?;
    writeln!(page, "| --- | ---: | ---: |")?;
    for (at, (one, _)) in TERMS.iter().enumerate() {
        let of = |all: &Coefficients| all.each.get(at).copied().unwrap_or_default();
        writeln!(page, "| {one} | {} | {} |", time(of(&scale.cpu)), bytes(of(&scale.memory)))?;
    }
    let share =
        |error: Spread| format!("{} %, at most {} %", percent(error.median), percent(error.max));
    writeln!(
        page,
        "\nA push costs the sum. Trees and files are those that the repository did not have; \
         `refs looked at` are all that the repository has, where a push makes a branch, and none \
         where it only goes on with branches that are there: then no ref is looked at. On the \
         {} pushes below, the formula is off by {} for the CPU time, and by {} for the memory.\n\n\
         It is one formula for two ways of working: very large pushes are sifted (see \
         [architecture.md](architecture.md)), which costs less for each commit than comparing \
         its trees, so it says too little for some pushes and too much for others. It knows \
         nothing of marks, of which each costs a text for the pusher, and of trees with \
         unusually many entries: [performance.md](performance.md) has those.\n",
        scale.points.len(),
        share(scale.cpu.error),
        share(scale.memory.error)
    )?;
    writeln!(page, "![What was measured and what the formula says](scale.svg)\n")
}

fn server(page: &mut String, scale: &Scale) -> std::fmt::Result {
    writeln!(page, "## A server with 1,000,000 pushes a day\n\nAssumed, of a thousand pushes:\n")?;
    writeln!(page, "| pushes | what | CPU time of one | memory |\n| ---: | --- | ---: | ---: |")?;
    let (mut cpu, mut memory) = (0.0, 0.0);
    for sort in &DAY {
        let (one, peak) = (scale.cpu.of(&sort.counts), scale.memory.of(&sort.counts));
        cpu += sort.share / 1000.0 * one;
        // Weighed by how long each is there.
        memory += sort.share / 1000.0 * one * peak;
        let (one, peak) = (time(one), bytes(peak));
        writeln!(page, "| {} | {} | {one} | {peak} |", sort.share, sort.what)?;
    }
    let busy = PUSHES * cpu / 1000.0 / SECONDS;
    let (peak_cores, hours) = (busy * BUSIEST, PUSHES * cpu / 3.6e6);
    let held = PUSHES / SECONDS * BUSIEST * memory / 1000.0;
    writeln!(
        page,
        "\nThat is {} of CPU time a push, {} hours a day: {} cores on average, and {} cores in \
         an hour with {BUSIEST} times as many pushes as the average one. In that hour the hooks \
         that run at the same moment hold {} together.\n",
        time(cpu),
        number(hours),
        number(busy),
        number(peak_cores),
        bytes(held)
    )
}

fn monorepo(page: &mut String, scale: &Scale) -> std::fmt::Result {
    let [_, commits, trees, files, ..] = MONOREPO;
    let (cpu, memory) = (scale.cpu.of(&MONOREPO), scale.memory.of(&MONOREPO));
    let daily = DAY.first().map_or(0.0, |sort| scale.cpu.of(&sort.counts));
    writeln!(
        page,
        "## A monorepo of 100 million objects\n\nAssumed: {} million commits, {} million trees, \
         and files of {} together, inflated.\n\n\
         A push onto a branch costs what it brings, whatever the repository holds: {}, as on \
         the server above. Judging all of the history once, by `provost audit` or as a first \
         push, would take {} hours of CPU time and {} of memory. That is far outside of what was \
         measured. As a push it goes beyond the built-in `[limits]` (10 minutes, 5,000,000 \
         commits, 2 GiB) and is refused with the limit that it reached: import such a history \
         with a baseline (`provost policy baseline`), and judge it by an audit at leisure.\n",
        number(commits / 1e6),
        number(trees / 1e6),
        bytes(files),
        time(daily),
        number(cpu / 3.6e6),
        bytes(memory)
    )
}

fn points(page: &mut String, scale: &Scale) -> std::fmt::Result {
    writeln!(page, "## The pushes\n")?;
    let plurals = TERMS.iter().skip(1).map(|(_, plural)| *plural).collect::<Vec<_>>().join(" | ");
    writeln!(page, "| push | {plurals} | CPU ms | formula | peak |")?;
    writeln!(page, "| --- |{} ---: | ---: | ---: |", " ---: |".repeat(TERMS.len() - 1))?;
    for point in &scale.points {
        let counts = point.counts.iter().skip(1).map(|count| whole(*count));
        writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            cell(&point.what),
            counts.collect::<Vec<_>>().join(" | "),
            spread(point.cpu_ms),
            number(scale.cpu.of(&point.counts)),
            bytes(point.peak_bytes as f64)
        )?;
    }
    Ok(())
}

/// What was measured against what the formula says: what lies on the line is as it says.
fn chart(scale: &Scale) -> String {
    const LEFT: f64 = 90.0;
    const RIGHT: f64 = 620.0;
    const TOP: f64 = 30.0;
    const BOTTOM: f64 = 430.0;
    let of = |point: &Point| (scale.cpu.of(&point.counts), point.cpu_ms.median);
    let all = || scale.points.iter().map(of).flat_map(|(formula, measured)| [formula, measured]);
    let (x, y) = (Axis::over(all(), LEFT, RIGHT), Axis::over(all(), BOTTOM, TOP));
    let mut picture = Picture::new(RIGHT + 40.0, BOTTOM + 60.0);
    picture.bottom(&x, TOP, BOTTOM);
    picture.left(&y, LEFT, RIGHT);
    picture.line((LEFT, BOTTOM), (RIGHT, TOP), "bar");
    for point in &scale.points {
        let (formula, measured) = of(point);
        let at = (x.at(formula), y.at(measured));
        picture.span((at.0, y.at(point.cpu_ms.min)), (at.0, y.at(point.cpu_ms.max)), GOOD);
        picture.dot(at, GOOD, &format!("{}: {} ms", point.what, spread(point.cpu_ms)));
    }
    picture.text(((LEFT + RIGHT) / 2.0, BOTTOM + 40.0), "middle", "formula, ms of CPU time");
    picture.text((LEFT, TOP - 12.0), "middle", "measured, ms");
    picture.svg("What was measured and what the formula says")
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// A time given in milliseconds.
fn time(ms: f64) -> String {
    match ms {
        0.0 => "0".to_owned(),
        ms if ms >= 1000.0 => format!("{} s", number(ms / 1000.0)),
        ms if ms >= 1.0 => format!("{} ms", number(ms)),
        ms if ms >= 1e-3 => format!("{} µs", number(ms * 1e3)),
        ms => format!("{} ns", number(ms * 1e6)),
    }
}

fn bytes(bytes: f64) -> String {
    match bytes {
        0.0 => "0".to_owned(),
        bytes if bytes >= 1e12 => format!("{} TB", number(bytes / 1e12)),
        bytes if bytes >= 1e9 => format!("{} GB", number(bytes / 1e9)),
        bytes if bytes >= 1e6 => format!("{} MB", number(bytes / 1e6)),
        bytes if bytes >= 1e3 => format!("{} kB", number(bytes / 1e3)),
        bytes => format!("{} bytes", number(bytes)),
    }
}

fn whole(count: f64) -> String {
    super::text::grouped(&format!("{count:.0}"))
}
