"""A program in a terminal of 120x40, as somebody waits for it who sits in front."""

import fcntl, os, pty, re, select, signal, struct, termios, time

SIZE = (40, 120)
DEADLINE = 60
# between a change of the screen and the next key
REST = 0.03
# what moves the cursor, colours or asks, and shows nothing; the end of a sequence may still be on its way
UNSEEN = re.compile(rb"\x1b(\[[0-?]*[ -/]*([@-~]|$)|\].*?(\x07|\x1b\\|$)|[()].|.|$)|[\x00-\x20]", re.S)
# questions to the terminal, with what xterm says: without an answer a program may wait for one
ANSWERS = {b"\x1b]10;?": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
           b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}
QUESTION = re.compile(b"|".join(map(re.escape, ANSWERS)))


class Terminal:
    def __init__(self, argv, env, word, first=b""):
        """Starts a program, waits until a word is on its screen, and presses the first key."""
        self.name, self.all, self.heard = argv[0], b"", 0
        begun = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                # before the program asks for it
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", *SIZE, 0, 0))
                os.chdir(env["HOME"])
                os.execve(argv[0], argv, env)
            finally:
                os._exit(127)
        while word not in self.all:
            if not self.read(1) and time.perf_counter() - begun > DEADLINE:
                self.fail(f"never showed {word}")
        self.started = time.perf_counter() - begun
        self.rest(0.5)
        if first:
            self.answers(first)

    def fail(self, what):
        text = b" ".join(UNSEEN.sub(b" ", self.all).split())[-500:].decode(errors="replace")
        self.close()
        raise SystemExit(f"{self.name} {what}, but wrote: {text}")

    def read(self, seconds):
        """What comes within a time; returns as soon as something comes."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            some = os.read(self.fd, 1 << 16)
        except OSError:  # nobody has the terminal open any more
            self.fail("ended")
        self.all += some
        for question in QUESTION.finditer(self.all, self.heard):
            os.write(self.fd, ANSWERS[question[0]])
            self.heard = question.end()
        # what may be the beginning of a question is looked at again
        self.heard = max(self.heard, len(self.all) - 5)
        return some

    def rest(self, seconds):
        """Waits until nothing has changed for a time."""
        begun = last = time.perf_counter()
        while (now := time.perf_counter()) < last + seconds:
            if UNSEEN.sub(b"", self.read(last + seconds - now)):
                last = time.perf_counter()
            if now > begun + DEADLINE:
                self.fail("never rested")

    def answers(self, key):
        """Seconds from a key until text of the changed screen comes."""
        some, begun = b"", time.perf_counter()
        os.write(self.fd, key)
        while not UNSEEN.sub(b"", some):
            some += self.read(1)
            if time.perf_counter() - begun > DEADLINE:
                self.fail(f"did not change at {key}")
        taken = time.perf_counter() - begun
        # what else belongs to this key is not taken for the answer to the next
        self.rest(REST)
        return taken

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
