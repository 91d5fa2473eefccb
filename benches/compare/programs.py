"""The programs that are compared, built or installed where they are missing."""

import json, os, shutil, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# well known, written in Rust and light to build; the newest when this was written
OTHERS = [("csvlens", "0.15.1", "csvlens"), ("bottom", "0.15.0", "btm")]
PACKAGES = "libreoffice-calc-nogui python3-uno"


def output(*command, **more):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, **more).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"{command[0]}: {error}")


def installed(target, crate, version, program):
    root = target / "compare" / f"{crate}-{version}"
    if not (root / "bin" / program).exists():
        output("cargo", "install", "--locked", "--version", version, "--root", root, crate)
    return str(root / "bin" / program)


def terminals():
    """podroom as it is here, and the others below its target directory."""
    output("cargo", "build", "--release", cwd=ROOT)
    metadata = output("cargo", "metadata", "--no-deps", "--format-version", "1", cwd=ROOT)
    target = Path(json.loads(metadata)["target_directory"])
    return [str(target / "release" / "podroom"), *(installed(target, *other) for other in OTHERS)]


def libreoffice():
    """Its program, if Python has its module, too; installed where nobody has to be asked."""
    def there():
        look = subprocess.run([sys.executable, "-c", "import uno"], stderr=subprocess.DEVNULL)
        return shutil.which("soffice") and look.returncode == 0
    if not there() and os.geteuid() == 0 and shutil.which("apt-get"):
        output("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES.split())
    if not there():
        raise SystemExit(f"{sys.executable} finds no LibreOffice: on Debian, apt-get install {PACKAGES}")
    return shutil.which("soffice")
