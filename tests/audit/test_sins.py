"""Each sin's dollars are what the calls come to one by one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from promptops.audit.facts import Facts
from promptops.audit.report import audited
from promptops.audit.sins import sins
from promptops.audit.template import Said, Template
from promptops.costs.call import Call as Costed
from promptops.costs.call import Mark, Reuse
from promptops.model.cost import Amount
from promptops.model.money import Price, Rates, Usage
from promptops.model.usage import Agent, Retries
from tests.audit.sins_world import CONTEXT, MILLION, MONTH, PRICE, call, facts

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.audit.sin import Sin

EXACT = Decimal("1e-20")  # quotients are cut at 28 digits


def found(these: Facts, name: str) -> Sin:
    """Return what the audit says of one sin."""
    return next(one for one in sins(these) if one.name == name)


def month(tokens: Decimal | str, rate: Decimal | str = "1") -> Decimal:
    """Return the dollars a month of tokens in the ten days."""
    return Decimal(tokens) * Decimal(rate) / MILLION * MONTH


def test_attempts_after_a_first_are_all_at_stake(tmp_path: Path) -> None:
    calls = [
        *(call(n, Usage(1_000, 100)) for n in range(8)),
        call(8, Usage(1_200, 50), attempt=2, retry_cause="unfit"),
        call(9, Usage(1_300, 70), attempt=3, retry_cause="rate_limited"),
    ]
    sin = found(facts(tmp_path, calls), "retry-spiral")
    paid = month("2500") + month("120", "10")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(paid, rel=EXACT)
    assert sin.stake.high == pytest.approx(paid, rel=EXACT)
    assert sin.stake.low == 0
    assert sin.evidence[0] == "2 attempts of 10 followed another (20.0%)"
    assert sin.evidence[1].startswith("rate_limited: ")


def test_a_second_attempt_after_a_failure_that_is_not_billed_is_no_waste(tmp_path: Path) -> None:
    calls = [
        *(call(n, Usage(1_000, 100)) for n in range(7)),
        call(7, Usage(2_000), attempt=2, retry_cause="unfit"),
        *(call(n, Usage(3_000), attempt=2, retry_cause="rate_limited") for n in (8, 9)),
    ]
    sin = found(facts(tmp_path, calls), "retry-spiral")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(month("8000"), rel=EXACT)
    assert sin.stake.high == pytest.approx(month("2000"), rel=EXACT)
    assert sin.evidence[-1].startswith("2 attempts came second, after a failure that is not billed")


def test_a_refused_request_is_mended_and_an_unfit_answer_is_given_a_schema(tmp_path: Path) -> None:
    told = {}
    for cause in ("invalid", "unfit"):
        (tmp_path / cause).mkdir()
        calls = [call(0, Usage(1_000)), call(9, Usage(1_000), attempt=2, retry_cause=cause)]
        told[cause] = found(facts(tmp_path / cause, calls), "retry-spiral")
    assert told["invalid"].step.startswith("mend the request")
    assert "JSON Schema" in told["unfit"].step
    # A request that was refused was not billed: the second attempt is the one that was paid.
    stakes = [one.stake.high for one in told.values() if one.stake]
    assert stakes == [0, pytest.approx(month("1000"), rel=EXACT)]


def test_without_a_later_attempt_nothing_is_said_to_be_at_stake(tmp_path: Path) -> None:
    sin = found(facts(tmp_path, [call(0, Usage(1)), call(9, Usage(1))]), "retry-spiral")
    assert sin.stake is None
    assert "attempt= was not told" in sin.unknown[0]


def test_answers_beyond_the_median_of_their_version_are_at_stake(tmp_path: Path) -> None:
    other = CONTEXT._replace(version="v1")
    calls = [
        *(call(n, Usage(500, length)) for n, length in enumerate((10, 20, 30, 1_000))),
        call(9, Usage(500, 400), other, finish="length"),
    ]
    sin = found(facts(tmp_path, calls), "verbose-output")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(month("1460", "10"), rel=EXACT)
    assert sin.stake.high == pytest.approx(month("990", "10"), rel=EXACT)  # 10 above 20, and 980
    assert "1 answer ended at max_tokens: paid, and cut" in sin.evidence


def test_misses_are_at_stake_as_far_as_hits_read(tmp_path: Path) -> None:
    calls = [
        *(call(n, Usage(100, 10, 1_200)) for n in range(3)),
        call(8, Usage(400, 10, 0, {"5m": 900})),
        call(9, Usage(1_300, 10)),
    ]
    sin = found(facts(tmp_path, calls), "context-amnesia")
    assert sin.stake is not None
    # All 900 that one miss wrote, 300 and 1,200 that both sent plainly: together twice 1,200.
    saved = month("900", "1.15") + month("1500", "0.9")
    assert sin.stake.high == pytest.approx(saved, rel=EXACT)
    assert sin.evidence[0].startswith(
        "lamps/answer v2 anthropic:claude-sonnet-5-5: 60.0% of 5 calls read from the cache; "
    )


def test_a_prompt_that_is_never_read_could_have_its_fixed_parts_read(tmp_path: Path) -> None:
    parts = {"instructions": 6_000, "user": 2_000}
    calls = [call(n, Usage(2_000, 10), parts=parts) for n in (0, 9)]
    these = facts(tmp_path, calls, shortest={PRICE.model: 1_500})
    sin = found(these, "context-amnesia")
    assert sin.stake is not None
    assert sin.stake.high == pytest.approx(month("3000", "0.9"), rel=EXACT)
    short = replace(these, shortest={PRICE.model: 1_501})
    again = found(short, "context-amnesia").stake
    assert again is not None
    assert again.high == 0


def test_fixed_text_beyond_a_lean_prompt_is_at_stake(tmp_path: Path) -> None:
    parts = {"instructions": 5_000, "examples": 1_000, "user": 2_000}
    calls = [
        *(call(n, Usage(4_000, 10), parts=parts) for n in (0, 1)),
        call(9, Usage(4_000, 10)),
    ]
    said = Said("INS102", "repeats line 4", "prompts/lamps/answer.prompt.j2:9", 40)
    template = Template("lamps/answer", "prompts/lamps/answer.prompt.j2", None, None, found=(said,))
    sin = found(facts(tmp_path, calls, templates=(template,)), "monolithic-prompt")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(month("6000"), rel=EXACT)
    assert sin.stake.high == pytest.approx(month("4000"), rel=EXACT)
    assert sin.stake.low == pytest.approx(month("80"), rel=EXACT)
    assert sin.unknown == ("no parts are told of 1 call: nothing is known of their fixed text",)
    assert sin.step == "promptops lint --select INS,TOK prompts/lamps/answer.prompt.j2"


def test_retrieved_texts_beyond_three_are_at_stake(tmp_path: Path) -> None:
    parts = {"instructions": 1_000, "retrieved": 3_000}
    calls = [
        call(0, Usage(4_000, 10), parts=parts, chunks=6),
        call(1, Usage(4_000, 10), parts=parts, chunks=2),
        call(9, Usage(4_000, 10), parts=parts),
    ]
    sin = found(facts(tmp_path, calls), "retrieval-firehose")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(month("9000"), rel=EXACT)
    assert sin.stake.high == pytest.approx(month("1500"), rel=EXACT)
    assert sin.evidence[0].endswith("4.0 retrieved texts a call")
    assert sin.unknown[0].startswith("of 1 call with retrieved text")


def test_the_growth_of_turns_is_at_stake(tmp_path: Path) -> None:
    calls = [
        call(n, Usage(tokens, 10), turn=turn, parts={"history": 10, "instructions": 10})
        for n, (turn, tokens) in enumerate([(1, 100), (2, 300), (3, 500), (1, 200), (2, 100)])
    ] + [call(9, Usage(9_000, 10))]
    sin = found(facts(tmp_path, calls), "agent-loop")
    assert sin.stake is not None
    assert sin.stake.paid == pytest.approx(month("900") + month("30", "10"), rel=EXACT)
    # First turns have 150 tokens on average: turn 2 has 100 too many in two calls, turn 3 has 350.
    assert sin.stake.high == pytest.approx(month("450"), rel=EXACT)
    assert sin.unknown == ("no turn is told of 1 call: in no figure here",)


def test_a_cheaper_model_costs_its_rates_of_as_many_tokens(tmp_path: Path) -> None:
    small = Price("anthropic:claude-haiku-5-5", Rates(Decimal("0.1"), Decimal(1), Decimal("0.01")))
    plain = Price("openai:gpt-5.6", Rates(Decimal(2), Decimal(8)))
    calls = [
        call(0, Usage(1_000, 100, 500, {"5m": 200})),
        call(9, Usage(1_000, 100), CONTEXT._replace(model=plain.model), price=plain),
    ]
    these = facts(tmp_path, calls, smaller={PRICE.model: (small.model, small)})
    sin = found(these, "one-model")
    assert sin.stake is not None
    paid = month("1000") + month("100", "10") + month("500", "0.1") + month("200", "1.25")
    less = month("1200", "0.1") + month("100", "1") + month("500", "0.01")
    assert sin.stake.paid == pytest.approx(paid, rel=EXACT)
    assert sin.stake.high == pytest.approx(paid - less, rel=EXACT)
    assert any(plain.model in told for told in sin.unknown)


def mixed(folder: Path) -> Facts:
    """Return a world that has several sins at once, in the same calls."""
    parts = {"instructions": 3_000, "retrieved": 3_000}
    calls = [
        call(
            n, Usage(3_000 + 10 * n, 100 * n, 900 if n % 3 else 0), parts=parts, chunks=n,
            turn=1 + n % 3, attempt=1 + n % 2,
        )
        for n in range(10)
    ]  # fmt: skip
    return facts(folder, calls)


def test_what_is_at_stake_is_what_the_lever_alone_takes_off_a_month(tmp_path: Path) -> None:
    these = mixed(tmp_path)
    known = [one for one in sins(these) if one.stake is not None and one.lever is not None]
    assert len(known) == 6
    for one in known:
        assert one.stake is not None
        assert one.lever is not None
        assert one.stake.high == max(these.month - one.lever(these).month, Decimal(0))
        assert 0 <= one.stake.low <= one.stake.high <= these.month


def test_the_compound_is_recosted_step_by_step_and_not_added_up(tmp_path: Path) -> None:
    these = mixed(tmp_path)
    audit = audited(these)
    left = these.month
    for step in audit.steps:
        assert step.before == left
        assert step.after < step.before
        left = step.after
    assert audit.high == these.month - left
    blindly = sum((one.stake.high for one in audit.sins if one.stake), Decimal(0))
    assert audit.high < blindly
    assert audit.high < these.month


def test_a_retry_that_is_spared_has_no_long_answer_either(tmp_path: Path) -> None:
    calls = [
        call(0, Usage(0, 10)), call(1, Usage(0, 10)), call(2, Usage(0, 110)),
        call(9, Usage(0, 1_010), attempt=2),
    ]  # fmt: skip
    audit = audited(facts(tmp_path, calls))
    alone = {one.name: one.stake.high for one in audit.sins if one.stake}
    assert alone["retry-spiral"] == pytest.approx(month("1010", "10"), rel=EXACT)
    assert alone["verbose-output"] == pytest.approx(month("1100", "10"), rel=EXACT)
    # What the long answer of the retry costs is saved once.
    assert audit.high == pytest.approx(month("1110", "10"), rel=EXACT)


def test_unknown_prices_and_usages_are_said_and_in_no_sum(tmp_path: Path) -> None:
    calls = [call(0, Usage(1_000)), call(1, Usage(1_000), price=None), call(9, None)]
    audit = audited(facts(tmp_path, calls))
    assert audit.facts.month == pytest.approx(month("1000"), rel=EXACT)
    assert "1 of 3 calls tell no usage: they are in no sum" in audit.notes
    assert "1 of 3 calls have no known price: they are in no sum" in audit.notes
    assert "no outcome is recorded: what calls were worth is not known" in audit.notes


def declared() -> Template:
    """Return a prompt of which everything is declared: 1,000 calls a month of 3,000 tokens."""
    costed = Costed(
        PRICE, Decimal(3_000), Decimal(200), retries=Retries(Decimal("0.1"), 1),
        agent=Agent(2, Decimal(400)),
    )  # fmt: skip
    best = Reuse((Mark(Decimal(2_000), "5m", Decimal(1)),), 1_024, Decimal("0.1"))
    return Template(
        "lamps/answer", "prompts/lamps/answer.prompt.j2", PRICE.model, costed,
        Amount(Decimal(1_000)), 1_600, 2_000, best, Decimal(200),
    )  # fmt: skip


def test_without_calls_the_declared_traffic_is_recosted() -> None:
    these = Facts(None, (declared(),))
    once = Decimal("0.003") + Decimal("0.0034") + 2 * Decimal("0.002")
    assert these.month == once * Decimal("1.1") * 1_000
    stakes = {one.name: one.stake.high for one in sins(these) if one.stake}
    assert stakes == {
        "retry-spiral": once * 100,
        "agent-loop": Decimal("0.0004") * 1_100,
        "monolithic-prompt": Decimal("0.0006") * 2 * 1_100,
        "context-amnesia": Decimal("0.0018") * 2 * 1_100,  # both steps read 2,000 at a tenth
    }  # fmt: skip


def test_a_prompt_whose_marks_do_better_keeps_them() -> None:
    one = declared()
    assert one.call is not None
    marks = (Mark(Decimal(2_900), "5m", Decimal(1)),)
    reuse = Reuse(marks, 1_024, Decimal("0.1"))
    better = replace(one, name="lamps/find", call=replace(one.call, reuse=reuse))
    both = found(Facts(None, (one, better)), "context-amnesia").stake
    alone = found(Facts(None, (one,)), "context-amnesia").stake
    assert both is not None
    assert alone is not None
    assert both.high == alone.high


def test_without_calls_it_says_what_it_cannot_know() -> None:
    audit = audited(Facts(None, (declared(),)))
    unknown = {one.name: one.unknown for one in audit.sins}
    assert "how long answers are is not recorded" in unknown["verbose-output"][0]
    assert "is not recorded" in unknown["retrieval-firehose"][0]
    assert any("there are no recorded calls" in note for note in audit.notes)
