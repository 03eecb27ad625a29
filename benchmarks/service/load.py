"""Many clients at once on one running service: reads, matches by text and what-ifs; errors and how long answers take.

    python benchmarks/service/load.py [--clients 200] [--seconds 60] [--processes 2] [--pause 2]

Starts `duikou serve` on a folder of its own, waits for the illustrative city, then lets every client ask one question after
another, with a pause to read of 0 to twice `--pause` seconds. Prints answers and p50, p95, p99 in milliseconds by kind, and
every status that is no success. Exits 1 if there is one.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx2 as httpx

PORT = 18452
BASE = f"http://127.0.0.1:{PORT}"
# Of a hundred questions: what planners do most is read.
MIX = {"read": 96, "match": 3, "what-if": 1}


async def main(clients: int, seconds: float, processes: int, pause: float) -> bool:
    """Whether every answer was a success."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DUIKOU_DATA": folder, "DUIKOU_PORT": str(PORT), "DUIKOU_PROCESSES": str(processes),
            "DUIKOU_RATE": "1000000/minute", "DUIKOU_LOG_LEVEL": "error",
        }  # fmt: skip
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--lang", "en"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            assert server.stdout
            token = next(line.split()[1] for line in server.stdout if "duikou_" in line)
            headers = {"Authorization": f"Bearer {token}"}
            limits = httpx.Limits(max_connections=clients)
            async with httpx.AsyncClient(base_url=BASE, headers=headers, timeout=120, limits=limits) as client:
                assessment = await ready(client)
                programs = [
                    row["program_id"]
                    for row in (await client.get(f"/v1/assessments/{assessment}/programs?limit=1000")).json()["items"]
                ]
                # The first match of each process loads the encoder.
                await asyncio.gather(*(ask(client, "match", assessment, "P001", number) for number in range(4)))
                end, used = time.monotonic() + seconds, cpu_seconds(server.pid)
                found: list[tuple[str, int, float]] = []
                await asyncio.gather(
                    *(one(client, assessment, programs, number, end, pause, found) for number in range(clients))
                )
                print(
                    f"processor seconds of the server: {cpu_seconds(server.pid) - used:.1f}, load of the machine {os.getloadavg()[0]:.1f}"
                )
        finally:
            server.terminate()
            server.wait()
    return report(found, seconds)


def cpu_seconds(group: int) -> float:
    """Processor time so far of the processes of a group (Linux)."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


async def ready(client: httpx.AsyncClient) -> str:
    """The id of the first assessment, once it is there."""
    while True:
        try:
            if items := (await client.get("/v1/assessments")).json()["items"]:
                return str(items[0]["id"])
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.5)


async def one(
    client: httpx.AsyncClient,
    assessment: str,
    programs: list[str],
    number: int,
    end: float,
    pause: float,
    found: list[tuple[str, int, float]],
) -> None:
    """One client: one question after another."""
    chance = random.Random(number)
    kinds, weights = zip(*MIX.items(), strict=True)
    while time.monotonic() < end:
        kind = chance.choices(kinds, weights)[0]
        start = time.perf_counter()
        try:
            status = await ask(client, kind, assessment, chance.choice(programs), chance.randrange(10**6))
        except httpx.HTTPError as fault:
            print(type(fault).__name__, file=sys.stderr)
            status = 0
        found.append((kind, status, time.perf_counter() - start))
        await asyncio.sleep(chance.uniform(0, 2 * pause))


async def ask(client: httpx.AsyncClient, kind: str, assessment: str, program: str, number: int) -> int:
    """The status of one answer."""
    base = f"/v1/assessments/{assessment}"
    if kind == "match":
        text = {"name": "数控技术", "courses": f"数控编程；机械制图；公差配合与测量；第{number}期实训"}
        answer = await client.post("/v1/match", json={"assessment": assessment, "text": text})
    elif kind == "what-if":
        answer = await client.post(f"{base}/what-if", json={"intake": {program: number % 60 + 5}})
    else:
        paths = [
            base, f"{base}/programs?flag=expand&sort=-headroom", f"{base}/programs/{program}", f"{base}/programs/{program}",
            f"{base}/demands?limit=50", f"{base}/whitespace", f"{base}/chains", f"{base}/blocks", "/v1/jobs",
        ]  # fmt: skip
        answer = await client.get(paths[number % len(paths)])
    return answer.status_code


def report(found: list[tuple[str, int, float]], seconds: float) -> bool:
    """Prints figures by kind."""
    for kind in (*MIX, "all"):
        times = sorted(t * 1000 for k, _, t in found if kind in (k, "all"))
        if len(times) > 1:
            cuts = statistics.quantiles(times, n=100)
            shown = {"answers": len(times), "per_second": round(len(times) / seconds, 1)}
            shown |= {f"p{n}": round(cuts[n - 1]) for n in (50, 95, 99)}
            print(kind, json.dumps(shown))
    wrong = Counter((kind, status) for kind, status, _ in found if not 200 <= status < 300)
    print("errors", dict(wrong))
    return not wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--pause", type=float, default=2)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(main(given.clients, given.seconds, given.processes, given.pause)) else 1)
