"""Reading an assessment over HTTP."""

import csv
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from api.answers.tables import exported
from matcher import load_assessment
from tests.api.service.conftest import Service

SPOKEN = {"secondary": "中职", "associate": "高职（专科）", "bachelor": "职业本科"}


@pytest.fixture
def client(city_service: Service) -> TestClient:
    client = city_service.client("planner")
    client.base_url = client.base_url.join(f"/v1/assessments/{city_service.assessment}/")
    return client


def test_every_flag_of_the_folder_is_told(city_service: Service, client: TestClient) -> None:
    folder = city_service.app.state.store.assessment(city_service.assessment)
    expected = load_assessment(folder).programs.set_index("program_id")["flag"].to_dict()
    items = client.get("programs", params={"limit": 1000}).json()["items"]
    assert {row["program_id"]: row["flag"] for row in items} == expected
    [listed] = city_service.client("planner").get("/v1/assessments").json()["items"][-1:]
    assert sum(listed["flags"].values()) == len(expected)


def test_filters_sorting_and_pages_fit_together(client: TestClient) -> None:
    query = {"flag": ["expand", "prioritize"], "sort": "-headroom"}
    whole = client.get("programs", params={**query, "limit": 1000}).json()
    assert {row["flag"] for row in whole["items"]} == {"expand", "prioritize"}
    rooms = [row["headroom"] for row in whole["items"]]
    assert rooms == sorted(rooms, reverse=True)
    pages = [client.get("programs", params={**query, "offset": at, "limit": 30}).json() for at in (0, 30, 60)]
    assert [row for page in pages for row in page["items"]] == whole["items"][:90]
    assert {page["total"] for page in pages} == {whole["total"]}
    found = client.get("programs", params={"q": "数控"}).json()["items"]
    assert found
    assert all("数控" in "".join(str(v) for v in row.values()) for row in found)


@pytest.mark.parametrize("what", ["programs", "demands", "whitespace", "chains", "lists", "lists?kind=school"])
def test_a_column_named_twice_sorts_once_whichever_it_is(client: TestClient, what: str) -> None:
    joint = "&" if "?" in what else "?"
    whole = client.get(f"{what}{joint}limit=1000").json()
    for column in whole["items"][0]:
        once, twice = (client.get(f"{what}{joint}limit=1000&sort={sort}") for sort in (column, f"{column},-{column}, "))
        assert (once.status_code, once.json()) == (200, twice.json()), column
    book = client.get(f"{what}{joint}format=xlsx&sort=-{column},{column}")
    assert CalamineWorkbook.from_filelike(io.BytesIO(book.content)).sheet_names
    assert client.get(f"{what}{joint}limit=1000&sort=,").json() == whole
    for unnamed in ("-", f"{column},-", "- "):
        refused = client.get(f"{what}{joint}sort={unnamed}")
        assert refused.status_code == 400
        assert "cannot sort by '-': name a column" in refused.json()["detail_en"]


def test_one_program_comes_with_a_certificate_that_adds_up(client: TestClient) -> None:
    detail = client.get("programs/P040").json()
    assert detail["program"]["flag"] == "phase_out"
    block = detail["certificate"]
    assert round(sum(row["supply"] for row in block["programs"]), 2) == block["supply"]
    assert round(sum(row["posts"] for row in block["demands"]), 2) == block["posts"]
    assert all(row["institution"] and row["name"] for row in block["programs"])
    assert detail["matches"][0]["program_evidence"]
    assert detail["trace"]["grounds"]


def test_the_same_answer_is_not_sent_twice(city_service: Service, client: TestClient) -> None:
    first = client.get("programs")
    again = client.get("programs", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("programs", params={"limit": 7}).headers["etag"] != first.headers["etag"]
    # Another role sees another answer under the same address.
    viewer = city_service.client("viewer")
    address = f"/v1/assessments/{city_service.assessment}/programs"
    assert viewer.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize("what", ["programs", "demands", "whitespace", "chains", "lists", "lists?kind=school"])
def test_tables_leave_as_files_with_the_same_rows(client: TestClient, what: str) -> None:
    joint = "&" if "?" in what else "?"
    total = client.get(what).json()["total"]
    assert total > 5
    sheet = client.get(f"{what}{joint}format=csv")
    assert sheet.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert len(rows) == total + 1
    book = client.get(f"{what}{joint}format=xlsx")
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert [str(c) for c in cells[0]] == rows[0]
    assert len(cells) == total + 1


def test_no_cell_of_an_export_is_a_formula(city_service: Service) -> None:
    table = load_assessment(city_service.app.state.store.assessment(city_service.assessment)).programs.head(3)
    for attack in ("=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "\t=1"):
        table = table.assign(name=attack)
        cells = list(csv.DictReader(io.StringIO(exported(table, "csv").decode("utf-8-sig"))))
        book = CalamineWorkbook.from_filelike(io.BytesIO(exported(table, "xlsx"))).get_sheet_by_index(0).to_python()
        place = book[0].index("name")
        assert {row["name"] for row in cells} | {row[place] for row in book[1:]} == {f"'{attack}"}


def test_what_is_not_there_is_a_problem_in_both_languages(city_service: Service, client: TestClient) -> None:
    for path in ("programs/P999", "/v1/assessments/0000000000000000", "/v1/jobs/0000000000000000", "/nowhere"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["title"]
        assert body["title_en"]
        assert body["instance"].endswith(answer.headers["x-request-id"])
    # An id may hold what a path is made of.
    details = {client.get(f"programs/{name}").json()["detail"] for name in ("P999", "P%2F9")}
    assert len(details) == 1
    sorting = client.get("programs", params={"sort": "secret"})
    assert (sorting.status_code, "flag" in sorting.json()["detail"]) == (400, True)
    assert client.get("programs", params={"limit": 0}).json()["errors"][0]["field"] == "query.limit"


def test_a_fault_nobody_foresaw_keeps_its_text_inside(service: Service) -> None:
    app = service.app
    secret = "金额 12345 of a table"

    def broken() -> None:
        raise RuntimeError(secret)

    app.router.add_api_route("/broken", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert secret not in answer.text
    assert answer.json()["type"] == "/problems/internal"


def test_a_match_by_text_and_by_id(city_service: Service) -> None:
    client = city_service.client("planner")
    text = {"name": "数控技术", "level": "高职专科", "courses": "数控编程；机械制图；公差配合与测量；机床电气控制"}
    found = client.post("/v1/match", json={"assessment": city_service.assessment, "text": text, "top": 5}).json()
    assert len(found["matches"]) == 5
    assert found["calibrated"]
    ps = [row["p"] for row in found["matches"]]
    assert ps == sorted(ps, reverse=True)
    assert ps[0] > 0.5
    assert found["matches"][0]["program_evidence"]
    stored = client.post("/v1/match", json={"assessment": city_service.assessment, "program_id": "P040"}).json()
    assert stored["matches"]
    for blank in ({}, {"goal": "   ", "courses": "\u3000"}):
        asked = {"assessment": city_service.assessment, "text": {"name": "数控技术", **blank}}
        assert client.post("/v1/match", json=asked).status_code == 422
    wrong = client.post("/v1/match", json={"assessment": city_service.assessment, "text": {**text, "level": "博士"}})
    assert wrong.status_code == 400
    assert "博士" in wrong.json()["detail"]
    assert "associate" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("supply.years", 0, "a whole number of years from 1 to 100"),
        ("supply.years", 2.5, "a whole number of years from 1 to 100"),
        ("supply.years", 1e300, "a whole number of years from 1 to 100"),
        ("evidence.min_graduates", 1e300, "a whole number of persons from 0 to 10000000"),
        ("employment.year_weights", [0, 0], "a list of weights, none below 0 and one above"),
        ("employment.year_weights", [1, -1], "a list of weights, none below 0 and one above"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_with_what_can(
    city_service: Service, name: str, value: object, expected: str
) -> None:
    client = city_service.client("planner")
    refused = client.post(f"/v1/assessments/{city_service.assessment}/what-if", json={"parameters": {name: value}})
    assert refused.status_code == 400
    body = refused.json()
    assert body["detail_en"].startswith(f"{name}: value is ")
    assert body["detail_en"].endswith(f"expected {expected}")
    assert f"参数 {name} 不能取" in body["detail"]
    assert "应为" in body["detail"]


def test_a_text_is_read_as_a_table_is(city_service: Service) -> None:
    """What a table would say of a program says a question of its texts as well."""
    filed = (
        city_service.app.state.store.load(city_service.assessment)
        .inputs["programs"]
        .set_index("program_id")
        .loc["P040"]
    )
    columns = ("name", "code", "level", "track", "goal", "abilities", "courses", "description")
    text = {column: filed[column] for column in columns if pd.notna(filed[column])}
    client = city_service.client("planner")
    stored = client.post("/v1/match", json={"assessment": city_service.assessment, "program_id": "P040"}).json()
    asked = client.post("/v1/match", json={"assessment": city_service.assessment, "text": text}).json()
    spoken = client.post(
        "/v1/match", json={"assessment": city_service.assessment, "text": {**text, "level": SPOKEN[text["level"]]}}
    ).json()
    known = {row["demand_id"]: (row["p"], row["program_evidence"]) for row in stored["matches"]}
    assert [known[row["demand_id"]] for row in asked["matches"]] == [
        (row["p"], row["program_evidence"]) for row in asked["matches"]
    ]
    assert spoken == asked


def test_many_questions_at_once_are_answered_each_by_itself(city_service: Service) -> None:
    """One in the middle cannot be read; the others do not notice, and each gets its own answer."""
    client = city_service.client("planner")
    body = {"assessment": city_service.assessment, "top": 3}
    goals = [f"培养能从事{work}的人员" for work in ("数控机床操作", "电梯安装维修", "幼儿保育", "中式烹调", "汽车维修")]
    texts = [{"name": goal[5:9], "goal": goal} for goal in goals]
    alone = [client.post("/v1/match", json={**body, "text": text}).json() for text in texts]
    texts.insert(2, {"name": "焊接", "goal": "焊接", "level": "博士"})
    with ThreadPoolExecutor(len(texts) * 3) as pool:
        answers = list(pool.map(lambda text: client.post("/v1/match", json={**body, "text": text}), texts * 3))
    for turn in range(3):
        here = answers[turn * len(texts) : (turn + 1) * len(texts)]
        assert here.pop(2).status_code == 400
        for answer, expected in zip(here, alone, strict=True):
            assert [row["demand_id"] for row in answer.json()["matches"]] == [
                row["demand_id"] for row in expected["matches"]
            ]


def test_whoever_waits_for_the_demands_keeps_nobody_else_waiting(city_service: Service) -> None:
    """More questions than the server has threads wait while demands are made ready; everything else is answered."""
    # Started and ended as a server is, on the same state.
    service = Service(city_service.settings)
    held = threading.Event()
    busy = service.app.state.matching._preparer.submit(held.wait, 60)
    client = service.client("planner")
    text = {"name": "焊接技术", "goal": "培养能从事焊接的人员"}
    with client, ThreadPoolExecutor(60) as pool:
        body = {"assessment": city_service.assessment, "text": text, "top": 2}
        waiting = [pool.submit(client.post, "/v1/match", json=body) for _ in range(50)]
        try:
            time.sleep(1)
            for path in ("/livez", "/v1/assessments"):
                assert pool.submit(client.get, path).result(20).status_code == 200
            assert not any(one.done() for one in waiting)
        finally:
            held.set()
        assert {one.result(60).status_code for one in waiting} == {200}
    assert busy.result()


def test_a_what_if_that_cannot_be_is_a_problem(client: TestClient) -> None:
    def status(body: str) -> int:
        return client.post("what-if", content=body, headers={"Content-Type": "application/json"}).status_code

    more = client.post("what-if", json={"employed": {"P040": 99999}})
    assert more.status_code == 400
    assert "P040 的就业人数不能是 99999" in more.json()["detail"]
    assert status('{"openings": {"D143-2026": NaN}}') == 422
    assert status('{"openings": {"D143-2026": 1e400}}') == 422
    assert status('{"intake": {"P040": 100000000000000000000}}') == 422


def test_policies_carry_a_reference_for_every_value(city_service: Service) -> None:
    client = city_service.client("viewer")
    names = [row["name"] for row in client.get("/v1/policies").json()["items"]]
    assert names[0] == "default"
    for name in names:
        pack = client.get(f"/v1/policies/{name}", params={"as_of": "2026-10-15"}).json()
        assert pack["parameters"]
        assert all(p["reference"]["zh"] for p in pack["parameters"])
        assert pack["status"] != "unverified" or pack["warnings"]


@pytest.mark.parametrize("form", ["docx", "html"])
def test_a_report_is_written_by_a_job_and_fetched_as_a_file(city_service: Service, form: str) -> None:
    viewer = city_service.client("viewer")
    asked = {"assessment": city_service.assessment, "format": form, "lang": "zh"}
    accepted = viewer.post("/v1/reports", json=asked, headers={"Idempotency-Key": form})
    assert viewer.post("/v1/reports", json=asked, headers={"Idempotency-Key": form}).json() == accepted.json()
    city_service.work()
    done = viewer.get(accepted.headers["location"]).json()
    assert done["state"] == "done", done
    file = viewer.get(f"/v1/reports/{done['result']['report']}/file")
    assert file.headers["content-disposition"].endswith(f'.{form}"')
    assert file.content[:2] == {"docx": b"PK", "html": b"<!"}[form]
    assert viewer.post("/v1/reports", json={**asked, "edition": "internal"}).status_code == 403
    assert city_service.client("planner").get(f"/v1/reports/{done['result']['report']}/file").status_code == 404
