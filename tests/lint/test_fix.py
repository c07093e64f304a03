from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.config import Config, TemplateSettings
from promptops.lint import fixing
from promptops.lint.catalogue import built_in
from promptops.lint.fixing.edits import applied, landed, meet, ordered
from promptops.lint.overlay import sent
from promptops.model.finding import Edit, Fix
from promptops.model.text import Span
from promptops.templates.files import Memory
from promptops.templates.loader import load
from tests.lint.fixing import mend, mended, reasons
from tests.lint.projects import HEAD, TWICE

LETTER = "---\nversion: 1\ninputs: {letter: string}\n---\n"
PLAN = "TODO: the board wants this shorter, ask Ines in the spring whether one sentence will do"
IDLE = "{# promptops: ignore[verbatim-repeat] why #}"
BARE = Config(templates=TemplateSettings(trim_blocks=False, lstrip_blocks=False))


def test_the_page_names_the_rules_of_each_fix() -> None:
    page = (Path(__file__).parents[2] / "docs" / "linting.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (?:safe|text|names|inputs|metadata)[^|]*\|[^|]*\|([^|]*)\|$", page, re.MULTILINE
    )
    named = re.findall(r"[A-Z]{3}\d{3}", " ".join(rows))
    sources = Path(fixing.__file__).parents[1].joinpath("rules").glob("*.py")
    texts = {path.stem: path.read_text("utf-8") for path in sources}
    fixed = {rule.code for rule in built_in() if " fix=" in texts[rule.name.replace("-", "_")]}
    assert sorted(named) == sorted(fixed | {"TPL107"})  # its fix comes with what is read


def test_a_misspelt_name_is_renamed_wherever_its_file_uses_it() -> None:
    text = "Sum up {{ leter }}{% if leter|length > 9 %} in short{% endif %}.\n"
    assert mended(LETTER + text) == LETTER + text.replace("leter", "letter")


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("part2: string", "part1"),  # names that differ in a digit are two names
        ("id: string", "q"),
        ("letter: string, lettre: string", "leter"),  # either may be meant
        ("letter: string", "leter()"),
    ],
)
def test_a_name_that_may_mean_something_else_stays(declared: str, used: str) -> None:
    fixed = mend(f"---\nversion: 1\ninputs: {{{declared}}}\n---\nSum up {{{{ {used} }}}}.\n")
    assert (fixed.after, reasons(fixed)) == ({}, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("inputs: {letter: string, tone: string}", "inputs: {letter: string}"),
        ("inputs: {tone: string, letter: string}", "inputs: {letter: string}"),
        ("inputs: {letter: string, tone: 'string, } or {'}", "inputs: {letter: string}"),
        (
            "inputs:\n  tone:\n    type: string\n\n    enum: [warm]\n  letter: string",
            "inputs:\n  letter: string",
        ),
        (
            "inputs:\n  letter: string\n  tone: string\ntags: [a]",
            "inputs:\n  letter: string\ntags: [a]",
        ),
    ],
)  # fmt: skip
def test_the_declaration_of_an_unused_input_is_taken_out(before: str, after: str) -> None:
    text = "---\nversion: 1\n{}\n---\nSum up {{{{ letter }}}}.\n"
    assert mended(text.format(before)) == text.format(after)


def test_the_last_input_leaves_an_empty_declaration() -> None:
    text = "---\nversion: 1\ninputs:\n  tone: string\nowner: ines\n---\nName the tide.\n"
    assert mended(text) == text.replace("inputs:\n  tone: string\n", "inputs: {}\n")


@pytest.mark.parametrize(
    "text",
    [
        "---\nversion: 1\ninputs: {tone: &t string, pace: *t}\n---\nSing {{ pace }}.\n",
        "---\nversion: 1\ninputs: {tone: string}\n---\nSing in [tone].\n",
        "---\nversion: 1\ninputs: {tone: string}\n---\nSing {{ mood }}.\n",
    ],
)
def test_an_input_that_something_hangs_on_stays(text: str) -> None:
    assert mend(text, select=("TPL104",)).after == {}


def test_an_input_that_the_sample_hands_over_stays() -> None:
    front = "---\nversion: 1\ninputs: {tone: string}\ncost: {sample: s.json}\n---\n"
    fixed = mend({HEAD: f"{front}Name the tide.\n", "s.json": '{"tone": "warm"}'})
    assert fixed.after == {}
    (reason,) = reasons(fixed)
    assert reason.startswith("TPL104: it would bring TPL106 failing-sample")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ouput: {type: text}", "output: {type: text}"),
        ("'ouput': {type: text}", "'output': {type: text}"),
        ("output: {typ: text}", "output: {type: text}"),
    ],
)
def test_a_misspelt_key_is_written_as_the_nearest(before: str, after: str) -> None:
    text = "---\nversion: 1\n{}\n---\nName the tide.\n"
    assert mended(text.format(before)) == text.format(after)


def test_a_key_that_would_hold_the_wrong_value_stays() -> None:
    text = "---\nversion: 1\noutput_form: text\n---\nName the tide.\n"
    fixed = mend(text.replace("output_form", "ouput"))
    assert fixed.after == {}
    assert reasons(fixed) == [
        "TPL107: it would bring TPL107 bad-front-matter: output: expected a mapping, got a string"
    ]


def test_a_key_that_is_there_already_is_not_written_twice() -> None:
    text = "---\nversion: 1\noutput: {type: text}\nouput: {type: text}\n---\nName the tide.\n"
    assert mend(text).after == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"Go on.\n{TWICE}\nStop.\n{TWICE}\n", f"Go on.\n{TWICE}\nStop.\n"),
        (f"{TWICE}\nStop.\n{TWICE}\nThank them.\n", f"{TWICE}\nStop.\nThank them.\n"),
        (f"{TWICE}\nStop. {TWICE} Thank them.\n", f"{TWICE}\nStop. Thank them.\n"),
        (f"{TWICE}\n\n{TWICE}\n\nStop.\n", f"{TWICE}\n\nStop.\n"),
        (f"- {TWICE}\n- Stop.\n- {TWICE}\n- Go.\n", f"- {TWICE}\n- Stop.\n- Go.\n"),
        (f"{TWICE}\n1. Stop.\n2. {TWICE} Go.\n", f"{TWICE}\n1. Stop.\n2. Go.\n"),
    ],
)
def test_the_later_copy_goes_as_a_whole_sentence_or_line(before: str, after: str) -> None:
    assert mended(before) == after


@pytest.mark.parametrize(
    "text",
    [
        f"{{% if a %}}\n{TWICE}\n{{% endif %}}\n{TWICE}\n",  # the earlier one is not always there
        f"{{% for b in a %}}\n{TWICE}\n{{% endfor %}}\nStop.\n{TWICE}\n",
        f"{{% system %}}{TWICE}{{% endsystem %}}\n{{% user %}}{TWICE} Go.{{% enduser %}}\n",
        f"{TWICE}\n{{{{ letter }}}}\n{TWICE}\n",  # a reminder behind a document
        f"{TWICE}\n<letter>{{{{ letter }}}}</letter>\n{TWICE}\n",
        f"{TWICE}\nRemember: {TWICE}\n",
        f"1. {TWICE}\n2. Stop.\n3. {TWICE}\n4. Go.\n",  # a gap in the numbers
        f"{TWICE}\n\n# Language\n{TWICE}\n\n# Length\nStop.\n",  # an empty section
        f"- {TWICE}\n- Stop.\n- {TWICE}\n  - Go.\n",  # what hangs on it
        f"{TWICE}\n{{% if a %}}\n{TWICE}\n{{% endif %}}\n",  # an empty condition
    ],
)
def test_a_copy_that_may_be_needed_stays(text: str) -> None:
    fixed = mend(text, select=("INS102",))
    assert (fixed.after, reasons(fixed)) == ({}, [])


def test_a_comment_that_was_sent_becomes_one_that_is_not() -> None:
    text = f"Go on.\n<!-- {PLAN} -->\nName it. <!-- {PLAN} -->\nStop.\n"
    assert mended(text) == f"Go on.\n{{# {PLAN} #}}\nName it. {{# {PLAN} +#}}\nStop.\n"


def test_an_unused_suppression_goes_and_nothing_that_is_sent() -> None:
    text = f"Go on.\n  {IDLE}\nStop.{IDLE.replace('{#', '{#-').replace('#}', '+#}')}\n"
    assert mend(text, unsafe=False).after == {HEAD: "Go on.\nStop.\n"}


def test_a_byte_order_mark_stays_where_its_line_goes() -> None:
    assert mended(f"\ufeff{IDLE}\r\nGo on.\r\n") == "\ufeffGo on.\r\n"


def test_a_suppressed_finding_is_not_fixed() -> None:
    told = "{# promptops: ignore[verbatim-repeat] a refrain #}"
    text = f"{TWICE}\nStop.\n{told}\n{TWICE}\n"
    assert mend(text).after == {}


def test_a_partial_is_mended_only_where_all_its_prompts_are_better_for_it() -> None:
    part, other = "prompts/shared/x.j2", "prompts/b.prompt.j2"
    include = '{% include "shared/x.j2" %}\n'
    files = {HEAD: LETTER + include, other: include, part: "Sum up {{ leter }}.\n"}
    assert mended(files, part) == "Sum up {{ letter }}.\n"
    files[other] = LETTER.replace("letter", "leter") + include
    fixed = mend(files, select=("TPL103",))
    assert fixed.after == {}
    assert "it would bring TPL103" in reasons(fixed)[0]


def test_what_cannot_be_proven_is_left_and_said() -> None:
    text = 'Name the {{ "ware\u200bhouse" }} of the par\u200bcel.\n'
    fixed = mend(text)
    assert fixed.after == {}
    assert reasons(fixed) == ["SEC105: edits a tag, which decides what is sent"]


def test_the_front_matter_may_change_at_the_keys_that_a_fix_touches() -> None:
    text = "---\nversion: 1\nowner: in\u200bes\ndescription: ti\u200bdes\n---\nName i\u200bt.\n"
    assert mended(text) == text.replace("\u200b", "")


def test_of_fixes_that_overlap_the_first_is_made_and_the_others_wait() -> None:
    text = f"{{# promptops: ignore[verbatim-repeat, TPL103, TPL108] why #}}\n{LETTER[4:]}"
    front = "---\nversion: 1\ninputs: {tone: string, pace: string}\n---\n"
    assert mended(front + "Name the tide.\n") == front.replace(
        "{tone: string, pace: string}", "{}"
    ) + "Name the tide.\n"  # fmt: skip
    assert mended("Go on.\n" + text.partition("\n")[0] + "\nStop.\n") == "Go on.\nStop.\n"


PIECES = st.sampled_from(
    [TWICE, f"- {TWICE}", "Go on.", f"Go on. {TWICE} Stop.", "Sum up {{ leter }}.", "{{ letter }}",
     "Sing for {audience} now.", "", "  {% if letter %}", "{% endif %}", IDLE, f"Go. {IDLE}",
     "Be kind to the ware\u200bhouse.", f"<!-- {PLAN} -->", f"Name it. <!-- {PLAN} -->",
     "{% for one in letter %}", "{% endfor %}", '{% include "shared/x.j2" %}', "{# aside #}",
     "{% raw %}", "{% endraw %}"]
)  # fmt: skip
FRONTS = st.sampled_from(
    ["", LETTER,
     "---\nversion: 1\nouput: {type: text}\ninputs: {letter: string, tone: string}\n---\n",
     "---\nversion: 1\ninputs:\n  audience: string\n  letter: string\n---\n"]
)  # fmt: skip
PART = "Be glad of the har\u200bbour.\n" + IDLE + "\nSum up {{ leter }}.\n"


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Return a prompt of a few pieces and a partial, with line ends and marks of any kind."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    lines = draw(st.lists(PIECES, min_size=1, max_size=8))
    last = draw(st.sampled_from(["", "\n", "\n\n"]))
    text = mark + draw(FRONTS) + "\n".join(lines) + last
    return {HEAD: text.replace("\n", end), "prompts/shared/x.j2": PART.replace("\n", end)}


CONFIGS = st.sampled_from([Config(), BARE])


@settings(max_examples=40)
@given(files=projects(), config=CONFIGS)
def test_a_second_run_changes_nothing(files: dict[str, str], config: Config) -> None:
    once = mend(files, config=config)
    assert mend(files | once.after, config=config).after == {}


@settings(max_examples=40)
@given(files=projects(), config=CONFIGS)
def test_safe_fixes_change_nothing_that_is_sent(files: dict[str, str], config: Config) -> None:
    fixed = mend(files, config=config, unsafe=False)
    before, after = (
        Memory({path: text.encode() for path, text in texts.items()})
        for texts in (files, files | fixed.after)
    )
    assert sent(load(before, HEAD, config), before) == sent(load(after, HEAD, config), after)


# What may become of a line; None: it goes.
OUTCOMES: dict[str, set[str | None]] = {
    TWICE: {None},
    f"- {TWICE}": {None},
    f"Go on. {TWICE} Stop.": {"Go on. Stop."},
    "Sum up {{ leter }}.": {"Sum up {{ letter }}."},
    "Sing for {audience} now.": {"Sing for {{ audience }} now."},
    "": {None},
    IDLE: {None, ""},
    f"Go. {IDLE}": {"Go. "},
    "Be kind to the ware\u200bhouse.": {"Be kind to the warehouse."},
    "Be glad of the har\u200bbour.": {"Be glad of the harbour."},
    f"<!-- {PLAN} -->": {f"{{# {PLAN} #}}"},
    f"Name it. <!-- {PLAN} -->": {f"Name it. {{# {PLAN} +#}}"},
    "ouput: {type: text}": {"output: {type: text}"},
    "inputs: {letter: string}": {"inputs: {}"},
    "inputs: {letter: string, tone: string}": {
        "inputs: {letter: string}", "inputs: {tone: string}", "inputs: {}",
    },
    "inputs:": {"inputs: {}"},
    "  audience: string": {None},
    "  letter: string": {None},
}  # fmt: skip


@settings(max_examples=50)
@given(files=projects(), config=CONFIGS)
def test_outside_of_what_is_mended_every_byte_stays(files: dict[str, str], config: Config) -> None:
    fixed = mend(files, config=config)
    for path, after in fixed.after.items():
        before = files[path]
        assert before.startswith("\ufeff") == after.startswith("\ufeff")
        end = "\r\n" if "\r\n" in before else "\n"
        assert end == "\n" or "\n" not in after.replace("\r\n", "")
        old, new = (text.removeprefix("\ufeff").split(end) for text in (before, after))
        assert _becomes(old, new), (old, new)


def _becomes(old: list[str], new: list[str]) -> bool:
    """Return whether each line stayed or became what it may; the lines' order is kept.

    A line that stands above, too, may go: a block that is repeated is deleted as a whole.
    """
    reached = {0}
    for number, line in enumerate(old):
        ways = OUTCOMES.get(line, set()) | ({None} if line in old[:number] else set())
        reached = {
            step
            for at in reached
            for step in (
                at + 1 if at < len(new) and (new[at] == line or new[at] in ways) else -1,
                at if None in ways else -1,
            )
            if step >= 0
        }
    return len(new) in reached


RANGES = st.tuples(st.integers(0, 12), st.integers(0, 4), st.text("xy\n", max_size=3))


@given(text=st.text("ab\r\n", min_size=16, max_size=24), wanted=st.lists(RANGES, max_size=5))
def test_edits_change_their_ranges_alone_and_never_overlap(
    text: str, wanted: list[tuple[int, int, str]]
) -> None:
    edits = tuple(Edit(Span(start, start + size), new) for start, size, new in wanted)
    found = ordered(Fix(edits, safe=False, title=""), text)
    assert (found is None) == meet(edits)
    for one, other in zip(found or (), (found or ())[1:], strict=False):
        assert one.span.end <= other.span.start
    if found is not None:
        after = applied(text, found)
        places = landed(found)
        assert [after[slice(*place)] for place in places] == [one.text for one in found]
        back = tuple(
            Edit(place, text[slice(*one.span)]) for place, one in zip(places, found, strict=True)
        )
        assert applied(after, back) == text


def test_edits_that_do_not_fit_their_file_are_refused() -> None:
    wild = Fix((Edit(Span(3, 99), ""),), safe=False, title="")
    assert ordered(wild, "short") is None
