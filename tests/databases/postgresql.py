"""A PostgreSQL server of its own goes out: its data in a temporary folder, reached through a socket file, gone after use."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUPERUSER = "graybook"
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C",
    "TZ": "UTC",
    "PGCLIENTENCODING": "UTF8",
}


def programs() -> Path | None:
    """The folder of the server's programs, the newest version first: Debian keeps them outside PATH. None without a server."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(
            installed, key=lambda path: [int(part) for part in path.parent.name.split(".") if part.isdigit()]
        )
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def account() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses root, so that another account is needed there. None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs; each database is made by its first use."""

    folder: Path
    programs: Path

    def run(self, script: str, *, database: str = "postgres") -> str:
        """What ``psql`` prints for a script, without headers or padding; a fault in it is a failure.

        A NULL is printed as ``\\N``.
        """
        words = ["-X", "-q", "-A", "-t", "-F", "\t", "-P", "null=\\N", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [self.programs / "psql", *words, "-h", self.folder, "-U", SUPERUSER, "-d", database, "-f", "-"],
            input=script,
            env=ENVIRONMENT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout

    def database(self, name: str) -> str:
        """An empty database of this name."""
        self.run(f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name};")
        return name


@contextmanager
def server(found: Path) -> Iterator[Server]:
    """A server that runs while the context lasts."""
    owner = account()
    # not under pytest's folder: the name of a socket has at most 107 characters, and the account must reach it
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    other = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, log = folder / "data", folder / "log"

    def call(*words: str | Path) -> None:
        with (folder / "said").open("a+", encoding="utf-8") as said:
            done = subprocess.run(
                words, cwd=folder, env=ENVIRONMENT, stdout=said, stderr=said, check=False, **other
            )
            if done.returncode:
                said.seek(0)
                raise RuntimeError(said.read() + (log.read_text(encoding="utf-8") if log.exists() else ""))

    control = found / "pg_ctl"
    try:
        call(
            found / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            SUPERUSER,
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        options = f"-k {folder} -h '' -c fsync=off -c full_page_writes=off -c shared_buffers=16MB"
        call(control, "-s", "-w", "-D", data, "-l", log, "-o", options, "start")
        try:
            yield Server(folder=folder, programs=found)
        finally:
            call(control, "-s", "-m", "immediate", "-D", data, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
