"""Job advertisements to demands at scale: time, memory, and what the short way loses.

    python benchmarks/speed/job_ads.py [--ads N] [--sample N] [--out DIR]

--ads: so many generated advertisements (generated_ads.py: 120 words, 60 % near-duplicates) as one file, imported as
`duikou import job-ads` does. 1,000,000: aim 30 minutes, least 90. The time is given a million too.
--sample: on so many of them, near-duplicates found against those that are; and the occupation found by title alone,
the text read only where two occupations are as near, against encoding title and text of every one, the long way.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from generated_ads import generated_ads, prototypes, write_ads

from corpora.cells import plain
from corpora.importers import Assigned, import_job_ads
from corpora.importers.ad_text import bare_title, same_text
from corpora.importers.near import leaders
from corpora.starter import occupations
from indexes.encoder import load_encoder
from indexes.grouping import NEAR, TEXT_READ, by_meaning

AIM, LEAST = 30, 90


def whole(number: int) -> dict[str, Any]:
    """The import of so many advertisements, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ads.csv"
        write_ads(file, number)
        size, start, used = file.stat().st_size, time.perf_counter(), time.process_time()
        in_encoder = [0.0, 0]
        assign = by_meaning()

        def timed(titles: Sequence[str], texts: Sequence[str]) -> Sequence[Assigned]:
            began = time.perf_counter()
            found = assign(titles, texts)
            in_encoder[:] = time.perf_counter() - began, len(titles)
            return found

        found = import_job_ads(file, assign=timed)
        wall = time.perf_counter() - start
    return {
        "ads": number,
        "megabytes": round(size / 1e6, 1),
        "minutes": round(wall / 60, 2),
        "processor_minutes": round((time.process_time() - used) / 60, 2),
        "minutes_a_million": round(wall / 60 / number * 1e6, 1),
        "titles_read_by_meaning": in_encoder[1],
        "minutes_by_meaning": round(in_encoder[0] / 60, 2),
        "demands": len(found.tables["demands"]),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }


def loss(number: int) -> dict[str, Any]:
    """Near-duplicates and occupations on a sample whose truth is known."""
    ads = list(generated_ads(number))
    blocks = [(ad.employer, ad.region, plain(bare_title(ad.title))) for ad in ads]
    first = leaders(blocks, [same_text(ad.text) for ad in ads])
    said = {at for at, leader in enumerate(first) if at != leader}
    true = {at for at, ad in enumerate(ads) if ad.again is not None}
    listed = occupations()
    names, codes = [str(t) for t in listed["occupation"]], [str(c) for c in listed["occupation_code"]]
    own = {plain(name): code for name, code in zip(names, codes, strict=True)}
    rows = prototypes().set_index("demand_id")
    truth = [str(rows.at[ad.demand, "occupation_code"]) for ad in ads]
    bare = [bare_title(ad.title) for ad in ads]
    texts = dict(reversed([(title, ad.text) for title, ad in zip(bare, ads, strict=True)]))
    titles = sorted(title for title in texts if plain(title) not in own)
    meant = dict(zip(titles, by_meaning()(titles, [texts[t] for t in titles]), strict=True))
    short = [own.get(plain(title)) or meant[title].code for title in bare]
    encoder = load_encoder()
    known = encoder.encode(names)
    centre = known.mean(axis=0)
    read = encoder.encode([f"{title}，{ad.text[:TEXT_READ]}" for title, ad in zip(bare, ads, strict=True)])
    scores = _unit(read - centre) @ _unit(known - centre).T
    long = [codes[at] if best >= NEAR else None for at, best in zip(scores.argmax(1), scores.max(1), strict=True)]
    forced = [codes[at] for at in scores.argmax(1)]
    return {
        "ads": number,
        "near_duplicates": {
            "precision": round(len(said & true) / max(1, len(said)), 4),
            "recall": round(len(said & true) / max(1, len(true)), 4),
        },
        "occupation": {
            "texts_encoded": {"by_title": len(titles), "every_ad": number},
            "by_title": _graded(short, truth),
            "every_ad": _graded(long, truth),
            "every_ad_nearest_whatever_its_cosine": _graded(forced, truth),
        },
    }


def _graded(found: Sequence[str | None], truth: Sequence[str]) -> dict[str, float]:
    """Share of ads assigned an occupation, and share of those that is right."""
    given = [(a, b) for a, b in zip(found, truth, strict=True) if a]
    right = sum(a == b for a, b in given)
    return {"assigned": round(len(given) / len(truth), 4), "right_of_those": round(right / max(1, len(given)), 4)}


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ads", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(whole(given.alone)))
        return
    # In a process of its own: its memory is its own.
    answer = subprocess.run(
        [sys.executable, __file__, "--alone", str(given.ads)], check=True, stdout=subprocess.PIPE, text=True
    )
    run = json.loads(answer.stdout)
    print(
        f"{run['ads']:,} ads: {run['minutes']} min, {run['minutes_a_million']} min a million (aim {AIM}, least {LEAST}); {run}"
    )
    sample = loss(given.sample)
    print(json.dumps(sample, ensure_ascii=False))
    given.out.mkdir(exist_ok=True)
    target = given.out / f"job_ads-{date.today().isoformat()}.json"
    target.write_text(json.dumps({"run": run, "sample": sample}, indent=1), encoding="utf-8")
    print(f"written: {target}")


if __name__ == "__main__":
    main()
