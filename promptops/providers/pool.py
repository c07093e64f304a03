"""The one pool of connections of a run, and the proxies of the environment."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError

if TYPE_CHECKING:
    from aiohttp import ClientSession

_LARGER: Final = 1 << 20  # bytes


def check_installed() -> None:
    """Check that calls can be made; the import itself takes a fifth of a second, so it waits.

    Raises:
        ConfigError: aiohttp is not installed.
    """
    if find_spec("aiohttp") is None:
        raise ConfigError("calls to models need aiohttp: pip install 'promptops-toolkit[run]'")


def session(connect: float) -> ClientSession:
    """Return a session of any number of connections; who calls decides how many it uses.

    Raises:
        ConfigError: aiohttp is not installed.
    """
    check_installed()
    import aiohttp

    # asyncio takes 256 KB to read a reply. glibc asks the system for them and gives them back, each
    # time, until it has seen a larger piece go.
    bytes(_LARGER)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "promptops"},
        auto_decompress=True,
        trust_env=False,  # it would read ~/.netrc for every call; proxies are looked up once
    )


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for an address."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return getproxies().get(parts.scheme)
