//! Values of a repository's own configuration, from any bytes in the file.

use std::cell::OnceCell;

use provost::git::{Repository, Trust};

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

pub(crate) fn run(data: &[u8]) {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| {
            let folder = tempfile::tempdir_in(crate::scratch()).expect("a folder");
            for name in ["objects", "refs"] {
                std::fs::create_dir(folder.path().join(name)).expect("a folder");
            }
            std::fs::write(folder.path().join("HEAD"), "ref: refs/heads/main\n").expect("a file");
            folder
        });
        std::fs::write(folder.path().join("config"), data).expect("a file");
        let Ok(repository) = Repository::open(folder.path(), Trust::Verify) else { return };
        for key in ["provost.rules", "core.sharedRepository", "extensions.refstorage"] {
            let text = repository.local_config(key);
            let bytes = repository.local_config_bytes(key);
            match (text, bytes) {
                (Ok(Some(text)), Ok(Some(bytes))) => assert_eq!(text.as_bytes(), bytes, "{key}"),
                (Ok(None), Ok(None)) | (Err(_), _) => {}
                (text, bytes) => panic!("{key}: {text:?}, but {bytes:?}"),
            }
        }
    });
}
