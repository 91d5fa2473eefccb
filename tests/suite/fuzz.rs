//! What the fuzz targets of `fuzz/` are fed: the seeds of each, and what was found with them.

#[path = "../../fuzz/feed/mod.rs"]
pub mod feed;

use std::fs;
use std::path::Path;

use feed::FEEDS;

fn of(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(&path).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut files: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).expect("a file"))).collect()
}

/// Whatever is in the corpora, and a few changes of each file of them.
fn survives(name: &str) {
    let (_, feed) = FEEDS.iter().find(|(feed, _)| *feed == name).expect("a target");
    let corpus = of(&format!("fuzz/corpus/{name}"));
    assert!(!corpus.is_empty());
    for (path, bytes) in corpus {
        println!("{path}");
        feed(&bytes);
        // cut off, and with a hole
        feed(&bytes[..bytes.len() / 2]);
        feed(&[&bytes[..bytes.len() / 3], &bytes[bytes.len() / 3 * 2..]].concat());
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { survives(stringify!($name)); })*

        #[test]
        fn every_target_has_its_binary_and_its_corpus() {
            let names: Vec<&str> = FEEDS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
            let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml")).expect("a manifest");
            for name in names {
                assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
            }
        }
    };
}

targets! { config edits import instances keys plan replay }
