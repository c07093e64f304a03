"""The schema for editors lets in what the reader reads, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from promptops.errors import ConfigError
from promptops.usage_file.reading import UsageFile

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "usage.json").read_text("utf-8"))
VALID = Draft202012Validator(SCHEMA)

SHARES = st.sampled_from([0, 0.25, 0.5, 0.992])
NUMBERS = st.integers(1, 40) | st.sampled_from([1.5, 99.5, 10**14])
MISTAKES = st.sampled_from([-1, 0, 0.5, 1, 1.5, 29, 10**15, True, "120k", "99%", None, [], {}])


def keys(**known: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return mappings of some of the known keys."""
    named = {name.strip("_"): one for name, one in known.items()}
    return st.fixed_dictionaries({}, optional=named)


def rising(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return figures that rise."""
    figures = st.lists(NUMBERS, min_size=len(names), max_size=len(names)).map(sorted)
    return figures.map(lambda some: dict(zip(names, some, strict=True)))


AMOUNTS = NUMBERS | rising("low", "expected", "high") | rising("p50", "p95", "p99")
CALIBRATIONS = st.builds(
    lambda factor, calls, more: {"low": 0.4, "factor": factor, "high": 9, "calls": calls, **more},
    st.sampled_from([0.5, 1, 1.48, 2.5]),
    st.integers(30, 99),
    keys(encoded=st.integers(1, 9), until=st.just("2026-11-19")),
)
CALIBRATED = st.dictionaries(st.sampled_from(["a:b", "openai:a:b"]), CALIBRATIONS, max_size=2)
USES = keys(
    calls_per_month=AMOUNTS,
    output_tokens=AMOUNTS,
    variables=st.dictionaries(st.sampled_from(["ticket", "name"]), AMOUNTS),
    cache=keys(hit_rate=SHARES, partitions=NUMBERS),
    retries=keys(billed_failure=SHARES, max=st.integers(0, 3), repair=st.booleans(), extra=NUMBERS),
    agent=keys(steps=st.integers(1, 9), growth=NUMBERS),
    batch_share=SHARES,
    gaps=st.dictionaries(st.sampled_from(["5m", "1h"]), SHARES),
    calibration=CALIBRATED,
    text=st.just("sha256:0a1b2c3d4e5f"),
    from_=st.just("a guess"),
)
FILES = keys(
    version=st.just(1),
    defaults=USES,
    prompts=st.dictionaries(st.sampled_from(["desk", "support/triage"]), USES),
    calibration=CALIBRATED,
)


@st.composite
def mistaken(draw: st.DrawFn) -> Any:
    """Return a file in which a value is another, or a key is gone or has another name."""
    data = draw(FILES.filter(bool))
    inside = data
    while True:
        key = draw(st.sampled_from(sorted(inside)))
        value = inside[key]
        if not (isinstance(value, dict) and value and draw(st.integers(0, 4))):
            break
        inside = value
    how = draw(st.sampled_from(["value", "value", "gone", "renamed"]))
    if how == "value":
        # Figures in the wrong order are for the reader alone to find.
        ordered = {"low", "high", "expected", "factor", "p50", "p95", "p99", "until"}
        inside[key] = draw(MISTAKES if key not in ordered else st.sampled_from([-1, "9", True, []]))
        return data
    del inside[key]
    if how == "renamed":
        inside[f"{key}s"] = value
    return data


def is_section(data: Any) -> bool:
    """Return whether a section is there with nothing in it, which only the reader puts up with."""
    return any(data.get(key, 0) is None for key in ("defaults", "prompts", "calibration"))


def is_read(data: Any) -> bool:
    try:
        UsageFile.parse(json.dumps(data).encode(), "usage.yml")
    except ConfigError:
        return False
    return True


@given(FILES)
@settings(max_examples=40, deadline=None)
def test_a_good_file_is_valid_and_is_read(data: Any) -> None:
    assert VALID.is_valid(data)
    assert is_read(data)


@given(mistaken())
@settings(max_examples=50, deadline=None)
def test_the_schema_and_the_reader_find_the_same_mistakes(data: Any) -> None:
    assert VALID.is_valid(data) == is_read(data) or is_section(data)


@pytest.mark.parametrize("text", ["prompts: {desk: {calls_per_month: 5}}", "version: 1"])
def test_good_files_are_valid(text: str) -> None:
    from promptops.templates.frontmatter import parse

    assert VALID.is_valid(parse(text).data)
    Draft202012Validator.check_schema(SCHEMA)
