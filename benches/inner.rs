//! The inner loops, each by itself: what a change to one of them gains or costs.
//!
//! `cargo bench --bench inner [-- FILTER]`. The texts are those of the made-up history that
//! `compare` measures whole processes on: plain ones, and the few marked ones among them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a program for developers: it ends where something is not as it should be"
)]

#[path = "compare/made/mod.rs"]
#[allow(dead_code, reason = "some of what can be made up is of no use here")]
mod made;

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use provost::config::{self, BUILT_IN, Config, Layers};
use provost::document::Source;
use provost::finding::Field;
use provost::git::{Ident, ObjectId, Repository, Trust, entries};
use provost::log::{Record, append};
use provost::marker::Role;
use provost::scan::raw_commit;

use made::history::{self, History};
use made::random::Random;
use made::words;

/// So many texts of each sort.
const TEXTS: usize = 1000;

fn config() -> Config {
    config::load(Layers { isolated: true, ..Layers::default() }).expect("the built-in rules")
}

fn bytes(texts: &[Vec<u8>]) -> Throughput {
    Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum())
}

fn messages(c: &mut Criterion) {
    let config = config();
    let matcher = &config.rules.matchers.message;
    let mut random = Random::new(1);
    let mut texts = || -> Vec<Vec<u8>> {
        (0..TEXTS)
            .map(|_| {
                let person = words::person(&mut random);
                words::message(&mut random, &person, None).into_bytes()
            })
            .collect()
    };
    let realistic = texts();
    // Some ten of a thousand are marked; a text that is has to be looked at closely.
    let of = |texts: Vec<Vec<u8>>, marked: bool| -> Vec<Vec<u8>> {
        texts.into_iter().filter(|text| matcher.find(None, text).is_empty() != marked).collect()
    };
    let plain = of(texts(), false);
    let marked: Vec<Vec<u8>> = (0..20).flat_map(|_| of(texts(), true)).take(TEXTS).collect();
    assert!(plain.len() > TEXTS / 2 && marked.len() > TEXTS / 10, "{}", marked.len());
    let mut group = c.benchmark_group("messages");
    for (name, texts) in [("realistic", &realistic), ("plain", &plain), ("marked", &marked)] {
        group.throughput(bytes(texts));
        group.bench_function(name, |b| {
            b.iter(|| texts.iter().map(|text| matcher.find(None, text).len()).sum::<usize>());
        });
    }
    group.finish();
}

fn identities(c: &mut Criterion) {
    let config = config();
    let matcher = &config.rules.matchers.identity;
    let mut random = Random::new(2);
    let people: Vec<String> = (0..TEXTS)
        .map(|_| {
            let person = words::person(&mut random);
            format!("{} 1780000000 +0000", words::author(&mut random, &person))
        })
        .collect();
    let mut group = c.benchmark_group("identities");
    group.throughput(Throughput::Elements(people.len() as u64));
    group.bench_function("look-up", |b| {
        let find = |raw: &String| {
            matcher.find(Role::Author, &Ident::parse(raw.as_bytes()), &Field::Author).len()
        };
        b.iter(|| people.iter().map(find).sum::<usize>());
    });
    group.finish();
}

fn commits(c: &mut Criterion) {
    let config = config();
    let mut random = Random::new(3);
    let raw: Vec<Vec<u8>> = (0..TEXTS)
        .map(|number| {
            let committer = words::person(&mut random);
            let author = words::author(&mut random, &committer);
            let message = words::message(&mut random, &committer, None);
            let tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
            let time = 1_780_000_000 + number;
            format!(
                "tree {tree}\nauthor {author} {time} +0100\ncommitter {committer} {time} +0100\n\n\
                 {message}"
            )
            .into_bytes()
        })
        .collect();
    let mut group = c.benchmark_group("commits");
    group.throughput(Throughput::Elements(raw.len() as u64));
    group.bench_function("whole objects", |b| {
        let find =
            |raw: &Vec<u8>| raw_commit(&config, ObjectId::NULL, raw).map_or(0, |it| it.len());
        b.iter(|| raw.iter().map(find).sum::<usize>());
    });
    group.finish();
}

fn trees(c: &mut Criterion) {
    let mut raw = Vec::new();
    for number in 0..TEXTS {
        raw.extend(format!("100644 unit{number:05}.rs\0").bytes());
        raw.extend([number as u8; 20]);
    }
    let mut group = c.benchmark_group("trees");
    group.throughput(Throughput::Elements(TEXTS as u64));
    group.bench_function("entries", |b| {
        b.iter(|| entries(ObjectId::NULL, black_box(&raw)).filter(Result::is_ok).count());
    });
    group.finish();
}

fn paths(c: &mut Criterion) {
    let config = config();
    let matcher = &config.rules.matchers.path;
    let mut random = Random::new(4);
    let paths: Vec<String> = (0..TEXTS)
        .map(|number| {
            if random.per_mille(10) {
                return words::tool_file(&mut random).to_owned();
            }
            let (area, module) = (number % 20, random.below(10));
            format!("area{area:02}/module{module}/unit{number:04}.rs")
        })
        .collect();
    let mut group = c.benchmark_group("paths");
    group.throughput(Throughput::Elements(paths.len() as u64));
    group.bench_function("find", |b| {
        b.iter(|| paths.iter().map(|path| matcher.find(path.as_bytes()).len()).sum::<usize>());
    });
    group.finish();
}

fn contents(c: &mut Criterion) {
    let config = config();
    let matcher = &config.rules.matchers.content;
    let mut random = Random::new(5);
    let files: Vec<Vec<u8>> = (0..TEXTS)
        .map(|_| {
            let mut text = String::new();
            if random.per_mille(10) {
                words::source_line(words::credited_line(&mut random), &mut text);
            }
            for _ in 0..random.between(25, 90) {
                words::source_line(random.number() as u32 & 0x7fff_ffff, &mut text);
            }
            text.into_bytes()
        })
        .collect();
    let mut group = c.benchmark_group("contents");
    group.throughput(bytes(&files));
    group.bench_function("find", |b| {
        b.iter(|| files.iter().map(|file| matcher.find(file).len()).sum::<usize>());
    });
    group.finish();
}

/// A bare repository with a small history, in one pack.
fn repository(path: &Path) -> Vec<ObjectId> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(path).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("HOME", path).env("GIT_DIR", path);
        command
    };
    let run = |arguments: &[&str]| assert!(git(arguments).status().expect("git").success());
    run(&["init", "--quiet", "--bare", "."]);
    let mut import =
        git(&["fast-import", "--quiet", "--done"]).stdin(Stdio::piped()).spawn().expect("git");
    let mut stream = std::io::BufWriter::new(import.stdin.take().expect("an input"));
    History::write(&mut stream, history::FEW, 300, 20).expect("a stream");
    stream.write_all(b"done\n").expect("a stream");
    drop(stream);
    assert!(import.wait().expect("git").success());
    run(&["repack", "-adq"]);
    let list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let listed = git(&list).output().expect("git").stdout;
    listed.split(|byte| *byte == b'\n').filter_map(ObjectId::from_hex).collect()
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
            ids.iter()
                .filter_map(|id| objects.read(*id).ok())
                .map(|it| it.data().len())
                .sum::<usize>()
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
    let mut group = c.benchmark_group("start");
    group.bench_function("load the rules", |b| b.iter(config));
    group.finish();
}

fn log(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("log.jsonl");
    let source = |name: &str, text: String, built_in| {
        Arc::new(Source { name: name.to_owned(), text: text.into(), built_in })
    };
    let layers = [
        source("rules.toml", BUILT_IN.to_owned(), true),
        source("bench.toml", format!("[log]\nfile = \"{}\"\n", file.display()), false),
    ];
    let settings = config::merge(&layers).expect("rules").log.expect("a section");
    let record = || Record { time: "2026-12-01T09:12:03.412Z".into(), ..Record::default() };
    let mut group = c.benchmark_group("log");
    // Each is on disk before the next begins: what `cargo bench --bench log` does on a disk
    // of choice.
    group.sample_size(20);
    group.bench_function("append a record", |b| {
        b.iter(|| append(&settings, record()).expect("a record"));
    });
    group.finish();
}

criterion_group!(inner, messages, identities, commits, trees, paths, contents, objects, start, log);
criterion_main!(inner);
