"""What a labels file may say: plain data -> weights by version, by label and prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from promptops.registry.references import VERSION, is_label, is_name
from promptops.shape import Wrong

if TYPE_CHECKING:
    from promptops.shape import Path

Arms = Mapping[int, int]  # weights by version, lowest version first
POINTS: Final = 10_000


def checked(data: Any, wrong: list[Wrong]) -> dict[str, dict[str, Arms]]:
    """Return what is right in plain data; what is not is added to ``wrong`` with its place."""
    if not isinstance(data, dict):
        wrong.append(Wrong((), "expected prompts with their labels, `NAME: {production: v1}`"))
        return {}
    found: dict[str, dict[str, Arms]] = {}
    for name, given in data.items():
        if not isinstance(name, str) or not is_name(name):
            wrong.append(Wrong((name,), "not a prompt's name: lower case, [a-z0-9_-], / between"))
        elif not isinstance(given, dict):
            wrong.append(Wrong((name,), "expected labels, such as {production: v1}"))
        else:
            found[name] = {}
            for label, value in given.items():
                arms = _arms(value, (name, label), wrong) if _label((name, label), wrong) else None
                if arms is not None:
                    found[name][label] = arms
    return found


def _label(at: tuple[str, Any], wrong: list[Wrong]) -> bool:
    label = at[1]
    if isinstance(label, str) and is_label(label):
        return True
    if not isinstance(label, str):
        told = f"the label {label!r} is no string: put it in quotes"
    else:
        told = "not a label: lower case, [a-z0-9_-]; v1, latest, work, git, sha256 are reserved"
    wrong.append(Wrong(at, told))
    return False


def _arms(value: Any, at: Path, wrong: list[Wrong]) -> Arms | None:
    if isinstance(value, str) and (found := VERSION.match(value)):
        return {int(found[1]): 1}
    if not isinstance(value, dict) or not value:
        wrong.append(
            Wrong(at, f"expected a version such as v3, or {{v3: 90, v4: 10}}, got {value!r}")
        )
        return None
    before = len(wrong)
    arms = {}
    for version, weight in value.items():
        found = VERSION.match(version) if isinstance(version, str) else None
        if found is None:
            wrong.append(Wrong((*at, version), "expected a version such as v3"))
        elif type(weight) is not int or weight < 1:
            wrong.append(Wrong((*at, version), f"expected a whole weight above 0, got {weight!r}"))
        else:
            arms[int(found[1])] = weight
    if sum(arms.values()) > POINTS:
        wrong.append(Wrong(at, f"the weights come to more than {POINTS:,}"))
    return dict(sorted(arms.items())) if len(wrong) == before else None


def plain(arms: Arms) -> str | dict[str, int]:
    """Return a version, or weights by version, as a labels file writes them."""
    if len(arms) == 1:
        return f"v{next(iter(arms))}"
    return {f"v{number}": weight for number, weight in sorted(arms.items())}
