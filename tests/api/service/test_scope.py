"""What a caller may see: roles, scopes, the public edition. Every route is walked."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient

from matcher import Assessment, load_assessment
from tests.api.service.conftest import Service

OWN = "B职业技术学院"


@pytest.fixture(scope="module")
def whole(city_service: Service) -> Assessment:
    return load_assessment(city_service.app.state.store.assessment(city_service.assessment))


@pytest.fixture(scope="module")
def said(city_service: Service) -> dict[str, str]:
    """What others left behind: ids of a corpus, a report, a job, reviews, a comparison of the bureau's."""
    bureau = city_service.client("admin")
    assessment = city_service.assessment
    upload = {"file": ("专业.csv", "专业编号,专业名称,课程\nP500,秘密专业,秘密课程\n".encode(), "text/csv")}
    corpus = bureau.post("/v1/corpora", files=upload, data={"kind": "programs"}).json()
    report = bureau.post("/v1/reports", json={"assessment": assessment, "edition": "internal"}).json()
    compared = bureau.get("/v1/compare", params={"from": assessment, "to": assessment}).json()
    other = _program_of(city_service, lambda name: name != OWN)
    review = {"kind": "override", "program_id": other, "decision": "maintain", "text": "他校的秘密理由"}
    made = bureau.post(f"/v1/assessments/{assessment}/reviews", json=review)
    assert made.status_code == 201
    city_service.work()
    jobs = {job["id"]: job for job in bureau.get("/v1/jobs").json()["items"]}
    return {
        "assessment_id": assessment,
        "corpus_id": jobs[corpus["id"]]["result"]["corpus"],
        "report_id": jobs[report["id"]]["result"]["report"],
        "job_id": corpus["id"],
        "compared": compared["id"],
        "key_id": bureau.get("/v1/keys").json()["items"][0]["id"],
        "program_id": other,
        "name": "default",
    }


def _program_of(service: Service, wanted: object) -> str:
    items = service.client("admin").get(f"/v1/assessments/{service.assessment}/programs?limit=1000").json()["items"]
    return next(row["program_id"] for row in items if wanted(row["institution"]))  # type: ignore[operator]


def _walk(service: Service, client: TestClient, said: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(route, what it answers) of every operation, with the ids of others and bodies that would be accepted."""
    assessment, other = said["assessment_id"], said["program_id"]
    bodies: dict[str, dict[str, object]] = {
        "/v1/match": {"assessment": assessment, "program_id": other},
        "/v1/assessments/{assessment_id}/what-if": {"parameters": {"surplus.rate": 0.2}},
        "/v1/assessments/{assessment_id}/reviews": {"kind": "statement", "program_id": other, "text": "陈述"},
        "/v1/reports": {"assessment": assessment, "edition": "internal", "format": "html"},
    }
    queries = {"/v1/compare": {"from": assessment, "to": assessment}}
    for path, operations in service.app.openapi()["paths"].items():
        for method in operations:
            if method == "delete" or path.endswith(("/events", "/demo")):
                continue
            address = path.format(**said)
            query = queries.get(path, {"limit": 1000})
            answer = client.request(method, address, params=query, json=bodies.get(path) if method == "post" else None)
            assert answer.status_code != 500, path
            yield f"{method} {path}", answer.text
            if '"format"' in json.dumps(operations[method].get("parameters", [])):
                yield f"{method} {path} csv", client.get(address, params={"format": "csv"}).text
    service.work()
    client.post("/v1/reports", json={"assessment": assessment, "edition": "public", "format": "html"})
    service.work()
    for report in client.get("/v1/reports").json()["items"]:
        yield f"own report {report['edition']}", client.get(f"/v1/reports/{report['id']}/file").text


@pytest.mark.parametrize("role", ["viewer", "planner", "bureau"])
def test_a_key_of_one_institution_reads_nothing_of_another(
    city_service: Service, whole: Assessment, said: dict[str, str], role: str
) -> None:
    own = whole.programs["institution"] == OWN
    schools = set(whole.programs.loc[~own, "institution"].dropna())
    # What belongs to others alone: the same course stands in several programs.
    filed = whole.inputs["programs"].set_index("program_id")
    others = filed.loc[whole.programs.loc[~own, "program_id"]]
    goals = {str(text)[:30] for text in others["goal"].dropna()} - {
        str(text)[:30] for text in filed.loc[whole.programs.loc[own, "program_id"], "goal"].dropna()
    }
    ids = {f'"{p}"' for p in others.index} | {f"\n{p}," for p in others.index}
    client = city_service.client(role, institutions=(OWN,))  # type: ignore[arg-type]
    answers = dict(_walk(city_service, client, said))
    assert len(answers) > 40
    for route, text in answers.items():
        told = text.replace("\\r\\n", "\n")
        assert not [s for s in schools if s in told], route
        assert not [g for g in goals if g in told], route
        assert not [i for i in ids if i in told], route
        assert "秘密" not in told, route
    mine = client.get(f"/v1/assessments/{city_service.assessment}/programs", params={"limit": 1000}).json()
    assert mine["total"] == int(own.sum()) > 0


def test_a_scoped_certificate_still_adds_up(city_service: Service, whole: Assessment) -> None:
    client = city_service.client("planner", institutions=(OWN,))
    blocks = client.get(f"/v1/assessments/{city_service.assessment}/blocks", params={"limit": 1000}).json()["items"]
    assert blocks
    for block in blocks:
        own = sum(row["supply"] for row in block["programs"])
        assert round(own + block["others"]["supply"], 2) == block["supply"]


def test_an_assessment_without_programs_of_the_scope_is_not_there(city_service: Service) -> None:
    client = city_service.client("planner", institutions=("别处学院",))
    assert client.get("/v1/assessments").json()["total"] == 0
    assert client.get(f"/v1/assessments/{city_service.assessment}").status_code == 404


def test_a_region_is_a_scope_too(city_service: Service, whole: Assessment) -> None:
    region = str(whole.programs["region"].value_counts().index[-1])
    client = city_service.client("planner", regions=(region,))
    items = client.get(f"/v1/assessments/{city_service.assessment}/programs", params={"limit": 1000}).json()["items"]
    assert {row["region"] for row in items} == {region}
    [listed] = [row for row in client.get("/v1/assessments").json()["items"] if row["id"] == city_service.assessment]
    assert sum(listed["flags"].values()) == len(items)


def test_a_viewer_reads_the_public_edition(city_service: Service, whole: Assessment) -> None:
    client = city_service.client("viewer")
    items = client.get(f"/v1/assessments/{city_service.assessment}/programs", params={"limit": 1000}).json()["items"]
    assert {row["institution"] for row in items} == {None}
    assert {row["flag_probability"] for row in items} == {None}
    shown = [row["supply"] for row in items if row["supply"] is not None]
    assert len(shown) > 100
    assert all(n == 0 or n >= 10 for n in shown)
    for method, path in (("post", "match"), ("post", f"assessments/{city_service.assessment}/what-if")):
        assert client.request(method, f"/v1/{path}", json={}).status_code in (403, 422)


def test_reviews_are_read_from_planner_up_on_the_page_as_over_http(city_service: Service, said: dict[str, str]) -> None:
    path = f"/assessments/{city_service.assessment}/programs/{said['program_id']}"
    for role in ("viewer", "planner", "bureau"):
        client = city_service.client(role)  # type: ignore[arg-type]
        answer, page = client.get(f"/v1{path}"), client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, page.status_code) == (200, 200)
        inside = role != "viewer"
        assert ("他校的秘密理由" in answer.text, "他校的秘密理由" in page.text) == (inside, inside)
        assert (answer.json()["override"] is not None, 'class="overridden"' in page.text) == (inside, inside)
        assert ("复核记录不公开" in page.text) == (not inside)


def test_data_check_notices_are_for_the_bureau(city_service: Service, whole: Assessment) -> None:
    noticed = next(t["program_id"] for t in whole.traces if t["data_checks"])
    address = f"/v1/assessments/{city_service.assessment}/programs/{noticed}"
    assert city_service.client("bureau").get(address).json()["trace"]["data_checks"]
    for role in ("planner", "viewer"):
        assert city_service.client(role).get(address).json()["trace"]["data_checks"] == []  # type: ignore[arg-type]


def test_roles_open_what_they_should(city_service: Service) -> None:
    assessment = city_service.assessment
    asked = {
        ("get", "/v1/keys"): "admin",
        ("get", "/v1/audit"): "admin",
        ("post", f"/v1/assessments/{assessment}/recompute"): "bureau",
        ("post", f"/v1/assessments/{assessment}/rounds"): "bureau",
        ("get", "/v1/corpora"): "planner",
        ("post", "/v1/assessments"): "planner",
        ("get", f"/v1/assessments/{assessment}/programs"): "viewer",
    }
    roles = ["viewer", "planner", "bureau", "admin"]
    for role in roles:
        client = city_service.client(role)  # type: ignore[arg-type]
        for (method, path), least in asked.items():
            allowed = client.request(method, path).status_code != 403
            assert allowed == (roles.index(role) >= roles.index(least)), (role, path)


@pytest.mark.parametrize("role", ["viewer", "planner"])
def test_what_a_market_lacks_follows_from_all_programs_also_for_who_sees_a_few(
    city_service: Service, whole: Assessment, role: str
) -> None:
    address = f"/v1/assessments/{city_service.assessment}"
    scoped = city_service.client(role, institutions=(OWN,))  # type: ignore[arg-type]
    everything = city_service.client("planner").get(f"{address}/whitespace?limit=1000").json()["items"]
    seen = scoped.get(f"{address}/whitespace?limit=1000").json()["items"]
    # Posts that others fill or could fill are not called posts without a program.
    assert [(r["demand_id"], r["reason"]) for r in seen] == [(r["demand_id"], r["reason"]) for r in everything]
    own = set(whole.programs.loc[whole.programs["institution"] == OWN, "program_id"])
    assert {p for r in seen for p in (r["served_by"] or "").split(";") if p} <= own
    assert {s for r in seen for s in (r["at_1"] or "").split(";") if s} <= ({OWN} if role == "planner" else set())
    chains = scoped.get(f"{address}/chains").json()["items"]
    assert all(r["supply"] is None or r["supply"] == 0 or r["supply"] >= 10 for r in chains)
    full = {
        (r["chain"], r["stage"]): r["supply"]
        for r in city_service.client("planner").get(f"{address}/chains").json()["items"]
    }
    assert all(r["supply"] in (None, full[r["chain"], r["stage"]]) for r in chains)
    # The pages say the same.
    page = _read(scoped, f"/assessments/{city_service.assessment}/demands?left=any&lang=en")
    shown = [r["reason"] for r in seen if r["posts"] is not None]
    for reason, name in (("no_program", "No graduates"), ("scarce", "Too few graduates")):
        assert f"{name} {shown.count(reason)} " in page
    page = _read(scoped, f"/assessments/{city_service.assessment}?lang=en")
    for chain in {r["chain"] for r in chains}:
        own_cells = [r for r in chains if r["chain"] == chain]
        posts, supply = (
            "–" if None in (known := [r[figure] for r in own_cells]) else f"{sum(known):,.0f}"
            for figure in ("posts", "supply")
        )
        assert f"{posts} / {supply}" in page.split(chain, 1)[1][:400]


def _read(client: TestClient, path: str) -> str:
    """What a reader sees of a page."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_a_report_on_some_programs_says_so_and_counts_posts_without_any_program_of_the_market(
    city_service: Service, whole: Assessment
) -> None:
    told = []
    for institutions in ((), (OWN,)):
        client = city_service.client("planner", institutions=institutions)
        asked = {"assessment": city_service.assessment, "edition": "internal", "format": "html", "lang": "en"}
        job = client.post("/v1/reports", json=asked).json()
        city_service.work()
        report = client.get(f"/v1/jobs/{job['id']}").json()["result"]["report"]
        told.append(_read(client, f"/v1/reports/{report}/file"))
    full, part = told
    own = int((whole.programs["institution"] == OWN).sum())
    scope = f"Only the {own} programs within the scope of the key"
    assert (scope in full, scope in part) == (False, True)
    said = re.search(r"to \d+ of them \([\d.]+ posts\) no program with graduates leads", full)
    assert said
    assert said[0] in part
    assert part.count("no program with graduates") == full.count("no program with graduates") > 1
