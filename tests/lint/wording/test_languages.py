from __future__ import annotations

import pytest

from promptops.lint.wording.instructions import read
from promptops.lint.wording.languages import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The parcel is on the lorry and the lorry is full.", "en"),
        ("Das Paket ist nicht auf dem Wagen und der Wagen ist voll.", "de"),
        ("Le colis est dans le camion et le camion est plein.", "fr"),
        ("El paquete no es para ti y es muy grande.", "es"),
        ("Посылка стоит у ворот.", "ru"),
        ("택배가 도착했습니다.", "ko"),
        ("包裹在门口。", "zh"),
        ("荷物は門の前にあります。", "ja"),
        ("17 \ufffc", "en"),
    ],
)
def test_script_and_small_words_tell_the_language(text: str, code: str) -> None:
    assert language(text) == code


def said(text: str) -> list[str]:
    return [item.text for item in read(text).items]


def test_german_imperatives_infinitives_modals_and_limits_instruct() -> None:
    text = """Du bist Hausmeister in der Schule und kennst alle Räume.

Beantworte die Frage des Lehrers und nenne dabei den Raum.
Bitte schreibe freundlich.
Wenn der Raum belegt ist, schlage einen anderen vor.

- Keine Raumnummern erfinden
- Maximal zwei Sätze
- Die Antwort darf nicht drängen.
- Der Ton soll ruhig sein.

Die Schule wurde 1960 gebaut und hat vier Stockwerke."""
    assert said(text) == [
        "Beantworte die Frage des Lehrers und",
        "nenne dabei den Raum.",
        "Bitte schreibe freundlich.",
        "Wenn der Raum belegt ist, schlage einen anderen vor.",
        "Keine Raumnummern erfinden",
        "Maximal zwei Sätze",
        "Die Antwort darf nicht drängen.",
        "Der Ton soll ruhig sein.",
    ]


def test_chinese_is_cut_at_commas_and_counts_pieces_with_a_marker() -> None:
    text = (
        "你是图书管理员。请回答读者的问题，并给出书名。"
        "不要推荐绝版书，输出两行。图书馆有五层，环境安静。"
    )
    assert said(text) == ["请回答读者的问题，", "并给出书名。", "不要推荐绝版书，", "输出两行。"]


def test_a_chinese_opening_clause_belongs_to_what_follows_it() -> None:
    assert said("请根据下面的文章，生成三个问题。") == ["请根据下面的文章，生成三个问题。"]


def test_chinese_rules_count_without_a_marker() -> None:
    assert said("要求：\n- 语气亲切\n- 三句话") == ["语气亲切", "三句话"]


def test_japanese_requests_instruct() -> None:
    text = (
        "あなたは旅館の受付です。質問に答えてください。推測はしないこと。"
        "料金を必ず書く。旅館は山にあります。"
    )
    assert said(text) == ["質問に答えてください。", "推測はしないこと。", "料金を必ず書く。"]


def test_of_other_languages_only_lists_of_rules_are_counted_and_the_language_says_so() -> None:
    text = """Tu es le gardien de la maison. Réponds à la question du visiteur.

## Règles
- Ne pas donner le code de la porte
- Deux phrases

La maison est fermée le lundi."""
    assert said(text) == ["Ne pas donner le code de la porte", "Deux phrases"]
    assert read(text).language == "fr"
