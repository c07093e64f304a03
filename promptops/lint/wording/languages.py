"""The language of a prompt, by its script and its smallest words."""

from __future__ import annotations

from collections import Counter

from promptops.lint.wording.patterns import pattern

_SAMPLE = 20_000  # characters that decide
_WORD = r"[^\W\d_]+"
_SCRIPTS = {
    "kana": r"[\u3040-\u30ff]",
    "han": r"[\u3400-\u9fff]",
    "ko": r"[\uac00-\ud7af]",
    "ru": r"[\u0400-\u04ff]",
    "ar": r"[\u0590-\u07ff]",
}
_SMALL = {
    "en": "the a of and to is in that for it you are be not with your as this from or an if by on",
    "de": "der die das und nicht ist ein eine du sie mit für auf den dem zu im von oder als bitte",
    "fr": "le la les des et est une vous pour dans que ne pas avec sur du au être ou votre",
    "es": "el la los las y es una que en de para con no por su del se al como tu",
    "pt": "o a os as e é uma que em de para com não por do da se ao como você",
    "it": "il la gli le e è una che in di per con non del della si come il tuo sono",
    "nl": "de het een en van is niet met voor op je dat zijn in te als geen aan",
}


def language(text: str) -> str:
    """Return the code of a text's language; of a text without words, English."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        east = kana = 0
    else:
        kana = len(pattern(_SCRIPTS["kana"]).findall(sample))
        east = kana + len(pattern(_SCRIPTS["han"]).findall(sample))
    words = [word.lower() for word in pattern(_WORD).findall(sample) if len(word) < 30]  # noqa: PLR2004
    # A Chinese or Japanese word is about two characters long.
    if east and east > len([word for word in words if word.isascii()]):
        return "ja" if kana * 10 > east else "zh"
    for code in ("ko", "ru", "ar"):
        if not sample.isascii() and len(pattern(_SCRIPTS[code]).findall(sample)) * 2 > sum(
            map(len, words)
        ):
            return code
    return _by_small_words(words)


def _by_small_words(words: list[str]) -> str:
    counts = Counter(words)
    scores = {
        code: sum(counts[word] for word in set(small.split())) for code, small in _SMALL.items()
    }
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > scores["en"] + 1 else "en"
