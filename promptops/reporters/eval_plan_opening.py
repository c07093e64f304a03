"""What a run would do, in the few sentences that it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.words import percent, plain_points
from promptops.reporters.cost_figures import visible
from promptops.reporters.eval_words import price

if TYPE_CHECKING:
    from promptops.evals.foretold_values import Foretold, Got

_SECONDS: Final = 1.5  # minutes below which seconds are told


def opening(found: Foretold) -> list[str]:
    """Return the sentences that a run begins with."""
    told = [f"{found.name}: {answers(found)}."]
    if found.paid:
        told.append(f"{spending(found)}; {time(found.minutes)}.")
    for one in found.power:
        if one.margin is not None:
            held = ", ".join(percent(each.margin) for each in one.needed)
            shares = ", ".join(share(each.discordance) for each in one.needed)
            told.append(
                f"{found.cases:,} cases hold {held} points where {shares} % of them differ; "
                f"{one.metric} is to hold {plain_points(one.margin)}."
            )
    return [visible(one) for one in (*told, *found.notes)]


def answers(found: Foretold) -> str:
    """Return where answers come from: ``202 answers: 12 shared, 40 stored, 150 calls``."""
    known = found.answers
    parts = [
        f"{known.shared:,} shared by versions that say the same" if known.shared else "",
        f"{known.reused:,} from the ledger" if known.reused else "",
        f"{known.calls - known.free:,} calls" if known.calls > known.free or not known.free else "",
        f"{known.free:,} by code that nobody is paid for" if known.free else "",
    ]
    told = f"{known.items:,} answers to {found.cases:,} cases"
    return f"{told}: {', '.join(filter(None, parts))}"


def spending(found: Foretold) -> str:
    """Return the dollars of a run: ``expected $0.04, at most $0.24; in batches $0.02, …``."""
    told = f"expected {price(found.live.expected.value)}, at most {price(found.live.worst.value)}"
    if found.batch is not None:
        told += f"; in batches {price(found.batch.expected.value)}"
        told += f", at most {price(found.batch.worst.value)}"
    return told


def time(minutes: Got[float]) -> str:
    """Return how long it takes: ``about 3 minutes``."""
    if minutes.value is None:
        return "how long it takes is not known"
    if minutes.value < _SECONDS:
        return f"about {max(round(minutes.value * 60), 1)} s"
    return f"about {minutes.value:,.0f} minutes"


def share(part: float) -> str:
    """Return a share in percent, with a digit behind the point where there is one: ``4``."""
    return percent(part).removesuffix(".0")
