"""What the texts of a prompt do not tell, and was taken from elsewhere or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.reporters.cost_figures import amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.costs.row import Row


class Assumption(NamedTuple):
    """A figure or a way of reckoning, and where it is from; None: from nowhere."""

    key: str
    value: str
    origin: str | None


def assumptions(row: Row) -> list[Assumption]:
    """Return what a row's figures hang on, in a settled order."""
    used, leading = row.used, row.new or row.old
    calls = Assumption("calls", "given" if row.calls.amount else "unknown", row.calls.origin)
    answers = Assumption("output", row.output or "not counted", used.output_origin)
    found = [calls, *_before(row), answers, *_cache(row), *_shape(row)]
    found += _counted(row)
    if any(side and side.count.attached for side in (row.old, row.new)):
        found.append(Assumption("tools", "heuristic: minified JSON", None))
    if leading is not None and leading.count.reason:
        found.append(Assumption("input", f"source: {leading.count.reason}", None))
    if leading is not None and leading.count.inputs:
        names = ", ".join(dict.fromkeys(leading.count.inputs))
        found.append(Assumption("variables", f"median tokens of {names}", "usage file"))
    return found


def _counted(row: Row) -> Iterator[Assumption]:
    """Yield what is known of a calibration, which contains the framing of requests."""
    methods = [side.count.method for side in (row.new, row.old) if side is not None]
    known = dict.fromkeys(f"{one.n:,} calls{one.note}" for one in methods if one.n is not None)
    if known:
        yield Assumption("calibration", " -> ".join(known), "usage file")
    whole = bool(methods) and all(one.n is not None for one in methods)
    yield Assumption("framing", "in the calibration" if whole else "not counted", None)


def _before(row: Row) -> Iterator[Assumption]:
    if row.used.before is not None:
        told = f"{amount(row.used.before.expected)} before; the head's hold on both sides"
        yield Assumption("calls before", told, row.calls.origin)


def _cache(row: Row) -> Iterator[Assumption]:
    sides = [one for one in (row.new, row.old) if one is not None]
    reckoned = next((one.reused for one in sides if one.reused.reckoned), None)
    told = next((one.reused.told for one in sides if one.reused.told), "")
    if reckoned is not None:
        measured = row.used.arrivals.hit_rate is not None
        how = "hit rate measured" if measured else "hit rate worked out of the traffic"
        yield Assumption("cache", how, reckoned.told)
        return
    yield Assumption("cache", told or "not in play", None)


def _shape(row: Row) -> Iterator[Assumption]:
    used, origins = row.used, row.used.origins
    if used.reasoning.amount is not None:
        told = f"{amount(used.reasoning.amount.expected)} tokens, billed as output"
        yield Assumption("reasoning", told, used.reasoning.origin)
    if used.retries.billed_failure:
        again = "repairs" if used.retries.repair else "retries"
        told = f"{used.retries.billed_failure:f} of attempts, at most {used.retries.most} {again}"
        yield Assumption("retries", told, origins.get("retries"))
    if used.agent.steps != 1:
        told = f"{used.agent.steps} steps, each {amount(used.agent.growth)} tokens longer"
        yield Assumption("agent", told, origins.get("agent"))
    if used.batch_share:
        call = row.new.call if row.new else row.old.call if row.old else None
        known = call is not None and call.price.batch is not None
        told = f"{used.batch_share * 100:f} % of calls"
        told += "" if known else "; no batch price is known: all at the standard rate"
        yield Assumption("batch", told, origins.get("batch_share"))
