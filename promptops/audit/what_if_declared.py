"""What prompts would cost a month with their declared traffic, if something were another way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.audit.lengths import capped, quantile
from promptops.audit.words import count
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.audit.template import Template
    from promptops.audit.what_if import Asked
    from promptops.pricing.prices import Prices

Templates = tuple["Template", ...]
_ENOUGH: Final = 1_000  # attempts, after which nobody goes on


class Told(NamedTuple):
    """Prompts after a change; how their figures were got, and what is not known."""

    templates: Templates
    how: str
    unknown: str = ""


def pulled(templates: Templates, asked: Asked, prices: Prices) -> Told:
    """Return the prompts after a lever.

    Raises:
        UsageError: A model has no known price.
    """
    if asked.lever == "model":
        return on_model(templates, asked.value, prices)
    return _PULLED[asked.lever](templates, asked)


def retried(templates: Templates, share: Decimal) -> Told:
    """Return the prompts with attempts that fail with a chance, until one does not."""

    def again(one: Template) -> Template:
        if one.call is None:
            return one
        most = _ENOUGH if share else 0
        retries = replace(one.call.retries, billed_failure=share, most=most)
        return one.costing(replace(one.call, retries=retries))

    how = (
        "each attempt fails with that chance and is made again until one does not; of an agent's "
        "steps as retries.checked of usage.yml says"
    )
    return Told(tuple(map(again, templates)), how)


def fewer_turns(templates: Templates, most: int) -> Told:
    """Return the prompts with agents of at most so many steps."""

    def fewer(one: Template) -> Template:
        if one.call is None or one.call.agent.steps <= most:
            return one
        agent = replace(one.call.agent, steps=most)
        return one.costing(replace(one.call, agent=agent))

    how = "agents end after so many steps; whether they would have is not known"
    return Told(tuple(map(fewer, templates)), how)


def fewer_chunks(templates: Templates, most: int) -> Told:
    """Return the prompts with at most as many retrieved texts, each as long as in their sample."""
    able = [one for one in templates if one.retrieved is not None]
    how = "retrieved texts of the declared sample are as many, each as long as they are on average"
    silent = len(templates) - len(able)
    unknown = f"no retrieved text is known of {count(silent, 'prompt')}: as before"
    found = tuple(one.with_chunks(most) for one in templates)
    return Told(found, how, unknown if silent else "")


def best_cache(templates: Templates) -> Told:
    """Return the prompts whose prefix is always found, where that is cheaper than what they do."""
    silent = sum(one.best is None for one in templates)
    unknown = f"no prefix that could be kept is known of {count(silent, 'prompt')}: as before"
    how = "every call reads the tokens that stand in front of the first that vary"
    return Told(tuple(one.cached() for one in templates), how, unknown if silent else "")


def limited(templates: Templates, value: str) -> Told:
    """Return the prompts with answers up to a limit; pNN is the quantile of each one's answers."""
    found, silent = [], 0
    for one in templates:
        limit = _limit(one, value)
        if limit is None or one.answers is None or one.call is None:
            silent += 1
            found.append(one)
            continue
        less = one.answers.expected - capped(one.answers, limit)
        found.append(one.costing(replace(one.call, output=one.call.output - less)))
    how = (
        "answers above the limit cost the limit; their lengths are taken to be log-normal, of the "
        "declared median and 95th percentile"
    )
    lacks = "how long answers are" if value.isdecimal() else "a 95th percentile of answers"
    unknown = f"{lacks} is not declared of {count(silent, 'prompt')}: as before"
    return Told(tuple(found), how, unknown if silent else "")


def _limit(one: Template, value: str) -> Decimal | None:
    if value.isdecimal():
        return Decimal(value)
    return None if one.answers is None else quantile(one.answers, int(value[1:]) / 100)


def on_model(templates: Templates, model: str, prices: Prices) -> Told:
    """Return the prompts at the price of a model.

    Raises:
        UsageError: The model has no known price.
    """
    price = prices.find(model)
    if price is None:
        raise UsageError(f"--what-if model={model!r}: {prices.why_unknown(model)}")
    found = tuple(
        replace(one, model=model, call=replace(one.call, price=price)) if one.call else one
        for one in templates
    )
    how = (
        "today's price of the list, of as many tokens; another model makes others of a text, and "
        "its cache may keep other prefixes"
    )
    batches = price.batch is None and any(one.call and one.call.batch_share for one in templates)
    unknown = f"no price of {model} in batches is known: none is taken off" if batches else ""
    return Told(found, how, unknown)


def batched(templates: Templates, share: Decimal) -> Told:
    """Return the prompts with that share of the calls outside batches at batch prices."""
    found, silent = [], set()
    for one in templates:
        if one.call is None or one.call.price.batch is None:
            silent |= {one.model} if one.call is not None and one.model else set()
            found.append(one)
            continue
        was = one.call.batch_share
        found.append(one.costing(replace(one.call, batch_share=was + (1 - was) * share)))
    names = ", ".join(sorted(silent))
    unknown = f"no batch price is known of {names}: as before" if silent else ""
    how = f"{share:.0%} of the calls outside batches, at the list's batch prices"
    return Told(tuple(found), how, unknown)


_PULLED: Final[dict[str, Callable[[Templates, Asked], Told]]] = {
    "retries": lambda templates, asked: retried(templates, asked.share),
    "turns": lambda templates, asked: fewer_turns(templates, int(asked.value)),
    "chunks": lambda templates, asked: fewer_chunks(templates, int(asked.value)),
    "cache": lambda templates, _: best_cache(templates),
    "max_tokens": lambda templates, asked: limited(templates, asked.value),
    "batch": lambda templates, asked: batched(templates, asked.share),
}
