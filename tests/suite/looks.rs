//! Themes, the configuration, what is kept between sessions, and pictures.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use podroom::app::action::{ACTIONS, Action};
use podroom::app::arrange::Order;
use podroom::app::msg::Msg;
use podroom::app::screen::{SCREENS, Screen};
use podroom::app::settings::{Settings, Welcome};
use podroom::app::theme::{THEMES, ThemeName};
use podroom::config::{Config, defaults, kept, parse};
use podroom::file::diagnose;
use podroom::text::Ink;
use podroom::view::symbols::Symbols;
use podroom::view::theme::{Depth, Theme};
use proptest::prelude::*;

use crate::desk::Desk;
use crate::pty::Pty;

/// The mistakes of a configuration, as the user sees them.
fn mistakes(text: &str) -> String {
    let mistakes = parse(text).expect_err("mistakes");
    diagnose::config_problems(&mistakes, "config.toml", text, Ink::Plain)
}

fn configured(text: &str) -> Config {
    parse(text).unwrap_or_else(|_| panic!("{}", mistakes(text)))
}

#[test]
fn the_printed_configuration_is_one_that_changes_nothing() {
    assert_eq!(configured(&defaults::text()), Config::default());
    assert_eq!(configured(""), Config::default());
    for row in ACTIONS {
        let line = format!("{} = [", row.action.name());
        assert!(defaults::text().contains(&line), "{line}");
    }
    // every name in it is a key of the contract between podroom and its users: a change breaks their files
    insta::assert_snapshot!("config_defaults", defaults::text());
}

#[test]
fn a_configuration_says_how_the_session_looks_and_answers() {
    let config = configured(
        "theme = \"light\"\nascii = \"always\"\nmouse = false\n\
         hidden = { pools = [\"CIDR\", \"churned held\"] }\n\
         [keys]\nsession.why = [\"f2\", \"f3\"]\ninputs.add = []\nreading.back = \"x\"\n",
    );
    assert_eq!((config.theme, config.mouse), (ThemeName::Light, false));
    let mut desk = Desk::preset_with("starter", config.settings());
    let cidrs = |desk: &mut Desk| desk.size(200, 60).screen().matches("10.0.1.0/24").count();
    assert_eq!(
        (cidrs(&mut Desk::preset("starter")), cidrs(&mut desk)),
        (2, 1),
        "of the inputs, and of the pools"
    );
    let before = desk.screen();
    assert!(before.contains("f2 why"), "{before}");
    assert_eq!(desk.keys("w").screen(), before, "it means nothing any more");
    assert_ne!(desk.keys("f2").screen(), before);
    assert_eq!(desk.keys("f3").screen(), before, "the other key closes it");
    // what has no key is still in the palette, and the keys of the list are those in force
    desk.keys(": a d d space a space r o w");
    assert!(desk.screen().contains("add a row below"), "{}", desk.screen());
    desk.keys("esc ?").types("how the selected");
    assert!(desk.screen().contains("f2 f3"), "{}", desk.screen());
}

#[test]
fn mistakes_of_a_configuration_are_all_told_where_they_are() {
    let text = "them = \"dark\"\ntheme = \"drak\"\nascii = 3\nmouse = \"no\"\nkeys = 1\n\
                [hidden]\npool = []\npools = [\"zone\", \"fre\", 3]\nfindings = [\"severity\"]\n";
    insta::assert_snapshot!("config_mistakes", mistakes(text));
    insta::assert_snapshot!("config_syntax", mistakes("theme = dark\n[keys.session\nwhy = [\"w\"\n"));
}

#[test]
fn mistakes_of_keys_are_all_told_where_they_are() {
    let text = "[keys.inputs]\nadd = [\"w\"]\nstep-upp = \"a\"\nedit = [\"enter\", \"enter\"]\nunset = [\"7\", \"alt-1\"]\n\
                [keys.session]\nredo = [\"ctrl-i\", \"shift-f9\", \"ctrl-R\", \"\\u001b\"]\nundo = [\"Z\"]\nsave = [\"Z\"]\n\
                palette = []\n[keys.field]\naccept = [\"a\"]\n[keys.list]\nback = []\n[keys.question]\nleft = [\"s\"]\n\
                [keys.always]\nquit = [\"z\"]\n[keys.sesion]\nquit = []\n";
    insta::assert_snapshot!("config_mistakes_of_keys", mistakes(text));
}

#[test]
fn a_key_may_change_places_with_another() {
    let config = configured("[keys.session]\nwhy = [\"u\"]\nundo = [\"w\"]\n");
    let action = |key: &str| {
        let key = podroom::app::key::Key::parse(key).expect("a key");
        config.keymap.resolve(&[podroom::app::action::Context::Session], key).map(|row| row.action)
    };
    assert_eq!((action("u"), action("w")), (Some(Action::Why), Some(Action::Undo)));
}

proptest! {
    #[test]
    fn no_text_of_a_configuration_does_harm(text in "[a-z\\[\\]\"=., \n\u{1b}-]{0,80}|\\PC{0,60}") {
        if let Err(mistakes) = parse(&text) {
            prop_assert!(!mistakes.is_empty());
            let told = diagnose::config_problems(&mistakes, "config.toml", &text, Ink::Plain);
            prop_assert_eq!(told.find('\u{1b}'), None);
        }
    }
}

#[test]
fn a_theme_is_shown_while_it_is_chosen_and_kept_once_it_is() {
    let mut desk = Desk::preset("starter");
    let ground = |desk: &Desk| desk.look.theme.text.bg;
    desk.keys("T down");
    assert_eq!(desk.app.settings().theme, ThemeName::Dark);
    assert!(ground(&desk).is_some() && desk.kept.is_none());
    desk.keys("esc");
    assert_eq!((desk.app.settings().theme, ground(&desk)), (ThemeName::Terminal, None));
    desk.keys("T").types("light");
    assert_eq!(desk.app.settings().theme, ThemeName::Light);
    desk.keys("enter");
    let settings = desk.kept.clone().expect("kept");
    assert_eq!(settings.chosen, Some(ThemeName::Light));
    // another plan is shown in it, too
    desk.keys("ctrl-o").types("tight").keys("enter");
    assert!(desk.app.plan().name.contains("tight"));
    assert_eq!(desk.app.settings().theme, ThemeName::Light);
}

#[test]
fn what_is_chosen_holds_until_the_configuration_says_something_else() {
    let config = Config::default();
    let mut desk = Desk::preset_with("starter", config.settings());
    // the columns of the pools, without the first that can be hidden; falling by the selected column
    desk.keys("tab c enter esc right o o T down enter");
    let settings = desk.kept.clone().expect("kept");
    let pools = &settings.tables[0];
    assert_eq!((pools.hidden.len(), pools.sort.as_ref().map(|s| s.order)), (1, Some(Order::Falling)));
    let text = kept::text(&settings, &config);
    let again = |config: &Config| {
        let mut settings = config.settings();
        kept::apply(&text, config, &mut settings);
        settings
    };
    assert_eq!(again(&config), settings);
    let other = configured("theme = \"mono\"\n[hidden]\npools = [\"free\"]\n");
    let mixed = again(&other);
    assert_eq!((mixed.theme, mixed.chosen), (ThemeName::Mono, None));
    assert_eq!(mixed.tables[0].hidden, other.hidden[0]);
    assert_eq!(mixed.tables[0].sort, settings.tables[0].sort);
    // filters are about one plan
    desk.keys("tab shift-tab / p r i v enter");
    assert!(!desk.app.settings().tables[0].filter.is_empty());
    desk.keys("ctrl-o").types("tight").keys("enter");
    assert!(desk.app.settings().tables[0].filter.is_empty());
    assert_eq!(desk.app.settings().tables[0].hidden, settings.tables[0].hidden);
}

#[test]
fn what_was_kept_and_is_broken_is_as_if_it_were_not_there() {
    let config = Config::default();
    let [theme, hidden, sorted] = [
        "[theme]\nchosen = \"neon\"\nconfigured = \"terminal\"",
        "[hidden.pools]\nchosen = [\"no such column\"]\nconfigured = []",
        "[sorted.pools]\nby = \"no such column\"\nfalling = true",
    ];
    for text in ["", "[", "theme = 1", "\u{0}", "[sorted]\nnowhere = {}", theme, hidden, sorted] {
        let mut settings = config.settings();
        kept::apply(text, &config, &mut settings);
        // as in a first session
        let expected = Settings { welcome: Welcome::Shown, ..config.settings() };
        assert_eq!(settings, expected, "{text}");
    }
}

#[test]
fn a_picture_is_written_beside_the_plan() {
    let mut desk = Desk::preset("starter");
    desk.keys("P");
    assert!(
        desk.files[Path::new("./podroom-plan.svg")].contains("<title>podroom: the plan screen of starter")
    );
    assert_eq!(desk.message(), "picture in ./podroom-plan.svg");
    let text = podroom::file::preset::find("starter").expect("a preset").text;
    let mut desk = Desk::file("plans/a.toml", text);
    desk.turn_to(Screen::Map).keys("P");
    assert!(desk.files.contains_key(Path::new("plans/podroom-map.svg")));
    desk.send(Msg::Pictured(Err("the disk is full".into())));
    assert_eq!(desk.message(), "no picture: the disk is full");
}

/// Letters of a screen, and the words that say what its colours do, in every theme.
#[test]
fn every_theme_says_the_same() {
    for preset in ["eks-1200-pods", "does-not-fit", "kind-lost-state"] {
        for screen in SCREENS {
            let mut desk = Desk::preset(preset);
            desk.turn_to(screen.screen);
            let text = desk.screen();
            for row in THEMES {
                for depth in [Depth::Sixteen, Depth::Many] {
                    desk.look.theme = Theme::of(row.theme, depth);
                    desk.size(120, 40);
                    assert_eq!(desk.screen(), text, "{preset}, {}, {}", screen.name, row.name);
                }
            }
            desk.look.symbols = Symbols::ASCII;
            for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
                desk.size(columns, rows);
                assert!(desk.screen().is_ascii(), "{preset}, {}: {}", screen.name, desk.screen());
            }
        }
    }
}

#[test]
fn a_theme_with_a_ground_paints_all_of_the_screen() {
    for theme in [ThemeName::Dark, ThemeName::Light, ThemeName::ColourBlind] {
        for keys in ["", "?", "left enter", "q", "w", "T"] {
            let mut desk = Desk::preset("does-not-fit");
            desk.look.theme = Theme::of(theme, Depth::Many);
            desk.keys("+").keys(keys);
            let ground = Theme::of(theme, Depth::Many).text.bg.expect("a ground").to_string();
            let unpainted = desk.styled().into_iter().find(|(_, style)| !style.contains(&ground));
            assert_eq!(unpainted, None, "{theme:?} {keys}");
        }
    }
}

#[test]
fn the_lines_of_a_chart_are_told_apart_without_colour() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.look.theme = Theme::mono();
    desk.size(80, 24).turn_to(Screen::Simulate);
    let screen = desk.screen();
    for letter in ["a│", "h│"] {
        assert!(screen.contains(letter), "{letter}: {screen}");
    }
    for entry in ["u usable", "a assigned", "h held", "x failure"] {
        assert!(screen.contains(entry), "{entry}: {screen}");
    }
}

/// podroom in a directory that is its home, without anything of the user's own.
fn podroom(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podroom"));
    command.args(args).current_dir(home).env("HOME", home).env("XDG_CONFIG_HOME", home.join("config"));
    command.env_remove("NO_COLOR").env_remove("XDG_STATE_HOME");
    command.output().expect("podroom starts")
}

fn configure(home: &Path, text: &str) {
    fs::create_dir_all(home.join("config/podroom")).expect("a directory");
    fs::write(home.join("config/podroom/config.toml"), text).expect("a file");
}

#[test]
fn podroom_does_not_start_with_a_broken_configuration() {
    let home = tempfile::tempdir().expect("a directory");
    configure(home.path(), "theme = \"drak\"\n");
    let shot = ["shot", "starter", "-o", "-", "--format", "txt"];
    let output = podroom(home.path(), &shot);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    for word in ["config.toml:1:9", "did you mean dark?", "--no-config", "podroom config"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let output = podroom(home.path(), &[&shot[..], &["--no-config"]].concat());
    assert_eq!(output.status.code(), Some(0));
    fs::remove_file(home.path().join("config/podroom/config.toml")).expect("gone");
    assert_eq!(podroom(home.path(), &shot).stdout, output.stdout, "no file is needed");
    // tables are printed whatever the configuration of the planner is
    configure(home.path(), "[");
    assert_eq!(podroom(home.path(), &["check", "starter"]).status.code(), Some(0));
}

#[test]
fn pictures_are_written_in_every_format_with_keys_and_looks() {
    let home = tempfile::tempdir().expect("a directory");
    configure(home.path(), "theme = \"light\"\n[keys.session]\nwhy = [\"f2\"]\n");
    let printed = |args: &[&str]| {
        let output = podroom(home.path(), &[&["shot", "starter", "-o", "-"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let text = printed(&["--format", "txt", "--screen", "node", "--size", "80x24"]);
    assert_eq!(
        text,
        Desk::preset("starter").size(80, 24).turn_to(Screen::Node).screen().replace("w why", "f2 why")
    );
    let ansi = printed(&["--format", "ansi"]);
    assert!(ansi.contains("\u{1b}[38;5;235;48;5;231m"), "{ansi}");
    let mono = printed(&["--format", "ansi", "--theme", "mono", "--keys", "tab f2"]);
    assert!(mono.contains("private-a") && !mono.contains("38;5"), "{mono}");
    assert!(printed(&["--format", "txt", "--ascii"]).is_ascii());
    let svg = printed(&["--format", "svg"]);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("#262626"));
    // written over what is there: a picture is made again and again
    for _ in 0..2 {
        let output = podroom(home.path(), &["shot", "starter", "-o", "a.svg"]);
        assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
    }
    assert_eq!(fs::read_to_string(home.path().join("a.svg")).expect("a picture"), svg);
}

#[test]
fn what_is_no_picture_is_said() {
    let home = tempfile::tempdir().expect("a directory");
    for (args, says) in [
        (&["-o", "a.png"][..], "end it in .svg, .ansi, .txt, or give --format"),
        (&["-o", "a.svg", "--size", "10x5"], "from 40x10 to 500x200"),
        (&["-o", "a.svg", "--size", "80"], "columns x rows"),
        (&["-o", "a.svg", "--keys", "tab nokey"], "there is no key \"nokey\""),
        (&["-o", "a.svg", "--screen", "nowhere"], "possible values: plan, node, map, explore"),
        (&["-o", "a.svg", "--theme", "neon"], "possible values: terminal, dark"),
        (&["-o", "none/a.svg"], "the directory none is not there"),
        (&["starterr", "-o", "a.svg"], "did you mean \"starter\"?"),
    ] {
        let output = podroom(home.path(), &[&["shot"], args].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(!home.path().join("a.svg").exists());
    }
    // a session for a picture writes nothing but the picture
    let output =
        podroom(home.path(), &["shot", "starter", "-o", "a.svg", "--keys", "right + ctrl-s a enter P q d"]);
    assert_eq!(output.status.code(), Some(0));
    let files: Vec<_> =
        fs::read_dir(home.path()).expect("a directory").flatten().map(|f| f.file_name()).collect();
    assert_eq!(files, ["a.svg"]);
}

#[test]
fn what_is_chosen_on_the_screen_is_there_the_next_time() {
    let home = tempfile::tempdir().expect("a directory");
    let ground = b"48;5;234";
    let painted = |pty: &Pty| pty.bytes().windows(ground.len()).any(|bytes| bytes == ground);
    let leave = |pty: &mut Pty| {
        pty.types("q");
        assert_eq!(pty.ends(), 0);
    };
    let mut pty = Pty::run(crate::pty::podroom(home.path(), &["starter"]), 120, 40);
    pty.shows("FITS")
        .types("T")
        .shows("fixed colours on a light ground")
        .types("dark")
        .types("\r")
        .shows("theme dark");
    pty.types("P").shows("picture in ./podroom-plan.svg");
    leave(&mut pty);
    let picture = fs::read_to_string(home.path().join("podroom-plan.svg")).expect("a picture");
    assert!(picture.contains("FITS") && picture.contains("#1c1c1c"));
    let mut pty = Pty::run(crate::pty::podroom(home.path(), &["starter"]), 120, 40);
    pty.shows("FITS");
    assert!(painted(&pty));
    leave(&mut pty);
    // broken, it is as if it were not there; and flags go before it
    let mut pty = Pty::run(crate::pty::podroom(home.path(), &["starter", "--theme", "mono"]), 120, 40);
    pty.shows("FITS");
    assert!(!painted(&pty));
    leave(&mut pty);
    fs::write(home.path().join("state/podroom/chosen.toml"), "[[[").expect("written");
    let mut pty = Pty::run(crate::pty::podroom(home.path(), &["starter"]), 120, 40);
    pty.shows("FITS");
    assert!(!painted(&pty));
    leave(&mut pty);
}

#[test]
fn what_cannot_be_kept_holds_for_the_session() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("state"), "a file where the directory should be").expect("written");
    let mut pty = Pty::run(crate::pty::podroom(home.path(), &["starter"]), 120, 40);
    pty.shows("FITS").types("T").types("dark").types("\r").shows("this holds for this session only");
    pty.types("q");
    assert_eq!(pty.ends(), 0);
}

/// The pictures of the README and of the guide: a line each. With PICTURES=overwrite in the environment they are made again.
const PICTURES: &[(&str, &[&str])] = &[
    ("plan", &["eks-1200-pods", "--screen", "plan", "--keys", "tab w"]),
    ("subnet", &["eks-1200-pods", "--screen", "map", "--keys", "down down right right right"]),
    ("map", &["flannel", "--screen", "map", "--keys", "down down", "--size", "120x30"]),
    ("explore", &["eks-1200-pods", "--screen", "explore"]),
    ("simulate", &["eks-1200-pods", "--screen", "simulate", "--keys", "G"]),
];

#[test]
fn the_pictures_of_the_documentation_are_what_the_program_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().expect("a directory");
    let guide = root.join("docs/guide");
    let mut pages = vec![root.join("README.md")];
    pages.extend(fs::read_dir(guide).expect("a folder").map(|entry| entry.expect("an entry").path()));
    let pages: String = pages.iter().map(|path| fs::read_to_string(path).expect("a page")).collect();
    let overwrite = std::env::var_os("PICTURES").is_some_and(|v| v == "overwrite");
    for (name, args) in PICTURES {
        let made = podroom(
            home.path(),
            &[&["shot", "--theme", "dark", "--format", "svg", "-o", "-"], *args].concat(),
        );
        assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        let path = root.join(format!("docs/pictures/{name}.svg"));
        if overwrite {
            fs::create_dir_all(root.join("docs/pictures")).expect("a directory");
            fs::write(&path, &made.stdout).expect("a picture");
        }
        let there = fs::read(&path).unwrap_or_default();
        assert!(
            there == made.stdout,
            "{} is out of date: PICTURES=overwrite cargo test --test suite pictures",
            path.display()
        );
        assert!(pages.contains(&format!("pictures/{name}.svg)")), "no page shows {name}");
    }
}
