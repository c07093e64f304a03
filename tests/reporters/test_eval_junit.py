"""An eval's cases as tests of JUnit, and as rows."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.reporters import eval_junit, eval_rows
from tests.reporters.eval_samples import SAMPLES, failed, passed


def tree(kind: str) -> ET.Element:
    return ET.fromstring(eval_junit.report(SAMPLES[kind]()))


def test_a_score_of_0_is_a_failure_and_what_was_lost_is_an_error() -> None:
    suites = {one.get("name"): one for one in tree("failed")}
    assert list(suites) == ["v3", "v4", "baseline:majority", "gate"]
    tests = {one.get("name"): one for one in suites["v4"].iter("testcase")}
    assert len(tests) == 60
    assert tests["P-00000"].find("*") is None
    assert tests["P-00003"].find("error").get("message") == "no reply within 120 s"
    assert tests["P-00003"].find("error").get("type") == "timed_out"
    assert tests["P-00007"].find("failure").get("message") == "no answer"
    assert tests["P-00009"].find("failure").get("message") == "answered lockers, expected customs"


def test_a_suite_tells_attempts_costs_cache_reads_and_slices() -> None:
    suite = next(one for one in tree("staged") if one.get("name") == "v4")
    told = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert told["label"] == "86.8 % [84.7, 88.9]"
    assert told["attempts"] == "ok 1,000, rate_limited 12, server 3"
    assert told["dollars of 1,000 calls"] == "$2.85 [2.74, 2.96]"
    assert told["cache"].endswith("299 of 300 calls as foretold")
    assert told["label of language sv, 333 cases"] == "82.0 % [78.0, 86.0]"


@pytest.mark.parametrize("kind", SAMPLES)
def test_counts_are_those_of_the_tests(kind: str) -> None:
    root = tree(kind)
    for suite in root:
        tests = suite.findall("testcase")
        found = Counter(child.tag for test in tests for child in test)
        assert int(suite.get("tests", "")) == len(tests)
        for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(key, "")) == found[tag]
    assert int(root.get("tests", "")) == len(root.findall(".//testcase"))
    assert int(root.get("failures", "")) == len(root.findall(".//failure"))


@pytest.mark.parametrize(
    ("kind", "tag"),
    [("passed", "system-out"), ("failed", "failure"), ("inconclusive", "skipped"),
     ("nothing", "skipped")],
)  # fmt: skip
def test_the_gate_is_a_test_of_its_own(kind: str, tag: str) -> None:
    (gate,) = tree(kind).findall("testsuite[@name='gate']/testcase")
    said = gate.find(tag)
    assert [child.tag for child in gate] == [tag]
    assert SAMPLES[kind]().headline in (said.get("message") or said.text)


def test_without_a_gate_there_is_no_such_test() -> None:
    assert tree("alone").find("testsuite[@name='gate']") is None


@given(st.text(max_size=40))
def test_junit_stays_xml_whatever_an_answer_holds(said: str) -> None:
    base = failed()
    cases = [replace(one, id=said, answers=tuple(replace(each, text=said, message=said)
                                                 for each in one.answers))
             for one in base.cases[:12]]  # fmt: skip
    text = eval_junit.report(replace(base, cases=cases)).encode("utf-8", "replace")
    assert len(ET.fromstring(text).findall(".//testcase")) == 37


def test_lines_of_json_hold_each_answer_with_its_scores() -> None:
    rows = [json.loads(line) for line in eval_rows.jsonl(failed())]
    assert len(rows) == 180
    assert rows[0]["scores"]["label"] == {"value": 1.0, "label": "tracking", "reason": "",
                                          "error": None}  # fmt: skip
    assert Decimal(rows[0]["cost"]) == Decimal("0.00285")
    lost = next(row for row in rows if row["cause"] == "timed_out")
    assert (lost["answer"], lost["cost"]) == (None, None)


@given(st.text(max_size=30))
def test_no_cell_is_one_that_a_spreadsheet_would_run(said: str) -> None:
    base = passed()
    first = replace(base.cases[0], id=said, expected=said, slices={said: said})
    text = "".join(eval_rows.table(replace(base, cases=(first,))))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row
    )
    assert rows[1][0].removeprefix("'") == said or rows[1][0] == said
