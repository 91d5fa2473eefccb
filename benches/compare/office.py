"""LibreOffice, which recalculates a sheet."""

import csv, os, signal, subprocess, time

# what LibreOffice does by itself, so that the way to it is no part of its time: pods of a node, enough to need more
# ENIs, and back; or every formula
MACROS = """
Sub Changes(times, last)
    Node = ThisComponent.Sheets.getByName("groups").getCellByPosition(0, 0)
    Pools = ThisComponent.Sheets.getByName("pools").getCellRangeByPosition(0, 0, 3, last)
    Pods = Node.Value
    Before = Pools.getDataArray()
    For i = 1 To times
        Node.Value = Pods + 300 * (i Mod 2)
        After = Pools.getDataArray()
        If Before(0)(3) = After(0)(3) Then Error 1 ' not calculated
        Before = After
    Next
End Sub
Sub Calculates(times, last)
    Pools = ThisComponent.Sheets.getByName("pools").getCellRangeByPosition(0, 0, 3, last)
    For i = 1 To times
        ThisComponent.calculateAll()
        After = Pools.getDataArray()
    Next
End Sub
"""
# even, so that the pods are in the end what they were
TIMES = 200


class Office:
    """LibreOffice without a window, kept open with a sheet, and as a process of its own."""

    def __init__(self, program, sheet, env):
        # these come with LibreOffice
        import uno
        from com.sun.star.beans import PropertyValue
        from com.sun.star.connection import NoConnectException
        from com.sun.star.lang import DisposedException
        self.sheet, self.env, self.gone = sheet, env, DisposedException
        self.program = [program, "--headless", "--norestore", "--nologo"]
        # without a window; 4: macros are run and nobody is asked
        self.how = PropertyValue("Hidden", 0, True, 0), PropertyValue("MacroExecutionMode", 0, 4, 0)
        pipe = f"compare{time.time_ns()}"
        # a profile each, for one process takes over what another of the same profile is asked
        self.child = self.start("kept", f"--accept=pipe,name={pipe};urp;")
        here = uno.getComponentContext()
        find = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
        for _ in range(600):
            try:
                there = find.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                time.sleep(0.1)
        else:
            os.killpg(self.child.pid, signal.SIGKILL)
            raise SystemExit("LibreOffice said nothing for a minute")
        self.desktop = there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        self.document = None

    def start(self, profile, *arguments):
        profile = f"-env:UserInstallation=file://{self.env['HOME']}/{profile}"
        quiet = dict.fromkeys(["stdout", "stderr"], subprocess.DEVNULL)
        return subprocess.Popen([*self.program, profile, *arguments], env=self.env, start_new_session=True, **quiet)

    def opens(self):
        """Opens the file, and keeps it open; reading the first table calculates what is in it."""
        if self.document:
            self.document.close(True)
        begun = time.perf_counter()
        self.document = self.desktop.loadComponentFromURL(f"file://{self.sheet.path}", "_blank", 0, self.how)
        last = len(self.sheet.figures) - 1
        rows = self.document.Sheets.getByName("pools").getCellRangeByPosition(0, 0, 3, last).getDataArray()
        taken = time.perf_counter() - begun
        self.sheet.check(rows)
        libraries = self.document.BasicLibraries
        if not libraries.hasByName("Standard"):
            libraries.createLibrary("Standard")
        libraries.getByName("Standard").insertByName("Compare", MACROS)
        return taken

    def macro(self, name):
        """Seconds of one of many times that it does something by itself."""
        provider = self.document.getScriptProvider()
        script = provider.getScript(f"vnd.sun.star.script:Standard.Compare.{name}?language=Basic&location=document")
        begun = time.perf_counter()
        script.invoke((TIMES, len(self.sheet.figures) - 1), (), ())
        return (time.perf_counter() - begun) / TIMES

    def converts(self):
        """A process of its own that writes the first table as CSV."""
        begun = time.perf_counter()
        self.start("once", "--convert-to", "csv", "--outdir", self.env["HOME"], self.sheet.path).wait()
        taken = time.perf_counter() - begun
        table = self.sheet.path.replace(".fods", ".csv")
        with open(table) as file:
            self.sheet.check(csv.reader(file))
        os.remove(table)
        return taken

    def close(self):
        try:
            self.desktop.terminate()
        except self.gone:  # before it could answer
            pass
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
