"""Uploads: good tables, bad rows, columns by other names, and files made to do harm."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.corpora import file_name
from corpora.starter import example
from tests.api.service.conftest import Service

GOOD = "专业编号,专业名称,课程\nP1,数控技术,数控编程\nP2,护理,基础护理\n".encode()


def upload(
    client: TestClient, content: bytes, name: str = "专业.csv", kind: str = "programs", **form: str
) -> dict[str, object]:
    answer = client.post("/v1/corpora", files={"file": (name, content)}, data={"kind": kind, **form})
    assert answer.status_code == 202, answer.text
    return answer.json()  # type: ignore[no-any-return]


def result(service: Service, client: TestClient, job: dict[str, object]) -> dict[str, object]:
    service.work()
    done = client.get(f"/v1/jobs/{job['id']}").json()
    assert done["state"] == "done", done
    return client.get(f"/v1/corpora/{done['result']['corpus']}").json()  # type: ignore[no-any-return]


def test_a_sound_table_is_ready(service: Service) -> None:
    client = service.client("planner")
    found = result(service, client, upload(client, GOOD))
    assert (found["state"], found["rows"], found["issues"]) == ("ready", 2, 0)


def test_every_bad_row_is_told_page_by_page(service: Service) -> None:
    client = service.client("planner")
    rows = "".join(f"P1,{year},约30\n" for year in range(2000, 2020))
    found = result(service, client, upload(client, f"专业编号,毕业年份,毕业生数\n{rows}".encode(), kind="outcomes"))
    assert (found["state"], found["bad_rows"]) == ("refused", 20)
    pages = [client.get(f"/v1/corpora/{found['id']}/issues", params={"offset": o, "limit": 12}).json() for o in (0, 12)]
    assert [p["total"] for p in pages] == [20, 20]
    issues = [issue for page in pages for issue in page["items"]]
    assert [issue["row"] for issue in issues] == list(range(2, 22))
    assert issues[0]["value"] == "约30"
    assert "约30" in issues[0]["zh"]
    again = upload(
        client, f"专业编号,毕业年份,毕业生数\nP1,2020,31\n{rows}".encode(), kind="outcomes", accept_good_rows="true"
    )
    assert result(service, client, again)["state"] == "ready"


def test_bad_rows_come_back_as_a_file_that_mended_can_be_sent_again(service: Service) -> None:
    client = service.client("planner")
    table = "专业编号,毕业年份,毕业生数,备注\nP1,2020,31,\nP1,2021,约30,=1+1\n"
    found = result(service, client, upload(client, table.encode("gb18030"), kind="outcomes"))
    file = client.get(f"/v1/corpora/{found['id']}/bad-rows")
    assert file.headers["content-type"].startswith("text/csv")
    [head, row] = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert head[2:-1] == ["行号", "专业编号", "毕业年份", "毕业生数", "备注"]
    assert row[2:-1] == ["3", "P1", "2021", "约30", "'=1+1"], "shown as sent, and no spreadsheet runs it"
    assert "约30" in row[-1]
    assert "约30" in client.get(f"/v1/corpora/{found['id']}/bad-rows", params={"lang": "en"}).text
    mended = file.content.decode("utf-8-sig").replace("约30", "30").replace("'=1+1", "").encode()
    assert result(service, client, upload(client, mended, kind="outcomes"))["state"] == "ready"
    other = service.client("planner", institutions=("X",))
    assert other.get(f"/v1/corpora/{found['id']}/bad-rows").status_code == 404, "not within its scope"
    sound = result(service, client, upload(client, GOOD))
    assert client.get(f"/v1/corpora/{sound['id']}/bad-rows").status_code == 404


@pytest.mark.parametrize("name", ["bad-rows-zh.csv", "bad-rows-en.csv", "issues.jsonl.csv"])
def test_a_table_named_like_the_list_of_its_bad_rows_is_kept_as_it_was_sent(service: Service, name: str) -> None:
    client = service.client("planner")
    table = "专业编号,毕业年份,毕业生数\nP1,2020,31\nP1,2021,约30\n".encode()
    found = result(service, client, upload(client, table, name, kind="outcomes"))
    assert (service.app.state.store.upload(str(found["id"])) / name).read_bytes() == table
    for lang in ("zh", "en"):
        rows = client.get(f"/v1/corpora/{found['id']}/bad-rows", params={"lang": lang})
        assert len(list(csv.reader(io.StringIO(rows.content.decode("utf-8-sig"))))) == 2, "the head and the bad row"


def test_columns_of_another_name_are_mapped(service: Service) -> None:
    client = service.client("planner")
    strange = "序,叫什么,教什么\nP1,数控技术,数控编程\n".encode()
    assert result(service, client, upload(client, strange))["state"] == "refused"
    mapping = '{"序": "program_id", "叫什么": "name", "教什么": "courses"}'
    assert result(service, client, upload(client, strange, mapping=mapping))["state"] == "ready"
    wrong = client.post(
        "/v1/corpora", files={"file": ("a.csv", strange)}, data={"kind": "programs", "mapping": '{"序": "nothing"}'}
    )
    assert (wrong.status_code, "program_id" in wrong.json()["detail"]) == (400, True)


def test_the_same_upload_sent_again_is_one(service: Service) -> None:
    client = service.client("planner")
    headers = {"Idempotency-Key": "upload-1"}
    send = lambda content: client.post(  # noqa: E731
        "/v1/corpora", files={"file": ("专业.csv", content)}, data={"kind": "programs"}, headers=headers
    )
    first, again, other = send(GOOD), send(GOOD), send(GOOD + b"P3,x,y\n")
    assert first.json()["id"] == again.json()["id"]
    assert other.status_code == 409
    assert client.get("/v1/corpora").json()["total"] == 1


def test_uploaded_tables_are_assessed(service: Service) -> None:
    client = service.client("planner")
    jobs = {
        kind: upload(client, file.read_bytes(), f"{kind}.csv", kind)
        for kind, file in example("city").items()
        if kind in ("programs", "outcomes", "demands", "coverage", "chains", "flows")
    }
    service.work()
    corpora = {k: [client.get(f"/v1/jobs/{job['id']}").json()["result"]["corpus"]] for k, job in jobs.items()}
    body = {"title": "市里的表", "corpora": corpora, "as_of": "2026-10-15", "draws": 0, "counterfactuals": False}
    accepted = client.post("/v1/assessments", json=body)
    assert accepted.status_code == 202, accepted.text
    service.work()
    done = client.get(accepted.headers["location"]).json()
    assert done["state"] == "done", done
    found = client.get(f"/v1/assessments/{done['result']['assessment']}").json()
    assert (found["title"], found["manifest"]["counts"]["programs"]) == ("市里的表", 182)
    assert found["label"] is None
    refused = client.post("/v1/assessments", json={"title": "x", "corpora": {"programs": corpora["programs"]}})
    assert refused.status_code == 422


def test_tables_that_do_not_fit_together_fail_with_the_reason(service: Service) -> None:
    client = service.client("planner")
    tables = {
        "programs": GOOD,
        "outcomes": "专业编号,毕业年份,毕业生数\nP9,2024,30\n".encode(),
        "demands": "岗位编号,岗位名称,招聘人数\nD1,数控车工,10\n".encode(),
    }
    jobs = {kind: upload(client, content, f"{kind}.csv", kind) for kind, content in tables.items()}
    service.work()
    corpora = {k: [client.get(f"/v1/jobs/{job['id']}").json()["result"]["corpus"]] for k, job in jobs.items()}
    accepted = client.post("/v1/assessments", json={"title": "x", "corpora": corpora, "draws": 0})
    service.work()
    failed = client.get(accepted.headers["location"]).json()
    assert failed["state"] == "failed"
    assert "P9" in failed["fault"]["zh"]
    assert client.get("/v1/assessments").json()["total"] == 0


def _book(sheet: bytes) -> bytes:
    target = io.BytesIO()
    frame = pd.DataFrame({"专业编号": ["P1"], "专业名称": ["数控技术"], "课程": ["数控编程"]})
    frame.to_excel(target, index=False, engine="xlsxwriter")
    source, changed = zipfile.ZipFile(target), io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            out.writestr(entry.filename, sheet if entry.filename.endswith("sheet1.xml") else source.read(entry))
    return changed.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(make_service: Callable[..., Service]) -> None:
    service = make_service(unpacked_mb=20)
    client = service.client("planner")
    bomb = _book(SHEET % (b" " * (40 << 20)))
    assert len(bomb) < 100_000
    found = result(service, client, upload(client, bomb, "a.xlsx"))
    [issue] = client.get(f"/v1/corpora/{found['id']}/issues").json()["items"]
    assert (found["state"], issue["code"]) == ("refused", "too_large")


def test_a_cell_at_the_far_end_does_not_take_all_memory(service: Service) -> None:
    client = service.client("planner")
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    found = result(service, client, upload(client, _book(SHEET % far), "a.xlsx"))
    [issue] = client.get(f"/v1/corpora/{found['id']}/issues").json()["items"]
    assert "1048576" in issue["en"]


def test_a_parquet_file_of_too_many_rows_is_refused_unread(
    make_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = make_service(upload_rows=1000)
    client = service.client("planner")
    pd.DataFrame({"program_id": ["P1"] * 2_000_000}).to_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    found = result(service, client, upload(client, content, "a.parquet"))
    assert found["state"] == "refused"


@pytest.mark.parametrize(
    "name", ["../../etc/x.csv", "..\\x.csv", "a\x00b.csv", "长" * 300 + ".csv", ".csv.csv", "x y;z.CSV"]
)
def test_names_of_files_are_safe(name: str) -> None:
    found = file_name(name)
    assert not set(found) & set("/\\\0;")
    assert found.lower().endswith(".csv")
    assert not found.startswith(".")
    assert len(found.encode()) < 255


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail),
        st.integers(0, 400).map(lambda n: _book(SHEET % b"")[:-n] if n else _book(SHEET % b"")),
        st.binary(max_size=200).map(lambda middle: b"PAR1" + middle + b"PAR1"),
    ),
    suffix=st.sampled_from([".csv", ".xlsx", ".xls", ".parquet", ".tsv"]),
    kind=st.sampled_from(["programs", "demands", "outcomes"]),
)
def test_whatever_is_uploaded_gets_an_answer(service: Service, content: bytes, suffix: str, kind: str) -> None:
    client = service.client("planner")
    found = result(service, client, upload(client, content, f"x{suffix}", kind))
    issues = client.get(f"/v1/corpora/{found['id']}/issues").json()
    assert found["state"] == "ready" or issues["items"]
