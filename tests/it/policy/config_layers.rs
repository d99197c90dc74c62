//! The layers of the configuration and their order: built-in, the machine's, the
//! repository's own, `--rules`; and that one which can't be used stops everything.

use std::path::{Path, PathBuf};

use crate::support::{Client, Sandbox};
use provost::config::{self, ConfigError, Layers};
use provost::git::{Repository, Trust};

/// A file that sets a contact, and a verdict for the tool of the same name.
fn layer(sandbox: &Sandbox, name: &str, tool: &str) -> PathBuf {
    let text = format!("[policy]\ncontact = \"{name}\"\n[policy.tools]\n{tool} = \"warn\"\n");
    sandbox.write(name, text)
}

/// What the layers say: the contact, the tools with a line, the files in their order.
fn loaded(layers: Layers<'_>) -> (String, Vec<String>, Vec<String>) {
    let config = config::load(layers).unwrap();
    let mut tools: Vec<String> = config
        .policy
        .subjects()
        .into_iter()
        .map(|(subject, _)| match subject {
            provost::policy::Subject::Tool(tool) => tool.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    tools.sort();
    let names = config::sources(layers).unwrap().iter().map(|it| it.name.clone()).collect();
    (config.policy.contact().unwrap_or_default().to_owned(), tools, names)
}

#[test]
fn stronger_layers_are_laid_over_weaker_ones() {
    let sandbox = Sandbox::new();
    let client = Client::init(&sandbox, "work", &[]);
    client.commit("first").create();
    let system = layer(&sandbox, "etc/rules.toml", "cursor");
    let own = layer(&sandbox, "work/.git/provost/rules.toml", "aider");
    let file = layer(&sandbox, "more.toml", "devin");
    let repository = Repository::open(&client.path(), Trust::Git).unwrap();
    let files = [file.clone()];
    let name = |path: &Path| path.display().to_string();

    let system_alone = Layers { system: Some(&system), ..Layers::default() };
    let (contact, tools, names) = loaded(system_alone);
    assert_eq!((contact.as_str(), tools), ("etc/rules.toml", vec!["cursor".into()]));
    assert_eq!(names, ["rules.toml".to_owned(), name(&system)]);

    let with_repository = Layers { repository: Some(&repository), ..system_alone };
    let (contact, tools, _) = loaded(with_repository);
    assert_eq!(contact, "work/.git/provost/rules.toml");
    assert_eq!(tools, ["aider", "cursor"]);

    let all = Layers { files: &files, ..with_repository };
    let (contact, tools, names) = loaded(all);
    assert_eq!(
        (contact.as_str(), tools),
        ("more.toml", ["aider", "cursor", "devin"].map(String::from).to_vec())
    );
    assert_eq!(names.len(), 4);
    assert_eq!(names[1], name(&system));
    assert!(names[2].ends_with(".git/provost/rules.toml") && own.exists(), "{names:?}");
    assert_eq!(names[3], name(&file));

    // Isolated, only what is named counts.
    let (contact, tools, _) = loaded(Layers { isolated: true, ..all });
    assert_eq!((contact.as_str(), tools), ("more.toml", vec!["devin".into()]));

    // Git's configuration names another file, which then must be there.
    client.must(&["config", "provost.rules", "../named.toml"]);
    let named = Repository::open(&client.path(), Trust::Git).unwrap();
    let with_named = Layers { repository: Some(&named), ..system_alone };
    assert!(matches!(config::load(with_named), Err(ConfigError::File { .. })));
    layer(&sandbox, "work/named.toml", "kiro");
    assert_eq!(loaded(with_named).1, ["cursor", "kiro"]);

    // A relative one does not leave the repository.
    client.must(&["config", "provost.rules", "../../../named.toml"]);
    layer(&sandbox, "named.toml", "kiro");
    let named = Repository::open(&client.path(), Trust::Git).unwrap();
    let with_named = Layers { repository: Some(&named), ..system_alone };
    assert!(matches!(config::load(with_named), Err(ConfigError::Leaves { .. })));
}

#[test]
fn the_machine_s_layer_may_be_absent_and_must_not_be_broken() {
    let sandbox = Sandbox::new();
    let absent = sandbox.path("etc/rules.toml");
    let (contact, tools, names) = loaded(Layers { system: Some(&absent), ..Layers::default() });
    assert_eq!((contact.as_str(), tools.len(), names.len()), ("", 0, 1));

    let broken = sandbox.write("etc/rules.toml", "[policy]\nmode = \"enforced\"\n");
    let layers = Layers { system: Some(&broken), ..Layers::default() };
    let Err(ConfigError::Problems(problems)) = config::load(layers) else { panic!("it loads") };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place.file_line(), format!("{}:2", broken.display()));

    sandbox.write("etc/rules.toml", b"[policy]\n# \xff\n");
    assert!(matches!(config::load(layers), Err(ConfigError::NotText { at: 11, .. })));

    // A directory is there, and can't be read as a file.
    let directory = sandbox.path("etc");
    let layers = Layers { system: Some(&directory), ..Layers::default() };
    assert!(matches!(config::load(layers), Err(ConfigError::File { .. })));
}
