from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, active_count

import pytest

from promptops.errors import IntegrityError, RegistryError
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_place import place
from promptops.registry.reload import Reload
from promptops.registry.runtime import Registry
from promptops.templates.files import write_file
from tests.registry.bundled import built, project, release, texts


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project(tmp_path, "reply", labels="reply: {production: v1}\n", versions=1)
    (tmp_path / "b.json").write_bytes(built(tmp_path))
    return tmp_path


def reloading(root: Path, clock: Clock) -> tuple[Reload, list[Bundle]]:
    swapped: list[Bundle] = []
    return Reload(place(root / "b.json"), swapped.append, interval=30, clock=clock), swapped


def promote(root: Path, number: int, label: str = "production") -> bytes:
    (root / "prompts/labels.yaml").write_text(f"reply: {{{label}: v{number}}}\n")
    return built(root)


def test_a_newer_bundle_is_swapped_in_once_the_interval_is_over(root: Path) -> None:
    clock = Clock()
    reload, swapped = reloading(root, clock)
    first = reload.poll()
    used = first.prompt("reply", 1)
    release(root, "reply", "Rule 1", "Rule 2")
    write_file(root / "b.json", promote(root, 2))
    clock.now = 29.9
    assert reload.poll() is first
    clock.now = 30.0
    second = reload.poll()
    assert swapped == [second]
    assert second.labels.pick("reply", "production") == 2
    assert second.prompt("reply", 1) is used  # what did not change stays compiled
    assert first.numbers("reply") == [1]
    clock.now = 90.0
    assert reload.poll() is second
    assert reload.stale is None


@pytest.mark.parametrize("damage", ["gone", "cut", "tampered", "newer"])
def test_the_last_good_one_is_kept_and_the_failure_said(root: Path, damage: str) -> None:
    clock = Clock()
    reload, swapped = reloading(root, clock)
    first, file = reload.bundle, root / "b.json"
    data = promote(root, 1, "staging")
    if damage == "gone":
        file.unlink()
    else:
        old, new = {
            "cut": (data[-30:], b""),
            "tampered": (b"Rule 1", b"Role 1"),
            "newer": (b"bundle/1", b"bundle/2"),
        }[damage]
        file.write_bytes(data.replace(old, new))
    clock.now = 30.0
    assert reload.poll() is first
    assert isinstance(reload.stale, RegistryError)
    assert isinstance(reload.stale, IntegrityError) is (damage == "tampered")
    assert "\n" not in str(reload.stale)
    assert not swapped
    file.write_bytes(data)
    clock.now = 60.0
    assert reload.poll().labels.pick("reply", "staging") == 1
    assert reload.stale is None


def test_a_label_that_points_nowhere_is_not_swapped_in(root: Path) -> None:
    clock = Clock()
    reload, _ = reloading(root, clock)
    write_file(
        root / "b.json", promote(root, 1).replace(b'"production":"v1"', b'"production":"v7"')
    )
    clock.now = 30.0
    assert reload.poll().labels.pick("reply", "production") == 1
    assert "names v7, which is not there" in str(reload.stale)


def test_mounted_labels_are_read_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(root, "reply", "Rule 1", "Rule 2")
    (root / "b.json").write_bytes(promote(root, 2))
    mounted = root / "mounted.yaml"
    mounted.write_text("reply: {production: v2}\n")
    monkeypatch.setenv("PROMPTOPS_LABELS_FILE", str(mounted))
    registry = Registry.load(root / "b.json", reload=0)
    for text, version, stale in [
        ("reply: {production: v1}\n", 1, None),
        ("reply: {production: v17}\n", 1, "names v17, which is not there"),
        ("reply: {production: v2} # again\n", 2, None),
    ]:
        write_file(mounted, text.encode())
        registry.get("reply@production")
        assert registry.get("reply@production").ref.version == version
        assert (stale or "None") in str(registry.stale)
    mounted.unlink()
    assert registry.get("reply@production").ref.version == 2
    assert "mounted.yaml: no such file, though PROMPTOPS_LABELS_FILE" in str(registry.stale)


def test_the_first_bundle_must_be_good(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="there is no bundle here"):
        Reload(place(tmp_path / "b.json"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_reloads_though_another_thread_was_at_it(root: Path) -> None:
    clock = Clock()
    reload, _ = reloading(root, clock)
    write_file(root / "b.json", promote(root, 1, "staging"))
    clock.now = 30.0
    reload._busy.acquire()
    child = os.fork()
    if child == 0:
        os._exit(0 if "staging" in reload.poll().labels.named["reply"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_while_sixteen_threads_render_no_state_is_mixed(root: Path) -> None:
    """Each bundle holds one version that the label means, and one word that says which."""
    config = "inputs: {ticket: string}"
    bundles = []
    for number in range(1, 7):
        name = root / f"p{number}"
        (name / "prompts").mkdir(parents=True)
        matter = f"---\nversion: 1\n{config}\n---\n"
        (name / "prompts/word.prompt.j2").write_text(f"{matter}{{% include 'part.j2' %}} n{number}")
        (name / "prompts/part.j2").write_text(f"n{number} {{{{ ticket }}}}")
        (name / "prompts/labels.yaml").write_text("word: {production: v1}\n")
        project(name, versions=0)
        from promptops.config import find_project
        from promptops.registry.release import lock

        lock(name, find_project(name).config, ["word"], lambda _: {})
        bundles.append(built(name))
    file = root / "live.json"
    file.write_bytes(bundles[0])
    reload = Reload(place(file), interval=0)
    threads, done, seen = active_count(), Event(), set()

    def renders() -> int:
        count = 0
        while not done.is_set():
            bundle = reload.poll()
            number = bundle.labels.pick("word", "production")
            ((_, text),) = texts(bundle, "word", number, ticket="x")
            first, _, last = text.split()
            assert first == last, text
            seen.add(first)
            count += 1
        return count

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(16) as pool:
            running = [pool.submit(renders) for _ in range(16)]
            try:
                for turn in range(24):
                    data = bundles[turn % 6]
                    # Every third is torn, as a copy in place would leave it for a moment.
                    torn = data[: len(data) // 2] if turn % 3 == 2 else data
                    (file.write_bytes if turn % 3 == 2 else lambda d: write_file(file, d))(torn)
                    time.sleep(0.02)
            finally:
                done.set()
            assert all(future.result() > 0 for future in running)
    finally:
        sys.setswitchinterval(switch)
    assert len(seen) > 2
    assert active_count() == threads
