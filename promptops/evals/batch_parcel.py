"""What goes into one batch: requests on disk, and who waits for each of them."""

from __future__ import annotations

from dataclasses import field, replace
from tempfile import TemporaryFile, gettempdir
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import ConfigError
from promptops.model.values import dataclass
from promptops.providers.batch import Handed, Line, custom_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import BinaryIO

    from promptops.evals.attempts import Ask
    from promptops.evals.calling import Outcome
    from promptops.ledger.rows import Batch, Intent
    from promptops.model.evaluation import Completion, ProviderError
    from promptops.providers.batch import BatchService

_FRAME: Final = 1000  # bytes that a vendor's list needs besides its lines


@dataclass(frozen=True, slots=True)
class Entry:
    """A request of a batch; ``ask`` is the same call as it would be made live, without its body."""

    intent: Intent
    ask: Ask
    done: Callable[[Outcome], Awaitable[None]]
    begin: int
    size: int


class Ended(NamedTuple):
    """How a request ended; ``whole``: its batch was refused, and nobody tried it."""

    entry: Entry
    came: Completion | ProviderError
    whole: bool


@dataclass
class Parcel:
    """A batch and its requests, which are in a file without a name: a kill leaves none behind.

    ``strays`` are intents of an earlier process that nobody waits for any more, ``ended`` requests
    whose rows are written and whose tasks are not told.
    """

    service: BatchService
    batch: Batch
    group: tuple[object, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)  # by custom_id
    strays: dict[str, Intent] = field(default_factory=dict)
    size: int = 0
    ended: list[Ended] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file: BinaryIO = TemporaryFile()  # noqa: SIM115 - closed with the parcel

    def takes(self, line: Line, name: str) -> bool:
        """Whether a line fits beside the others."""
        caps = self.service.caps
        return (
            len(self.entries) < caps.requests
            and self.size + len(line.content) + _FRAME <= caps.size
            and name not in self.entries
        )

    def add(
        self, line: Line, intent: Intent, ask: Ask, done: Callable[[Outcome], Awaitable[None]]
    ) -> None:
        """Take a request in; its body is on disk from here on.

        Raises:
            ConfigError: There is no room for it.
        """
        name = name_of(intent)
        bare = replace(ask, request=replace(ask.request, body={}, messages=(), inputs={}))
        try:
            self._file.seek(self.size)
            self._file.write(line.content)
        except OSError as error:
            told = f"requests of batches have no room in {gettempdir()}: {error.strerror}"
            raise ConfigError(f"{told}; TMPDIR names another folder") from None
        self.group = line.group
        self.entries[name] = Entry(intent, bare, done, self.size, len(line.content))
        self.strays.pop(name, None)
        self.size += len(line.content)

    def handed(self) -> Handed:
        """Return what is sent."""
        self._file.flush()
        return Handed(self.batch.nonce, self.group, self._file, self.size)

    def live(self, entry: Entry) -> Ask:
        """Return a request as it is asked live."""
        self._file.seek(entry.begin)
        line = Line(self.group, self._file.read(entry.size))
        return replace(entry.ask, request=replace(entry.ask.request, body=self.service.given(line)))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def name_of(intent: Intent) -> str:
    """Return what an intent's request is called in its batch."""
    return custom_id(intent.request_hash, intent.attempt_no)


def fits_alone(service: BatchService, line: Line) -> bool:
    """Whether a vendor takes a line in any batch at all."""
    return len(line.content) + _FRAME <= service.caps.size
