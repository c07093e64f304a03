"""A page that needs nothing but itself."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from promptops.reporters.page.markup import Html, el, join


def document(
    title: str,
    body: Html,
    *,
    styles: str = "",
    script: str = "",
    forms: bool = False,
    again: int | None = None,
) -> str:
    """Return a whole page in English.

    Its policy forbids every request, form and frame, and every style and script but its own, so
    that markup which got in after all would neither run nor call.

    Args:
        title: What the window is called.
        body: What is in it.
        styles: Added to those of all pages.
        script: What runs when the page is there.
        forms: Whether its forms may ask whoever it came from.
        again: After so many seconds the page is asked for again.
    """
    style = f"{asset('page.css')}{styles}"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}" if script else "script-src 'none'",
            "base-uri 'none'",
            "form-action 'self'" if forms else "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )
    head = [
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        None if again is None else el("meta", http_equiv="refresh", content=str(again)),
        el("title", title),
        el("style", Html(style)),
    ]
    parts = [body, el("script", Html(script)) if script else None]
    page = el("html", el("head", join(head)), el("body", join(parts)), lang="en")
    return f"<!doctype html>\n{page}\n"


def asset(name: str) -> str:
    """Return a style or a script that comes with the package."""
    return files("promptops.reporters.page").joinpath(name).read_text("utf-8")


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
