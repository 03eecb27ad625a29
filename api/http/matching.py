"""Programs by their text against the demands of an assessment: all questions that wait are answered together.

Two threads compute. Each takes whatever waits at the moment and never waits for more: alone a question is answered at
once, and of many the texts are encoded in one go, which takes far less time than one after the other.
"""

import asyncio
import threading
from collections.abc import Awaitable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from api.answers.tables import records
from api.http.encoding import SharedEncoder
from api.http.problem import Problem
from api.store import Store
from indexes.vector_cache import RecentVectors
from matcher.assessment import Assessment
from matcher.matching.facets import Row
from matcher.matching.questions import ReadyDemands, question_texts, ready_demands
from matcher.matching.records import Match

# Questions whose texts are encoded in one go.
MOST = 16
# While one answers, which only one processor can do at a time, the other encodes.
THREADS = 2
# Texts of programs kept in memory: 1.5 kB each. Who asks again with one sentence changed has the others encoded.
TEXTS = 4_096
WAIT_SECONDS = 120
TOLD = ("occupation", "region", "levels")
T = TypeVar("T")


@dataclass(frozen=True)
class Posts:
    """The demands of an assessment, ready to be asked; told: demand_id -> what is said of a demand, TOLD as JSON has it."""

    ready: ReadyDemands
    told: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class _Question:
    posts: Posts
    program: Row
    top: int
    answer: "Future[list[Match]]" = field(default_factory=Future)


class Matching:
    """The threads that compute, started by the first question."""

    def __init__(self, encoder: SharedEncoder) -> None:
        self._encoder = encoder
        self._texts = RecentVectors(lambda texts: encoder.get().encode(texts), TEXTS)
        self._waiting: SimpleQueue[_Question | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._preparer = ThreadPoolExecutor(1, "preparing")
        self._coming: dict[Hashable, Future[Posts]] = {}

    async def posts(self, store: Store, assessment_id: str) -> Posts:
        """The demands of an assessment, made ready by the first question: seconds for a city, half a minute or so for a
        hundred thousand rows. Whoever asks meanwhile waits for the same, and holds no thread.

        Args:
            store: keeps what is ready beside what else is loaded.

        Raises:
            Problem: not ready in time; it goes on, and a later question finds it.
        """
        key = ("posts", assessment_id)
        found: Posts | None = store.known(key)
        if found is not None:
            return found
        with self._starting:
            if key not in self._coming:
                coming = self._preparer.submit(store.kept, key, lambda: self._made(store.load(assessment_id)))
                self._coming[key] = coming
                coming.add_done_callback(lambda _: self._coming.pop(key, None))
            else:
                coming = self._coming[key]
        return await _in_time(asyncio.shield(asyncio.wrap_future(coming)))

    def _made(self, assessment: Assessment) -> Posts:
        given = assessment.inputs["demands"]
        given = given[given["demand_id"].isin(assessment.demands["demand_id"])].reset_index(drop=True)
        told = records(assessment.demands[list(TOLD)])
        told_of = dict(zip(assessment.demands["demand_id"].tolist(), told, strict=True))
        return Posts(ready_demands(given, self._encoder.get()), told_of)

    async def ask(self, posts: Posts, program: Row, top: int) -> list[dict[str, Any]]:
        """The best demands of a program: each `Match` of `ReadyDemands.best` with what is told of the demand.

        Raises:
            Problem: too many are waiting.
        """
        question = _Question(posts, program, top)
        self._start()
        self._waiting.put(question)
        found = await _in_time(asyncio.wrap_future(question.answer))
        return [{**match._asdict(), **posts.told[match.demand_id]} for match in found]

    def close(self) -> None:
        """Ends the threads once what waits is answered; what is being made ready is not waited for."""
        self._preparer.shutdown(wait=False, cancel_futures=True)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._run, name=f"matching {i}", daemon=True) for i in range(THREADS)
                ]
                for thread in self._threads:
                    thread.start()

    def _run(self) -> None:
        ended = False
        while not ended:
            taken, ended = self._take()
            # One whose caller went away is not computed.
            batch = [question for question in taken if question.answer.set_running_or_notify_cancel()]
            self._encode(batch)
            for posts in dict.fromkeys(id(question.posts) for question in batch):
                self._answer([question for question in batch if id(question.posts) == posts])

    def _take(self) -> tuple[list[_Question], bool]:
        """Whatever waits, at least one question, at most MOST; whether the end was among it."""
        taken = [self._waiting.get()]
        while len(taken) < MOST and taken[-1] is not None:
            try:
                taken.append(self._waiting.get_nowait())
            except Empty:
                break
        return [question for question in taken if question is not None], taken[-1] is None

    def _encode(self, batch: Sequence[_Question]) -> None:
        """The texts of all questions in one go, whichever assessment they are about."""
        # What cannot be encoded is told to the question that it belongs to, when its turn comes.
        with suppress(Exception):
            self._texts.encode([text for question in batch for text in question_texts(question.program)])

    def _answer(self, batch: Sequence[_Question]) -> None:
        """Answers questions about the same demands; where they fail together, each by itself."""
        try:
            found = batch[0].posts.ready.best([q.program for q in batch], [q.top for q in batch], self._texts)
        except Exception as fault:
            if len(batch) == 1:
                batch[0].answer.set_exception(fault)
                return
            for question in batch:
                self._answer([question])
            return
        for question, answer in zip(batch, found, strict=True):
            question.answer.set_result(answer)


async def _in_time(coming: Awaitable[T]) -> T:
    """What comes within WAIT_SECONDS.

    Raises:
        Problem: it does not.
    """
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await coming
    except TimeoutError:
        raise Problem(
            "not-ready", "计算请求过多，请稍后再试", "too many are computing, try again", {"Retry-After": "5"}
        ) from None
