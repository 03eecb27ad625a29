"""Results as a notebook shows them: every figure there, both languages, nothing that a text could smuggle in."""

import re
from html.parser import HTMLParser

import pytest

from matcher import Assessment, assess, compare
from matcher.showing import SHOWN
from tests.matcher.test_assessment import small
from tests.reports.hostile import hostile_assessment

CHINESE = re.compile("[\u4e00-\u9fff]")


class Tags(HTMLParser):
    """The tags of a fragment, its text, and whether each tag is closed in turn."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(markup)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


@pytest.fixture(scope="module")
def market() -> Assessment:
    return assess(**small(), as_of="2026-10-15")


@pytest.fixture(scope="module")
def shown(market: Assessment) -> dict[str, object]:
    what_if = market.what_if(openings=dict.fromkeys(market.demands["demand_id"], 400))
    return {
        "assessment": market,
        "what_if": what_if,
        "comparison": compare(market, what_if.assessment),
        "plan": market.plan(target=0.9),
        "impossible": market.plan(target=0.9, yearly_limit=0.1),
        "explanation": market.explain("W1"),
    }


def html(result: object) -> str:
    return str(result._repr_html_())  # type: ignore[attr-defined]


def test_an_assessment_shows_its_counts_day_pack_and_warnings(market: Assessment) -> None:
    text = Tags(html(market)).text
    assert "匹配分析 2026-10-15" in text
    assert "3个专业点，2组岗位，3条对接；2个供需关联组，其中1个核定过剩" in text
    for name, number in (("加快建设", 1), ("撤并淘汰", 1), ("稳定规模", 1), ("优先发展", 0)):
        assert re.search(rf"{name}\s+{number}\b", text)
    tables = {k: v for k, v in small().items() if k != "coverage"}
    assert "没有来源覆盖率声明" in Tags(html(assess(**tables, as_of="2026-10-15"))).text


def test_a_what_if_shows_what_changes_and_why(shown: dict[str, object]) -> None:
    text = Tags(html(shown["what_if"])).text
    assert "2个专业点的分析建议会改变" in text
    assert "W1 焊接 甲校 撤并淘汰 → 稳定规模 25% → 100%" in re.sub(r"\s+", " ", text)


def test_a_plan_shows_its_changes_and_an_impossible_one_its_proof(shown: dict[str, object]) -> None:
    text = Tags(html(shown["plan"])).text
    assert re.search(r"W1 焊接 甲校\s+60\s+16\s+−44\s+25%\s+93%", text)
    assert "至少需要" in Tags(html(shown["impossible"])).text


def test_a_comparison_shows_the_inputs_that_differ() -> None:
    tables = small()
    before = assess(**tables, as_of="2026-10-15")
    tables["demands"].loc[0, "openings"] = 120
    text = Tags(html(compare(before, assess(**tables, as_of="2026-10-15")))).text
    assert re.search(r"岗位需求\s+1\s", text)
    assert "单独足以造成这一结果" in text


def test_an_explanation_is_the_markdown_laid_out(market: Assessment, shown: dict[str, object]) -> None:
    explained = market.explain("W1")
    assert explained.startswith("# W1 焊接")
    parsed = Tags(html(explained))
    assert {"h1", "h2", "table", "ul"} <= parsed.tags
    assert re.search(r"合计\s+120\.00", parsed.text)


def test_long_results_say_how_much_is_left_out(city: Assessment) -> None:
    found = city.what_if(policy="anhui-2022")
    left = len(found.programs) - SHOWN
    assert left > 0, "the example has to be long"
    assert f"另有{left}行，见 .programs" in Tags(html(found)).text


def test_everything_is_said_in_english_too(shown: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = {name: html(result) for name, result in shown.items()}
    monkeypatch.setenv("DUIKOU_LANG", "en")
    for name, result in shown.items():
        if name == "explanation":
            continue
        text = html(result)
        own = set("".join(small()["programs"][["name", "institution"]].to_numpy().ravel()) + "焊工内科护士")
        assert not set(CHINESE.findall(text)) - own, name
        assert text.count("<tr>") == chinese[name].count("<tr>"), name


def test_nothing_in_a_text_becomes_markup_or_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    result = hostile_assessment()
    what_if = result.what_if(openings=dict.fromkeys(result.demands["demand_id"], 1))
    shown = [html(result), html(what_if), html(compare(result, what_if.assessment)), html(result.plan(0.5))]
    shown += [html(result.explain(program, lang)) for program in result.programs["program_id"] for lang in ("zh", "en")]
    allowed = {"div", "p", "span", "strong", "em", "code", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "h1", "h2",
               "details", "summary"}  # fmt: skip
    for markup in shown:
        parsed = Tags(markup)
        assert parsed.tags <= allowed
        assert parsed.attributes <= {"style", "scope"}
        assert "url(" not in markup
    assert any('<script>alert("x")</script>' in Tags(markup).text for markup in shown)


def test_nothing_shown_has_a_colour_of_its_own(shown: dict[str, object]) -> None:
    for result in shown.values():
        styles = " ".join(re.findall(r'style="([^"]*)"', html(result)))
        assert "#" not in styles
        assert set(re.findall(r"rgba?\([^)]*\)", styles)) <= {"rgba(128,128,128,.5)"}
