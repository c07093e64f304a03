"""``promptops serve``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from promptops.cli.common import project
from promptops.errors import UsageError

if TYPE_CHECKING:
    from types import FrameType

    from promptops.serving.server import Server
    from promptops.serving.site import Site

PORT: Final = 8765


@click.command("serve")
@click.option("--port", metavar="N", type=click.IntRange(0, 65_535), default=PORT,
              show_default=True, help="Where to listen; 0 takes a port that is free.")  # fmt: skip
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
              help="An address that is not this machine's own lets others read it.")  # fmt: skip
@click.option("--from", "address", metavar="PLACE",
              help="The ledger's file, a folder of Parquet or postgresql://…"
              "  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--open", "browse", is_flag=True, help="Open it in a browser.")
def command(*, port: int, host: str, address: str | None, browse: bool) -> None:
    """Show the audit, the ready questions and eval runs as pages.

    It only reads, asks nobody else for anything, and is there until Ctrl-C.

    Exit codes: 0 it was ended, 2 the call is wrong or the port is taken.
    """
    from promptops.serving.server import LOOPBACK, opened

    here = project()
    site = _site(address)
    with opened(host, port, site) as server:
        if host not in LOOPBACK:
            told = "whoever reaches that address can read the ledger's figures; nobody is asked who"
            click.echo(f"promptops: --host {host}: {told}", err=True)
        click.echo(f"{server.address} shows {here.root.name}; Ctrl-C ends it")
        sys.stdout.flush()
        site.begin()
        if browse:
            import webbrowser

            webbrowser.open(server.address)
        _until_stopped(server)


def _site(address: str | None) -> Site:
    from promptops.cli.serve_sources import site

    try:
        return site(project(), address)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("promptops"):
            raise
        told = f"serve needs {error.name}: pip install 'promptops-toolkit[audit]'"
        raise UsageError(told) from None


def _until_stopped(server: Server) -> None:
    """Answer until Ctrl-C or SIGTERM."""
    import signal

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # A shell that starts it in the background has it ignore Ctrl-C; it is asked to here.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # it is ending
        click.echo("")
        # Nothing is written here, so nothing is waited for: neither a long audit nor a database
        # that does not answer.
        sys.stdout.flush()
        os._exit(0)
