"""Make .venv from the hash-locked requirements; what `make` runs before anything is installed.

Runs under whatever python3 the machine has, so it keeps to what Python 3.6 understands and to the
standard library. What goes wrong is said in one sentence, and the exit code is then 1.

    python3 mcs/embedded/bootstrap.py          what the catalogue needs to run
    python3 mcs/embedded/bootstrap.py --dev    and what its developers need
    python3 mcs/embedded/bootstrap.py --serve  first make sure that it could be served here at all
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
RUN = "requirements.txt"
DEVELOP = "requirements-dev.txt"  # holds everything of RUN too

OLDEST = (3, 11)
# The versions that the lock is tested with come first.
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")

NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "Failed to establish a new connection",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "ProxyError",
    "Read timed out",
    "(from versions: none)",
)


class Obstacle(Exception):
    """Something that only a person can remove; its text is the sentence to show them."""


# The environment of packages ------------------------------------------------------------------


def install(lock: str, say: "Callable[[str], None]" = print) -> None:
    """Make sure that .venv holds exactly what the file `lock` of the project asks for.

    `say` receives a sentence when there is something to wait for. Raises Obstacle.
    """
    if is_ready(lock):
        return
    with alone(PROJECT / ".venv.lock"):
        if is_ready(lock):  # by another make, while we waited
            return
        python = find_python()
        say(f"Installing what the catalogue needs into {VENV.name} (once; about a minute) ...")
        try:
            build(python, lock)
        except Obstacle:
            if not noted():  # half an environment helps nobody, and takes room
                shutil.rmtree(str(VENV), ignore_errors=True)
            raise


def is_ready(lock: str) -> bool:
    """Return whether .venv was made in this place from this very lock, and its Python runs."""
    known = noted()
    if known.get("place") != str(VENV) or known.get(lock) != fingerprint(lock):
        return False
    return run([str(VENV / "bin" / "python"), "-c", ""])[0] == 0


def noted() -> dict:
    """Return what was noted at the last complete installation: its place and its locks."""
    try:
        return json.loads((VENV / "installed.json").read_text())
    except (OSError, ValueError):
        return {}


def fingerprint(lock: str) -> str:
    """Return the hash of a lock."""
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def build(python: str, lock: str) -> None:
    """Make .venv anew, or add to it where it only lacks the developers' part. Raises Obstacle."""
    if VENV.is_symlink():  # what is cleared would be somebody else's
        raise Obstacle(".venv is a link to another place: remove it with rm .venv, then try again.")
    note = {"place": str(VENV), RUN: fingerprint(RUN)}
    inside = str(VENV / "bin" / "python")
    growing = all(noted().get(key) == value for key, value in note.items())
    if not growing or run([inside, "-c", ""])[0] != 0:
        # From an older lock nothing may stay behind: a package that is no longer asked for can
        # still change what others do.
        code, said = run([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        if not code:
            # On its own, because venv would keep to itself why this failed.
            code, said = run([inside, "-Im", "ensurepip", "--default-pip"])
        if code:
            raise Obstacle(explain(said, "The environment .venv could not be made"))
    (VENV / "installed.json").unlink() if noted() else None
    pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    code, said = run([*pip, "--require-hashes", "-r", str(PROJECT / lock)])
    if code:
        raise Obstacle(explain(said, "The packages could not be installed"))
    note[lock] = fingerprint(lock)
    (VENV / "installed.json").write_text(json.dumps(note, indent=1))


def find_python() -> str:
    """Return a Python that is new enough and can make environments. Raises Obstacle."""
    found = []
    paths = [sys.executable] + [shutil.which(name) for name in NAMES]
    for path in dict.fromkeys(path for path in paths if path):
        # Asked, not guessed: a name on PATH may lead nowhere, and Debian cuts venv in two.
        code, said = run([path, "-c", "import sys; print(*sys.version_info[:2])"])
        if code or len(said.split()) != 2:
            continue
        version = tuple(int(part) for part in said.split())
        if version < OLDEST:
            found.append((version, path))
            continue
        code, said = run([path, "-c", "import venv, ensurepip"])
        if not code:
            return path
        found.append((version, path))
    wanted = ".".join(str(part) for part in OLDEST)
    if not found:
        raise Obstacle(f"No Python was found: install Python {wanted} or newer.")
    version, path = max(found)
    name = ".".join(str(part) for part in version)
    if version < OLDEST:
        raise Obstacle(
            f"The Python found here is {name} ({path}), and the catalogue needs {wanted} or newer:"
            " install one beside it; make finds it by its name, such as python3.13."
        )
    raise Obstacle(
        f"Python {name} ({path}) lacks its venv module: install it, on Debian and Ubuntu with"
        f" sudo apt-get install python{name}-venv, then run make again."
    )


def explain(said: str, what: str) -> str:
    """Return the sentence that makes the output of a failed program understandable."""
    if any(sign in said for sign in NO_ROOM):
        return no_room(PROJECT)
    if any(sign in said for sign in NO_NETWORK):
        return (
            f"{what}: the package index cannot be reached. Check the connection to the internet"
            " (or name a mirror in PIP_INDEX_URL), then run make again."
        )
    if "DO NOT MATCH THE HASHES" in said:
        return (
            f"{what}: a package is not the one that was checked when the lock was made. Do not"
            " install it by other means; try another network, and tell the maintainers."
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    reason = (errors or lines or ["no reason was given"])[-1]
    return f"{what}: {reason}"


# The place where it is served -----------------------------------------------------------------


def home() -> Path:
    """Return the folder of the embedded database and media, as `home` of embedded.database does."""
    return Path(os.environ.get("MCS_HOME") or str(PROJECT / ".mcs")).expanduser().absolute()


def port() -> int:
    """Return the port to serve on, from PORT. Raises Obstacle."""
    value = os.environ.get("PORT") or "8000"
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Obstacle(f"PORT is a number between 1 and 65535, such as 8000; it is {value!r}.")
    return int(value)


def take_port(number: int) -> socket.socket:
    """Return a socket that listens on that port of the loopback address.

    Raises Obstacle when the port is taken or not ours to take.
    """
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Else the port would count as taken for a minute after the last visitor of an earlier run.
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind(("127.0.0.1", number))
        # Two sockets may share a bound port until one listens: only now is it surely ours.
        # Visitors who come before the catalogue is ready wait in line.
        place.listen(2048)
    except OSError as error:
        place.close()
        if isinstance(error, PermissionError):
            raise Obstacle(
                f"Port {number} is not open to this user: choose another above 1023,"
                " for example with PORT=8001 make run."
            ) from error
        other = number + 1 if number < 65535 else 8000
        raise Obstacle(
            f"Port {number} is in use by another program: stop that program, or choose another"
            f" port, for example with PORT={other} make run."
        ) from error
    return place


def running_at(folder: Path) -> "dict | None":
    """Return what the server of this folder noted when it started, or None where none runs.

    What is returned has the keys `process` and `address`.
    """
    other = holder(folder)
    return other if other and is_alive(other["process"]) else None


def holder(folder: Path) -> "dict | None":
    """Return the note of the server of this folder, if that or its workers hold on to it.

    Workers of one that was killed do so until they notice, within a second or two.
    """
    try:
        with (folder / "serving.json").open() as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return json.load(note)
    except (OSError, ValueError):
        pass
    return None


def is_alive(process: int) -> bool:
    """Return whether a process with this number lives, also one of another user."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # Dead, and only waiting for its parent to notice? In containers nobody may.
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def refuse_if_busy() -> None:
    """Raise Obstacle where `make run` runs already, or its port is taken."""
    other = holder(home())
    # The port may still be that of one which was killed; who serves waits for its workers.
    if other and not is_alive(other["process"]):
        return
    if other:
        raise Obstacle(already_running(other))
    take_port(port()).close()


def already_running(other: dict) -> str:
    """Return the sentence for a second `make run`, from what `running_at` returned."""
    return (
        f"The catalogue runs already at {other['address']} (process {other['process']}):"
        " open that address, or stop it with make stop."
    )


# Small things ---------------------------------------------------------------------------------


def no_room(place: Path) -> str:
    """Return the sentence for a full disk."""
    return (
        f"There is no space left on the disk that holds {place}: free some (the catalogue needs"
        " about 500 MB) and run make again."
    )


def run(command: list) -> "tuple[int, str]":
    """Run a program; return its exit code and all it said. One that is not there gives 127."""
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,  # noqa: UP021 - its newer name is not in Python 3.6
            errors="replace",
        )
    except FileNotFoundError as error:
        return 127, str(error)
    return ended.returncode, ended.stdout


@contextlib.contextmanager
def alone(place: Path) -> "Iterator[None]":
    """Let one process at a time past; the lock ends with the process, however it ends."""
    with place.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list) -> int:
    """Do what the command line asks; return the exit code."""
    try:
        if "--serve" in arguments:
            refuse_if_busy()
        install(DEVELOP if "--dev" in arguments else RUN)
    except Obstacle as obstacle:
        print(obstacle, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        said = str(error)
        sentence = explain(said, "The catalogue could not be set up")
        print(sentence, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
