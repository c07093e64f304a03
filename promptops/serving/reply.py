"""What a server answers with."""

from __future__ import annotations

from typing import Final, NamedTuple

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json; charset=utf-8"
CSV: Final = "text/csv; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
# What the head of each page narrows to its own style and script, by their hashes.
_OF_PAGES: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OF_DATA: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


class Reply(NamedTuple):
    """A status, what the body is, the body, and headers of its own."""

    status: int
    kind: str
    body: bytes
    more: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All headers: nobody keeps it, frames it, or takes it for something else."""
        return [
            ("Content-Type", self.kind),
            ("Content-Length", str(len(self.body))),
            ("Content-Security-Policy", _OF_PAGES if self.kind == HTML else _OF_DATA),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            *self.more,
        ]


def page(text: str, status: int = 200, *more: tuple[str, str]) -> Reply:
    """Return a page; a lone surrogate becomes its escape."""
    return Reply(status, HTML, text.encode("utf-8", "backslashreplace"), more)


def data(text: str, kind: str) -> Reply:
    """Return data; a lone surrogate becomes its escape."""
    return Reply(200, kind, text.encode("utf-8", "backslashreplace"))


def refusal(status: int, told: str, *more: tuple[str, str]) -> Reply:
    """Return a line that says why there is no answer."""
    return Reply(status, TEXT, f"{told}\n".encode("utf-8", "backslashreplace"), more)
