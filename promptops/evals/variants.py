"""Which versions are asked of which models, and what a call of each costs at most."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.evals.attempts import Ask
from promptops.evals.plan import ASSUMED
from promptops.evals.requests import REPLAY, streaming
from promptops.evals.requests import request as made
from promptops.model.money import MILLION
from promptops.model.values import dataclass
from promptops.templates.markers import Boundary

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.plan import EvalPlan
    from promptops.model.evaluation import Case, Completion, Request
    from promptops.model.money import Price
    from promptops.registry.handle import PromptHandle

BASELINE: Final = "baseline:"
_LIMITS: Final = ("max_tokens", "max_output_tokens", "max_completion_tokens")
SHORTEST: Final = 300.0  # seconds that a vendor keeps a prefix for at least
_MANY: Final = (list, tuple)
_KEPT: Final = 1_000  # requests of a variant that are kept from the forecast to the run


@dataclass(frozen=True)
class Variant:
    """A version on a model; ``free`` where nobody is paid."""

    id: str
    version: str
    model: str
    handle: PromptHandle
    baseline: bool = False

    @property
    def free(self) -> bool:
        """Whether no vendor is called."""
        return self.model.startswith((REPLAY, BASELINE))

    @cached_property
    def marked(self) -> bool:
        """Whether it asks its vendor to cache a part of it."""
        prompt = self.handle.prompt
        marks = (isinstance(marker, Boundary) for marker, _ in prompt.template.markers())
        return bool(prompt.metadata.cache) or any(marks)

    @cached_property
    def kept(self) -> dict[tuple[str, int], tuple[Case, EvalPlan, Request]]:
        """Requests by case and repeat that were made once and are needed once more."""
        return {}


def variants(plan: EvalPlan, handle: Callable[[str], PromptHandle]) -> list[Variant]:
    """Return the variants of a plan, the incumbent first and baselines last.

    ``handle`` gives a prompt's text by its reference.

    Raises:
        ConfigError: A version names no model, and the plan names none.
    """
    found = []
    for model in plan.models or (None,):
        for version in plan.versions:
            text = handle(f"{plan.prompt}@{version}")
            own = model or text.prompt.metadata.model
            if own is None:
                raise ConfigError(f"{plan.name}: {version} names no model: give `models`")
            found.append(Variant(f"{version} {own}", version, own, text))
    if len({one.model for one in found}) == 1:  # one model goes without saying
        found = [replace(one, id=one.version) for one in found]
    first = plan.versions[0]
    text = handle(f"{plan.prompt}@{first}")
    found += [Variant(name, first, name, text, baseline=True) for name in plan.baselines]
    return found


def sent(
    variant: Variant, case: Case, repeat: int, plan: EvalPlan, *, keep: bool = False
) -> Request:
    """Return the call that asks a variant about a case.

    A run foretells its calls before it makes them, so some are kept until they are asked for again.

    Raises:
        RenderError: The prompt cannot be rendered on it, or the vendor would refuse it.
    """
    known = variant.kept.pop((case.id, repeat), None)
    if known is not None and known[0] is case and known[1] is plan:
        return known[2]
    options: dict[str, Any] = {}
    if not variant.free:
        options = streaming(variant.model) if plan.run.stream else {}
        options = {**options, **plan.run.provider_options}
    request = made(variant.handle, variant.model, case, repeat, options=options)
    if keep and len(variant.kept) < _KEPT:
        variant.kept[case.id, repeat] = (case, plan, request)
    return request


def ask(
    variant: Variant,
    request: Request,
    price: Price | None,
    sha256: str | None,
    assumed: int = ASSUMED,
) -> Ask:
    """Return a call with what it costs at most.

    That is all its bytes as tokens, each written to the cache, and the longest answer. A token has
    a byte at least, so this is a bound and no estimate, where the answer has a limit; where it has
    none, so many tokens are ``assumed``.
    """
    amounts = {"requests": 1.0}
    if variant.free:
        return Ask(request, Decimal(0), lambda _: Decimal(0), amounts)
    if price is None:
        return Ask(request, None, lambda _: None, amounts)

    def paid(completion: Completion) -> Decimal | None:
        return None if completion.usage is None else price.cost(completion.usage)

    prefix = variant.id if variant.marked else None
    return Ask(request, at_most(request, price, assumed), paid, amounts, prefix, SHORTEST, sha256)


def at_most(request: Request, price: Price, assumed: int = ASSUMED) -> Decimal:
    """Return the dollars that a call costs at most, as ``ask`` has it."""
    return worst(price, bytes_of(request), longest(request, assumed))


def worst(price: Price, size: int, answer: int) -> Decimal:
    """Return the dollars of a call of so many bytes, each a token, and tokens of its answer."""
    rates = price.rates_for(size)
    dearest = max(rates.input, *rates.cache_write.values()) if rates.cache_write else rates.input
    return (size * dearest + answer * rates.output) / MILLION


def longest(request: Request, assumed: int = ASSUMED) -> int:
    """Return the tokens of the longest answer that a request allows, or those assumed."""
    return min(limits(request), default=assumed)


def limits(request: Request) -> list[int]:
    """Return the limits that a request sets to its answer's tokens."""
    inner = _inner(request.body)
    body = {**request.body, **inner} if inner else request.body
    return [body[name] for name in _LIMITS if isinstance(body.get(name), int)]


def _inner(body: Any) -> dict[str, Any]:
    """Return the settings that some clients take as a group of their own."""
    for name in ("config", "inferenceConfig"):
        inner = body.get(name)
        if isinstance(inner, dict):
            return {**inner, "max_tokens": inner.get("maxTokens", inner.get("max_tokens"))}
    return {}


def bytes_of(request: Request) -> int:
    """Return the bytes of all texts and names in a request's body."""
    total = 0
    left: list[Any] = [request.body]
    for one in left:  # which grows on the way
        if isinstance(one, str):
            total += len(one) if one.isascii() else len(one.encode("utf-8", "surrogatepass"))
        elif isinstance(one, dict):
            left += map(str, one)
            left += one.values()
        elif isinstance(one, _MANY):
            left += one
    return total
