"""Reviews stand beside the advice; recomputed assessments stand beside the original."""

from datetime import date, timedelta

import pytest

from matcher import load_assessment
from matcher.verify import verify_folder
from tests.api.service.conftest import Service

DAY = date.today()


def test_an_override_is_shown_beside_the_advice(city_service: Service) -> None:
    bureau = city_service.client("bureau")
    address = f"/v1/assessments/{city_service.assessment}"
    before = bureau.get(f"{address}/programs/P040")
    body = {"kind": "override", "program_id": "P040", "decision": "maintain", "text": "县内唯一布点，保留一届观察"}
    made = bureau.post(f"{address}/reviews", json=body)
    assert made.status_code == 201
    after = bureau.get(f"{address}/programs/P040", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    detail = after.json()
    assert detail["program"] == before.json()["program"]
    assert (detail["program"]["flag"], detail["override"]["decision"]) == ("phase_out", "maintain")
    lines = city_service.client().get("/v1/audit").json()
    assert "review.override" in [line["action"] for line in lines]
    assert "县内" not in str(lines)


def test_only_the_bureau_reviews(city_service: Service) -> None:
    planner = city_service.client("planner")
    body = {"kind": "override", "program_id": "P040", "decision": "maintain", "text": "不同意"}
    assert planner.post(f"/v1/assessments/{city_service.assessment}/reviews", json=body).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "match", "program_id": "P999", "demand_id": "D148-2026", "decision": "reject", "text": "x"}, 404),
        ({"kind": "match", "program_id": "P040", "demand_id": "D-none", "decision": "reject", "text": "x"}, 404),
        ({"kind": "match", "program_id": "P040", "demand_id": "D148-2026", "decision": "perhaps", "text": "x"}, 422),
        ({"kind": "override", "program_id": "P040", "decision": "close_it", "text": "x"}, 422),
        ({"kind": "reply", "answers": "0" * 16, "decision": "refused", "text": "x"}, 404),
        ({"kind": "override", "program_id": "P040", "decision": "maintain", "text": " \u3000\n"}, 422),
        ({"kind": "statement", "program_id": "P040", "text": "\u3000"}, 422),
        ({"kind": "shout", "program_id": "P040", "text": "x"}, 422),
    ],
)
def test_reviews_of_what_is_not_there_are_refused(city_service: Service, body: dict[str, str], status: int) -> None:
    bureau = city_service.client("bureau")
    assert bureau.post(f"/v1/assessments/{city_service.assessment}/reviews", json=body).status_code == status


def test_a_rejected_match_counts_in_a_new_assessment_beside_the_old_one(city_service: Service) -> None:
    bureau, store = city_service.client("bureau"), city_service.app.state.store
    address = f"/v1/assessments/{city_service.assessment}"
    original = load_assessment(store.assessment(city_service.assessment))
    edge = original.matches[original.matches["edge"]].iloc[0]
    body = {"kind": "match", "program_id": edge["program_id"], "demand_id": edge["demand_id"]}
    assert (
        bureau.post(f"{address}/reviews", json={**body, "decision": "reject", "text": "岗位要求执业资格"}).status_code
        == 201
    )
    accepted = bureau.post(f"{address}/recompute")
    city_service.work()
    child = bureau.get(accepted.headers["location"]).json()["result"]["assessment"]
    assert bureau.get(f"/v1/assessments/{child}").json()["parent"] == city_service.assessment
    assert child in bureau.get(address).json()["children"]
    recomputed = load_assessment(store.assessment(child))
    pair = recomputed.matches.set_index(["program_id", "demand_id"]).loc[(edge["program_id"], edge["demand_id"])]
    assert (pair["why_not"], pair["p_model"]) == ("rejected", edge["p"])
    assert recomputed.matches["program_evidence"].astype(bool).any()
    assert recomputed.manifest["label"] == original.manifest["label"]
    assert verify_folder(store.assessment(child)) == []
    assert verify_folder(store.assessment(city_service.assessment)) == []


def test_a_round_is_announced_by_a_key_without_a_scope_and_not_of_a_day_long_past(city_service: Service) -> None:
    address = f"/v1/assessments/{city_service.assessment}"
    days = {"announced_on": str(DAY), "statements_until": str(DAY + timedelta(7))}
    district = city_service.client("bureau", regions=("中心城区",))
    refused = district.post(f"{address}/rounds", json=days)
    assert (refused.status_code, refused.json()["detail"]) == (403, "公示涉及全部专业点，需要不限范围的密钥")
    whole = city_service.client("bureau")
    past = whole.post(f"{address}/rounds", json={**days, "announced_on": "2019-03-01"})
    assert past.status_code == 422
    for told in (past.json()["detail"], past.json()["detail_en"]):
        assert "2019-03-01" in told
        assert str(DAY - timedelta(90)) in told
    assert whole.get(f"{address}/rounds").json()["total"] == 0
    # The page offers the form to whoever may send it.
    form = f'action="/assessments/{city_service.assessment}/rounds"'
    page = f"/assessments/{city_service.assessment}/programs/P001"
    assert form in whole.get(page).text
    assert form not in district.get(page).text


def test_a_school_states_its_case_within_the_announcement(city_service: Service) -> None:
    bureau = city_service.client("bureau")
    address = f"/v1/assessments/{city_service.assessment}"
    [row] = bureau.get(f"{address}/programs", params={"q": "P040"}).json()["items"]
    school = city_service.client("planner", institutions=(row["institution"],))
    statement = {"kind": "statement", "program_id": "P040", "text": "我校已与两家企业签订协议"}
    early = school.post(f"{address}/reviews", json=statement)
    assert (early.status_code, early.json()["detail"]) == (409, "尚未公示")
    over = {"announced_on": str(DAY - timedelta(9)), "statements_until": str(DAY - timedelta(2))}
    assert bureau.post(f"{address}/rounds", json=over).status_code == 201
    assert str(DAY - timedelta(2)) in school.post(f"{address}/reviews", json=statement).json()["detail"]
    bureau.post(f"{address}/rounds", json={"announced_on": str(DAY), "statements_until": str(DAY + timedelta(7))})
    made = school.post(f"{address}/reviews", json=statement)
    assert made.status_code == 201
    # Not about a program that keeps its size, and not about another school's.
    kept = bureau.get(f"{address}/programs", params={"flag": "expand"}).json()["items"][0]
    same = city_service.client("planner")
    assert same.post(f"{address}/reviews", json={**statement, "program_id": kept["program_id"]}).status_code == 409
    other = city_service.client("planner", institutions=(kept["institution"],))
    if kept["institution"] != row["institution"]:
        assert other.post(f"{address}/reviews", json=statement).status_code == 404
        assert "P040" not in other.get(f"{address}/reviews").text
    reply = {"kind": "reply", "answers": made.json()["id"], "decision": "refused", "text": "协议尚未履行"}
    assert bureau.post(f"{address}/reviews", json=reply).status_code == 201
    told = school.get(f"{address}/programs/P040").json()["reviews"]
    assert [r["kind"] for r in told if r["kind"] in ("statement", "reply")] == ["statement", "reply"]
    # A statement changes no figure: there is nothing in it to recompute.
    assert school.get(f"{address}/programs/P040").json()["program"]["flag"] == "phase_out"
