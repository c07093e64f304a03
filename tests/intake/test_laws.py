"""Files in any order, taken in any number of times, while calls are recorded, make one ledger."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.intake.reading import reading
from promptops.intake.taking import Taken
from promptops.ledger.billed_store import columns
from promptops.ledger.call_rows import outcome
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Usage
from tests.intake.taken import asked, everything, taken, written
from tests.intake.test_billing import CONSOLE, DASHBOARD, USED, anthropic
from tests.intake.test_traces import LANGFUSE, LITELLM

if TYPE_CHECKING:
    from collections.abc import Iterator

CSV = "at,model,input_tokens,output_tokens,id,session\n"


def files(folder: Path) -> list[Path]:
    """Write files of all kinds, some of which overlap."""
    made: dict[str, Any] = {
        "a.csv": CSV + "".join(f"{n},m:a,{n},1,c{n},s{n % 3}\n" for n in range(1, 9)),
        "b.csv": CSV + "".join(f"{n},m:a,{n},1,c{n},s{n % 3}\n" for n in range(5, 13)),
        "unnamed.csv": CSV + "".join(f"{n},m:b,{n},1,,\n" for n in range(1, 4)),
        "litellm.json": LITELLM,
        "langfuse.jsonl": [LANGFUSE, {**LANGFUSE, "id": "g2"}, {**LANGFUSE, "type": "SPAN"}],
        "own.jsonl": [{"time": 5, "id": "c1", "model": "m:a", "usage": {"input_tokens": 3}}],
        "outcomes.csv": "at,outcome,session,value\n20,resolved,s1,1.5\n21,resolved,s2,\n",
        "told.jsonl": [{"at": 9, "outcome": "accepted", "call": "c3", "good": False}],
        "usage.json": anthropic(USED),
        "console.csv": CONSOLE,
        "dashboard.csv": DASHBOARD,
    }
    return [written(folder / name, content) for name, content in made.items()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], dict[str, list[Any]]]:
    """Files, and what a ledger holds that each was taken into once."""
    folder = tmp_path_factory.mktemp("files")
    paths = files(folder)
    for path in paths:
        assert _take(folder / "l.db", path).new
    return paths, everything(folder / "l.db")


@given(st.data())
@settings(max_examples=5, deadline=None)
def test_files_in_any_order_and_number_make_one_ledger(
    world: tuple[list[Path], dict[str, list[Any]]], data: st.DataObject
) -> None:
    paths, once = world
    more = data.draw(st.lists(st.sampled_from(paths), max_size=3))
    with TemporaryDirectory() as name:
        ledger = Path(name) / "l.db"
        for path in data.draw(st.permutations([*paths, *more])):
            _take(ledger, path)
        assert everything(ledger) == once
        assert not any(_take(ledger, path).new for path in more)


def _take(ledger: Path, path: Path) -> Taken:
    found = taken(ledger, path, source="csv" if path.name == "told.jsonl" else None)
    assert (found.error, found.changed) == (None, 0)
    return found


KEYS = [
    "data", "results", "starting_at", "start_time", "end_time", "has_more", "object", "amount",
    "currency", "value", "model", "uncached_input_tokens", "cache_creation", "input_tokens",
    "input_cached_tokens", "output_tokens", "batch", "at", "outcome", "call", "session", "good",
    "id",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-1, 2**70) | st.floats() | st.text(max_size=4)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["page", "bucket", "USD", "organization.costs.result", "1e5"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(VALUES, st.sampled_from(["anthropic-usage", "openai-usage", "outcomes"]))
@settings(max_examples=150, deadline=None)
def test_whatever_a_report_holds_is_a_row_or_is_told(value: Any, kind: str) -> None:
    page = {"data": [{"starting_at": 0, "start_time": 0, "results": [value]}], "has_more": True}
    if kind == "openai-usage":
        page["object"] = "page"
    with TemporaryDirectory() as name:
        path = written(Path(name) / "r.jsonl", [page, value])
        found: Any = reading(path, kind)
        assert all(map(columns if kind != "outcomes" else outcome, _flat(found)))
        assert all(one.count and one.line for one in found.left.values())


def _flat(found: Any) -> Iterator[Any]:
    for one in found:
        yield from one if isinstance(one, list) else [one]


def test_an_import_while_calls_are_recorded_loses_none_of_either(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    path = written(
        tmp_path / "c.csv", CSV + "".join(f"{n},m:a,{n},1,c{n},\n" for n in range(1, 3_001))
    )
    context = Context("m:a", "mail/sort")

    def recording() -> None:
        with CallStore.open(ledger) as store:
            for n in range(150):
                store.add([Call(f"r{n}", float(n), context, Usage(n))])

    with CallStore.open(ledger):
        pass
    threads = [threading.Thread(target=recording)]
    threads += [threading.Thread(target=taken, args=(ledger, path)) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert asked(ledger, "SELECT source, count(*) FROM calls JOIN contexts USING (context_id)"
                         " GROUP BY source") == [("csv", 3_000), ("record", 150)]  # fmt: skip
    assert taken(ledger, path).known == 3_000
    assert json.dumps(asked(ledger, "PRAGMA integrity_check")) == '[["ok"]]'
