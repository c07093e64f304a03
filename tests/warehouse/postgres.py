"""A PostgreSQL server of the tests' own, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "postgres"


def binaries() -> Path | None:
    """Return the folder of the server's programs; None where there are none to use."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    folder = found[-1].parent if found else Path(named).parent if named else None
    if folder is None:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return None if os.getuid() == 0 else folder
    return folder


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server, which refuses to run as root and so runs as its own user."""
    programs = binaries()
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name:  # sockets need short paths
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        data = folder / "data"
        made = ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run([programs / "initdb", *made], folder)
        options = f"-c listen_addresses= -k {folder} -F"
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        _run([*control, "-o", options, "start"], folder)
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)


def _run(words: list[str | Path], folder: Path) -> None:
    user = USER if os.getuid() == 0 else None
    # What the server prints goes nowhere: it would hold a pipe open for as long as it runs.
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
