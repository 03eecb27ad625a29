"""Two tables in, matches out: p belongs to the pair, evidence to the filed text, and nothing to the order of rows."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corpora import read
from corpora.starter import example, occupations
from indexes.encoder import Encoder, load_encoder
from matcher.matching.calibration import shipped
from matcher.matching.match import BLOCK, LANE, given_matches, match_texts
from matcher.matching.records import MATCH_COLUMNS, MatchGraph
from tests.indexes.hashing_encoder import HashingEncoder

PROGRAMS = pd.DataFrame(
    [
        {
            "program_id": "nursing",
            "name": "护理",
            "goal": "面向医院和社区卫生服务中心的护士岗位，能够从事临床护理、社区护理和健康保健等工作。",
            "courses": "专业核心课程：健康评估、内科护理、外科护理、急危重症护理、儿科护理",
            "abilities": "1. 具有对常见病病情观察的能力；2. 具有规范实施基础护理操作的能力",
        },
        {
            "program_id": "welding",
            "name": "智能焊接技术",
            "goal": "面向装备制造企业的焊接岗位，能够从事焊接工艺编制、焊接机器人操作和焊缝检验等工作。",
            "courses": "专业核心课程：焊接方法与设备、焊接机器人编程、焊接检验",
            "abilities": "1. 具有手工电弧焊操作的能力；2. 具有焊接机器人编程的能力",
        },
        {"program_id": "bare", "name": "烹饪工艺与营养"},
    ],
    dtype="string",
)
DEMANDS = pd.DataFrame(
    [
        {
            "demand_id": "nurse",
            "occupation": "内科护士",
            "description": "病房责任护士分管八到十张床，做输液、给药核对、病情观察、健康宣教和护理记录。",
            "skills": "静脉输液；病情观察；用药核对；护理记录",
        },
        {
            "demand_id": "welder",
            "occupation": "焊工",
            "description": "用焊条电弧焊和气体保护焊焊接钢结构。坡口加工，焊后清理和检验。",
            "skills": "手工电弧焊；气体保护焊；焊缝检验",
        },
        {"demand_id": "cook", "occupation": "中式烹调师"},
    ],
    dtype="string",
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path))


@pytest.fixture(scope="module")
def real() -> Encoder:
    try:
        encoder = load_encoder()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    encoder.encode(["护理"])
    return encoder


def others(rows: int, key: str, title: str) -> pd.DataFrame:
    fields = ["物流", "会计", "养殖", "园林", "软件", "测绘", "印刷", "制药"]
    texts = [f"{fields[i % 8]}{fields[i // 8 % 8]}第{i}类技术" for i in range(rows)]
    frame = {key: [f"other{i:03}" for i in range(rows)], title: texts, "description": [f"从事{t}工作" for t in texts]}
    return pd.DataFrame(frame, dtype="string")


def scored(graph: MatchGraph) -> dict[tuple[str, str], tuple[object, ...]]:
    """(program, demand) -> p and both sentences."""
    return {(r[0], r[1]): r[2:] for r in graph.matches.itertuples(index=False, name=None)}


def p_of(graph: MatchGraph, program: str, demand: str) -> float:
    return float(scored(graph)[program, demand][0])  # type: ignore[arg-type]


def without_space(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_match_of_a_pair_is_the_same_alone_and_among_other_rows() -> None:
    programs = pd.concat([others(BLOCK + 6, "program_id", "name"), PROGRAMS], ignore_index=True)
    demands = pd.concat([others(LANE - 10, "demand_id", "occupation"), DEMANDS], ignore_index=True)
    crowded = scored(match_texts(programs, demands, HashingEncoder(), floor=0))
    alone = scored(match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0))
    assert len(alone) == 9
    assert {pair: crowded[pair] for pair in alone} == alone
    for _, row in PROGRAMS.iterrows():
        for _, post in DEMANDS.iterrows():
            single = scored(match_texts(row.to_frame().T, post.to_frame().T, HashingEncoder(), floor=0))
            assert single == {(row.program_id, post.demand_id): alone[row.program_id, post.demand_id]}


def test_the_graph_is_the_same_in_any_row_order() -> None:
    programs = pd.concat([PROGRAMS, others(BLOCK + 6, "program_id", "name")], ignore_index=True)
    demands = pd.concat([DEMANDS, others(30, "demand_id", "occupation")], ignore_index=True)
    expected = match_texts(programs, demands, HashingEncoder())
    for seed in range(3):
        shuffled = match_texts(
            programs.sample(frac=1, random_state=seed), demands.sample(frac=1, random_state=seed + 9), HashingEncoder()
        )
        pd.testing.assert_frame_equal(shuffled.matches, expected.matches)
        assert shuffled.missed_by_candidates == expected.missed_by_candidates


def test_rows_of_equal_text_get_equal_matches_whatever_their_other_columns() -> None:
    programs = pd.concat([PROGRAMS, PROGRAMS.assign(program_id="twin-" + PROGRAMS["program_id"])], ignore_index=True)
    programs["institution"] = [f"学院{i}" for i in range(len(programs))]
    programs["occupations"] = ["焊工；护士", *[pd.NA] * (len(programs) - 1)]
    demands = pd.concat([DEMANDS, DEMANDS.assign(demand_id="twin-" + DEMANDS["demand_id"])], ignore_index=True)
    demands["openings"] = range(len(demands))
    found = scored(match_texts(programs, demands, HashingEncoder(), floor=0))
    assert len(found) == 36
    for (program, demand), match in found.items():
        assert match == found[program.removeprefix("twin-"), demand.removeprefix("twin-")]


def test_the_claimed_occupations_move_no_match() -> None:
    claiming = PROGRAMS.assign(occupations="焊工；中式烹调师；内科护士")
    expected = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0)
    pd.testing.assert_frame_equal(match_texts(claiming, DEMANDS, HashingEncoder(), floor=0).matches, expected.matches)


def test_matches_are_sorted_by_program_falling_p_and_demand_with_three_decimals() -> None:
    demands = pd.concat([DEMANDS, DEMANDS.assign(demand_id="a-" + DEMANDS["demand_id"])], ignore_index=True)
    matches = match_texts(PROGRAMS, demands, HashingEncoder(), floor=0).matches
    assert list(matches.columns) == MATCH_COLUMNS
    keys = list(zip(matches["program_id"], -matches["p"], matches["demand_id"], strict=True))
    assert keys == sorted(keys)
    assert (matches["p"] == matches["p"].round(3)).all()
    assert matches["p"].between(0, 1).all()


def test_evidence_is_copied_from_the_row_it_belongs_to() -> None:
    sides = {kind: read(example("city")[kind], kind) for kind in ("programs", "demands")}
    programs, demands = sides["programs"].head(12), sides["demands"].drop_duplicates("occupation").head(25)
    matches = match_texts(programs, demands, HashingEncoder(), floor=0).matches
    assert len(matches) == 12 * 25
    for frame, key, evidence, columns in (
        (programs, "program_id", "program_evidence", ["name", "goal", "abilities", "description"]),
        (demands, "demand_id", "demand_evidence", ["occupation", "description", "skills"]),
    ):
        filed = {row[key]: [without_space(str(row[c])) for c in columns] for _, row in frame.iterrows()}
        for row in matches.to_dict("records"):
            sentence = without_space(row[evidence])
            assert len(sentence) > 1
            assert any(sentence in text for text in filed[row[key]]), sentence


def test_a_row_with_a_name_alone_is_shown_by_its_name() -> None:
    found = scored(match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0))
    assert found["bare", "cook"][1:3] == ("烹饪工艺与营养", "中式烹调师")


@pytest.mark.parametrize("top", [1, 2])
def test_top_keeps_the_best_of_every_program(top: int) -> None:
    full = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0).matches
    kept = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0, top=top).matches
    assert kept["program_id"].value_counts().to_dict() == dict.fromkeys(PROGRAMS["program_id"], top)
    for program, rows in full.groupby("program_id"):
        best = rows["p"].nlargest(top).tolist()
        assert kept.loc[kept["program_id"] == program, "p"].tolist() == best


def test_the_floor_is_the_least_p_kept() -> None:
    full = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0).matches
    floor = sorted(full["p"])[4]
    kept = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=floor).matches
    pd.testing.assert_frame_equal(kept, full[full["p"] >= floor].reset_index(drop=True))


def test_an_encoder_without_a_calibration_of_its_own_says_so() -> None:
    graph = match_texts(PROGRAMS, DEMANDS, HashingEncoder("somebody-elses"))
    assert not graph.calibrated
    assert graph.encoder == "somebody-elses"


def test_a_sample_is_scored_in_full_and_small_tables_miss_nothing() -> None:
    graph = match_texts(PROGRAMS, DEMANDS, HashingEncoder())
    assert graph.sampled_programs == 3
    assert graph.missed_by_candidates == 0


def test_a_second_run_encodes_nothing_and_finds_the_same() -> None:
    first = match_texts(PROGRAMS, DEMANDS, HashingEncoder())
    encoder = HashingEncoder()
    pd.testing.assert_frame_equal(match_texts(PROGRAMS, DEMANDS, encoder).matches, first.matches)
    assert encoder.encoded == []


def test_a_damaged_index_in_the_cache_is_built_again(tmp_path: Path) -> None:
    first = match_texts(PROGRAMS, DEMANDS, HashingEncoder())
    files = list(tmp_path.glob("indexes/*/vectors-*.faiss"))
    assert len(files) == 1
    files[0].unlink()
    files[0].write_bytes(b"half a file")
    pd.testing.assert_frame_equal(match_texts(PROGRAMS, DEMANDS, HashingEncoder()).matches, first.matches)


def test_progress_ends_with_every_program_scored() -> None:
    seen: list[tuple[str, int, int]] = []
    programs = pd.concat([PROGRAMS, others(BLOCK, "program_id", "name")], ignore_index=True)
    match_texts(programs, DEMANDS, HashingEncoder(), progress=lambda *step: seen.append(step))
    assert [s for s in seen if s[0] == "score"] == [("score", BLOCK, BLOCK + 3), ("score", BLOCK + 3, BLOCK + 3)]
    assert {s[0] for s in seen} == {"reference names", "encode", "score"}


def test_given_links_without_p_count_as_certain() -> None:
    links = pd.DataFrame(
        {"program_id": ["P2", "P1", "P1"], "demand_id": ["D1", "D1", "D2"], "p": [np.nan, 0.25, 0.98765]}
    )
    graph = given_matches(links)
    assert list(graph.matches.columns) == MATCH_COLUMNS
    assert graph.matches[["program_id", "demand_id", "p"]].to_numpy().tolist() == [
        ["P1", "D2", 0.988],
        ["P1", "D1", 0.25],
        ["P2", "D1", 1.0],
    ]
    assert (graph.encoder, graph.calibrated) == ("given", True)
    assert given_matches(links.drop(columns="p")).matches["p"].tolist() == [1.0, 1.0, 1.0]


def test_no_given_links_are_an_empty_graph() -> None:
    graph = given_matches(pd.DataFrame({"program_id": [], "demand_id": [], "p": []}))
    assert graph.matches.empty
    assert list(graph.matches.columns) == MATCH_COLUMNS


def test_nursing_meets_nurses_and_not_welders_by_sentences_of_the_texts(real: Encoder) -> None:
    graph = match_texts(PROGRAMS, DEMANDS, real, floor=0)
    assert graph.calibrated
    assert p_of(graph, "nursing", "nurse") > 0.5
    assert p_of(graph, "nursing", "welder") < 0.05
    assert p_of(graph, "welding", "welder") > 0.5
    assert p_of(graph, "welding", "nurse") < 0.05
    _, own, wanted, *_ = scored(graph)["nursing", "nurse"]
    assert any(str(own) in PROGRAMS.loc[0, column] for column in ("goal", "abilities"))
    assert any(str(wanted) in DEMANDS.loc[0, column] for column in ("description", "skills"))


def test_english_nursing_meets_registered_nurses_above_welders(real: Encoder) -> None:
    programs = pd.DataFrame(
        {
            "program_id": ["nursing"],
            "name": ["Registered Nursing"],
            "description": [
                "A program that generally prepares individuals to provide nursing care for sick people. "
                "Includes instruction in anatomy, wound care, and patient assessment."
            ],
        }
    )
    demands = read(example("english")["demands"], "demands")
    demands = demands[demands["demand_id"].isin(["D01", "D16"])]
    assert demands["occupation"].tolist()[0] == "Registered nurses"
    graph = match_texts(programs, demands, real, floor=0)
    assert p_of(graph, "nursing", "D01") > 0.5 > 0.05 > p_of(graph, "nursing", "D16")


def test_a_real_match_hardly_moves_with_the_other_rows_and_their_order(
    real: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = scored(match_texts(PROGRAMS, DEMANDS, real, floor=0))
    # A fresh cache: the same texts are encoded again, in other batches.
    monkeypatch.setenv("DUIKOU_CACHE", str(tmp_path / "fresh"))
    programs = pd.concat([others(20, "program_id", "name"), PROGRAMS.iloc[::-1]], ignore_index=True)
    demands = pd.concat([others(20, "demand_id", "occupation"), DEMANDS.iloc[::-1]], ignore_index=True)
    crowded = scored(match_texts(programs, demands, real, floor=0))
    for pair, match in alone.items():
        assert crowded[pair][0] == pytest.approx(match[0], abs=0.01), pair


@pytest.mark.parametrize(("programs", "demands"), [(0, 2), (2, 0), (0, 0)])
def test_empty_tables_give_an_empty_graph(programs: int, demands: int) -> None:
    graph = match_texts(PROGRAMS.head(programs), DEMANDS.head(demands), HashingEncoder())
    assert len(graph.matches) == 0
    assert list(graph.matches.columns) == MATCH_COLUMNS


def test_shares_of_the_shown_sentences_are_parts_of_a_whole_and_parts_add_up_to_p() -> None:
    found = match_texts(PROGRAMS, DEMANDS, HashingEncoder(), floor=0).matches
    shares = found[["program_share", "demand_share"]]
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)
    only = found[(found["program_id"] == "bare") & (found["demand_id"] == "cook")].iloc[0]
    assert only.program_share in (0, 1), "a text of one sentence has all of it"
    regression = shipped().regressions["zh"]
    mean, sd = shipped().background
    assert sd > 0
    assert np.isfinite(mean)
    logit = found[["by_meaning", "by_words", "by_occupation"]].sum(axis=1) + regression.start
    # Another encoder's regression starts elsewhere by one constant; what differs from pair to pair are the parts.
    inside = (found["p"] > 0.01) & (found["p"] < 0.99)
    p = found.loc[inside, "p"]
    assert np.ptp(np.log(p / (1 - p)) - logit[inside]) < 0.15


def test_a_post_under_a_name_of_its_own_is_still_its_occupation(real: Encoder) -> None:
    posts = pd.DataFrame(
        {
            "demand_id": ["odd", "coded"],
            "occupation": ["光之匠人", "光之匠人"],
            "occupation_code": [pd.NA, "6-18-02-04"],
        },
        dtype="string",
    )
    graph = match_texts(PROGRAMS, posts, real, floor=0)
    assert p_of(graph, "welding", "coded") >= p_of(graph, "welding", "odd")
    official = DEMANDS[DEMANDS["demand_id"] == "welder"].assign(
        demand_id="official", description=pd.NA, skills=pd.NA, occupation_code="6-18-02-04"
    )
    assert p_of(graph, "welding", "coded") == p_of(
        match_texts(PROGRAMS, official, real, floor=0), "welding", "official"
    )


def test_chinese_programs_meet_english_posts_and_back(real: Encoder) -> None:
    english = pd.DataFrame(
        {
            "demand_id": ["ward", "weld", "cook"],
            "occupation": ["Registered nurse", "Welder", "Cook"],
            "description": [
                "Cares for patients on a hospital ward, gives injections and keeps nursing records.",
                "Joins steel parts by arc welding and inspects the seams.",
                "Prepares Chinese dishes in a hotel kitchen.",
            ],
        },
        dtype="string",
    )
    graph = match_texts(PROGRAMS, english, real, floor=0)
    best = graph.matches.drop_duplicates("program_id").set_index("program_id")["demand_id"]
    assert best.to_dict() == {"nursing": "ward", "welding": "weld", "bare": "cook"}


def test_a_program_in_another_language_beside_it_changes_no_p() -> None:
    """A post called otherwise is met by its official title in the program's own language, whoever else is in the table."""
    code, title = occupations().iloc[900][["occupation_code", "occupation_en"]]
    chinese = PROGRAMS.head(1).assign(
        name=f"设备操作技术方向（{title}）", goal="培养能够完成设备操作与检修工作的技术人员"
    )
    english = PROGRAMS.head(1).assign(
        program_id="EN", name="Welding technology", goal="Prepares individuals to weld, cut and inspect metal structures",
        courses="Arc welding", abilities="Able to weld plates", description=None,
    )  # fmt: skip
    posts = DEMANDS.head(1).assign(occupation="现场辅助", occupation_code=code, description="听从安排", skills=None)
    alone = match_texts(chinese, posts, HashingEncoder(), floor=0).matches
    beside = match_texts(pd.concat([chinese, english], ignore_index=True), posts, HashingEncoder(), floor=0).matches
    own = beside[beside["program_id"] == chinese["program_id"].iloc[0]]
    assert own["p"].tolist() == alone["p"].tolist()
    assert own["by_words"].tolist() == alone["by_words"].tolist()
