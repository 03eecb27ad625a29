"""Job advertisements -> demands with basis `advertised`, grouped by occupation, region and year.

    duplicates    the same title and text, when spaces, digits and punctuation do not count, of the same employer (where
                  one is given) in the same region and year: one post advertised again. The largest head count stands.
                  An employer's ads of one bare title, region and year whose texts differ in a sentence or so (`near.py`)
                  are taken for one post as well; without its employer an ad is told from another's by its text alone
    occupation    an occupation of the classification whose title the ad's title is, bare of grade, city and pay; else by
                  meaning (`indexes.grouping`, where an `assign` is given); else a group of its own by its bare title
    openings      sum of the head counts; an ad that names none (empty, 0, 若干) counts one post, which is the least it
                  can mean; of an interval the lower end
    openings_high the same sum with upper ends and every near-duplicate as posts of its own, where it differs;
                  openings_low is then openings
    openings_cv   s / (m * sqrt(k)) over the k months in which the year's ads are dated, from first to last, months
                  without an ad as 0: how the sum of a year would vary if its months were drawn again; at least
                  1 / sqrt(openings). With fewer than 3 months the same over ads. Empty with fewer than 3 ads
    levels        all that an ad's lowest degree opens; of the ads of a group together. An ad without one opens all
    skills        most named first; with the number of employers that name each, where the ads tell their employers
    description   the text of middle length among the ads of the group, at most 600 characters

Ads that ask for a master's degree or more are left out: the table has no such level. Contacts are stripped from every
text before anything else reads it (`contacts.py`), and employers are only counted.

Ads see part of all openings, and more of some occupations than of others. Without a coverage table nothing is concluded
from what they do not show.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from corpora.cells import plain
from corpora.frames import rows as each
from corpora.frames import word
from corpora.importers.ad_form import BEYOND, FORM, UNKNOWN, without_contacts
from corpora.importers.ad_text import bare_title, listed_skills, same_text, shortened
from corpora.importers.common import (
    Imported,
    as_table,
    counted,
    identifiers,
    read_form,
    usable,
)
from corpora.importers.enterprise_survey import MOST_CV
from corpora.importers.near import leaders
from corpora.issues import Words
from corpora.read import Paths
from corpora.skill_counts import with_counts
from corpora.starter import occupations

SOURCE: Final = "招聘广告"


@dataclass(frozen=True)
class Assigned:
    """What an ad's title stands for: an occupation of the classification, or a group of like titles without a code."""

    occupation: str
    code: str | None = None


# Bare titles and one text of each -> what each stands for, in their order.
Assign = Callable[[Sequence[str], Sequence[str]], Sequence[Assigned]]


def import_job_ads(
    paths: Paths,
    region: str | None = None,
    year: int | None = None,
    source: str = SOURCE,
    assign: Assign | None = None,
    accept_good_rows: bool = False,
) -> Imported:
    """Demands from advertisements; see the module for the formulas.

    Args:
        paths: files, read as one set of ads: a post advertised in two of them counts once.
        region, year: of ads that do not say it themselves; `year` stands before that of a deadline.
        source: name of the source, to be the same as in the coverage table and the same every year.
        assign: finds the occupation of titles that are none of the classification; without it these form groups by
            their bare titles.

    Raises:
        BadTable: with every fault; with `accept_good_rows` only where no row could be used.
    """
    taken: Counter[str] = Counter()
    corpus = read_form(paths, FORM, lambda sheet: without_contacts(sheet, taken))
    usable([corpus], accept_good_rows)
    ads, told = _distinct(corpus.rows, region, year)
    named, exact = _occupations(ads, assign)
    groups: dict[tuple[str, str, int | None], list[Any]] = {}
    for ad, what in zip(each(ads), named, strict=True):
        groups.setdefault((what.code or plain(what.occupation), plain(ad.region), ad.year or None), []).append(
            (ad, what)
        )
    found = [_demand([ad for ad, _ in members], members[0][1], source) for members in groups.values()]
    found.sort(
        key=lambda row: (row["occupation_code"] or "~", row["occupation"], row["region"] or "", row["year"] or 0)
    )
    parts = [(row["occupation_code"] or row["occupation"], row["region"], row["year"]) for row in found]
    for row, name in zip(found, identifiers(parts), strict=True):
        row["demand_id"] = name
    coded = sum(what.code is not None for what in named)
    said = [
        *counted(taken["columns"], "{n} 个联系方式列未读入", "{n} columns of contacts were not read"),
        *counted(taken["contacts"], "正文中删去 {n} 处联系方式", "{n} contacts were taken out of the texts"),
        *told,
        Words(
            f"{len(ads)} 条广告：{exact} 条职位名即职业分类名称，{coded - exact} 条按语义归入职业，{len(ads) - coded} 条按相近职位名自成一组",
            f"{len(ads)} ads: {exact} titles are those of an occupation, {coded - exact} were assigned by meaning, "
            f"{len(ads) - coded} form groups of like titles",
        ),
        Words(f"合并为 {len(found)} 条岗位", f"{len(found)} demands"),
    ]
    if not all(row["year"] for row in found):
        said.append(Words("有广告没有日期：可用 --year 指明", "some ads have no date: a year can be given by --year"))
    return Imported({"demands": as_table("demands", found)}, (corpus,), tuple(said))


def _distinct(rows: pd.DataFrame, region: str | None, year: int | None) -> tuple[pd.DataFrame, list[Words]]:
    """One row a post advertised, in the order of first appearance: title, text, region, year, month, low, high ..."""
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    beyond = unstated = deadlines = unknown = 0
    for row in each(rows):
        degree = word(row.degree)
        if degree == BEYOND:
            beyond += 1
            continue
        unknown += degree == UNKNOWN
        # A deadline is a weak word on the year: ads without an end are given one years ahead.
        when = word(row.posted) or str(year or "") or word(row.deadline)
        deadlines += when == word(row.deadline) != ""
        low, _, high = word(row.heads).partition("-")
        ad: dict[str, Any] = {
            "title": str(row.title),
            "text": str(row.text),
            "employer": plain(word(row.employer)),
            "region": word(row.region) or region or "",
            "year": int(when[:4]) if when else 0,
            "month": int(word(row.posted)[5:7] or 0),
            "low": max(1, int(low or 0)),
            "high": max(1, int(high or 0)),
            "levels": "" if degree == UNKNOWN else degree,
            "skills": tuple(listed_skills(word(row.skills))),
        }
        key = (same_text(ad["title"]), same_text(ad["text"]), ad["employer"], plain(ad["region"]), ad["year"])
        unstated += key not in kept and int(low or 0) == 0
        first = kept.setdefault(key, ad)
        first["low"], first["high"] = max(first["low"], ad["low"]), max(first["high"], ad["high"])
    ads, near = _without_near_duplicates(kept)
    columns = ["title", "text", "employer", "region", "year", "month", "low", "high", "levels", "skills"]
    said = [
        *counted(
            len(rows) - beyond - len(kept),
            "{n} 条与其他广告标题和正文相同（空格、数字、标点不计），同年只计一次",
            "{n} repeat an ad of the same year in title and text (spaces, digits and punctuation aside)",
        ),
        *counted(
            near,
            "{n} 条与同一单位同年同地区同职位的另一条广告只差一两句，按重复发布计（人数上限按各自招聘计）",
            "{n} differ from another ad of their employer, title, region and year in a sentence or so: one post put up again "
            "(openings_high counts them apart)",
        ),
        *counted(
            beyond,
            "{n} 条要求硕士及以上学历，未计入",
            "{n} ask for a master's degree or more and were left out",
        ),
        *counted(
            unknown,
            "{n} 条的学历写法不认识（如代码），按不限计",
            "{n} spell the degree in a way that is not known, such as a code, and count as open to all",
        ),
        *counted(
            unstated,
            "{n} 条没有写人数，按 1 人计",
            "{n} name no head count and count as one post",
        ),
        *counted(
            deadlines,
            "{n} 条没有发布日期，年份取自截止日期（可用 --year 指明）",
            "{n} have no date of posting: their year is that of the deadline",
        ),
    ]
    return pd.DataFrame(ads, columns=columns), said


def _without_near_duplicates(kept: dict[tuple[Any, ...], dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The ads without those that repeat one of their employer's with small changes, and how many those are.

    Args:
        kept: (title and text in bare form, employer, region, year) -> ad.
    """
    ads = list(kept.values())
    blocks = [
        (ad["employer"], region, year, plain(bare_title(ad["title"]))) if ad["employer"] else None
        for ad, (_, _, _, region, year) in zip(ads, kept, strict=True)
    ]
    first = leaders(blocks, [text for _, text, *_ in kept])
    for at, leader in enumerate(first):
        if at != leader:
            ads[leader]["low"] = max(ads[leader]["low"], ads[at]["low"])
            ads[leader]["high"] += ads[at]["high"]
            ads[leader]["skills"] = tuple(dict.fromkeys((*ads[leader]["skills"], *ads[at]["skills"])))
    return [ad for at, ad in enumerate(ads) if first[at] == at], sum(at != leader for at, leader in enumerate(first))


def _occupations(ads: pd.DataFrame, assign: Assign | None) -> tuple[list[Assigned], int]:
    """What each ad stands for, and how many ads have the very title of an occupation."""
    listed = occupations()
    codes = {
        plain(title): Assigned(str(title), str(code))
        for code, title in zip(listed["occupation_code"], listed["occupation"], strict=True)
    }
    bare = [bare_title(title) for title in ads["title"]]
    found = {title: codes[key] for title in bare for key in (plain(title),) if key in codes}
    exact = sum(title in found for title in bare)
    # The most frequent titles first, since groups are named after those; the first text of each is read beside it.
    rest: dict[str, str] = {}
    for title, text in zip(bare, ads["text"], strict=True):
        if title not in found:
            rest.setdefault(title, text)
    often = Counter(bare)
    titles = sorted(rest, key=lambda title: (-often[title], title))
    guessed = assign(titles, [rest[title] for title in titles]) if assign and titles else map(Assigned, titles)
    found |= dict(zip(titles, guessed, strict=True))
    return [found[title] for title in bare], exact


def _demand(ads: Sequence[Any], what: Assigned, source: str) -> dict[str, Any]:
    named: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    by_employer: dict[str, set[str]] = {}
    for ad in ads:
        for skill in ad.skills:
            key = plain(skill)
            spelled.setdefault(key, skill)
            named[key] += 1
            if ad.employer:
                by_employer.setdefault(key, set()).add(ad.employer)
    employers = len({ad.employer for ad in ads if ad.employer})
    if employers:
        skills = with_counts({spelled[key]: len(who) for key, who in by_employer.items()})
    else:
        skills = "；".join(spelled[key] for key in sorted(named, key=lambda key: (-named[key], key)))
    low, high = sum(ad.low for ad in ads), sum(ad.high for ad in ads)
    levels = {level for ad in ads for level in ad.levels.split(";")}
    texts = sorted((ad.text for ad in ads), key=lambda text: (len(text), text))
    return {
        "occupation": what.occupation,
        "occupation_code": what.code,
        "region": ads[0].region or None,
        "levels": None if "" in levels else ";".join(sorted(levels)),
        "description": shortened(texts[len(texts) // 2]),
        "skills": skills or None,
        "openings": low,
        "openings_low": low if high > low else None,
        "openings_high": high if high > low else None,
        "openings_cv": spread([(ad.month, ad.low) for ad in ads]),
        "basis": "advertised",
        "year": ads[0].year or None,
        "employers": employers or None,
        "source": source,
    }


def spread(dated: Sequence[tuple[int, int]]) -> float | None:
    """Coefficient of variation of the sum of a year's ads, from its months or else from its ads.

    Args:
        dated: month (0 where unknown) and posts of every ad.

    Returns:
        max(s / (m sqrt(k)), 1 / sqrt(sum)), at most 3; None with fewer than 3 ads.
    """
    if len(dated) < 3:
        return None
    months = sorted(month for month, _ in dated if month)
    figures = [posts for _, posts in dated]
    if len(months) == len(dated) and months[-1] - months[0] >= 2:
        figures = [sum(posts for m, posts in dated if m == month) for month in range(months[0], months[-1] + 1)]
    k, total = len(figures), sum(figures)
    mean = total / k
    s = math.sqrt(sum((x - mean) ** 2 for x in figures) / (k - 1))
    return round(min(max(s / (mean * math.sqrt(k)), 1 / math.sqrt(total)), MOST_CV), 3)
