"""What a rendered prompt comes to: its tokens, and its dollars at list price."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promptops.errors import NotEstimable
from promptops.model.money import MILLION, PER_CALL
from promptops.model.tokens import TokenCount

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from promptops.registry.rendered import Rendered


def tokens(rendered: Rendered) -> TokenCount:
    """Return the input tokens of a request for its model, tools and schema as minified JSON.

    Nothing is kept on disk: an application's texts leave no trace, not even their hashes.
    """
    from promptops.tokens.counter import TokenCounter
    from promptops.tokens.methods import method_for

    attached = [*rendered.tools, *([] if rendered.schema is None else [rendered.schema])]
    texts = [message.text for message in rendered.messages]
    texts += [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in attached]
    method = method_for(rendered.model, "\n".join(texts))
    return TokenCount(method.scale(sum(TokenCounter(None).encoded(texts, method.encoding))), method)


def cost(rendered: Rendered, output_tokens: int | None, day: date | None) -> Decimal:
    """Return the dollars of a request on a day (default: today), as if nothing were cached.

    Its answer has ``output_tokens``, else those that the prompt declares, else none.

    Raises:
        NotEstimable: The prompt names no model.
        UnknownModel: No price is known for its model.
    """
    from promptops.pricing.book import bundled

    if rendered.model is None:
        told = "names no model, so that it has no price: add `model: provider:name`"
        raise NotEstimable(f"{rendered.ref.name} {told}")
    price = bundled().price(rendered.model, day or datetime.now(UTC).date())
    sent = tokens(rendered).tokens
    declared = rendered.output_tokens
    answer = output_tokens if output_tokens is not None else (declared.expected if declared else 0)
    rates = price.rates_for(sent)
    return ((sent * rates.input + answer * rates.output) / MILLION).quantize(PER_CALL)
