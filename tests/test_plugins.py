from pathlib import Path

import pytest

from promptops import plugins
from promptops.errors import PluginError

GROUP = "promptops.rules"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that offers three plugins."""
    (tmp_path / "house_style.py").write_text("rules = ('a rule',)\n")
    (tmp_path / "house_broken.py").write_text("raise RuntimeError('no licence')\n")
    about = tmp_path / "house_style-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house-style\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        f"[{GROUP}]\nhouse = house_style:rules\nbroken = house_broken\ngone = house_style:gone\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("package")
def test_a_plugin_is_found_by_its_name() -> None:
    assert plugins.load(GROUP, "house") == ("a rule",)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "hose",
            f"no installed package offers 'hose' in the group {GROUP}; did you mean 'house'?",
        ),
        ("broken", "plugin 'broken' (house_broken) fails to load: RuntimeError: no licence"),
        ("gone", "plugin 'gone' (house_style:gone) fails to load: AttributeError"),
    ],
)
def test_a_plugin_that_cannot_be_had_says_why(name: str, says: str) -> None:
    with pytest.raises(PluginError) as caught:
        plugins.load(GROUP, name)
    assert str(caught.value).startswith(says)
