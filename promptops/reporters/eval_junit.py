"""An eval's report as JUnit's XML: a suite a variant, a test a case, and one for the gate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from promptops.evals.words import percent
from promptops.reporters.eval_sentences import reads
from promptops.reporters.eval_words import attempts, money, quality

if TYPE_CHECKING:
    from promptops.evals.report import Report
    from promptops.evals.report_cases import Answered, CaseResult
    from promptops.evals.report_variants import Variant

# What XML 1.0 cannot hold, escaped or not.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTS: Final = ("tests", "failures", "errors", "skipped")


def report(found: Report) -> str:
    """Return a document: a failure is a score of 0, an error is a case that was lost."""
    root = ET.Element("testsuites", name=_text(f"promptops eval {found.eval.name}"))
    for variant in found.variants:
        suite = ET.SubElement(root, "testsuite", name=_text(variant.id))
        _properties(suite, found, variant)
        for case in found.cases:
            for answer in case.answers:
                if answer.variant == variant.id:
                    _case(suite, found, case, answer)
        _count(suite)
    _gate(root, found)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _properties(suite: ET.Element, found: Report, variant: Variant) -> None:
    """Add what is said of a variant as a whole, and of parts of its cases."""
    told = {name: quality(one) for name, one in variant.metrics.items()}
    told["dollars of 1,000 calls"] = money(variant.cost.per_1000)
    told["attempts"] = attempts(variant.attempts)
    if variant.reads is not None:
        told["cache"] = reads(variant.reads)
    for one in found.dataset.slices:
        told[f"{found.eval.metric} of {one.name} {one.value}, {one.cases:,} cases"] = quality(
            one.metrics.get(variant.id)
        )
    held = ET.SubElement(suite, "properties")
    for name, value in told.items():
        ET.SubElement(held, "property", name=_text(name), value=_text(value))


def _case(suite: ET.Element, found: Report, case: CaseResult, answer: Answered) -> None:
    name = case.id if not answer.repeat else f"{case.id} (repeat {answer.repeat})"
    test = ET.SubElement(suite, "testcase", name=_text(name), classname=_text(answer.variant))
    if answer.latency is not None:
        test.set("time", f"{answer.latency:.3f}")
    score = answer.scores.get(found.eval.metric)
    if answer.missing or (score is not None and score.error is not None):
        told = answer.message or (score.error if score else None) or "no answer"
        error = ET.SubElement(test, "error", type=_text(answer.cause or "error"))
        error.set("message", _text(told))
    elif score is not None and score.value == 0:
        told = score.reason or answer.message or "scored 0"
        failure = ET.SubElement(test, "failure", type=_text(found.eval.metric))
        failure.set("message", _text(told))
        failure.text = _text(answer.text or "")
    elif score is None or score.value is None:
        ET.SubElement(test, "skipped", message=_text(f"{found.eval.metric} does not apply"))
    elif score.value < 1:
        said = f"{found.eval.metric}: {percent(score.value)} % {score.reason}"
        ET.SubElement(test, "system-out").text = _text(said)


def _gate(root: ET.Element, found: Report) -> None:
    if found.verdict is None:
        return
    suite = ET.SubElement(root, "testsuite", name="gate")
    test = ET.SubElement(suite, "testcase", name="gate", classname=_text(found.eval.name))
    if found.verdict == "fail":
        ET.SubElement(test, "failure", type="gate", message=_text(found.headline))
    elif found.verdict == "inconclusive":
        ET.SubElement(test, "skipped", message=_text(found.headline))
    else:
        ET.SubElement(test, "system-out").text = _text(found.headline)
    _count(suite)


def _count(suite: ET.Element) -> None:
    tests = suite.findall("testcase")
    kinds = [child.tag for test in tests for child in test]
    found = (len(tests), kinds.count("failure"), kinds.count("error"), kinds.count("skipped"))
    for key, count in zip(_COUNTS, found, strict=True):
        suite.set(key, str(count))


def _text(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)
