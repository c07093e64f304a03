from promptops.costs.diff import tally
from promptops.costs.pairing import pair
from tests.costs.makers import prompts, sides

GREETING = "Greet the caller by name, ask what brought them here, and offer two appointments."
RECIPE = "List the ingredients first. Then describe every step of the recipe in one short sentence."


def moves(old: dict[str, str], new: dict[str, str]) -> list[tuple[str | None, str | None]]:
    pairs = pair(prompts(**old), prompts(**new))
    return [(p.old.name if p.old else None, p.new.name if p.new else None) for p in pairs]


def test_prompts_of_one_name_belong_together_however_they_differ() -> None:
    assert moves({"a": GREETING}, {"a": RECIPE}) == [("a", "a")]


def test_a_moved_prompt_of_the_same_content_is_unchanged() -> None:
    (found,) = pair(prompts(a=GREETING), prompts(b=GREETING))
    assert (found.status, found.origin, found.name) == ("unchanged", "a", "b")


def test_an_edited_prompt_under_another_name_is_renamed() -> None:
    (found,) = pair(prompts(a=GREETING), prompts(b=GREETING.replace("two", "three free")))
    assert (found.status, found.origin) == ("renamed", "a")


def test_a_prompt_of_other_words_is_no_rename() -> None:
    assert moves({"a": GREETING}, {"b": RECIPE}) == [("a", None), (None, "b")]


def test_a_copy_is_an_addition() -> None:
    assert moves({"a": GREETING}, {"a": GREETING, "b": GREETING}) == [("a", "a"), (None, "b")]


def test_the_most_alike_are_paired_first() -> None:
    near, far = GREETING.replace("two", "three"), GREETING.replace("two", "three") + " Be brief."
    assert moves({"a": GREETING}, {"far": far, "near": near}) == [(None, "far"), ("a", "near")]


def test_ties_are_broken_by_path() -> None:
    assert moves({"a": GREETING, "b": GREETING}, {"y": GREETING, "z": GREETING}) == [
        ("a", "y"),
        ("b", "z"),
    ]


def test_of_equal_prompts_those_that_keep_their_file_name_belong_together() -> None:
    old = {"x__ask": GREETING, "x__tell": GREETING}
    assert moves(old, {"y__tell": GREETING, "z__ask": GREETING}) == [
        ("x/tell", "y/tell"),
        ("x/ask", "z/ask"),
    ]


def test_blank_prompts_are_not_one_another() -> None:
    assert moves({"a": "\n"}, {"b": "\n"}) == [("a", None), (None, "b")]


def test_short_prompts_can_be_renamed_too() -> None:
    assert moves({"a": "Hi {{ name }}"}, {"b": "Hi {{ name }}!"}) == [("a", "b")]


def test_hundreds_of_moved_and_edited_prompts_find_themselves() -> None:
    shared = "You work for a library. Answer in one paragraph and name your source. " * 3
    shelves = (f"Shelf {n} holds {n * 7} books on {n * n} topics." for n in range(300))
    old = {f"a__{n}": shared + shelf for n, shelf in enumerate(shelves)}
    new = {name.replace("a__", "b__"): text + " Thank the reader." for name, text in old.items()}
    pairs = pair(prompts(**old), prompts(**new))
    assert len(pairs) == 300
    assert all(p.origin == p.name.replace("b/", "a/") for p in pairs)


def test_every_prompt_of_both_sides_is_in_one_pair() -> None:
    old = prompts(a=GREETING, b=RECIPE, c="Old.", d="{% if %}")
    new = prompts(a=GREETING + " Smile.", x=RECIPE, n="A quite different text.", d="Mended.")
    pairs = pair(old, new)
    assert sum(p.old is not None for p in pairs) == len(old)
    assert sum(p.new is not None for p in pairs) == len(new)
    assert tally(pairs) == {
        "changed": 1, "renamed": 1, "added": 1, "removed": 1, "unparsable": 1,
    }  # fmt: skip


def test_a_partial_changes_all_that_include_it_and_is_named() -> None:
    text = '{% system %}\n{% include "shared/tone.j2" %}\n{% endsystem %}\n'
    files = {"prompts/a.prompt.j2": "---\nowner: me\n---\n" + text}
    old = sides(**files, **{"prompts/shared/tone.j2": "Be kind."})
    new = sides(**files, **{"prompts/shared/tone.j2": "Be kind and brief."})
    (found,) = pair(old, new)
    assert (found.status, found.via) == ("changed", ("shared/tone.j2",))


def test_a_side_that_does_not_parse_is_named_with_its_line() -> None:
    (found,) = pair(prompts(a="Fine.\n"), prompts(a="Fine.\n{% if x %}\n{{ x y }}\n"))
    assert found.status == "unparsable"
    assert found.broken is not None
    assert (found.broken.side, found.broken.path, found.broken.line) == (
        "head", "prompts/a.prompt.j2", 3,
    )  # fmt: skip


def test_an_untouched_prompt_that_never_parsed_is_unchanged() -> None:
    (found,) = pair(prompts(a="{% if %}"), prompts(a="{% if %}"))
    assert found.status == "unchanged"
