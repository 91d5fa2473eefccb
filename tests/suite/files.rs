//! Reading and writing files: what is refused, what is kept, what is noticed.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use podroom::file::diagnose::Ink;
use podroom::file::load::{Stamp, load, load_tables};
use podroom::file::save::{NotSaved, Over, save};
use tempfile::TempDir;

const PLAN: &str = "format = 1\nname = \"p\"\n";

fn dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What loading says, without the directory.
fn refusal(path: &Path) -> String {
    let error = load(path).expect_err("a refusal").to_string();
    error.replace(&format!("{}/", path.parent().expect("a directory").display()), "")
}

/// What saving says, without the directory.
fn failure(path: &Path, over: Over) -> String {
    match save(path, PLAN, over) {
        Err(NotSaved::Failed(error)) => {
            error.to_string().replace(&path.parent().expect("a directory").display().to_string(), "DIR")
        }
        other => panic!("{other:?}"),
    }
}

/// The names in a directory.
fn names(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path()).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_is_no_plan_is_refused_with_what_to_do() {
    let dir = dir();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    fs::create_dir(dir.path().join("folder")).expect("a directory");
    let large = file("large.toml", b"");
    // a hundred megabytes that take no room on the disk
    fs::OpenOptions::new().write(true).open(&large).and_then(|f| f.set_len(100 << 20)).expect("a large file");
    let cases = [
        dir.path().join("folder"),
        dir.path().join("absent.toml"),
        file("binary.toml", b"format = 1\n\0\x01\x02"),
        file("latin-1.toml", b"format = 1\nname = \"gr\xfc\xdfe\"\n"),
        file("utf-16.toml", b"\xff\xfef\0o\0"),
        file("esc\u{1b}[31m.toml", b"\xff"),
        large,
        PathBuf::from("/dev/zero"),
    ];
    let said: String = cases.iter().map(|path| refusal(path) + "\n").collect();
    insta::assert_snapshot!(said);
}

#[test]
fn a_plan_with_mistakes_is_loaded_with_them() {
    let dir = dir();
    let path = dir.path().join("bad.toml");
    fs::write(&path, "format = 2\n").expect("a file");
    let loaded = load(&path).expect("a text");
    let error = loaded.plan(Ink::Plain).expect_err("a mistake").to_string();
    assert!(error.starts_with("error: format: 2 is a format"), "{error}");
    assert!(error.contains("bad.toml:1:10"), "{error}");
    let coloured = loaded.plan(Ink::Coloured).expect_err("a mistake").to_string();
    assert!(coloured.contains("\u{1b}[") && coloured.contains("is a format"), "{coloured}");
}

#[test]
fn instance_tables_lie_beside_the_plan() {
    let dir = dir();
    let plan = dir.path().join("plan.toml");
    fs::write(&plan, "format = 1\ninstances = [\"more.toml\"]\n").expect("a file");
    let loaded = load(&plan).expect("a plan");
    let missing = load_tables(&loaded, &[], Ink::Plain).expect_err("no table").to_string();
    assert!(missing.contains("plan.toml:2:14") && missing.contains("there is no such file"), "{missing}");

    let table = dir.path().join("more.toml");
    fs::write(&table, "[instance]\nx = 1\n").expect("a file");
    let broken = load_tables(&loaded, &[], Ink::Plain).expect_err("a broken table").to_string();
    assert!(broken.contains("more.toml:"), "{broken}");

    let row = "\"own.large\" = { enis = 3, ipv4_per_eni = 10 }\n";
    fs::write(&table, row).expect("a file");
    let tables = load_tables(&loaded, &[], Ink::Plain).expect("tables");
    assert_eq!(tables.get("own.large").map(|t| t.enis), Some(3));
    let on_top = dir.path().join("top.toml");
    fs::write(&on_top, row.replace('3', "7")).expect("a file");
    let tables = load_tables(&loaded, &[on_top], Ink::Plain).expect("tables");
    assert_eq!(tables.get("own.large").map(|t| t.enis), Some(7));
}

#[test]
fn saving_keeps_the_mode_and_follows_links() {
    let dir = dir();
    let (file, link) = (dir.path().join("plan.toml"), dir.path().join("link.toml"));
    fs::write(&file, "old").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    symlink("plan.toml", &link).expect("a link");
    save(&link, PLAN, Over::Anything).expect("saved");
    assert_eq!(fs::read_to_string(&file).expect("a text"), PLAN);
    assert_eq!(fs::metadata(&file).expect("a file").mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(names(&dir), ["link.toml", "plan.toml"]);

    // a link to nothing gets its file
    let (new, ahead) = (dir.path().join("new.toml"), dir.path().join("ahead.toml"));
    symlink(&new, &ahead).expect("a link");
    save(&ahead, PLAN, Over::Nothing).expect("saved");
    assert_eq!(fs::read_to_string(&new).expect("a text"), PLAN);
    // like any new file, not only the owner's as temporary files are
    fs::write(dir.path().join("any"), "").expect("a file");
    let mode = |name: &str| fs::metadata(dir.path().join(name)).expect("a file").mode();
    assert_eq!(mode("new.toml"), mode("any"));
}

#[test]
fn saving_writes_over_nothing_unasked() {
    let dir = dir();
    let path = dir.path().join("plan.toml");
    let stamp = save(&path, PLAN, Over::Nothing).expect("saved");
    assert_eq!(stamp, Stamp::of(PLAN.as_bytes()));
    assert_eq!(load(&path).expect("a plan").stamp, stamp);
    assert_eq!(save(&path, "new", Over::Nothing), Err(NotSaved::Exists));
    // the same content again is no change
    fs::write(&path, PLAN).expect("a file");
    let stamp = save(&path, "second", Over::Unchanged(stamp)).expect("saved");
    for theirs in ["theirs", "SECOND", ""] {
        fs::write(&path, theirs).expect("a file");
        assert_eq!(save(&path, "mine", Over::Unchanged(stamp)), Err(NotSaved::Conflict));
        assert_eq!(fs::read_to_string(&path).expect("a text"), theirs);
    }
    save(&path, "mine", Over::Anything).expect("saved");
    // what is gone is nobody's change
    fs::remove_file(&path).expect("removed");
    save(&path, "mine", Over::Unchanged(stamp)).expect("saved");
    assert_eq!(names(&dir), ["plan.toml"]);
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_nothing_behind() {
    let dir = dir();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("folder")).expect("a directory");
    fs::write(at("file"), "old").expect("a file");
    fs::write(at("read-only"), "old").expect("a file");
    fs::set_permissions(at("read-only"), fs::Permissions::from_mode(0o444)).expect("a mode");
    symlink("loop", at("loop")).expect("a link");
    let cases = ["folder", "folder/", "absent/plan.toml", "file/plan.toml", "read-only", "loop"];
    let said: String = cases
        .iter()
        .map(|name| {
            failure(&at(name), Over::Anything).replace(&dir.path().display().to_string(), "DIR") + "\n"
        })
        .chain([failure(Path::new("/dev/null"), Over::Anything)])
        .collect();
    insta::assert_snapshot!(said);
    assert_eq!(names(&dir), ["file", "folder", "loop", "read-only"]);
    assert_eq!(fs::read_to_string(at("read-only")).expect("a text"), "old");
}

#[test]
fn a_directory_that_may_not_be_written_to_is_named_and_stays_as_it_is() {
    let dir = dir();
    let file = dir.path().join("plan.toml");
    fs::write(&file, "old").expect("a file");
    let mode = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o555);
    // whom permissions do not bind may write all the same
    let may = fs::write(dir.path().join("probe"), "").is_ok();
    if !may {
        let said = failure(&file, Over::Anything);
        assert_eq!(said, "DIR/plan.toml: you may not write to the directory DIR");
        assert_eq!(names(&dir), ["plan.toml"]);
        assert_eq!(fs::read_to_string(&file).expect("a text"), "old");
    }
    mode(0o755);
}
