"""The registry's figures beside their limits and the peers', measured in one run.

    python benchmarks/registry.py [FOLDER]

FOLDER keeps the peers' environment for the next run. CPU time of this process and its children;
medians, and ratios of two things measured in turn.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2
from registry_prompt import SYSTEM, USER, promptops_file, values

from promptops.config import find_project
from promptops.git import Repository
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_build import build
from promptops.registry.release import lock
from promptops.registry.runtime import Registry
from promptops.registry.versions import Versions
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

HERE: Final = Path(__file__).parent
ROUNDS: Final = 9
PEERS: Final = {"banks": "banks", "prompty": "prompty", "langfuse": "langfuse",
                "langchain-core": "langchain_core.prompts"}  # fmt: skip
PYTHON: Final = sys.executable


def now() -> float:
    """Return the CPU seconds of this process and of those that it has waited for."""
    done = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + done.ru_utime + done.ru_stime


def cpu(call: Callable[[], object], times: int = 1, tries: int = 1) -> float:
    """Return the CPU seconds of a call, the best of some tries."""

    def once() -> float:
        start = now()
        for _ in range(times):
            call()
        return (now() - start) / times

    return min(once() for _ in range(tries))


def median(call: Callable[[], object], times: int = 1) -> float:
    """Return the median CPU seconds of a call, after a warm-up."""
    call()
    return statistics.median(cpu(call, times) for _ in range(ROUNDS))


def run(*command: str, cwd: Path = HERE) -> str:
    """Run a program and return what it prints."""
    done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def show(what: str, figure: float, limit: float | None, unit: str = "", note: str = "") -> bool:
    """Print a row and return whether the figure keeps its limit."""
    kept = limit is None or figure <= limit
    told = "" if limit is None else f"<= {limit:g}{unit}"
    verdict = "" if limit is None else "ok" if kept else "TOO SLOW"
    print(f"{what:<54} {figure:>8.2f}{unit:<3} {told:<10} {verdict:<8} {note}", flush=True)
    return kept


def project(root: Path, prompts: int, versions: int) -> Path:
    """Write a project with locked versions of the benchmark's prompt."""
    names = [f"team{n % 10}/prompt{n}" for n in range(prompts)]
    labels = ""
    for number in range(1, versions + 1):
        for name in names:
            path = root / f"prompts/{name}.prompt.j2"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(promptops_file(number, f"{name}, revision {number}.\n"), "utf-8")
        lock(root, find_project(root).config, names, lambda _: {})
    for name in names:
        labels += f"{name}: {{production: v{versions}}}\n"
    (root / "prompts/labels.yaml").write_text(labels, "utf-8")
    return root


def bundled(root: Path) -> Path:
    """Write a project's bundle as ``promptops build`` does, and return its path."""
    config = find_project(root).config
    source = Versions(Folder(root), config)
    (root / "b.json").write_bytes(build(source, source.locked, config.templates, 3))
    return root / "b.json"


def rendering(bundle: Path) -> bool:
    """Show the ratio of a whole render to that of a raw compiled template."""
    handle = Registry.load(bundle).get("team0/prompt0@v1")
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    raw = environment.from_string(f"team0/prompt0, revision 1.\n{SYSTEM}{USER}")
    given = values()
    same = next(given)
    assert "".join(m.text for m in handle.render(**same).messages) == raw.render(same) + "\n"
    ratios = [
        cpu(lambda: handle.render(**next(given)), 400, 3)
        / cpu(lambda: raw.render(next(given)), 400, 3)
        for _ in range(ROUNDS)
    ]
    return show("render / raw compiled jinja2", statistics.median(ratios), 2.0)


def bundles(small: Path, large: Path) -> list[bool]:
    """Show what ``get`` costs warm, and a bundle of 300 prompts cold."""
    registry = Registry.load(small)
    name = "team7/prompt7"
    kept = [
        show(f"registry.get('{name}@{at}'), warm",
             1e6 * median(lambda at=at: registry.get(f"{name}@{at}"), 20_000), 2.0, " µs")
        for at in ("production", "v1")
    ]  # fmt: skip
    watching = Registry.load(small, reload=30)
    show("the same with hot reload", 1e6 * median(lambda: watching.get(f"{name}@v1"), 20_000),
         2.0, " µs")  # fmt: skip
    for path, what in ((small, "1 version each"), (large, "3 versions each")):
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        cold = 1e3 * median(lambda path=path: Registry.load(path).names)
        kept.append(show(f"a bundle of 300 prompts, {what}, cold", cold, 10, " ms", size))
    first = 1e3 * median(lambda: Registry.load(large).get(f"{name}@v1"))
    show("  and its first get(), hashed", first, None, " ms")
    everything = 1e3 * cpu(lambda: Bundle.load(large).verify())
    show("  and every text and version verified", everything, None, " ms", "a first reload")
    return kept


def from_git(root: Path) -> list[bool]:
    """Show reads of git's blobs where there are many tags and no frozen copies."""
    project(root, 1, 3)
    oids = []
    for number in range(1000):
        (root / "text").write_text(promptops_file(1, f"text {number}\n"), "utf-8")
        oids.append(run("git", "hash-object", "-w", "text", cwd=root)) if number else run(
            "git", "init", "-q", cwd=root
        )
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    run("git", "add", "prompts", cwd=root)
    run("git", *identity, "commit", "-q", "-m", "Prompts", cwd=root)
    commit = run("git", "rev-parse", "HEAD", cwd=root)
    refs = "".join(f"create refs/tags/t{n} {commit}\n" for n in range(2000))
    subprocess.run(["git", "update-ref", "--stdin"], cwd=root, input=refs, text=True, check=True)
    (root / "prompts/.versions/team0/prompt0/v2.prompt.j2").unlink()

    def one() -> None:
        handle = Registry.load(root).get("team0/prompt0@v2")
        assert handle.ref.source == "blob"

    def thousand() -> None:
        repository = Repository.find(root)
        assert all(repository.blob(oid) for oid in oids)

    return [
        show("NAME@v2 from git's blob, cold, 2,000 tags", 1e3 * median(one), 10, " ms",
             "GitPython imported before"),
        show("1,000 versions from git", 1e3 * median(thousand), 150, " ms"),
    ]  # fmt: skip


def checking(root: Path) -> bool:
    """Show what ``promptops check`` costs, start-up included."""
    command = str(Path(PYTHON).with_name("promptops"))
    seconds = median(lambda: run(command, "check", cwd=root))
    return show("promptops check, 300 prompts", seconds, 0.5, " s")


def imports(peers: dict[str, str]) -> bool:
    """Show what the import costs beside jinja2's sandbox, a bare interpreter's start taken off."""

    def of(python: str, code: str) -> float:
        taken = [cpu(lambda: run(python, "-c", code)) - cpu(lambda: run(python, "-c", "pass"))
                 for _ in range(ROUNDS)]  # fmt: skip
        return statistics.median(taken)

    run(PYTHON, "-c", "from promptops import Registry")
    theirs = of(PYTHON, "import jinja2.sandbox")
    ours = of(PYTHON, "from promptops import Registry")
    kept = show("import Registry / import jinja2.sandbox", ours / theirs, 1.3)
    whole = "from promptops import Registry as R; R.load({!r}).get('team7/prompt7@v1').render"
    used = of(PYTHON, whole.format(str(peers.pop("bundle"))))
    show("  and a bundle loaded, one prompt compiled", used / theirs, None)
    for name, python in peers.items():
        show(f"  import {name}", of(python, f"import {PEERS[name]}") / theirs, None)
    return kept


def environment(folder: Path) -> dict[str, str]:
    """Return the Python of each peer that installs, by name."""
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "peers", with_pip=True)
    found = {}
    for name, module in PEERS.items():
        try:
            subprocess.run([python, "-m", "pip", "install", "-q", name],
                           check=True, capture_output=True, timeout=60)  # fmt: skip
            run(str(python), "-c", f"import {module}")  # and write its bytecode
        except subprocess.SubprocessError as error:
            print(f"skipped: {name} does not install in a minute ({type(error).__name__})")
        else:
            found[name] = str(python)
    return found


def rivals(peers: dict[str, str]) -> None:
    """Show the peers' renders of the same prompt, as ratios to raw jinja2 in their processes."""
    for name, python in peers.items():
        script = str(HERE / "registry_peers.py")
        try:
            found = json.loads(run(python, script, name, "5"))
        except subprocess.CalledProcessError as error:
            print(f"skipped: {name} does not render: {error.stderr.strip().splitlines()[-1]}")
            continue
        note = "no logic: the caller joins" if name == "langfuse" else ""
        assert abs(found["length"] - found["raw"]) < 20, found
        show(f"  {name}: render / raw compiled jinja2", found["ratio"], None, "", note)


def main() -> int:
    """Measure everything and return 1 where a limit is not kept."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("PROMPTOPS_ENV", None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["PROMPTOPS_CACHE_DIR"] = temporary
        peers = environment(Path(sys.argv[1]) if sys.argv[1:] else folder)
        small = bundled(project(folder / "small", 300, 1))
        large = bundled(project(folder / "large", 300, 3))
        kept = [rendering(small)]
        rivals(peers)
        kept += bundles(small, large)
        kept += from_git(folder / "git")
        kept.append(checking(folder / "small"))
        kept.append(imports({"bundle": str(small), **peers}))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
