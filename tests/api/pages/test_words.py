"""The words of the pages: both languages, the same figures in both, and the language a reader gets."""

import string

import pytest

from api.pages.render import choose_language
from api.pages.texts import TEXTS
from api.pages.words import WORDS, say


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    for key, (zh, en) in {**WORDS, **TEXTS}.items():
        assert zh, key
        assert en, key
        assert places(zh) == places(en), key
    assert not WORDS.keys() & TEXTS.keys()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_word_takes_its_figures() -> None:
    assert say("shown_of", "en", first=1, last=50, found=182) == "1–50 of 182"
    with pytest.raises(KeyError):
        say("no_such_word", "zh")


def test_one_is_no_plural_in_english() -> None:
    assert say("figure_supply_note", "en", programs=1, schools=1) == "1 program of 1 institution"
    assert say("figure_supply_note", "en", programs=17, schools=11) == "17 programs of 11 institutions"
    assert say("figure_surplus_note", "en", blocks=1) == "1 block with a certificate"


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        (None, None, None, "zh"),
        ("en", "zh", "zh-CN", "en"),
        ("xx", "en", "zh-CN", "en"),
        (None, None, "de, en;q=0.8, zh;q=0.9", "zh"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "fr;q=abc, en;q=abc", "zh"),
    ],
)
def test_the_language_is_asked_for_else_kept_else_the_browsers_else_chinese(
    asked: str | None, kept: str | None, accepted: str | None, language: str
) -> None:
    assert choose_language(asked, kept, accepted) == language
