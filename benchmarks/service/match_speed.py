"""Questions by text against many demands over HTTP, beside an endpoint of the same server that does nothing.

    python benchmarks/service/match_speed.py [--demands 100000] [--seconds 20] [--clients 1 32] [--out DIR]

Starts `duikou serve` with one process on a folder of its own. The demands are generated from a seed: titles, duties and
skills of the illustrative city's rows, put together anew, no two alike. Their vectors are put together as well - the mean
of those of their sentences, of length 1 - so that 100,000 rows need not be encoded before anything is measured; what a
question itself encodes, searches and scores is real.

Every question is a program nobody asked about before: a name and a sentence on the work. The answer has p and the two
sentences of each of the ten best demands. /livez of the same server is the empty endpoint; encoding the same texts alone,
in a process with nothing else to do, is the limit. Aim .25 of the empty endpoint and 4 ms at one client, least .12 and 8 ms.
"""

import argparse
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "speed"))
from pairing import keep, machine

from api.access import SERVICE
from api.http.app import create_app
from api.settings import Settings
from api.state.jobs import Jobs, Lease
from api.state.keys import Keys
from api.work.assess import write_assessment
from api.work.tasks import Work
from corpora import read
from corpora.starter import example
from indexes.cache import cache_folder
from indexes.encoder import Encoder, load_encoder
from indexes.vector_cache import VectorCache
from matcher import assess
from matcher.matching.facets import clauses, demand_facets, program_facets

PORT = 18453
WORK = ("装配", "调试", "检修", "操作", "检验", "维护", "编程", "安装", "运行", "改造")
THINGS = (
    "减速器",
    "加工中心",
    "输送线",
    "变频器",
    "储能柜",
    "检测台",
    "注塑机",
    "巡检车",
    "喷涂线",
    "配电箱",
    "焊接站",
    "冷库",
)


class Composed:
    """Vectors of long texts as the mean of those of their sentences; the sentences are encoded."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, np.ndarray]()
        self.fingerprint, self.dimension = encoder.fingerprint, encoder.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        parts = [clauses(text.replace("：", "；")) or [text] for text in texts]
        new = sorted({part for found in parts for part in found} - self._known.keys())
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        means = np.stack([np.mean([self._known[part] for part in found], axis=0) for found in parts])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def generated_demands(number: int, seed: int = 1) -> pd.DataFrame:
    """Demand rows, no two of one text; of each the occupation of one row, duties and skills of it and of its field."""
    rng = np.random.default_rng(seed)
    rows = read(example("city")["demands"], kind="demands").drop_duplicates("occupation").reset_index(drop=True)
    duties = [clauses(str(text)) for text in rows["description"]]
    skills = [clauses(str(text)) if pd.notna(text) else [] for text in rows["skills"]]
    near = [np.flatnonzero(rows["field"] == field) for field in rows["field"]]
    found: dict[tuple[str, ...], tuple[int, str, str]] = {}
    while len(found) < number:
        row = int(rng.integers(len(rows)))
        pool = [duty for other in rng.choice(near[row], 3) for duty in duties[other]] + duties[row]
        said = "；".join(dict.fromkeys(rng.permutation(pool)[:3].tolist()))
        asked = "；".join(sorted(set(rng.permutation(skills[row])[:3].tolist())))
        found.setdefault((str(rows["occupation"][row]), said, asked), (row, said, asked))
    table = rows.iloc[[row for row, _, _ in found.values()]].reset_index(drop=True)
    return table.assign(
        demand_id=[f"D{i:06}" for i in range(number)],
        description=[said for _, said, _ in found.values()],
        skills=[asked or None for _, _, asked in found.values()],
    ).astype(rows.dtypes.to_dict())


def questions() -> Iterator[dict[str, str]]:
    """Programs, each of another name and sentence than all before it."""
    for number, (work, thing, other) in enumerate(itertools.cycle(itertools.product(WORK, THINGS, WORK))):
        yield {
            "name": f"{thing}{work}技术", "level": "高职专科",
            "goal": f"培养能从事{thing}{work}、{other}第{number}类设备并记录故障的技术人员",
        }  # fmt: skip


def prepare(folder: Path, number: int) -> tuple[str, str]:
    """Writes an assessment with so many demands into the service's state; its id, and a key."""
    demands, encoder = generated_demands(number), load_encoder()
    facets = [demand_facets(row) for _, row in demands.iterrows()]
    texts = {t for f in facets for t in (*f.compared().values(), *f.skills(), *f.clauses)}
    VectorCache(cache_folder() / "vectors", Composed(encoder)).encode(sorted(texts))
    tables = {kind: read(file, kind) for kind, file in example("city").items() if kind in ("programs", "outcomes")}
    tables["programs"] = tables["programs"].head(2)
    tables["outcomes"] = tables["outcomes"][tables["outcomes"]["program_id"].isin(tables["programs"]["program_id"])]
    links = pd.DataFrame({"program_id": tables["programs"]["program_id"], "demand_id": demands["demand_id"].head(2)})
    found = assess(
        tables["programs"], tables["outcomes"], demands, matches=links, as_of="2026-10-15", draws=0, counterfactuals=False
    )  # fmt: skip
    settings = Settings(data=folder)
    app = create_app(settings)
    database = app.state.database
    database.migrate()
    with database.write() as session:
        token = Keys(session, SERVICE).create("benchmark", "admin", (), ())[1]
        job, _ = Jobs(session, SERVICE).submit("demo", {})
        lease = Lease(session, "benchmark", 60)
        lease.take(1)
        work = Work(job.id, {}, SERVICE, database, app.state.store, settings, lambda *_: None)
        outcome = write_assessment(work, found, "生成的数据 / generated")
        lease.end(job.id, 1, "done", outcome.result)
        outcome.keep(session)
    database.close()
    return job.id, token


class Client:
    """One connection that stays open."""

    def __init__(self, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> bytes:
        return self._answer("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> bytes:
        return self._answer("POST", path, json.dumps(body))

    def _answer(self, method: str, path: str, body: str | None) -> bytes:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
        return content


def hammered(ask: Callable[[Client], Any], token: str, clients: int, seconds: float) -> dict[str, float]:
    """Answers a second and milliseconds of one, with so many clients that ask one question after another."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def one() -> None:
        client = Client(token)
        while (start := time.perf_counter()) < end:
            ask(client)
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=one) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles([t * 1000 for t in times], n=100) if len(times) > 1 else [times[0] * 1000] * 99
    return {
        "answers": len(times),
        "per_second": round(len(times) / seconds, 1),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
    }


def encoding_alone(seconds: float) -> dict[str, float]:
    """Questions a second if nothing but their texts were encoded: one at a time, and sixteen together."""
    found = {}
    for together in (1, 16):
        encoder, asked, done = load_encoder(), questions(), 0
        encoder.encode(["对口"])
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            facets = [program_facets(pd.Series({**next(asked)})) for _ in range(together)]
            encoder.encode([t for f in facets for t in (*f.compared().values(), *f.clauses)])
            done += together
        found[f"{together}_together_per_second"] = round(done / seconds, 1)
    return found


def peak_gigabytes(pid: int) -> float:
    """Most memory that a process held (Linux)."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1e6, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demands", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 32])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "speed" / "results")
    given = parser.parse_args()
    found: dict[str, Any] = {"date": date.today().isoformat(), "machine": machine(), "demands": given.demands}
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        assessment, token = prepare(Path(folder), given.demands)
        print(f"prepared in {time.perf_counter() - start:.0f} s", flush=True)
        found["encoding_alone"] = encoding_alone(given.seconds / 4)
        print("encoding alone", found["encoding_alone"], flush=True)
        environment = os.environ | {
            "DUIKOU_DATA": folder, "DUIKOU_PORT": str(PORT), "DUIKOU_RATE": "10000000/minute", "DUIKOU_LOG_LEVEL": "error",
        }  # fmt: skip
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--lang", "en"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            asked, lock = questions(), threading.Lock()

            def match(client: Client) -> bytes:
                with lock:
                    text = next(asked)
                return client.post("/v1/match", {"assessment": assessment, "text": text, "top": 10})

            while True:
                try:
                    Client(token).get("/livez")
                    break
                except OSError:
                    time.sleep(0.2)
            start = time.perf_counter()
            first = json.loads(match(Client(token)))
            assert len(first["matches"]) == 10, first
            assert all(row["program_evidence"] and row["demand_evidence"] for row in first["matches"])
            found["first_question_s"] = round(time.perf_counter() - start, 1)
            print(f"first question, which makes the demands ready: {found['first_question_s']} s", flush=True)
            for clients in given.clients:
                empty = hammered(lambda c: c.get("/livez"), token, clients, given.seconds / 2)
                real = hammered(match, token, clients, given.seconds)
                ratio = round(real["per_second"] / empty["per_second"], 4)
                found[f"{clients} clients"] = {"empty": empty, "match": real, "of_empty": ratio}
                print(f"{clients} clients: {found[f'{clients} clients']}", flush=True)
            found["server_peak_gb"] = peak_gigabytes(server.pid)
            print(f"server: {found['server_peak_gb']} GB at most", flush=True)
        finally:
            server.terminate()
            server.wait()
    keep("match", found, given.out)


if __name__ == "__main__":
    main()
