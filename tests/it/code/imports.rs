//! No file of `src` imports, directly or through others, a file that imports it.
//!
//! Read as a graph: an arrow leads from each file to the files in which the items are defined
//! that it names. A module's own `mod.rs` may hand on what the files below it define; such a
//! `pub use` is looked through and is no arrow.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The path of a module: `["git", "packs"]`.
type Module = Vec<String>;

/// What is to be known of one file.
#[derive(Default)]
struct File {
    /// The names that `use` declarations bring, with the paths that they stand for.
    uses: Vec<Use>,
    /// Other paths that stand in the code.
    paths: Vec<Vec<String>>,
    /// The names that the file defines, for imports of everything (`*`).
    defined: BTreeSet<String>,
}

struct Use {
    name: String,
    path: Vec<String>,
    is_public: bool,
}

fn files(directory: &Path, module: &Module, found: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let below: Module = module.iter().cloned().chain([stem.clone()]).collect();
        if path.is_dir() {
            files(&path, &below, found);
        } else if path.extension().is_none_or(|extension| extension != "rs") {
            // A text that a file includes.
        } else if stem == "mod" || module.is_empty() && stem == "lib" {
            found.insert(module.clone(), path);
        } else if !(module.is_empty() && stem == "main") {
            found.insert(below, path);
        }
    }
}

/// Collects what a file names, without its tests.
#[derive(Default)]
struct Names(File);

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

impl<'a> Visit<'a> for Names {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let (attributes, name) = match item {
            syn::Item::Mod(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Fn(it) => (&it.attrs, Some(&it.sig.ident)),
            syn::Item::Struct(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Enum(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Trait(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Type(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Const(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Static(it) => (&it.attrs, Some(&it.ident)),
            syn::Item::Use(it) => (&it.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        self.0.defined.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        self.0.add_uses(&item.tree, &mut Vec::new(), is_public);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string());
        self.0.paths.push(segments.collect());
        visit::visit_path(self, path);
    }
}

impl File {
    fn add_uses(&mut self, tree: &syn::UseTree, path: &mut Vec<String>, is_public: bool) {
        let mut add = |name: &syn::Ident, as_name: &syn::Ident| {
            let mut path = path.clone();
            if name != "self" {
                path.push(name.to_string());
            }
            let name = if as_name == "self" { path.last().unwrap() } else { &as_name.to_string() };
            self.uses.push(Use { name: name.clone(), path, is_public });
        };
        match tree {
            syn::UseTree::Path(it) => {
                path.push(it.ident.to_string());
                self.add_uses(&it.tree, path, is_public);
                path.pop();
            }
            syn::UseTree::Name(it) => add(&it.ident, &it.ident),
            syn::UseTree::Rename(it) => add(&it.ident, &it.rename),
            syn::UseTree::Glob(_) => {
                self.uses.push(Use { name: "*".into(), path: path.clone(), is_public });
            }
            syn::UseTree::Group(it) => {
                it.items.iter().for_each(|item| self.add_uses(item, path, is_public));
            }
        }
    }
}

struct Graph(BTreeMap<Module, File>);

impl Graph {
    fn read() -> Self {
        let mut all = BTreeMap::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        files(&source, &Vec::new(), &mut all);
        assert!(all.len() > 300, "only {} files were found", all.len());
        let read = |path: &PathBuf| {
            let mut names = Names::default();
            let parsed = syn::parse_file(&fs::read_to_string(path).unwrap());
            names.visit_file(&parsed.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
            names.0
        };
        Self(all.iter().map(|(module, path)| (module.clone(), read(path))).collect())
    }

    /// The module and the rest of a path, from the root; `None` for one of another crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<(Module, Vec<String>)> {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let rest = |skipped: usize| path.get(skipped..).unwrap_or_default().to_vec();
        match path.first().map(String::as_str)? {
            "crate" => Some((Vec::new(), rest(1))),
            "self" => Some((module.clone(), rest(1))),
            "super" => Some((module[..module.len().checked_sub(supers)?].to_vec(), rest(supers))),
            child if self.0.contains_key(&below(module, child)) => {
                Some((module.clone(), path.to_vec()))
            }
            _ => None,
        }
    }

    /// The module in which what a path names is defined.
    fn home(&self, module: &Module, path: &[String]) -> Option<Module> {
        let Some((name, rest)) = path.split_first() else { return Some(module.clone()) };
        let child = below(module, name);
        if self.0.contains_key(&child) {
            return self.home(&child, rest);
        }
        let file = self.0.get(module)?;
        for used in &file.uses {
            let Some((from, inside)) = self.absolute(module, &used.path) else { continue };
            if used.name == *name {
                return self.home(&from, &[inside, rest.to_vec()].concat());
            }
            if used.name == "*"
                && let Some(home) = self.home(&from, &inside)
                && self.0[&home].defined.contains(name)
            {
                return Some(home);
            }
        }
        Some(module.clone())
    }

    /// The files that a file imports, each with a path that names something in it.
    fn imports(&self, module: &Module) -> BTreeMap<Module, String> {
        let file = &self.0[module];
        let mut paths: Vec<Vec<String>> = Vec::new();
        paths.extend(file.uses.iter().filter(|it| !it.is_public).map(|it| it.path.clone()));
        for path in &file.paths {
            let used = file.uses.iter().find(|it| path.len() > 1 && it.name == path[0]);
            let used = used.map(|it| [it.path.as_slice(), &path[1..]].concat());
            paths.push(used.unwrap_or_else(|| path.clone()));
        }
        let mut imports = BTreeMap::new();
        for path in paths {
            let Some((from, inside)) = self.absolute(module, &path) else { continue };
            // A module that is named for what is in it: the paths that begin with it count.
            let whole: Module = from.iter().chain(&inside).cloned().collect();
            if self.0.contains_key(&whole) {
                continue;
            }
            if let Some(home) = self.home(&from, &inside).filter(|home| home != module)
                && !home.is_empty()
            {
                imports.entry(home).or_insert_with(|| path.join("::"));
            }
        }
        imports
    }
}

/// The files that each file imports, with a path that names something in them.
type Imports = BTreeMap<Module, BTreeMap<Module, String>>;

fn all_imports(graph: &Graph) -> Imports {
    graph.0.keys().map(|module| (module.clone(), graph.imports(module))).collect()
}

/// Everything that a file imports, directly or through others.
fn reached<'i>(imports: &'i Imports, from: &Module) -> BTreeSet<&'i Module> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Module> = imports[from].keys().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(imports[module].keys());
        }
    }
    reached
}

fn below(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

#[test]
fn no_file_imports_one_that_imports_it() {
    let imports = all_imports(&Graph::read());
    let all: BTreeMap<&Module, BTreeSet<&Module>> =
        imports.keys().map(|module| (module, reached(&imports, module))).collect();
    let arrows: usize = imports.values().map(BTreeMap::len).sum();
    assert!(arrows > 1000, "only {arrows} imports were seen");
    let mut wrong = Vec::new();
    for (module, named) in &imports {
        for (other, path) in named.iter().filter(|(other, _)| all[other].contains(module)) {
            wrong.push(format!("{} imports {}: {path}", module.join("::"), other.join("::")));
        }
    }
    assert!(wrong.is_empty(), "circles of imports:\n{}", wrong.join("\n"));
}

#[test]
fn a_circle_would_be_seen() {
    let file = |text: &str| {
        let mut names = Names::default();
        names.visit_file(&syn::parse_str(text).unwrap());
        names.0
    };
    let module = |path: &str| -> Module { path.split("::").map(str::to_owned).collect() };
    let graph = Graph(BTreeMap::from([
        (module("a"), file("mod b; mod c; pub use b::B;")),
        (module("a::b"), file("use super::c; pub struct B; fn f() { c::g() }")),
        (
            module("a::c"),
            file("use super::B; pub fn g() {} #[cfg(test)] mod tests { use super::*; }"),
        ),
    ]));
    let imports = all_imports(&graph);
    assert!(imports[&module("a")].is_empty(), "what is handed on is no import");
    for name in ["a::b", "a::c"] {
        assert!(reached(&imports, &module(name)).contains(&module(name)), "{name}");
    }
}
