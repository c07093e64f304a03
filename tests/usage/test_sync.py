"""A measurement is written into a usage file: what people wrote stays, and twice is once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import ConfigError
from promptops.model.prompt import Amount
from promptops.model.usage import CacheUse, Calibration, Retries, Use
from promptops.usage.measure import Figure, Measured, Prompt, Window, measure
from promptops.usage.sync import Plan, plan
from promptops.usage.writing import HEADER, written
from promptops.usage_file.reading import UsageFile
from tests.usage.worlds import DAY, SONNET, START, call

ORIGIN = "trace 2026-11-16..2026-12-16, n=1204"


def measured(
    prompts: dict[str, dict[str, Figure]], calibration: dict[str, Calibration] | None = None
) -> Measured:
    window = Window(START, START + 30 * DAY, 9_000)
    found = {name: Prompt(1204, figures) for name, figures in prompts.items()}
    return Measured(window, found, calibration or {}, {}, 0, {})


DESK: dict[str, Figure] = {
    "calls_per_month": Amount(Decimal(120_000)),
    "output_tokens": Amount(Decimal(210), None, Decimal(480)),
    "cache.hit_rate": Decimal("0.992"),
}
ONE = Calibration(Decimal("1.00"), Decimal("0.94"), Decimal("1.06"), 1204)


def synced(text: str, found: Measured, *, overwrite: bool = False) -> tuple[str, Plan]:
    planned = plan(UsageFile.parse(text.encode(), "usage.yml"), found, "trace", overwrite=overwrite)
    return written(text.encode(), "usage.yml", planned).decode(), planned


def test_a_new_file_says_what_was_measured() -> None:
    text, planned = synced("", measured({"support/triage": DESK}, {SONNET: ONE}))
    assert text == (
        f"{HEADER}version: 1\n"
        "prompts:\n"
        "  support/triage:\n"
        "    calls_per_month: 120_000\n"
        "    output_tokens: {p50: 210, p95: 480}\n"
        "    cache: {hit_rate: 0.992}\n"
        f"    from: {ORIGIN}\n"
        "calibration:\n"
        f'  "{SONNET}": {{factor: 1, low: 0.94, high: 1.06, calls: 1_204}}\n'
    )
    assert [one.state for one in planned.entries] == ["added"]


@pytest.mark.parametrize(
    "before", ["# Lockwren's desks\n", "\ufeff# é\r\n", "version: 1\r\n", "\n"]
)
def test_a_file_of_nothing_yet_is_filled_below_what_it_says(before: str) -> None:
    text, _ = synced(before, measured({"desk": {"batch_share": Decimal("0.5")}}))
    end = "\r\n" if "\r\n" in before else "\n"
    lines = ["prompts:", "  desk:", "    batch_share: 0.5", f"    from: {ORIGIN}"]
    above = before if "version" in before else f"{before}version: 1{end}"
    assert text == above + "".join(line + end for line in lines)


def test_a_measured_entry_is_measured_again_and_hand_set_keys_survive() -> None:
    before = (
        "# Lockwren's desks\nversion: 1\nprompts:\n"
        "  desk:  # the parcel desk\n"
        "    calls_per_month: 90_000  # before Christmas\n"
        "    variables: {ticket: 480}\n"
        "    cache: {partitions: 3}\n"
        "    agent: {steps: 2}\n"
        "    from: trace 2026-09-01..2026-09-30, n=900\n"
    )
    text, planned = synced(before, measured({"desk": DESK}))
    assert text == (
        "# Lockwren's desks\nversion: 1\nprompts:\n"
        "  desk:  # the parcel desk\n"
        "    calls_per_month: 120_000  # before Christmas\n"
        "    variables: {ticket: 480}\n"
        "    cache: {partitions: 3, hit_rate: 0.992}\n"
        "    agent: {steps: 2}\n"
        f"    from: {ORIGIN}\n"
        "    output_tokens: {p50: 210, p95: 480}\n"
    )
    assert planned.entries[0].state == "updated"
    assert [one.key for one in planned.entries[0].changes] == list(DESK)


@pytest.mark.parametrize("origin", ["", "    from: our best guess\n", "    from: 'trace of May'\n"])
def test_what_a_person_wrote_is_changed_only_when_asked(origin: str) -> None:
    before = f"prompts:\n  desk:\n    calls_per_month: 500 # a guess\n{origin}"
    text, planned = synced(before, measured({"desk": DESK}))
    assert text == before
    assert planned.entries[0].state == "by hand"
    assert not planned.changed
    text, planned = synced(before, measured({"desk": DESK}), overwrite=True)
    assert "calls_per_month: 120_000 # a guess\n" in text
    assert f"from: {ORIGIN}\n" in text


def test_a_ledger_s_entry_is_the_measurement_s_own() -> None:
    before = "prompts: {desk: {from: 'ledger 2026-10-20..2026-11-19, n=12'}}"
    text, _ = synced(before, measured({"desk": {"batch_share": Decimal("0.5")}}))
    assert text == f'prompts: {{desk: {{from: "{ORIGIN}", batch_share: 0.5}}}}'


def test_a_prompt_that_was_not_recorded_keeps_its_entry() -> None:
    before = "prompts:\n  shop: {calls_per_month: 3, from: 'trace 2026-01-01..2026-01-02, n=1'}\n"
    text, planned = synced(before, measured({"desk": {}}))
    assert (text, planned.entries) == (before, ())


def test_rejected_answers_are_calls_or_retries_and_never_both() -> None:
    figures = {**DESK, "retries.billed_failure": Decimal("0.25")}
    text, planned = synced("", measured({"desk": figures}))
    assert "retries" not in text
    assert "calls_per_month: 120_000\n" in text
    [note] = planned.entries[0].notes
    assert note.startswith("25.0 % of the answers were rejected")
    with_most = text.replace("    from:", "    retries: {max: 2}\n    from:")
    text, planned = synced(with_most, measured({"desk": figures}))
    assert "retries: {max: 2, billed_failure: 0.25}\n" in text
    assert "calls_per_month: 90_000\n" in text
    assert planned.entries[0].notes == ()


def test_answers_whose_mean_is_not_their_median_are_named() -> None:
    calls = [call(output=100) for _ in range(30)] + [call(output=400) for _ in range(10)]
    [entry] = plan(UsageFile(), measure(calls, lambda name: name), "trace").entries
    assert entry.notes == ("the mean answer has 175 tokens, the median 100",)
    even = [call(output=100 + at) for at in range(40)]
    assert plan(UsageFile(), measure(even, lambda name: name), "trace").entries[0].notes == ()


OURS = "from: 'trace 2026-01-01..2026-01-02, n=1'"


@pytest.mark.parametrize(
    "before",
    [
        f"prompts:\n  a: &one {{batch_share: 0, {OURS}}}\n  b: *one\n",
        f"prompts:\n  ? desk\n  :\n    {OURS}\n",
        "~\n",
    ],
)
def test_what_takes_a_person_is_left_to_one(before: str) -> None:
    with pytest.raises(ConfigError, match=r"usage\.yml: it is laid out \(aliases or"):
        synced(before, measured({"a": {"batch_share": Decimal("0.5")}}))


def test_a_file_is_off_when_a_figure_is_or_when_one_is_missing() -> None:
    text, fresh = synced("", measured({"desk": DESK}, {SONNET: ONE}))
    assert fresh.off_by(Decimal(10))
    more = {**DESK, "calls_per_month": Amount(Decimal(132_000))}
    _, planned = synced(text, measured({"desk": more}, {SONNET: ONE}))
    assert not planned.off_by(Decimal("0.1"))
    assert planned.off_by(Decimal("0.09"))
    dearer = replace(ONE, factor=Decimal("1.05"))
    _, planned = synced(text, measured({"desk": DESK}, {SONNET: dearer}))
    assert not planned.off_by(Decimal("0.05"))
    assert planned.off_by(Decimal("0.04"))


def test_a_share_that_is_hardly_another_is_the_same() -> None:
    text, _ = synced("", measured({"desk": {**DESK, "gaps.5m": Decimal(0)}}))
    for share, off in (("0.005", False), ("0.006", True)):
        _, planned = synced(text, measured({"desk": {**DESK, "gaps.5m": Decimal(share)}}))
        assert planned.off_by(Decimal("0.1")) == off


def test_a_prompt_s_calibration_and_its_text_are_written_into_its_entry() -> None:
    found = measured({"desk": DESK, "shop": {}})
    own = replace(ONE, until=date(2026, 11, 19), encoded=842)
    hashed = "sha256:0123456789ab"
    desk = replace(found.prompts["desk"], calibration={SONNET: own}, text=hashed)
    shop = replace(found.prompts["shop"], calibration={SONNET: own})
    found = replace(found, prompts={"desk": desk, "shop": shop})
    text, planned = synced("", found)
    inside = "{factor: 1, low: 0.94, high: 1.06, calls: 1_204, encoded: 842, until: 2026-11-19}"
    assert text.count(f'    calibration:\n      "{SONNET}": {inside}\n') == 2
    assert f'    text: "{hashed}"\n    from: {ORIGIN}\n' in text
    assert planned.off_by(Decimal(10))
    assert not synced(text, found)[1].changed
    other = replace(found, prompts={"desk": replace(desk, text="sha256:ffffffffffff")})
    again, planned = synced(text, other)
    assert (again, planned.changed) == (text.replace(hashed, "sha256:ffffffffffff"), True)
    assert not planned.off_by(Decimal("0.01"))


# Laws

FIGURES = {
    "calls_per_month": st.builds(Amount, st.integers(0, 10**9).map(Decimal)),
    "output_tokens": st.builds(
        lambda low, more: Amount(Decimal(low), None, Decimal(low + more)),
        st.integers(0, 9999),
        st.integers(0, 9999),
    ),
    "cache.hit_rate": st.decimals(0, 1, places=3),
    "batch_share": st.decimals(0, 1, places=3),
}
MEASURED = st.dictionaries(
    st.sampled_from(["desk", "support/triage", "true", "0"]),
    st.fixed_dictionaries({}, optional=FIGURES).filter(bool),
    min_size=1,
)
SHARES = st.none() | st.decimals(0, 1, places=2)
USES = st.builds(
    Use,
    calls_per_month=st.none() | FIGURES["calls_per_month"],
    variables=st.dictionaries(st.sampled_from(["ticket", "name"]), FIGURES["calls_per_month"]),
    cache=st.none() | st.builds(CacheUse, SHARES, st.none() | st.integers(1, 9).map(Decimal)),
    retries=st.none() | st.builds(Retries, most=st.integers(0, 3)),
    batch_share=SHARES,
    origin=st.sampled_from(["", "a guess", "trace 2026-01-01..2026-01-02, n=7"]),
)


def as_text(name: str, use: Use, at: int) -> str:
    """Return an entry as a person could have written it, with a comment on each line."""
    lines = [f"  {name!r}: # entry {at}"]
    if use.calls_per_month:
        lines.append(f"    calls_per_month: {use.calls_per_month.expected}  # calls {at}")
    if use.variables:
        pairs = ", ".join(f"{key}: {one.expected}" for key, one in use.variables.items())
        lines += [f"    # inputs {at}", f"    variables: {{{pairs}}}"]
    if use.cache:
        keys = {"hit_rate": use.cache.hit_rate, "partitions": use.cache.partitions}
        told = [f"      {key}: {one} # {key} {at}" for key, one in keys.items() if one is not None]
        lines += ["    cache:", *told] if told else ["    cache: {}"]
    if use.retries:
        lines.append(f"    retries: {{max: {use.retries.most}}}")
    if use.batch_share is not None:
        lines.append(f"    batch_share:   {use.batch_share}")
    return "\n".join([*lines, f"    from: '{use.origin}' # from {at}", "", ""])


@given(
    st.dictionaries(st.sampled_from(["desk", "support/triage", "shop"]), USES),
    MEASURED,
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_syncing_twice_changes_nothing_and_loses_nothing(
    uses: dict[str, Use], prompts: dict[str, dict[str, Figure]], overwrite: bool
) -> None:
    entries = [as_text(name, use, at) for at, (name, use) in enumerate(uses.items())]
    before = "".join(["# top\n", "prompts:\n" if entries else "", *entries, "# bottom\n"])
    found = measured(prompts)
    after, planned = synced(before, found, overwrite=overwrite)
    assert UsageFile.parse(after.encode(), "usage.yml") == planned.after
    assert synced(after, found, overwrite=overwrite)[0] == after
    comments = re.findall(r"#.*", before)
    assert [one for one in re.findall(r"#.*", after) if one in comments] == comments
    for name, use in uses.items():
        now = planned.after.prompts[name]
        kept = (use.variables, use.agent, use.reasoning_tokens)
        assert (now.variables, now.agent, now.reasoning_tokens) == kept
        by_hand = not use.origin.startswith("trace") and not overwrite
        assert now == use or (name in prompts and not by_hand)
