"""How long answers are of which only a median and a 95th percentile are declared: log-normal."""

from __future__ import annotations

from decimal import Decimal
from math import exp, log
from typing import TYPE_CHECKING

from promptops.statistics.distributions import normal_cdf, normal_quantile

if TYPE_CHECKING:
    from promptops.model.cost import Amount

_HIGH, _MOST = 0.95, 0.99


def quantile(answers: Amount, share: float) -> Decimal | None:
    """Return the length that a share of the answers do not pass; None without a 95th percentile.

    The declared ones are taken as they are.
    """
    known = {0.5: answers.expected, _HIGH: answers.high, _MOST: answers.most}
    if (found := known.get(share)) is not None:
        return found
    spread = _spread(answers)
    if spread is None:
        return None
    return answers.expected * _decimal(exp(spread * normal_quantile(share)))


def capped(answers: Amount, limit: Decimal) -> Decimal:
    """Return the tokens that are reckoned with where answers end at a limit.

    Declared answers are reckoned with their median: of it the share is left that is left of the
    mean. Where all are equally long, the shorter of both.
    """
    spread = _spread(answers)
    if spread is None:
        return min(answers.expected, limit)
    if limit <= 0:
        return Decimal(0)
    beyond = log(limit / answers.expected) / spread
    # E[min(X, limit)] / E[X], of X log-normal with E[X] = median x exp(spread^2 / 2).
    mean = exp(spread * spread / 2)
    left = normal_cdf(beyond - spread)
    left += float(limit / answers.expected) * (1 - normal_cdf(beyond)) / mean
    return answers.expected * min(_decimal(left), Decimal(1))


def _spread(answers: Amount) -> float | None:
    """Return the standard deviation of the logarithm; None where nothing says that they vary."""
    if answers.high is None or answers.expected <= 0 or answers.high <= answers.expected:
        return None
    return log(answers.high / answers.expected) / normal_quantile(_HIGH)


def _decimal(number: float) -> Decimal:
    return Decimal(repr(number))
