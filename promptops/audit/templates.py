"""Prompts as they stand, of what ``cost`` and ``lint`` say of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from promptops.audit.template import Retrieved, Said, Template
from promptops.costs.call import ONE, Mark, Reuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.caching.rules import CacheRules
    from promptops.costs.estimate import Estimate
    from promptops.costs.spend import Spend
    from promptops.costs.terms import Terms
    from promptops.model.cost import Amount, CostMetadata
    from promptops.model.finding import Finding


class Own(NamedTuple):
    """Tokens of o200k_base: of a prompt's own text, and of its sample's retrieved ones."""

    fixed: int
    texts: int = 0  # retrieved
    retrieved: int = 0


def templates(
    spends: Iterable[Spend],
    findings: Iterable[Finding],
    own: Mapping[str, Own],
    terms: Terms,
) -> tuple[Template, ...]:
    """Return the prompts."""
    said: dict[str, list[Said]] = {}
    for one in findings:
        if one.prompt is not None:
            place = f"{one.place.path}:{one.place.line}"
            tokens = one.saving.tokens if one.saving else None
            said.setdefault(one.prompt, []).append(Said(one.code, one.message, place, tokens))
    return tuple(_template(one, said, own, terms) for one in spends)


def _template(
    spend: Spend, said: Mapping[str, list[Said]], texts: Mapping[str, Own], terms: Terms
) -> Template:
    facts, estimate = spend.row.pair.new, spend.estimate
    name, found = spend.row.pair.name, tuple(said.get(spend.row.pair.name, ()))
    if estimate is None or facts is None:
        return Template(name, facts.path if facts else name, None, None, found=found)
    own = texts.get(name)
    return Template(
        name,
        facts.path,
        estimate.model,
        estimate.call,
        spend.row.calls.amount,
        None if own is None else min(estimate.count.method.scale(own.fixed), estimate.input),
        estimate.stable,
        _best(terms.rules_of(estimate.model or ""), estimate.stable),
        estimate.output,
        found,
        _answers(terms, name, facts.cost),
        None if own is None else _retrieved(own, estimate),
    )


def _answers(terms: Terms, name: str, declared: CostMetadata) -> Amount | None:
    """Return how long answers are, of whom ``cost`` believes first."""
    use = terms.usage.prompts.get(name)
    said = use.output_tokens if use is not None else None
    return said or declared.output_tokens or terms.usage.defaults.output_tokens


def _retrieved(own: Own, estimate: Estimate) -> Retrieved | None:
    if not own.texts or not own.retrieved or estimate.count.counted != "rendered":
        return None
    tokens = min(estimate.count.method.scale(own.retrieved), estimate.count.input)
    return Retrieved(own.texts, Decimal(tokens))


def _best(rules: CacheRules | None, stable: int | None) -> Reuse | None:
    """Return what a cache does that always finds the prefix; None where none can be kept."""
    if rules is None or rules.read is None or not stable or stable < (rules.minimum or 0):
        return None
    if rules.family not in {"explicit_breakpoint", "implicit_prefix"}:
        return None
    write = {ttl: life.write for ttl, life in rules.lifetimes.items()}
    mark = Mark(Decimal(stable), rules.default or next(iter(write), ""), ONE)
    moving = rules.family == "implicit_prefix" or bool(rules.automatic)
    return Reuse((mark,), rules.minimum or 0, rules.read, write, moving=moving)
