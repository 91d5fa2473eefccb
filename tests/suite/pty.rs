//! The program in a real terminal: what is on its screen, keys, signals, and how it ends.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser, Screen};

/// Long enough for the slowest machine; a test that waits for something waits no longer than it takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program in a terminal.
pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    reader: Option<thread::JoinHandle<()>>,
    seen: Arc<Seen>,
}

/// What came from the program.
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser,
    bytes: Vec<u8>,
    /// Nobody looks any more.
    closed: bool,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("not zero")
}

/// podroom with some arguments, in a directory that is also its home.
pub fn podroom(home: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_podroom"));
    command.args(args);
    environment(&mut command, home);
    command
}

/// A terminal with colours and UTF-8, and nothing of the machine's own settings.
pub fn environment(command: &mut CommandBuilder, home: &Path) {
    command.cwd(home);
    for name in ["NO_COLOR", "LC_ALL", "LC_CTYPE", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("HOME", home);
    command.env("XDG_STATE_HOME", home.join("state"));
}

impl Pty {
    /// Runs a command in a terminal of a size.
    pub fn run(command: CommandBuilder, columns: u16, rows: u16) -> Pty {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pty");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("its output");
        let keys = pair.master.take_writer().expect("its input");
        let parser = Parser::new(nonzero(rows), nonzero(columns), 0);
        let seen = Arc::new(Seen {
            state: Mutex::new(State { parser, bytes: Vec::new(), closed: false }),
            changed: Condvar::new(),
        });
        let writes = seen.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // reading fails once the program has ended
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let mut state = writes.state.lock().expect("not poisoned");
                state.parser.process(&bytes[..n]);
                state.bytes.extend_from_slice(&bytes[..n]);
                writes.changed.notify_all();
                if state.closed {
                    return;
                }
            }
        });
        Pty { master: Some(pair.master), keys: Some(keys), child, reader: Some(reader), seen }
    }

    /// Waits until the screen is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Screen) -> bool) -> &mut Pty {
        let end = Instant::now() + DEADLINE;
        let mut state = self.seen.state.lock().expect("not poisoned");
        while !wanted(state.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what}, and saw\n{}", state.parser.screen().contents());
            state = self.seen.changed.wait_timeout(state, left).expect("not poisoned").0;
        }
        drop(state);
        self
    }

    /// Waits until a text is on the screen.
    pub fn shows(&mut self, text: &str) -> &mut Pty {
        self.until(text, |screen| screen.contents().contains(text))
    }

    /// Types bytes.
    pub fn types(&mut self, bytes: &str) -> &mut Pty {
        let keys = self.keys.as_mut().expect("open");
        keys.write_all(bytes.as_bytes()).and_then(|()| keys.flush()).expect("the terminal listens");
        self
    }

    /// Makes the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen.state.lock().expect("not poisoned").parser.set_size(nonzero(rows), nonzero(columns));
        self.master.as_ref().expect("open").resize(size(columns, rows)).expect("resized");
    }

    /// The number of the process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// The text on the screen.
    pub fn contents(&self) -> String {
        self.seen.state.lock().expect("not poisoned").parser.screen().contents()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().expect("it runs").to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill");
        assert!(status.success());
    }

    /// Waits until the process is stopped.
    pub fn is_stopped(&mut self) -> &mut Pty {
        let pid = self.child.process_id().expect("it runs").to_string();
        let end = Instant::now() + DEADLINE;
        loop {
            let ps = Command::new("ps").args(["-o", "state=", "-p", &pid]).output().expect("ps");
            if String::from_utf8_lossy(&ps.stdout).trim_start().starts_with('T') {
                return self;
            }
            assert!(Instant::now() < end, "never stopped");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Takes the terminal away.
    pub fn close(&mut self) {
        self.seen.state.lock().expect("not poisoned").closed = true;
        // the thread that reads holds the terminal open until it reads something: a new size is drawn
        self.resize(100, 30);
        self.reader.take().expect("open").join().expect("no panic");
        self.keys = None;
        self.master = None;
    }

    /// Waits for the end, and gives the exit status.
    pub fn ends(&mut self) -> u32 {
        let end = Instant::now() + DEADLINE;
        loop {
            match self.child.try_wait().expect("a child") {
                Some(status) => return status.exit_code(),
                None => assert!(Instant::now() < end, "it did not end"),
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the terminal is as it was before the program.
    pub fn is_given_back(&mut self) -> &mut Pty {
        self.until("the terminal to be given back", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == MouseProtocolMode::None
        });
        let master = self.master.as_ref().expect("open");
        let flags = format!("{:?}", master.get_termios().expect("its settings").local_flags);
        assert!(flags.contains("ICANON") && flags.contains("ECHO") && flags.contains("ISIG"), "{flags}");
        self
    }

    /// Everything that the program wrote.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.state.lock().expect("not poisoned").bytes.clone()
    }
}

/// Waits until something outside the terminal holds.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "waited for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // a test that failed leaves nothing behind
        let _ = self.child.kill();
    }
}
