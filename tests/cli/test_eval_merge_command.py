"""``promptops eval merge``: parts of a run that several machines carried out, as one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.eval_runs import Shop, shop
from tests.evals.killed_runs import FILE

PARTS = ("1", "2", "3")
SAME = ("comparisons", "variants", "flips", "verdict", "headline", "dataset", "placements")


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def parts(made: Shop) -> None:
    for at in PARTS:
        made.run("--shard", f"{at}/3", "--ledger", f"{at}.db")


def untimed(variant: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in variant.items() if key != "latency"}


def test_merged_parts_are_reported_as_the_run_in_one_part(lamps: Shop) -> None:
    whole = lamps.run("--ledger", "whole.db")
    parts(lamps)
    heard = len(lamps.server.world.heard)
    first = lamps.eval("merge", "1.db", "2.db", "3.db", "--format", "json")
    again = lamps.eval("merge", "3.db", "2.db", "1.db", "--format", "json")
    assert first.code == again.code == {"pass": 0, "fail": 1, "inconclusive": 3}[whole["verdict"]]
    found = first.json
    for one in (found, whole):
        one["variants"] = list(map(untimed, one["variants"]))
    for name in SAME:
        assert found[name] == whole[name], name
    assert found["spent"]["now"] == whole["spent"]["now"]
    assert (found["run"]["planned"], found["run"]["done"]) == (24, 24)
    assert "0 new rows" in again.err
    assert lamps.show()["verdict"] == whole["verdict"]
    assert len(lamps.server.world.heard) == heard


def test_a_part_has_no_verdict_of_its_own(lamps: Shop) -> None:
    done = lamps.eval(FILE, "--shard", "3/3", "--format", "json")
    assert (done.code, done.json["verdict"]) == (0, None)
    assert {one["verdict"] for one in done.json["comparisons"]} == {None}
    told = "this is part 3 of 3: `promptops eval merge` puts them together, and judges"
    assert told in done.json["notes"]
    text = lamps.eval(FILE, "--shard", "3/3").out
    assert "nothing was gated" in text
    assert told[:22] in text


def test_a_part_that_is_missing_is_said_and_nothing_passes(lamps: Shop) -> None:
    lamps.write(FILE, "margin: 0.2", "margin: 0.9")
    parts(lamps)
    done = lamps.eval("merge", "1.db", "3.db", "--format", "json")
    assert done.code == 3, done.err
    assert done.json["run"]["stopped"] == "part 2/3 not in this ledger"


def test_each_part_has_its_share_of_the_budget(lamps: Shop) -> None:
    lamps.write(FILE, "budget: {usd: 1}", "budget: {usd: 0.00012}")
    parts(lamps)
    assert lamps.show("last", "--ledger", "1.db")["spent"]["budget"] == "0.00012"
    one = lamps.run("--shard", "1/3", "--ledger", "1.db")
    assert one["spent"]["budget"] == "0.000040000"
    found = lamps.eval("merge", "1.db", "2.db", "3.db", "--format", "json").json
    assert 0 < float(found["spent"]["now"]) <= 0.00012


@pytest.mark.parametrize("word", ["nothing.db", "evals/sort.yaml"])
def test_what_is_no_ledger_is_refused(lamps: Shop, word: str) -> None:
    done = lamps.eval("merge", word)
    assert (done.code, done.out) == (2, "")
    assert word in done.err
