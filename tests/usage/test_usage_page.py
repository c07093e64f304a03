"""What docs/usage.md says is so."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from promptops.errors import ConfigError
from promptops.usage.amounts import ENOUGH_DAYS, MONTH
from promptops.usage.measure import LEAST_HOURS, MEASURED, measure
from promptops.usage.sync import plan
from promptops.usage.writing import written
from promptops.usage_file.reading import UsageFile
from promptops.usage_file.shapes import LEAST_CALLS
from tests.usage.worlds import by_chance

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")
FILES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
KEYS = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
FIGURES = {
    "batch_share": "0.5",
    "from": "text",
    "cache.hit_rate": "0.5",
    "gaps": "{1h: 0.5}",
    "retries.checked": "end",
    "calibration": '{"a:b": {factor: 1, low: 1, high: 1, calls: 30}}',
    "text": "sha256:3f9c0a12b4de",
}


def entry(key: str, value: str) -> UsageFile:
    above, dot, below = key.rpartition(".")
    inner = f"{above}: {{{below}: {value}}}" if dot else f"{key}: {value}"
    return UsageFile.parse(f"prompts: {{desk: {{{inner}}}}}".encode(), "usage.yml")


def test_the_examples_print_what_the_page_says() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "docs/usage.md", None, 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert tried > 6
    assert not failed, "".join(told)


def test_the_files_are_read() -> None:
    whole, *others = (UsageFile.parse(text.encode(), "usage.yml") for text in FILES)
    assert len(others) == 2
    desk = whole.prompts["support/triage"]
    assert desk.retries is not None
    assert (desk.retries.most, desk.retries.extra) == (2, 40)
    assert whole.calibration["anthropic:claude-sonnet-5-5"].calls == 1204


def test_each_key_is_in_the_table_and_in_the_first_example() -> None:
    assert len(KEYS) == 18
    for key in KEYS:
        assert f"{key.rpartition('.')[2]}:" in FILES[0]
        value = "{ticket: 1}" if key == "variables" else FIGURES.get(key, "1")
        entry(key, "true" if key == "retries.repair" else "0" if "failure" in key else value)
        with pytest.raises(ConfigError):
            entry(f"{key}x", "1")


def test_every_key_that_is_measured_is_told_how() -> None:
    measured = PAGE[PAGE.index("| figure | how |") :]
    assert all(f"`{key}`" in measured for key in MEASURED)
    assert set(MEASURED) <= set(KEYS)


def test_the_error_is_the_one_that_is_printed() -> None:
    [said] = re.findall(r"^usage\.yml, line .*$", PAGE, re.MULTILINE)
    with pytest.raises(ConfigError) as caught:
        UsageFile.parse(b"prompts:\n  desk:\n    calls_per_mnth: 5\n", "usage.yml")
    assert str(caught.value) == said


def test_the_entry_that_is_shown_is_what_a_measurement_writes() -> None:
    found = measure(by_chance(2, 10, 8), lambda name: name)
    text = written(b"version: 1\n", "usage.yml", plan(UsageFile(), found, "trace")).decode()
    assert FILES[2] in text


def test_the_limits_are_those_in_use() -> None:
    assert f"a month of {MONTH} hours" in PAGE
    assert f"has at least {LEAST_CALLS} calls" in PAGE
    assert (ENOUGH_DAYS, LEAST_HOURS) == (4 * 7, 24)  # four weeks, from a day on
