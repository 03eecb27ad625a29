"""One region after another: assessed, reported on, and written down, so that a batch that was stopped goes on.

What is finished is recognised by a key of everything that its result follows from: bytes of its tables, settings, pack,
versions, encoder. The record (`manifest.json`) is written first and after each region; a region that was cut off is done again.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from corpora import BadTable, check_together, inspect_tables
from corpora.faults import Unusable
from indexes.cluster import cluster_address, spread
from indexes.encoder import Encoder, choose_encoder
from matcher import Assessment, assess, load_assessment
from matcher.assessment import DRAWS, read_day, versions
from matcher.folder import MANIFEST as OF_ASSESSMENT
from matcher.folder import sha256
from matcher.judging import Progress
from matcher.policy.pack import PolicyPack, load_pack
from reports.annual import annual_report
from reports.batch.overview import Undone, overview, view_of
from reports.batch.place import Place
from reports.batch.regions import Region, find_regions, no_regions
from reports.content import Edition
from reports.fonts import faces
from reports.page import page
from reports.write import FORMATS, UnknownFormat, rendered

MANIFEST = "manifest.json"
KIND = "duikou batch"
ASSESSMENT = "assessment"
DONE, UNUSABLE, FAILED = "done", "unusable", "failed"
OVERVIEW_FORMS = ("xlsx", "html")


@dataclass(frozen=True)
class Settings:
    """How every region is assessed and reported on; see `matcher.assess` and `reports.write_report`.

    Attributes:
        as_of: the day all regions are assessed for.
        forms: of each region's report; edition and language: of reports and overview alike.
        label: a sentence (zh, en) that everything carries.
    """

    as_of: date
    scope: str | None = None
    horizon: int | None = None
    draws: int = DRAWS
    seed: int = 0
    counterfactuals: bool = True
    edition: Edition = "public"
    language: str = "zh"
    forms: tuple[str, ...] = FORMATS
    label: Mapping[str, str] | None = None

    def record(self) -> dict[str, Any]:
        """As the manifest holds them."""
        return {**asdict(self), "as_of": self.as_of.isoformat(), "forms": list(self.forms)}


@dataclass(frozen=True)
class Outcome:
    """What became of one region.

    Attributes:
        status: done, unusable (its tables; see message) or failed (a fault of ours).
        key: of everything that the result follows from; "" where that could not be told.
        inputs: kind -> [{file, sha256}]. results: file below the region's folder -> sha256.
        seconds: that it took when it was done. fresh: whether it was done in this run, and not found finished.
        programs: how many. flags: flag -> number. warnings: sentences (zh, en). message: (zh, en), or None.
    """

    region: str
    folder: str
    status: str
    key: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    programs: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    message: Mapping[str, str] | None = None
    fresh: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Batch:
    """What a batch came to.

    Attributes:
        place: of the results. regions: one outcome a region. overview: the files of the overview, as they lie here;
            empty where no region was done.
    """

    place: Place
    regions: tuple[Outcome, ...]
    overview: tuple[Path, ...]

    @property
    def folder(self) -> Path:
        """Of the results on this machine; of an address the copy in the cache."""
        return self.place.folder

    def of(self, status: str) -> list[Outcome]:
        """The regions of one status."""
        return [outcome for outcome in self.regions if outcome.status == status]

    def assessment(self, region: str) -> Assessment:
        """The assessment of one region that is done.

        Raises:
            KeyError: no such region, or it is not done.
        """
        found = next((o for o in self.of(DONE) if o.region == region), None)
        if found is None:
            raise KeyError(region)
        return load_assessment(self.folder / found.folder / ASSESSMENT)


# Called after each region with its outcome, how many are through, how many there are, and the seconds left, if known.
Told = Callable[[Outcome, int, int, float | None], None]


def run_batch(
    regions: str | Path,
    out: str | Path,
    *,
    policy: str | Path | PolicyPack = "default",
    scope: str | None = None,
    as_of: date | str | None = None,
    horizon: int | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    counterfactuals: bool = True,
    earlier: str | Path | None = None,
    edition: Edition = "public",
    language: str = "zh",
    forms: Sequence[str] = FORMATS,
    label: Mapping[str, str] | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
) -> Batch:
    """Assesses every region of a folder or list and writes assessments, reports, an overview and a record of it all.

    `regions`, `out` and `earlier` may be addresses that fsspec opens, such as s3://bucket/2026: files are brought here, and
    results there. Where DUIKOU_CLUSTER names a cluster, its workers do the regions; they open the three under the same
    addresses, or paths, as a shared folder has them.

    Run again with the same `out`, it does what is missing or has changed and nothing else. A region whose tables cannot
    be used is recorded with its message and does not stop the others.

    Args:
        regions: a folder with one subfolder of tables a region, or a list in a folder of this machine; see `find_regions`.
        out: folder of the results: manifest.json, overview-EDITION-LANGUAGE.xlsx and .html, and a folder a region.
        as_of: the day all are assessed for; None: that of the batch already in `out`, else today.
        earlier: results of the batch before, region by region, for measures and the chapter on last year's lists.
        progress: of the region in hand, as for `assess`. told: after each region.
        others: as for `assess` and `write_report`; `forms` of the report of each region.

    Raises:
        Unusable: no regions, an `out` that holds something else, or a setting that cannot be.
        UnknownFormat: an unknown form.
        reports.fonts.NoFont: a PDF, and no face for Chinese characters on this machine.
    """
    for form in forms:
        if form not in FORMATS:
            raise UnknownFormat(form)
    if "pdf" in forms:
        # Before hours of work: whether this machine has the faces that a PDF needs.
        faces()
    place, inputs = Place.of(out), Place.of(regions)
    record = _record_of(place)
    before = record["settings"]["as_of"] if record else None
    asked: date | str = as_of or before or date.today()
    day = read_day(asked) if isinstance(asked, str) else asked
    settings = Settings(day, scope, horizon, draws, seed, counterfactuals, edition, language, tuple(forms), label)
    pack = policy if isinstance(policy, PolicyPack) else load_pack(policy)
    work = _Work(place, inputs, settings, pack, Place.of(earlier) if earlier else None, encoder, progress)
    known = {outcome["region"]: outcome for outcome in record["regions"]} if record else {}
    if inputs.remote and not inputs.names():
        raise no_regions(inputs.given)
    inputs.fetch()
    found = find_regions(inputs.folder)
    place.folder.mkdir(parents=True, exist_ok=True)
    # What stood in the record and has its turn still to come is kept in it: a batch that is stopped twice loses nothing.
    outcomes: dict[str, Any] = {r.name: known[r.name] for r in found if r.name in known}
    # Before the first region: one that is cut off leaves files, which without a record would be taken for somebody else's.
    work.write_record(list(outcomes.values()))
    started, through, left = time.monotonic(), 0, sum(region.size for region in found)
    done: dict[str, Outcome] = {}
    tasks = [(work, work.sent(region), known.get(region.name)) for region in found]
    for at, outcome in spread(_one_region, tasks, None if encoder else cluster_address()):
        region = found[at]
        left -= region.size
        if outcome.fresh and outcome.status == DONE:
            through += region.size
        done[region.name] = outcome
        outcomes[region.name] = _plain(outcome)
        work.write_record([outcomes[r.name] for r in found if r.name in outcomes])
        if told:
            told(outcome, len(done), len(found), (time.monotonic() - started) / through * left if through else None)
    finished = [done[region.name] for region in found]
    files = work.overview(finished)
    work.write_record([outcomes[region.name] for region in found], files)
    return Batch(place, tuple(finished), tuple(place.folder / name for name in files))


def _one_region(task: tuple["_Work", Region, Mapping[str, Any] | None]) -> Outcome:
    """A region, here or on a worker."""
    work, region, known = task
    return work.region(region, known)


@dataclass(frozen=True)
class _Work:
    """What all regions have in common; pickled, it goes to a worker, without the progress that only this machine shows."""

    place: Place
    inputs: Place
    settings: Settings
    pack: PolicyPack
    earlier: Place | None
    given_encoder: Encoder | None
    progress: Progress | None

    @cached_property
    def encoder(self) -> Encoder:
        """Loaded when the first region needs it: links that are given need none."""
        return self.given_encoder or choose_encoder().encoder

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"progress": None}

    def sent(self, region: Region) -> Region:
        """As it goes to a worker: where the tables come from an address, by their names there."""
        if not self.inputs.remote:
            return region
        here = self.inputs.folder
        files = {kind: tuple(file.relative_to(here) for file in files) for kind, files in region.files.items()}
        return replace(region, files=files)

    def _brought(self, region: Region) -> Region:
        if not self.inputs.remote:
            return region
        bring = self.inputs.fetch_file
        return replace(
            region,
            files={kind: tuple(bring(file.as_posix()) for file in files) for kind, files in region.files.items()},
        )

    def region(self, region: Region, known: Mapping[str, Any] | None) -> Outcome:
        """One region, done unless it is finished already."""
        started = time.monotonic()
        outcome = Outcome(region.name, region.folder, UNUSABLE)
        try:
            if region.fault:
                raise region.fault
            region = self._brought(region)
            inputs = _hashes(region)
            outcome = replace(outcome, inputs=inputs, key=self._key(region, inputs))
            if known and known["key"] == outcome.key and known["status"] == DONE and self._is_whole(known):
                return replace(_outcome(known), fresh=False)
            outcome = self._done(region, outcome)
        except (Unusable, BadTable) as fault:
            outcome = replace(outcome, message={"zh": fault.message("zh"), "en": fault.message("en")})
        # A fault of ours, or a full disk, in one region is no reason to leave the others undone.
        except Exception as fault:
            text = f"{type(fault).__name__}: {getattr(fault, 'strerror', None) or fault}"
            message = {"zh": f"未能完成：{text}", "en": f"could not be done: {text}"}
            outcome = replace(outcome, status=FAILED, message=message)
        return replace(outcome, seconds=round(time.monotonic() - started, 1))

    def overview(self, outcomes: Sequence[Outcome]) -> dict[str, str]:
        """Writes the overview of what is done; its files with their hashes."""
        s = self.settings
        views = [view_of(o.region, self._result(o.folder), s.edition, s.language) for o in outcomes if o.status == DONE]
        if not views:
            return {}
        undone = [
            Undone(o.region, o.status, (o.message or {}).get(s.language, "")) for o in outcomes if o.status != DONE
        ]
        document = overview(views, undone, s.edition, s.language)
        files = {}
        for form in OVERVIEW_FORMS:
            name = f"overview-{s.edition}-{s.language}.{form}"
            _write(self.place.folder / name, rendered(document, form))
            self.place.put(name)
            files[name] = sha256(self.place.folder / name)
        return files

    def _result(self, folder: str) -> Assessment:
        """The assessment of a region that is done, wherever that was."""
        self.place.fetch(f"{folder}/{ASSESSMENT}")
        return load_assessment(self.place.folder / folder / ASSESSMENT)

    def write_record(self, outcomes: Sequence[Mapping[str, Any]], overview: Mapping[str, str] | None = None) -> None:
        """The record, whole or not at all."""
        record = {
            "kind": KIND,
            "settings": self.settings.record(),
            "policy": {"pack": self.pack.name, "status": self.pack.status, "title": dict(self.pack.title)},
            "versions": versions(),
            "regions": list(outcomes),
            "overview": dict(overview or {}),
        }
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        _write(self.place.folder / MANIFEST, text.encode("utf-8"))
        self.place.put(MANIFEST)

    def _done(self, region: Region, outcome: Outcome) -> Outcome:
        folder, s = self.place.folder / region.folder, self.settings
        if self.place.remote:
            # A copy of what was there before; all that lies here afterwards goes there.
            shutil.rmtree(folder, ignore_errors=True)
        # What a run that was killed left half written.
        for stale in folder.glob(f".{ASSESSMENT}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        before = self._before(region)
        result, notices = self._assess(region, before)
        result.write(folder / ASSESSMENT, {"report.html": page(result, s.language)})
        document = annual_report(result, s.edition, s.language, before)
        results = {f"{ASSESSMENT}/{OF_ASSESSMENT}": sha256(folder / ASSESSMENT / OF_ASSESSMENT)}
        for form in s.forms:
            name = f"report-{s.edition}-{s.language}.{form}"
            _write(folder / name, rendered(document, form))
            results[name] = sha256(folder / name)
        self.place.put(region.folder)
        return replace(
            outcome,
            status=DONE,
            results=results,
            programs=len(result.programs),
            flags=result.flag_counts(),
            warnings=[*notices, *result.manifest["warnings"]],
        )

    def _assess(self, region: Region, before: Assessment | None) -> tuple[Assessment, list[dict[str, str]]]:
        corpora = {kind: inspect_tables(list(files), kind) for kind, files in region.files.items()}
        for kind, corpus in corpora.items():
            if corpus.issues:
                raise BadTable(kind, corpus.issues)
        if orphans := check_together(corpora):
            raise BadTable(", ".join(corpora), orphans)
        s = self.settings
        tables: dict[str, Any] = {kind: corpus.rows for kind, corpus in corpora.items()}
        result = assess(
            **tables,
            policy=self.pack,
            scope=s.scope,
            earlier=before,
            as_of=s.as_of,
            horizon=s.horizon,
            draws=s.draws,
            seed=s.seed,
            counterfactuals=s.counterfactuals,
            encoder=None if "matches" in region.files else self.encoder,
            progress=self.progress,
            label=s.label,
        )
        notices = [n for corpus in corpora.values() for n in corpus.notices]
        return result, [{"zh": n.message("zh"), "en": n.message("en")} for n in notices]

    def _before(self, region: Region) -> Assessment | None:
        if self.earlier is None:
            return None
        self.earlier.fetch(f"{region.folder}/{ASSESSMENT}")
        folder = self.earlier.folder / region.folder / ASSESSMENT
        return load_assessment(folder) if (folder / OF_ASSESSMENT).is_file() else None

    def _key(self, region: Region, inputs: Mapping[str, Any]) -> str:
        """Of everything that the region's results follow from."""
        name = f"{region.folder}/{ASSESSMENT}/{OF_ASSESSMENT}"
        earlier = self.earlier.fetch_file(name) if self.earlier else None
        parts = {
            "inputs": inputs,
            "settings": self.settings.record(),
            "policy": {"pack": self.pack.name, "texts": dict(self.pack.texts or {})},
            "versions": versions(),
            "encoder": None if "matches" in region.files else self.encoder.fingerprint,
            "earlier": sha256(earlier) if earlier and earlier.is_file() else None,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _is_whole(self, known: Mapping[str, Any]) -> bool:
        self.place.fetch(known["folder"])
        folder = self.place.folder / known["folder"]
        return all((folder / n).is_file() and sha256(folder / n) == digest for n, digest in known["results"].items())


def _hashes(region: Region) -> dict[str, list[dict[str, str]]]:
    """Kind -> its files by name with their hashes, in the order in which they are read.

    Raises:
        Unusable: a file cannot be opened.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for kind in sorted(region.files):
        for file in region.files[kind]:
            try:
                found.setdefault(kind, []).append({"file": file.name, "sha256": sha256(file)})
            except OSError as fault:
                why = fault.strerror or str(fault)
                raise Unusable(f"{file.name} 打不开：{why}", f"{file.name} cannot be opened: {why}") from None
    return found


def _record_of(place: Place) -> dict[str, Any] | None:
    """The record of a batch that is in the folder already; None for a new or empty folder.

    Raises:
        Unusable: the folder holds something else.
    """
    if not place.names() and not place.folder.is_file():
        return None
    try:
        record = json.loads(place.fetch_file(MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict) or record.get("kind") != KIND:
        raise Unusable(
            f"{place.given} 不是批量分析的结果文件夹，又不是空的：请换一个文件夹（--out）",
            f"{place.given} is no folder of a batch and is not empty: name another (--out)",
        )
    return record


def _plain(outcome: Outcome) -> dict[str, Any]:
    found = asdict(outcome)
    del found["fresh"]
    return found


def _outcome(record: Mapping[str, Any]) -> Outcome:
    return Outcome(**record)


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, so that a file that is there is never half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    building = file.with_name(f".{file.name}.part")
    building.write_bytes(content)
    os.replace(building, file)
