"""The contenders of the eval benchmark: promptops, its peers where installed, and bare aiohttp."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from evals_peers import promptfoo
from evals_world import PROMPTOPS, Took, answered, environment, project, serving, took

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE: Final = Path(__file__).parent
MODEL: Final = "anthropic:claude-haiku-5-5"
EVAL: Final = (PROMPTOPS, "eval", "evals/sort.yaml")
PLAN: Final = (PROMPTOPS, "eval", "plan", "evals/sort.yaml")
QUIET: Final = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1"}


class Load(NamedTuple):
    """How many calls of how many seconds are made how many at a time, and what goes wrong."""

    number: int
    latency: float
    concurrency: int
    limited: float = 0.0
    failing: float = 0.0

    @property
    def ideal(self) -> float:
        """The seconds that it takes where nothing but the model takes any."""
        return self.number * self.latency / self.concurrency


class Contenders:
    """Who runs, turn by turn; ``folder`` holds the peers' environments."""

    def __init__(self, folder: Path | None, runs: int) -> None:
        self.folder, self.runs = folder, runs

    def turns(self, load: Load) -> dict[str, list[Took]]:
        """Return what each contender took in each turn; ``out`` is how many cases have a score."""
        contenders: dict[str, Callable[[Path, str, Load], Took]] = {
            "promptops": self.promptops,
            "its very first": self.first,
        }
        if not load.limited and not load.failing:
            # Neither of these tries again by itself.
            contenders["bare aiohttp"] = self.python("bare")
            contenders |= self.installed({"pydantic-evals": "pydantic"})
        contenders |= self.installed({"inspect-ai": "inspect", "promptfoo": "promptfoo"})
        found: dict[str, list[Took]] = {name: [] for name in contenders}
        for _ in range(self.runs):
            for name, run in contenders.items():
                with (
                    serving(load.latency, load.limited, load.failing) as url,
                    tempfile.TemporaryDirectory() as folder,
                ):
                    found[name].append(run(Path(folder), url, load))
        return found

    def installed(self, named: dict[str, str]) -> dict[str, Callable[[Path, str, Load], Took]]:
        """Return the peers that are installed; say which are not."""
        found: dict[str, Callable[[Path, str, Load], Took]] = {}
        for title, name in named.items():
            if self.folder is None or not (self.folder / name).exists():
                print(f"  {title}: skipped, it is not installed")
            else:
                found[title] = self.promptfoo if name == "promptfoo" else self.python(name)
        return found

    def promptops(self, folder: Path, url: str, load: Load) -> Took:
        """Run an eval from an empty ledger, where ``eval plan`` has counted its tokens before."""
        return self.first(folder, url, load, [PLAN])

    def first(
        self, folder: Path, url: str, load: Load, before: Sequence[Sequence[str]] = ()
    ) -> Took:
        """Run an eval on a machine that has never run one: its tokenizer is made ready, too."""
        variables = {**environment(url), "PROMPTOPS_CACHE_DIR": str(folder / "cache")}
        root = project(folder / "p", url, load.number, load.concurrency, MODEL)
        for command in before:
            took(command, root, variables)
        done = took(EVAL, root, variables)
        return done._replace(out=str(answered(root)))

    def python(self, name: str) -> Callable[[Path, str, Load], Took]:
        """Return what runs a contender of ``evals_peers`` by its own Python."""
        own = sys.executable
        if name != "bare" and self.folder is not None:
            own = str(self.folder / name / "bin/python")

        def run(folder: Path, url: str, load: Load) -> Took:
            command = [own, str(HERE / "evals_peers.py"), name, url]
            command += [str(load.number), str(load.concurrency)]
            done = took(command, folder, environment(url))
            return done._replace(out=str(json.loads(done.out.splitlines()[-1])[0]))

        return run

    def promptfoo(self, folder: Path, url: str, load: Load) -> Took:
        """Run promptfoo with a cache and a home of its own."""
        assert self.folder is not None
        promptfoo(folder, url, load.number, load.concurrency)
        command = [str(self.folder / "promptfoo/node_modules/.bin/promptfoo"), "eval"]
        command += ["-c", "promptfooconfig.json", "--no-table", "--no-progress-bar", "-o", "o.json"]
        variables = {**environment(url), **QUIET, "PROMPTFOO_CONFIG_DIR": str(folder / "home")}
        done = took(command, folder, variables, fine=(0, 100))
        told = json.loads((folder / "o.json").read_text())["results"]["stats"]
        return done._replace(out=str(told["successes"] + told["failures"]))
