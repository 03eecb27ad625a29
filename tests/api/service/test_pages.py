"""The pages over HTTP: who may open which, forms with their token, errors that are pages."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access import Role
from api.pages.desk import A_PAGE
from api.store import Store
from matcher.policy.pack import shipped_packs
from tests.api.service.conftest import Service


def browser(service: Service, role: Role = "bureau", institutions: tuple[str, ...] = ()) -> TestClient:
    """A browser that logged in with a new key, through the form."""
    key = service.client(role, institutions=institutions).headers["Authorization"].removeprefix("Bearer ")
    client = TestClient(service.app, raise_server_exceptions=False, headers={"Accept": "text/html"})
    answer = client.post("/login", data={"key": key, "next": "/policies"})
    assert answer.url.path == "/policies"
    return client


def token(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/policies").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/", "/assessments", "/jobs", "/tables", "/compare?from=0000000000000000"])
def test_whoever_is_not_logged_in_is_led_to_the_login_page_and_back(service: Service, path: str) -> None:
    answer = TestClient(service.app).get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next={path.partition('?')[0]}"


def test_login_leads_nowhere_else(service: Service) -> None:
    key = service.client("viewer").headers["Authorization"].removeprefix("Bearer ")
    client = TestClient(service.app)
    for path in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        answer = client.post("/login", data={"key": key, "next": path}, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_a_form_without_the_token_of_its_session_changes_nothing(city_service: Service) -> None:
    client = browser(city_service)
    path = f"/assessments/{city_service.assessment}/programs/P001/reviews"
    form = {"kind": "override", "decision": "expand", "text": "无令牌"}
    for csrf in ({}, {"csrf": "wrong"}):
        answer = client.post(path, data={**form, **csrf})
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
    assert "无令牌" not in client.get(path.removesuffix("/reviews")).text
    client.post(path, data={**form, "csrf": token(client)})
    assert "无令牌" in client.get(path.removesuffix("/reviews")).text


def test_a_school_states_its_case_and_the_bureau_replies(city_service: Service) -> None:
    bureau, school = browser(city_service), browser(city_service, "planner", ("B职业技术学院",))
    base = f"/assessments/{city_service.assessment}"
    page = f"{base}/programs/P040"
    assert "暂不接受陈述" in school.get(page).text
    today = date.today()
    days = {"announced_on": str(today), "statements_until": str(today + timedelta(7)), "next": page}
    bureau.post(f"{base}/rounds", data={"csrf": token(bureau), **days})
    said = {"kind": "statement", "text": "本专业点承担县域<b>唯一</b>培养任务"}
    answer = school.post(f"{page}/reviews", data={"csrf": token(school), **said})
    assert answer.status_code == 200
    assert "&lt;b&gt;唯一" in answer.text
    found = re.search(r'name="answers" value="([^"]+)"', bureau.get(page).text)
    assert found
    reply = {"kind": "reply", "answers": found[1], "decision": "partly", "text": "保留一届"}
    bureau.post(f"{page}/reviews", data={"csrf": token(bureau), **reply})
    assert "部分采纳" in school.get(page).text
    # The bureau's forms are the bureau's.
    refused = school.post(
        f"{page}/reviews", data={"csrf": token(school), "kind": "override", "decision": "expand", "text": "x"}
    )
    assert refused.status_code == 403


def test_a_scope_and_a_role_hold_on_pages_too(city_service: Service) -> None:
    base = f"/assessments/{city_service.assessment}"
    school, public = browser(city_service, "planner", ("B职业技术学院",)), browser(city_service, "viewer")
    assert school.get(f"{base}/programs/P040").status_code == 200
    assert school.get(f"{base}/programs/P091").status_code == 404
    for path in ("", "/programs?size=2000", "/demands?left=any", "/programs/P040"):
        assert "E交通建设职业学院" not in school.get(f"{base}{path}").text
        assert "B职业技术学院" not in public.get(f"{base}{path}").text
    for path in ("/tables", "/assessments/new"):
        assert public.get(path).status_code == 403
    assert "情景测算" not in public.get(f"{base}/programs/P040").text


def test_errors_are_pages_for_browsers_and_problems_for_programs(service: Service) -> None:
    client = browser(service)
    for path, status in (
        ("/nowhere", 404),
        ("/assessments/0000000000000000", 404),
        ("/assessments/x", 422),
        ("/policies/x", 404),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert answer.headers["x-request-id"] in answer.text or path == "/nowhere"
    assert client.get("/v1/nowhere").headers["content-type"] == "application/problem+json"
    assert TestClient(service.app).get("/nowhere").headers["content-type"] == "application/problem+json"


def test_forms_that_cannot_be_read_are_told_on_a_page(
    make_service: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    client = browser(make_service(upload_mb=1), "planner")
    csrf = {"csrf": token(client)}
    bare = {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}
    table = {"file": ("a.csv", b"x" * (3 << 20))}
    asked: list[tuple[str, dict[str, Any], int]] = [
        ("/login", {"data": {"key": "x" * 1_300_000}}, 413),
        ("/login", {"content": (b"key=" + b"x" * 100_000 for _ in range(20))}, 413),
        ("/login", {"data": {"key": "x"}, "files": table}, 413),
        ("/login", bare, 400),
        ("/assessments", bare, 400),
        ("/assessments", {"data": {**{f"field{n}": "1" for n in range(1001)}, **csrf}}, 400),
        ("/tables", {"data": {"kind": "programs", **csrf}, "files": table}, 413),
    ]
    for path, sent, status in asked:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if path == "/login" and "content" in sent else {}
        answer = client.post(path, **{**sent, "headers": {**form, **sent.get("headers", {})}})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), (
            path,
            sent,
        )
        assert answer.headers["x-request-id"] in answer.text
    assert "internal fault" not in capsys.readouterr().err


def test_a_table_with_personal_data_shows_none_of_its_cells(service: Service) -> None:
    client = browser(service, "planner")
    rows = "专业编号,专业名称,课程,学生姓名,手机号\nP1,护理,解剖,张小明,13912345678\n"
    answer = client.post(
        "/tables", data={"kind": "programs", "csrf": token(client)}, files={"file": ("名单.csv", rows.encode())}
    )
    assert "检查中" in answer.text
    service.work()
    page = client.get(answer.url.path).text
    assert "未通过" in page
    assert "张小明" not in page
    assert "13912345678" not in page


def test_a_page_beyond_the_faults_of_a_table_is_its_last(service: Service) -> None:
    client = browser(service, "planner")
    faults = [f"第{n}约" for n in range(A_PAGE + 1)]
    rows = "".join(f"P{n},2020,{fault}\n" for n, fault in enumerate(faults))
    form = {"kind": "outcomes", "csrf": token(client)}
    file = {"file": ("结果.csv", f"专业编号,毕业年份,毕业生数\n{rows}".encode())}
    page = client.post("/tables", data=form, files=file).url.path
    service.work()
    for number in ("2", "3", "99999999999999999999"):
        last = client.get(page, params={"page": number})
        assert last.status_code == 200
        # The first fault is an example of its column, too.
        assert [fault for fault in faults[1:] if f">{fault}<" in last.text] == faults[A_PAGE:]
        assert f"{page}?page=1" in last.text
    for number in ("0", "-99999999999999999999"):
        first = client.get(page, params={"page": number}).text
        assert [fault for fault in faults if f">{fault}<" in first] == faults[:A_PAGE]


def test_the_language_of_a_link_is_kept_for_the_next_pages(service: Service) -> None:
    client = browser(service)
    assert 'lang="zh-CN"' in client.get("/jobs").text
    assert 'lang="en"' in client.get("/jobs?lang=en").text
    assert 'lang="en"' in client.get("/policies").text


def test_the_other_language_of_a_forms_answer_is_the_page_it_stands_on(city_service: Service) -> None:
    client = browser(city_service)
    page = f"/assessments/{city_service.assessment}/programs/P040"
    for form in ("what-if", "reviews"):
        # The review lacks its reason: the answer is a page that says so.
        answer = client.post(f"{page}/{form}", data={"csrf": token(client), "kind": "override", "intake": "10"})
        found = re.search(r'<a class="tool" lang="en" href="([^"]+)"', answer.text)
        assert found
        assert found[1] == f"{page}?lang=en"
        assert 'lang="en"' in client.get(found[1]).text
        client.get(f"{page}?lang=zh")


def test_whoever_may_move_the_sliders_finds_the_first_answer_under_way(city_service: Service) -> None:
    path = f"/assessments/{city_service.assessment}/programs/P001"
    # As after a start: nothing is loaded yet.
    city_service.app.state.store = Store(city_service.settings.data, 2)
    assessment = city_service.app.state.store.load(city_service.assessment)
    assert browser(city_service, "viewer").get(path).status_code == 200
    assert assessment.kept.empty, "a viewer asks no what-if"
    assert browser(city_service, "planner").get(path).status_code == 200
    assert not assessment.kept.empty


def test_no_file_of_the_server_can_be_named_as_a_policy(city_service: Service, tmp_path: Path) -> None:
    """A bureau's own pack, a file with secrets, none at all: the answer is the same, and the packs there are."""
    own, secret = tmp_path / "own.yaml", tmp_path / "secret.yml"
    own.write_text("name: own\nextends: default\nstatus: in_force\ntitle: {zh: 自有, en: own}\n", encoding="utf-8")
    secret.write_text("password: 12345\n", encoding="utf-8")
    client, page = city_service.client("planner"), browser(city_service, "planner")
    for name in (str(own), str(own.with_suffix("")), str(secret), str(tmp_path / "none.yaml"), "../packs/default"):
        known = f"no policy pack {name!r}; there are: {', '.join(shipped_packs())}"
        asked = client.post(f"/v1/assessments/{city_service.assessment}/what-if", json={"policy": name})
        assert (asked.status_code, asked.json()["detail_en"]) == (400, known)
        corpora = {kind: ["0" * 16] for kind in ("programs", "outcomes", "demands")}
        accepted = client.post("/v1/assessments", json={"title": "x", "corpora": corpora, "policy": name})
        assert (accepted.status_code, accepted.json()["detail_en"]) == (400, known)
        tables = {f"table:{kind}": "0" * 16 for kind in corpora}
        form = page.post("/assessments", data={"csrf": token(page), "title": "x", "policy": name, **tables})
        assert form.status_code == 400
        assert "没有政策规则集" in form.text
        assert "YAML" not in form.text + accepted.text + asked.text
    address = f"/v1/assessments/{city_service.assessment}/what-if"
    assert client.post(address, json={"policy": "anhui-2022"}).json()["programs"]
