from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry.vendors.loopback import Loopback, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with pytest.MonkeyPatch.context() as patch, serving() as loopback:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("no_proxy", "127.0.0.1")
        yield loopback
