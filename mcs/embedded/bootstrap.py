"""Create .venv from the hash-locked requirements; `make` runs this before anything is installed.

It runs under any python3 of the machine, so it uses Python 3.6 syntax and the standard library
only. Errors are one sentence on stderr and exit code 1.

    python3 mcs/embedded/bootstrap.py          install what the catalogue needs to run
    python3 mcs/embedded/bootstrap.py --dev    install what its developers need, too
    python3 mcs/embedded/bootstrap.py --serve  first check that the port is free
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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
INSTALLED = VENV / "installed.json"
"""The path of .venv and the hashes of the locks at the last complete installation."""
RUN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"  # includes everything in RUN_LOCK

MIN_PYTHON = (3, 11)
# The versions that the lock is tested with come first.
PYTHON_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")

DISK_FULL_SIGNS = ("No space left on device", "File too large", "Disk quota exceeded")
ERROR_SIGNS = ("error:", "Error:", "ERROR:", "FATAL:")
NO_NETWORK_SIGNS = (
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


class SetupError(Exception):
    """An error that the user has to fix; its text is the sentence to show them."""


# The environment of packages ------------------------------------------------------------------


def install(lock: str) -> None:
    """Make sure that .venv contains exactly the packages of `lock`. Raises SetupError."""
    if is_ready(lock):
        return
    with exclusive_lock(PROJECT / ".venv.lock"):
        if is_ready(lock):  # another make has installed it meanwhile
            return
        python = find_python()
        print(f"Installing what the catalogue needs into {VENV.name} (once; about a minute) ...")
        try:
            build_environment(python, lock)
        except SetupError:
            if not read_installed():  # half an environment is of no use, and takes space
                shutil.rmtree(str(VENV), ignore_errors=True)
            raise


def is_ready(lock: str) -> bool:
    """Whether .venv was made at this path from this version of the lock, and its Python runs."""
    installed = read_installed()
    if installed.get("place") != str(VENV) or installed.get(lock) != fingerprint(lock):
        return False
    return run([str(VENV / "bin" / "python"), "-c", ""])[0] == 0


def read_installed() -> dict:
    """The content of INSTALLED, empty without a complete installation."""
    try:
        return json.loads(INSTALLED.read_text())
    except (OSError, ValueError):
        return {}


def fingerprint(lock: str) -> str:
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def build_environment(python: str, lock: str) -> None:
    """Recreate .venv, or add the developers' packages if nothing else is missing.

    Raises SetupError.
    """
    if VENV.is_symlink():  # clearing it would delete files of another project
        raise SetupError(
            ".venv is a link to another place: remove it with rm .venv, then try again."
        )
    installed = {"place": str(VENV), RUN_LOCK: fingerprint(RUN_LOCK)}
    venv_python = str(VENV / "bin" / "python")
    can_extend = all(read_installed().get(key) == value for key, value in installed.items())
    if not can_extend or run([venv_python, "-c", ""])[0] != 0:
        # Nothing of an older lock may remain: a package that is no longer required can still
        # change what others do.
        code, output = run([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        if not code:
            # Separately, because venv hides the output of ensurepip.
            code, output = run([venv_python, "-Im", "ensurepip", "--default-pip"])
        if code:
            raise SetupError(explain_output(output, "The environment .venv could not be made"))
    if read_installed():
        INSTALLED.unlink()
    pip = [venv_python, "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-input"]
    code, output = run([*pip, "--require-hashes", "-r", str(PROJECT / lock)])
    if code:
        raise SetupError(explain_output(output, "The packages could not be installed"))
    installed[lock] = fingerprint(lock)
    INSTALLED.write_text(json.dumps(installed, indent=1))


def find_python() -> str:
    """The path of a Python that is new enough and can make environments. Raises SetupError."""
    unsuitable = []
    paths = [sys.executable] + [shutil.which(name) for name in PYTHON_NAMES]
    for path in dict.fromkeys(path for path in paths if path):
        # Names on PATH can be broken links or wrappers, and Debian packages venv separately: so
        # each is run.
        code, output = run([path, "-c", "import sys; print(*sys.version_info[:2])"])
        if code or len(output.split()) != 2:
            continue
        version = tuple(int(part) for part in output.split())
        if version < MIN_PYTHON:
            unsuitable.append((version, path))
            continue
        code, output = run([path, "-c", "import venv, ensurepip"])
        if not code:
            return path
        unsuitable.append((version, path))
    minimum = ".".join(str(part) for part in MIN_PYTHON)
    if not unsuitable:
        raise SetupError(f"No Python was found: install Python {minimum} or newer.")
    version, path = max(unsuitable)
    name = ".".join(str(part) for part in version)
    if version < MIN_PYTHON:
        raise SetupError(
            f"The Python found here is {name} ({path}), and the catalogue needs {minimum} or newer:"
            " install one beside it; make finds it by its name, such as python3.13."
        )
    raise SetupError(
        f"Python {name} ({path}) lacks its venv module: install it, on Debian and Ubuntu with"
        f" sudo apt-get install python{name}-venv, then run make again."
    )


def explain_output(output: str, failure: str) -> str:
    """One sentence that explains why a program failed. `failure` is the beginning of it."""
    if says_disk_is_full(output):
        return (
            f"There is no space left on the disk that holds {PROJECT}: free some (the catalogue"
            " needs about 500 MB) and run make again."
        )
    if any(sign in output for sign in NO_NETWORK_SIGNS):
        return (
            f"{failure}: the package index cannot be reached. Check the connection to the internet"
            " (or name a mirror in PIP_INDEX_URL), then run make again."
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            f"{failure}: a package is not the one that was checked when the lock was made. Do not"
            " install it by other means; try another network, and tell the maintainers."
        )
    return f"{failure}: {error_lines(output)[-1]}"


# The server and its port ----------------------------------------------------------------------


def home(environ: "Mapping[str, str]") -> Path:
    """The folder of the embedded database and of media: MCS_HOME, or .mcs in the project."""
    return Path(environ.get("MCS_HOME") or str(PROJECT / ".mcs")).expanduser().absolute()


def read_port() -> int:
    """The port to serve on, from PORT. Raises SetupError."""
    value = os.environ.get("PORT") or "8000"
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SetupError(f"PORT is a number between 1 and 65535, such as 8000; it is {value!r}.")
    return int(value)


def listen(port: int) -> socket.socket:
    """Open a socket that listens on the loopback address.

    Raises SetupError when the port is in use or needs other rights.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Otherwise the port stays reserved for a minute after the last visit of an earlier run.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        # Two sockets can be bound to a port until one listens. Clients that connect before the
        # server is ready wait in the backlog.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise SetupError(
                f"Port {port} is not open to this user: choose another above 1023,"
                " for example with PORT=8001 make run."
            ) from error
        other = port + 1 if port < 65535 else 8000
        raise SetupError(
            f"Port {port} is in use by another program: stop that program, or choose another"
            f" port, for example with PORT={other} make run."
        ) from error
    return listener


def running_server(folder: Path) -> "dict | None":
    """The record of the server of this folder, None if none runs."""
    server = lock_holder(folder)
    return server if server and is_alive(server["process"]) else None


def lock_holder(folder: Path) -> "dict | None":
    """The record of the server of this folder, while it or its workers run.

    Workers of a killed server hold its lock until they notice, within a second or two.
    """
    try:
        with (folder / "serving.json").open() as file:
            return None if try_lock(file, fcntl.LOCK_SH) else read_record(file)
    except OSError:
        return None


def try_lock(file: "IO[str]", kind: int) -> bool:
    """Lock a file unless another process has locked it; return whether this one has the lock."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_record(file: "IO[str]") -> "dict | None":
    """The `process` and `address` of the server that wrote the file; None if it has ended."""
    file.seek(0)
    try:
        return json.load(file)
    except ValueError:
        return None


def is_alive(process: int) -> bool:
    """Whether a process with this number runs, of any user. Zombies do not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # In containers the first process may never collect its zombies.
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def check_not_running() -> None:
    """Raise SetupError if `make run` runs already, or its port is in use."""
    server = lock_holder(home(os.environ))
    # Workers of a killed server may still use the port; the new server waits for them.
    if server and not is_alive(server["process"]):
        return
    if server:
        raise SetupError(already_running_message(server))
    listen(read_port()).close()


def already_running_message(server: dict) -> str:
    """The error for a second `make run`. `server` is a record as of `read_record`."""
    return (
        f"The catalogue runs already at {server['address']} (process {server['process']}):"
        " open that address, or stop it with make stop."
    )


# Utilities ------------------------------------------------------------------------------------


def run(command: list) -> "tuple[int, str]":
    """Run a program; return its exit code and output. The code is 127 if it does not exist."""
    try:
        completed = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,  # noqa: UP021 - its newer name is not in Python 3.6
            errors="replace",
        )
    except FileNotFoundError as error:
        return 127, str(error)
    return completed.returncode, completed.stdout


def says_disk_is_full(output: str) -> bool:
    return any(sign in output for sign in DISK_FULL_SIGNS)


def error_lines(output: str) -> list:
    """The lines of an output that report errors; without any all lines. Never empty."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if any(sign in line for sign in ERROR_SIGNS)]
    return errors or lines or ["no reason was given"]


@contextlib.contextmanager
def exclusive_lock(path: Path) -> "Iterator[None]":
    """Hold a lock that one process at a time can have; it ends with the process."""
    descriptor = os.open(str(path), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main(arguments: list) -> int:
    """Run the command line; return the exit code."""
    try:
        if "--serve" in arguments:
            check_not_running()
        install(DEV_LOCK if "--dev" in arguments else RUN_LOCK)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(explain_output(str(error), "The catalogue could not be set up"), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
