from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread

import fsspec
import pytest

from promptops.errors import RegistryError
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_place import place
from tests.registry.bundled import DATA

STORED = DATA / "bundle_schema_1.json"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package in a wheel-like zip file, with a bundle inside."""
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("shop_app/__init__.py", "")
        file.write(STORED, "shop_app/prompts.bundle.json")
    monkeypatch.syspath_prepend(archive)
    yield "shop_app"
    sys.modules.pop("shop_app", None)


def test_a_path_as_text_and_as_path() -> None:
    for where in (str(STORED), STORED):
        assert Bundle.load(where).names() == ["support/triage"]


def test_a_packages_resource(package: str) -> None:
    for where in (
        f"package://{package}/prompts.bundle.json",
        resources.files(package) / "prompts.bundle.json",
    ):
        bundle = Bundle.load(where)
        bundle.verify()
        assert bundle.names() == ["support/triage"]
        assert place(where).stamp() == place(where).stamp()


def test_a_url_through_fsspec() -> None:
    fsspec.filesystem("memory").pipe("/prompts.json", STORED.read_bytes())
    for url in ("memory://prompts.json", STORED.as_uri()):
        bundle = Bundle.load(url)
        bundle.verify()
        assert bundle.names() == ["support/triage"]


def test_a_urls_stamp_changes_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(b"one")
    for where in (file, file.as_uri()):
        found = place(where)
        before = found.stamp()
        assert found.stamp() == before
        file.write_bytes(found.read() + b"two")
        assert found.stamp() != before
    # The file system in memory tells no time of change that could be relied on.
    memory = fsspec.filesystem("memory")
    memory.pipe("/stamped.json", b"one")
    found = place("memory://stamped.json")
    before = found.stamp()
    memory.pipe("/stamped.json", b"two")
    assert found.stamp() != before


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_https_like_urls(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    (tmp_path / "b.json").write_bytes(STORED.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/b.json"
        assert Bundle.load(url).names() == ["support/triage"]
        with pytest.raises(RegistryError, match="there is no bundle here"):
            Bundle.load(f"{url}.gone")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("/none/b.json", "there is no bundle here; `promptops build -o` writes one"),
        (str(DATA), "cannot be read: Is a directory"),
        ("b\0.json", "cannot be read: embedded null byte"),
        ("package://no_such_package/b.json", "there is no package 'no_such_package'"),
        ("package://json/none.json", "there is no bundle here"),
        ("package:///none.json", "there is no package ''"),
        ("memory://none.json", "there is no bundle here"),
        ("nosuch://host/b.json", "cannot be read: Protocol not known"),
    ],
)
def test_a_place_without_a_bundle_is_one_line(where: str, says: str) -> None:
    with pytest.raises(RegistryError) as error:
        Bundle.load(where)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(RegistryError) as error:
        Bundle.load("s3://key:secret@bucket/b.json?X-Amz-Signature=abc")
    told = "s3://bucket/b.json: a URL needs fsspec: `pip install 'promptops-toolkit[fsspec]'`"
    assert str(error.value) == told
