//! The terminal contract where it is hard: nothing to do, too much to do, storms, odd terminals, every way out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use podroom::file::preset;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::pty::{Pty, environment, podroom, until};

const EXAMPLE: &str = "eks-1200-pods";
const PROGRAM: &str = env!("CARGO_BIN_EXE_podroom");

/// A directory with a plan in `plan.toml`.
fn home(text: &str) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a directory");
    let plan = home.path().join("plan.toml");
    fs::write(&plan, text).expect("written");
    (home, plan)
}

fn example() -> &'static str {
    preset::find(EXAMPLE).expect("a preset").text
}

fn open(home: &Path) -> Pty {
    let mut pty = Pty::run(podroom(home, &["plan.toml"]), 120, 40);
    pty.shows(" inputs ").shows("quit");
    pty
}

/// How often the threads of a process have waited for something: what sleeps does not count on.
fn waits(process: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("its threads");
    let status = |task: fs::DirEntry| fs::read_to_string(task.path().join("status")).unwrap_or_default();
    let statuses = tasks.map(|task| status(task.expect("a thread")));
    statuses
        .map(|status| {
            let line = status.lines().find_map(|l| l.strip_prefix("voluntary_ctxt_switches:"));
            line.and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or(0)
        })
        .sum()
}

/// Time on the processor, in ticks: user and system.
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("its figures");
    let after = stat.rsplit_once(')').expect("a name").1;
    after.split_whitespace().skip(11).take(2).map(|n| n.parse::<u64>().expect("a number")).sum()
}

#[test]
#[cfg(target_os = "linux")]
fn with_nothing_to_do_it_does_nothing() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    // an edit too: what is kept aside after a pause does not tick on
    pty.types("+").shows("30 -> 31");
    let process = pty.process();
    until("two seconds in which no thread runs", || {
        let before = (waits(process), ticks(process));
        thread::sleep(Duration::from_secs(2));
        before == (waits(process), ticks(process))
    });
    pty.types("qd");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_storm_of_sizes_ends_with_the_screen_that_belongs_to_the_last() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    // all of it, with what is computed aside: the percentiles, too
    pty.until("the figures", |s| !s.contents().contains("computing")).shows("private-c may be short by 181");
    let before = pty.contents();
    for n in 0..300_u16 {
        pty.resize(1 + (n * 37) % 230, 1 + (n * 53) % 90);
    }
    pty.resize(120, 40);
    pty.until("the screen as it was", |s| s.contents() == before);
    pty.types("+").shows("30 -> 31").types("qd");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
}

#[test]
fn a_terminal_that_was_smaller_for_a_moment_shows_everything_again() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    pty.until("the figures", |s| !s.contents().contains("computing")).shows("private-c may be short by 181");
    let before = pty.contents();
    // it hears of the first size when it is the second already
    for _ in 0..50 {
        pty.resize(3, 3);
        pty.resize(120, 40);
        pty.until("the screen as it was", |s| s.contents() == before);
    }
}

#[test]
fn no_key_is_lost_among_many_nor_beside_a_new_size() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    // more than one read of the terminal takes; the last is what counts
    pty.types(&"+-".repeat(3_000)).types("+").shows("30 -> 31");
    for n in 0..100_u16 {
        pty.resize(110 + n % 2 * 10, 40);
        pty.types(if n % 2 == 0 { "j" } else { "k" });
    }
    pty.resize(120, 40);
    pty.types("+").shows("30 -> 32").types("qd");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn a_paste_of_a_megabyte_is_cut_and_harms_nothing() {
    let (home, plan) = home(example());
    let mut pty = open(home.path());
    // cells of a spreadsheet are too many, a line is cut
    let paste = "7 \x07\n".repeat(1 << 18);
    pty.types(&format!("\x1b[200~{paste}\x1b[201~")).until("a refusal", |s| s.contents().contains("! "));
    let paste = paste.replace('\n', "");
    pty.types(&format!("\x1b[200~{paste}\x1b[201~")).shows("nodes: was 30");
    pty.types("\x1b").until("the field to be as it was", |s| !s.contents().contains("was 30"));
    pty.types("+").shows("30 -> 31").types("\x13").shows("saved plan.toml").types("q");
    assert_eq!(pty.ends(), 0);
    assert_eq!(fs::read_to_string(plan).expect("readable"), example().replace("nodes = 30", "nodes = 31"));
}

#[test]
fn keys_are_heard_while_a_run_is_followed_and_esc_ends_it() {
    // without a warm prefix a node takes one and gives it back, for ever
    let (home, _) = home(
        "format = 1\nname = \"restless\"\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/16\"\n\
         [[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\n[cluster.env]\n\
         ENABLE_PREFIX_DELEGATION = true\nWARM_PREFIX_TARGET = 0\n\
         [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nnodes = 200\nsubnets = [\"a\"]\n\
         [scenario.week]\nuntil = \"168h\"\n",
    );
    let mut pty = open(home.path());
    pty.types("\x1b5").shows("scenario week").shows(" of 168h, esc stops");
    // an edit on another screen: the run of the plan before is given up for the new one
    pty.types("\x1b1").shows("inputs").types(":").shows("do or go to").types("nodes of g\r");
    pty.types("+").shows("nodes of g 200 -> 201").types("\x1b5").shows(" of 168h, esc stops");
    pty.types("\x1b").shows("stopped at").types("\x1b1").shows("inputs");
    // and nothing is waited for at the end
    pty.types("+").shows("200 -> 202").types("\x1b5").shows("computing").types("qd");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    let ways: [(&str, &[&str], u32); 6] = [
        ("q", &[], 0),
        ("\x03", &[], 0),
        ("+q", &["s: Save"], 0),
        ("+\x03", &["s: Save"], 0),
        ("?", &["keys: type"], 0),
        ("4", &["was 30"], 131),
    ];
    for (keys, shown, status) in ways {
        let (home, _) = home(example());
        let mut pty = open(home.path());
        pty.types(keys);
        for text in shown {
            pty.shows(text);
        }
        match keys {
            "+q" => drop(pty.types("d")),
            "+\x03" | "?" => drop(pty.types("\x03")),
            "4" => pty.signal("QUIT"),
            _ => {}
        }
        assert_eq!(pty.ends(), status, "{keys:?}");
        pty.is_given_back();
    }
}

#[test]
fn terminals_with_few_colours_get_no_others() {
    for term in ["xterm", "linux", "screen", "vt100", "no-such-terminal"] {
        let (home, _) = home(example());
        let mut command = podroom(home.path(), &["plan.toml"]);
        command.env("TERM", term);
        command.env_remove("COLORTERM");
        let mut pty = Pty::run(command, 80, 24);
        pty.shows("quit").types("q");
        assert_eq!(pty.ends(), 0, "{term}");
        let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
        assert!(!bytes.contains("38;2;") && !bytes.contains("48;2;"), "{term}");
        let numbers = bytes.split("38;5;").skip(1).map(|rest| rest.split(['m', ';']).next().unwrap_or(""));
        let beyond: Vec<&str> = numbers.filter(|n| n.parse::<u8>().is_ok_and(|n| n > 15)).collect();
        assert!(beyond.is_empty(), "{term}: {beyond:?}");
    }
}

#[test]
fn what_is_no_terminal_gets_the_tables() {
    let (home, _) = home(example());
    let mut command = podroom(home.path(), &["plan.toml"]);
    command.env("TERM", "dumb");
    let mut pty = Pty::run(command, 120, 40);
    assert_eq!(pty.ends(), 0);
    pty.shows("private-c");
    assert!(!pty.bytes().contains(&b'\x1b'), "a dumb terminal is told nothing but text");
    let run = |stdin: &str| {
        let script = format!("'{PROGRAM}' plan.toml {stdin} | cat");
        let done = Command::new("sh").args(["-c", &script]).current_dir(home.path()).output().expect("run");
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    for stdin in ["", "< /dev/null", "<&-"] {
        let (success, text) = run(stdin);
        assert!(success && text.contains("private-c") && !text.contains('\x1b'), "{stdin}: {text}");
    }
}

#[test]
fn without_a_terminal_to_read_from_it_says_so() {
    let (home, _) = home(example());
    // its output is a terminal, but nothing that it could read keys from
    let mut command = CommandBuilder::new("setsid");
    command.args(["-w", "sh", "-c", &format!("'{PROGRAM}' plan.toml < /dev/null; echo status $?")]);
    environment(&mut command, home.path());
    let mut pty = Pty::run(command, 120, 40);
    pty.ends();
    pty.shows("the terminal cannot be used").shows("status 2");
    pty.is_given_back();
}

#[test]
fn it_runs_in_tmux() {
    let installed = Command::new("tmux").arg("-V").output().is_ok_and(|out| out.status.success());
    if !installed {
        return;
    }
    let (home, plan) = home(example());
    let mut command = CommandBuilder::new("tmux");
    // a server of its own, without anybody's settings, that ends with the session
    command.args(["-L", "podroom-test", "-f", "/dev/null", "new-session"]);
    command.arg(format!("'{PROGRAM}' plan.toml"));
    environment(&mut command, home.path());
    command.env("TMUX_TMPDIR", home.path());
    command.env_remove("TMUX");
    let mut pty = Pty::run(command, 120, 40);
    pty.shows("AT RISK").shows("quit").types("+").shows("30 -> 31");
    pty.resize(100, 30);
    pty.until("the smaller screen", |s| s.contents().contains("quit") && !s.contents().contains("settled:"));
    pty.types("\x13").shows("saved plan.toml").types("q");
    assert_eq!(pty.ends(), 0);
    pty.is_given_back();
    assert!(fs::read_to_string(plan).expect("readable").contains("nodes = 31"));
}

#[test]
fn what_is_copied_goes_to_the_terminal() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    pty.types("y").shows("copied nodes of workers: 30").types("q");
    assert_eq!(pty.ends(), 0);
    assert!(String::from_utf8_lossy(&pty.bytes()).contains("\x1b]52;c;MzA=\x1b\\"), "base64 of 30");
}

#[test]
fn the_border_is_dragged_and_a_double_click_edits() {
    let (home, _) = home(example());
    let mut pty = open(home.path());
    // the frame of the inputs ends at column 44, from 1
    pty.types("\x1b[<0;44;15M\x1b[<32;60;15M\x1b[<0;60;15m");
    pty.until("wider inputs", |s| {
        s.contents().lines().any(|l| l.find("settled:").is_some_and(|at| at > 140))
    });
    // the second subnet's CIDR
    let row = pty.contents().lines().position(|l| l.contains("10.68.4.0/22")).expect("on the screen") + 1;
    let click = format!("\x1b[<0;17;{row}M\x1b[<0;17;{row}m");
    pty.types(&format!("{click}{click}")).shows("CIDR: was 10.68.4.0/22").types("\x03");
    assert_eq!(pty.ends(), 0);
}
