"""``[tool.promptops.providers.NAME]``: servers of one's own that speak OpenAI's protocol."""

from __future__ import annotations

from typing import Any, Final

from promptops import shape
from promptops.model.values import dataclass
from promptops.shape import Wrong


@dataclass(frozen=True, slots=True)
class Server:
    """A server; ``key`` is the environment variable of its key, None where it wants none."""

    base_url: str
    key: str | None = None


def _made(base_url: str = "", key: str | None = None) -> Server:
    return Server(base_url, key)


_RECORD: Final = shape.record(_made, {"base-url": shape.string, "key": shape.string})


def _server(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = _RECORD(value, path, problems)
    if isinstance(found, Server) and not found.base_url:
        problems.append(Wrong(path, "needs a base-url, such as http://localhost:8000/v1"))
    return found


SERVERS: Final = shape.mapping_of(_server)
