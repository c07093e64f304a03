from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.config import Config
from promptops.errors import RegistryError
from promptops.registry import lockfile
from promptops.registry.closure import closure_hash, dependencies
from promptops.registry.lockfile import Locked
from promptops.registry.versions import Versions
from promptops.templates.files import Folder, Memory

ROOT = Path(__file__).parents[2]
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
FILES = st.text("abc/._-,= é%@", min_size=1, max_size=12)
LOCKED = st.builds(
    Locked,
    name=st.from_regex(r"[a-z0-9_-]{1,8}(/[a-z0-9_-]{1,8})?", fullmatch=True),
    number=st.integers(1, 10**9),
    closure=HEX.map("sha256:{}".format),
    blob=HEX.map(lambda text: text[:40]),
    depends=st.dictionaries(FILES, HEX.map(lambda text: text[:12]), max_size=3),
    tokens=st.dictionaries(st.just("o200k_base"), st.integers(0, 10**9)),
)


@given(LOCKED)
def test_a_line_is_read_back_as_it_was(locked: Locked) -> None:
    line = locked.line()
    assert line.count("\n") == 1
    (entry,) = lockfile.scan(line.encode())
    assert entry.locked == locked


@given(st.lists(LOCKED, unique_by=lambda one: (one.name, one.number)), st.booleans())
def test_a_lock_is_read_whatever_its_line_ends(lines: list[Locked], crlf: bool) -> None:
    data = (lockfile.HEADER + "".join(one.line() for one in lines)).encode()
    data = data.replace(b"\n", b"\r\n") if crlf else data
    read = lockfile.read(Memory({"prompts/promptops.lock": data}), Config())
    assert list(read.values()) == lines


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    entries = lockfile.scan(data)
    assert all((one.locked is None) <= bool(one.wrong) for one in entries)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<<<<<<< HEAD\n", "line 1: a merge conflict"),
        ("\n>>>>>>> theirs\n", "line 2: a merge conflict"),
        ("support/triage\n", "line 1: not a line of this lock"),
        (f"a@v{'9' * 5000} sha256:{'0' * 64} blob:{'0' * 40}\n", "not a line"),
        (f"a@v1 sha256:{'0' * 64} blob:{'0' * 40}\n" * 2, "line 2: a@v1 is claimed a second time"),
    ],
)
def test_a_strict_reader_names_the_line(text: str, says: str) -> None:
    files = Memory({"prompts/promptops.lock": text.encode()})
    with pytest.raises(RegistryError, match=says):
        lockfile.read(files, Config())


def test_the_hashes_of_the_repositorys_own_lock_hold() -> None:
    """Whoever changes the algorithm invalidates what every user has locked."""
    versions = Versions(Folder(ROOT), Config())
    assert len(versions.locked) >= 10
    for (name, number), locked in versions.locked.items():
        prompt = versions.prompt(name, number)
        files = versions.files_of(name, number)
        found = closure_hash(prompt, dependencies(prompt, files, Config()))
        assert found == locked.closure, (name, number)
