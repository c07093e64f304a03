"""The arithmetic of docs/arithmetic.md is what the product's functions make of it."""

import doctest
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "arithmetic.md").read_text("utf-8")
CODE = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


def test_every_figure_is_what_the_functions_say() -> None:
    page = doctest.DocTestParser().get_doctest(CODE, {}, "arithmetic.md", "docs/arithmetic.md", 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(page, out=said.append)
    assert not said, "".join(said)
    assert runner.tries > 40


@pytest.mark.parametrize(
    "figure",
    ["$6,000.00", "$15,000.00", "'1.25', '1.95', '2.05'", "'21.7%', '52.6%'", "99,000", "13.5%"],
)
def test_the_claims_of_the_sources_are_figures_that_are_worked_out(figure: str) -> None:
    assert figure in CODE


def test_the_table_of_retries_says_what_is_worked_out_below_it() -> None:
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \| ([0-9.]+)[^|]* \|$", PAGE, re.MULTILINE)
    assert rows == ["1.25", "1.95", "2.05"]
    assert str(tuple(rows)) in CODE
