//! The inner loops, each by itself: what a change to one of them gains or costs.
//!
//! `cargo bench --bench inner [-- FILTER]`. The texts are those of the made-up history that
//! `compare` measures whole processes on: plain ones, and the few marked ones among them.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "common/made.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod made;
#[path = "common/process.rs"]
#[allow(dead_code, reason = "another bench uses the rest")]
mod process;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use provost::config::{self, Config, Layers};
use provost::finding::Field;
use provost::git::{Ident, ObjectId, Repository, Trust, entries};
use provost::marker::Role;
use provost::scan::raw_commit;

use made::{Random, person};

/// Texts of each kind.
const TEXTS: usize = 1000;

fn config() -> Config {
    config::load(Layers { isolated: true, ..Layers::default() }).expect("the built-in rules")
}

/// Measures a loop over all items; bytes a second where items are that long.
fn each<T: AsRef<[u8]>>(
    c: &mut Criterion,
    (group, name): (&str, &str),
    by_bytes: bool,
    items: &[T],
    mut look: impl FnMut(&T) -> usize,
) {
    let mut group = c.benchmark_group(group);
    let bytes = items.iter().map(|item| item.as_ref().len() as u64).sum();
    let count = items.len() as u64;
    group.throughput(if by_bytes { Throughput::Bytes(bytes) } else { Throughput::Elements(count) });
    group.bench_function(name, |b| b.iter(|| items.iter().map(&mut look).sum::<usize>()));
    group.finish();
}

fn texts<T>(seed: u64, mut of: impl FnMut(&mut Random) -> T) -> Vec<T> {
    let random = &mut Random(seed);
    (0..TEXTS).map(|_| of(random)).collect()
}

fn message(random: &mut Random) -> Vec<u8> {
    let person = person(random);
    made::message(random, &person, false).into_bytes()
}

fn messages(c: &mut Criterion) {
    let config = config();
    let find = |text: &Vec<u8>| config.rules.matchers.message.find(None, text).len();
    // Some ten of a thousand are marked; a text that is has to be looked at closely.
    let (marked, plain): (Vec<_>, Vec<_>) =
        (0..20).flat_map(|seed| texts(seed, message)).partition(|text| find(text) > 0);
    assert!(marked.len() > TEXTS / 10, "{}", marked.len());
    each(c, ("messages", "realistic"), true, &texts(1, message), find);
    each(c, ("messages", "plain"), true, &plain[..TEXTS], find);
    each(c, ("messages", "marked"), true, &marked, find);
}

fn identities(c: &mut Criterion) {
    let config = config();
    let people = texts(2, |random| {
        let person = person(random);
        format!("{} 1780000000 +0000", made::author(random, &person))
    });
    each(c, ("identities", "look-up"), false, &people, |raw| {
        let identity = Ident::parse(raw.as_bytes());
        config.rules.matchers.identity.find(Role::Author, &identity, &Field::Author).len()
    });
}

fn commits(c: &mut Criterion) {
    let config = config();
    let raw = texts(3, |random| {
        let committer = person(random);
        let author = made::author(random, &committer);
        let message = made::message(random, &committer, false);
        format!(
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor {author} 1780000000 +0100\n\
             committer {committer} 1780000000 +0100\n\n{message}"
        )
    });
    each(c, ("commits", "whole objects"), false, &raw, |raw| {
        raw_commit(&config, ObjectId::NULL, raw.as_bytes()).map_or(0, |it| it.len())
    });
}

fn trees(c: &mut Criterion) {
    let entry = |number: usize| {
        [format!("100644 unit{number:05}.rs\0").as_bytes(), &[number as u8; 20]].concat()
    };
    let raw: Vec<u8> = (0..TEXTS).flat_map(entry).collect();
    each(c, ("trees", "entries"), true, &[raw], |raw| {
        entries(ObjectId::NULL, black_box(raw)).filter(Result::is_ok).count()
    });
}

fn paths(c: &mut Criterion) {
    let config = config();
    let paths = texts(4, |random| {
        if random.per_mille(10) {
            return random.pick(&made::TOOL_FILES).to_owned();
        }
        let (area, module, unit) = (random.below(20), random.below(10), random.below(TEXTS));
        format!("area{area:02}/module{module}/unit{unit:04}.rs")
    });
    each(c, ("paths", "find"), false, &paths, |path| {
        config.rules.matchers.path.find(path.as_bytes()).len()
    });
}

fn contents(c: &mut Criterion) {
    let config = config();
    let files = texts(5, |random| {
        let mut text = String::new();
        if random.per_mille(10) {
            made::source_line(made::credited_line(random), &mut text);
        }
        for _ in 0..random.between(25, 90) {
            made::source_line(random.line(), &mut text);
        }
        text
    });
    each(c, ("contents", "find"), true, &files, |file| {
        config.rules.matchers.content.find(file.as_bytes()).len()
    });
}

/// Makes a bare repository with a small history, in one pack.
fn repository(path: &Path) -> Vec<ObjectId> {
    process::ask(path, &["init", "--quiet", "--bare", "."]);
    let import = process::git(path, &["fast-import", "--quiet", "--done"]);
    process::import(&import, |out| made::history(out, made::HISTORY, 300, 20));
    process::ask(path, &["repack", "-adq"]);
    let list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let listed = process::ask(path, &list);
    listed.lines().filter_map(|line| ObjectId::from_hex(line.as_bytes())).collect()
}

fn objects(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a directory");
    let ids = repository(folder.path());
    let repository = Repository::open(folder.path(), Trust::Verify).expect("a repository");
    let mut group = c.benchmark_group("objects");
    group.throughput(Throughput::Elements(ids.len() as u64));
    group.bench_function("each by its id", |b| {
        b.iter(|| {
            let objects = repository.objects().expect("objects");
            let read = ids.iter().filter_map(|id| objects.read(*id).ok());
            read.map(|it| it.data().len()).sum::<usize>()
        });
    });
    group.bench_function("files in their order", |b| {
        b.iter(|| {
            let objects = repository.objects().expect("objects");
            let files = objects.packed_files();
            let mut climber = files.climber(|head, _| Some(head.len() > 1000));
            while objects.look_at_some(&mut climber) {}
            climber.found.len()
        });
    });
    group.finish();
}

fn start(c: &mut Criterion) {
    c.benchmark_group("start").bench_function("load the rules", |b| b.iter(config));
}

criterion_group!(inner, messages, identities, commits, trees, paths, contents, objects, start);
criterion_main!(inner);
