"""The annual report on how program offer matches industry development (专业设置和产业发展匹配分析报告)."""

from dataclasses import replace

from matcher.assessment import Assessment
from reports.annual.annexes import annexes
from reports.annual.findings import follow_up, matching, problems
from reports.annual.industry import industry
from reports.annual.material import Material
from reports.annual.offer import basics, layout
from reports.annual.proposals import proposals
from reports.content import Document, Edition, Section

__all__ = ["DEFINED", "Material", "annual_report", "numbered"]

CHAPTERS = (basics, industry, layout, matching, follow_up, problems, proposals)
DEFINED = (
    "supply", "posts", "rate", "block", "flag", "flag_probability", "list", "employment_mean", "share_of_schools", "unfilled",
)  # fmt: skip
NUMERALS = "一二三四五六七八九"


def annual_report(
    assessment: Assessment,
    edition: Edition = "public",
    language: str = "zh",
    earlier: Assessment | None = None,
    market: Assessment | None = None,
) -> Document:
    """Seven chapters and the annexes, built once for every form.

    Args:
        edition: public (catalogue programs, small cells withheld) or internal (institutions, certainties, data checks).
        language: zh or en.
        earlier: last year's assessment, for the chapter on what became of its lists.
        market: the assessment with all of its programs, where the reader sees some of them: a post is without a
            program that has graduates where it is so in the market. Everything else counts the programs of the report, which says so.
    """
    m = Material(assessment, edition, language, earlier, market)
    chapters = numbered([section for chapter in CHAPTERS for section in chapter(m)], language)
    manifest = assessment.manifest
    unverified = [m.say("note_unverified")] if manifest["policy"]["status"] == "unverified" else []
    definitions = [(m.say(f"col_{key}"), m.say(f"define_{key}")) for key in DEFINED]
    if m.public:
        definitions.append(("*", m.say("define_withheld")))
    return Document(
        title=m.say("title_annual"),
        subtitle=(
            m.say("annual_year", year=m.year),
            m.say(f"edition_{edition}"),
            m.say("as_of_line", day=manifest["as_of"]),
            m.say("policy_line", pack=manifest["policy"]["title"][language]),
            *unverified,
            *([m.say("partial_line", points=len(m.points))] if m.partial else []),
        ),
        label=(manifest.get("label") or {}).get(language, ""),
        header=f"{m.say('title_annual')} · {m.say(f'edition_{edition}').split('（')[0].split(' (')[0]}",
        day=manifest["as_of"],
        language=language,
        edition=edition,
        sections=(*chapters, *annexes(m)),
        definitions=tuple(definitions),
    )


def numbered(sections: list[Section], language: str) -> list[Section]:
    """Headings of the first two levels with the numbers that the customary form gives them."""
    first = second = 0
    found = []
    for section in sections:
        if section.level == 1:
            first, second = first + 1, 0
            number = f"{_chinese(first)}、" if language == "zh" else f"{first}  "
        elif section.level == 2:
            second += 1
            number = f"（{_chinese(second)}）" if language == "zh" else f"{first}.{second}  "
        else:
            number = ""
        found.append(replace(section, title=f"{number}{section.title[:1].upper()}{section.title[1:]}"))
    return found


def _chinese(number: int) -> str:
    """1 to 99 as 一, 十二, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens - 1]}十"
    return head + (NUMERALS[ones - 1] if ones else "")
