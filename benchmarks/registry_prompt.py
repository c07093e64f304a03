"""The prompt that every library renders: a chat of about 970 tokens, ten inputs, a loop of ten.

It is plain text without any library, so that the peers' own environments can import it.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RULES = "Answer in the language of the ticket, keep to the passages, and quote their numbers. "
SYSTEM = f"""You answer for {{{{ company }}}} in a {{{{ tone }}}} voice. {_RULES * 15}
Locale {{{{ locale }}}}, plan {{{{ plan }}}}, priority {{{{ priority }}}}. {_RULES * 12}
"""
USER = """{% for chunk in chunks %}[{{ loop.index }}] {{ chunk.title }}: {{ chunk.text }}
{% endfor %}{% if vip %}A customer of long standing.
{% endif %}{{ customer }}, {{ orders }} orders, writes: {{ ticket }}
"""
USER_WITHOUT_LOGIC = """{{ passages }}{{ standing }}{{ customer }}, {{ orders }} orders, writes: \
{{ ticket }}
"""
TEXTS = ("company", "tone", "locale", "plan", "priority", "customer", "ticket")
VALUES: dict[str, object] = dict.fromkeys(TEXTS, "something that a caller says") | {
    "orders": 3,
    "vip": True,
    "chunks": [{"title": f"Passage {n}", "text": "A rule of the house. " * 5} for n in range(10)],
}


def values() -> Iterator[dict[str, object]]:
    """Yield values of which no two are alike, as in production: a cached render would be none."""
    for number in count(1_000_000):
        yield {**VALUES, "ticket": f"something that caller {number} says"}


MATTER = """version: {number}
inputs:
  company: {{type: string, max_length: 8000}}
  tone: {{type: string, max_length: 8000}}
  locale: {{type: string, max_length: 8000}}
  plan: {{type: string, max_length: 8000}}
  priority: {{type: string, max_length: 8000}}
  customer: {{type: string, max_length: 8000}}
  ticket: {{type: string, max_length: 8000, untrusted: true}}
  orders: integer
  vip: boolean
  chunks:
    type: array
    max_items: 10
    items: {{type: object, properties: {{title: {{type: string}}, text: {{type: string}}}}}}
"""


def promptops_file(number: int, mark: str = "") -> str:
    """Return the prompt as a promptops file of some version."""
    head, locale, rest = SYSTEM.partition("Locale")
    cached = f'{head}{{% cache ttl="1h" %}}\n{locale}{rest}'
    system = f"{{% system %}}\n{mark}{cached}{{% endsystem %}}\n"
    return f"---\n{MATTER.format(number=number)}---\n{system}{{% user %}}\n{USER}{{% enduser %}}\n"
