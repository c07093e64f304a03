"""``promptops eval show``: the report of a run again, of its rows alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promptops.reporters.contracts import read_report
from tests.cli.eval_runs import Shop, but_times, shop
from tests.cli.inside import inside
from tests.evals.killed_runs import FILE

PROMPT = "prompts/sort.prompt.j2"


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def by_case(flips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(flips, key=lambda one: str(one["case"]))


def test_a_run_is_shown_as_it_was_reported_and_nobody_is_called(lamps: Shop) -> None:
    first = lamps.run()
    heard = len(lamps.server.world.heard)
    assert but_times(lamps.show()) == but_times(first)
    assert but_times(lamps.show(first["run"]["id"][:9])) == but_times(first)
    for form in ("text", "markdown", "junit", "html", "jsonl", "csv"):
        done = lamps.eval("show", "last", "--format", form)
        assert done.code == 0, done.err
        assert len(done.out) > 500
    assert len(lamps.server.world.heard) == heard


def test_a_text_that_has_changed_keeps_its_answers_and_says_what_is_not_shown(lamps: Shop) -> None:
    first = lamps.run()
    lamps.write(PROMPT, "Say to which yard", "Tell me which yard")
    found = lamps.show()
    assert found["comparisons"][0]["difference"] == first["comparisons"][0]["difference"]
    assert found["flips"] == first["flips"]
    before, after = (one["variants"] for one in (first, found))
    assert [one["sha256"] for one in after] == [one["sha256"] for one in before]
    assert after[0]["cost"]["per_call"] == before[0]["cost"]["per_call"]
    assert after[1]["cost"]["per_call"] is None
    told = "the text of work has changed since: what it costs in production is not shown"
    assert told in found["notes"]


def test_a_text_that_was_locked_since_is_found_again(lamps: Shop) -> None:
    first = lamps.run()
    assert inside("lock", cwd=lamps.root).code == 0
    lamps.write(PROMPT, "version: 2", "version: 3")
    lamps.write(PROMPT, "Say to which yard", "Tell me which yard")
    assert but_times(lamps.show()) == but_times(first)


def test_a_dataset_that_has_changed_or_is_gone_leaves_the_scores(lamps: Shop) -> None:
    first = lamps.run()
    lamps.write("evals/cases.jsonl", 'box number 2"', 'bag number 2"')
    lamps.write("evals/cases.jsonl", '"crate number 3", "yard": "harbour"',
                '"crate number 3", "yard": "station"')  # fmt: skip
    changed = lamps.show()
    (lamps.root / "evals/cases.jsonl").unlink()
    gone = lamps.show()
    for found in (changed, gone):
        assert by_case(found["flips"]) == by_case(first["flips"])
        assert found["verdict"] == first["verdict"]
        assert found["dataset"]["sha256"] == first["dataset"]["sha256"]
    assert any("inputs of 1 cases" in one for one in changed["notes"])
    assert any("the dataset cannot be read" in one for one in gone["notes"])


def test_a_run_is_shown_when_its_eval_file_is_gone(lamps: Shop) -> None:
    more = "{contains: {value: '42'}}, {number: {abs: 0.5}}"
    lamps.write(FILE, "scorers: [", f"scorers: [{more}, ")
    first = lamps.run()
    (lamps.root / FILE).unlink()
    assert but_times(lamps.show()) == but_times(first)
    done = lamps.eval("resume", "last")
    assert (done.code, done.out) == (2, "")
    assert "its file is gone; `promptops eval show` shows the run" in done.err


def test_a_run_that_was_stopped_says_what_is_left(lamps: Shop) -> None:
    lamps.run("--budget", "0.00005")
    found = lamps.show()
    assert "`promptops eval resume 0" in found["run"]["stopped"]
    assert found["verdict"] == "inconclusive"
    listed = lamps.eval("show")
    assert "not ended" in listed.out
    lamps.eval("resume", "last", "--budget", "1")
    assert lamps.show()["run"]["stopped"] is None
    assert "48/48" in lamps.eval("show").out


def test_runs_are_listed_newest_first(lamps: Shop) -> None:
    assert lamps.eval("show").out == "No eval has been run here.\n"
    ids = [lamps.run("--fresh")["run"]["id"] for _ in range(2)]
    done = lamps.eval("show", "--format", "json")
    found = done.json
    assert read_report(done.out) is not None
    assert found["schema"] == "promptops.eval-runs/1"
    assert [one["id"] for one in found["runs"]] == ids[::-1]
    assert {one["state"] for one in found["runs"]} == {"complete"}
    assert lamps.show("last~1")["run"]["id"] == ids[0]


@pytest.mark.parametrize(
    ("word", "told"),
    [("last~7", "there are only 1 runs"), ("feed", "no run is called 'feed'"),
     ("last", "name one")],
)  # fmt: skip
def test_a_word_that_means_no_run_is_one_line(lamps: Shop, word: str, told: str) -> None:
    lamps.run()
    words = ("show", word) if word != "last" else ("show", "--format", "html")
    done = lamps.eval(*words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_hashes_alone_show_scores_without_texts(lamps: Shop) -> None:
    lamps.write(FILE, "run: {concurrency: 8}", "run: {concurrency: 8, store: hashes}")
    first = lamps.run()
    found = lamps.show()
    assert found["comparisons"] == first["comparisons"]
    rows = lamps.eval("show", "last", "--format", "jsonl").out
    assert '"answer": ""' in rows
