//! The borders that the crate's doc draws, held by reading the sources: each module knows only the ones above
//! it in the map, and the terminal, files and output stay where they belong.

use std::fs;
use std::path::{Path, PathBuf};

/// What only some modules may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("ratatui::", &["view", "term"]),
    ("crossterm::", &["term", "cli"]),
    ("std::fs", &["file"]),
    ("std::thread", &["term"]),
    ("Instant", &["term"]),
    ("SystemTime", &["file"]),
    ("std::env", &["cli", "file", "term"]),
    ("println!", &["cli", "term"]),
    ("clap::", &["cli", "output"]),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let inner = path.strip_prefix(&root).unwrap();
            let module = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_string();
            let text = fs::read_to_string(&path).unwrap();
            // unit tests may do what they need
            let code = text.split("#[cfg(test)]").next().unwrap();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (module, inner.to_path_buf(), code.join("\n"))
        })
        .collect()
}

/// The modules in the order of the map in the crate's doc.
fn map() -> Vec<String> {
    let lib = include_str!("../../src/lib.rs");
    lib.lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once("`]"))
        .map(|(name, _)| name.trim_start_matches("mod@").to_string())
        .collect()
}

#[test]
fn each_module_knows_only_the_ones_above_it() {
    let map = map();
    let place = |module: &str| map.iter().position(|m| m == module);
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        let Some(own) = place(&module) else {
            assert!(["lib", "main"].contains(&module.as_str()), "{module} is not in the map");
            continue;
        };
        for (at, _) in code.match_indices("crate::") {
            let name: String = code[at + "crate::".len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if let Some(used) = place(&name)
                && used > own
            {
                wrong.push(format!("{}: crate::{name}", path.display()));
            }
        }
    }
    assert!(map.len() > 10 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_world_outside_stays_at_the_border() {
    let mut wrong = Vec::new();
    for (module, path, code) in sources() {
        for (name, modules) in ONLY_IN {
            if code.contains(name) && !modules.contains(&module.as_str()) {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_small() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(_, path, code)| (path, code.lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
