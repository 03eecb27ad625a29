"""Job advertisements by the thousand, generated from a seed: about 120 words each, 60 % of them near-duplicates of others.

An advertisement is made of the title, duties and skills of one row of the illustrative city's demands (the truth), with
duties of its own field mixed in, sentences that all advertisements have, and a title dressed up as boards do it. A
near-duplicate is an advertisement put up again: a sentence moved, left out or added, other pay, another month.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from corpora import read
from corpora.starter import example

NEAR = 0.6
REGIONS = tuple(f"第{i}区" for i in range(1, 41))
PRAISE = (
    "公司提供五险一金、带薪年假和节日福利", "上班时间为早九点到晚六点，周末双休", "提供员工宿舍和工作餐，交通便利",
    "新员工有师傅带教，三个月试用期后转正", "薪资由基本工资、绩效奖金和全勤奖组成", "晋升通道清晰，每年调薪一次",
    "要求身体健康，工作认真负责，能适应倒班", "有较强的沟通能力和团队协作精神", "能吃苦耐劳，服从工作安排",
    "有相关工作经验者优先，应届毕业生也可报名", "试用期内缴纳社保，提供岗前培训", "工作地点在园区内，有班车接送",
)  # fmt: skip
OPENING = ("岗位职责", "工作内容", "我们希望你", "主要工作", "职责描述")
DRESS = ("{t}", "{t}", "{t}", "高级{t}", "{t}（双休）", "急聘{t}", "{t}-{r}", "{t} 6-9K", "初级{t}", "资深{t}", "{t}（五险一金）")  # fmt: skip
DEGREES = ("不限", "中专", "大专", "本科")
TAILS = ("员", "师", "工", "技术员", "专员", "助理", "工程师", "主管")
# Parts of titles: the occupation's own, its segment or a skill with the usual ending of a post's name.
OWN_TITLE, SEGMENT_TITLE = 0.6, 0.25
FIELDS = ("职位名称", "职位描述", "公司名称", "工作城市", "招聘人数", "发布日期", "学历要求")


@dataclass(frozen=True)
class Ad:
    """One advertisement; `demand` is the row it was made from, `again` the number of the one it repeats, None if new."""

    title: str
    text: str
    employer: str
    region: str
    heads: str
    posted: str
    degree: str
    demand: str
    again: int | None


def prototypes() -> pd.DataFrame:
    """The rows that advertisements are made from."""
    return read(example("city")["demands"], kind="demands").drop_duplicates("occupation").reset_index(drop=True)


def generated_ads(number: int, seed: int = 1) -> Iterator[Ad]:
    """`number` advertisements, one after another; the same for the same seed."""
    rng = np.random.default_rng(seed)
    rows = prototypes()
    duties = [[s for s in str(d).replace("；", "。").split("。") if s] for d in rows["description"]]
    skills = [[s for s in str(k).replace("、", ";").split(";") if s] for k in rows["skills"].fillna("")]
    by_field: dict[str, list[int]] = {}
    for i, field in enumerate(rows["field"].astype(str)):
        by_field.setdefault(field, []).append(i)
    weights = 1 / np.arange(1, len(rows) + 1)
    order = rng.permutation(len(rows))
    kept: list[tuple[int, Ad, list[str]]] = []
    for at in range(number):
        if kept and rng.random() < NEAR:
            first, ad, parts = kept[int(rng.integers(len(kept)))]
            yield _again(ad, parts, first, rng)
            continue
        i = int(order[rng.choice(len(rows), p=weights / weights.sum())])
        row = rows.iloc[i]
        own = list(rng.permutation(duties[i] + [f"能够{s}" for s in skills[i]]))
        others = by_field[str(row["field"])]
        mixed = [str(rng.choice(duties[int(rng.choice(others))])) for _ in range(2)]
        parts = [*own[: int(rng.integers(4, 9))], *mixed, *map(str, rng.choice(PRAISE, 5, replace=False))]
        region = str(rng.choice(REGIONS))
        kind, tail = rng.random(), str(rng.choice(TAILS))
        named = [
            str(row["occupation"]),
            f"{row['segment']}{tail}",
            f"{rng.choice(skills[i] or [row['segment']])}{tail}",
        ]
        bare = named[int(kind >= OWN_TITLE) + int(kind >= OWN_TITLE + SEGMENT_TITLE)]
        title = str(rng.choice(DRESS)).format(t=bare, r=region)
        ad = Ad(
            title, _text(parts, rng), f"企业{int(rng.integers(200_000))}", region, str(int(rng.integers(1, 6))),
            f"2026-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}", str(rng.choice(DEGREES)), str(row["demand_id"]), None,
        )  # fmt: skip
        # The latest some thousand are put up again, as on a board.
        kept.append((at, ad, parts))
        if len(kept) > 20_000:
            kept = kept[10_000:]
        yield ad


def _text(parts: list[str], rng: np.random.Generator) -> str:
    return f"{rng.choice(OPENING)}：" + "；".join(f"{n}、{part}" for n, part in enumerate(parts, 1)) + "。"


def _again(ad: Ad, parts: list[str], first: int, rng: np.random.Generator) -> Ad:
    changed = list(parts)
    change = int(rng.integers(3))
    if change == 0:
        changed.pop(int(rng.integers(len(changed))))
    elif change == 1:
        changed.append(str(rng.choice(PRAISE)))
    else:
        changed.insert(0, changed.pop())
    posted = f"2026-{int(rng.integers(1, 13)):02d}-{int(rng.integers(1, 28)):02d}"
    return Ad(ad.title, _text(changed, rng), ad.employer, ad.region, ad.heads, posted, ad.degree, ad.demand, first)


def short_texts(number: int, seed: int = 1) -> list[str]:
    """`number` different texts, some thirty characters each: a title and how one of the first sentences begins."""
    rng = np.random.default_rng(seed)
    found: dict[str, None] = {}
    # Of the texts of an advertisement put up again, most are there already.
    for ad in generated_ads(100 * number, seed):
        # Sentences are numbered, and some have parts of their own.
        sentences = re.split(r"；?\d+、", ad.text.rstrip("。"))[1:]
        sentence = sentences[int(rng.integers(min(4, len(sentences))))]
        found.setdefault(f"{ad.title}，{re.split('[；，]', sentence)[0]}")
        if len(found) == number:
            return list(found)
    raise ValueError(f"only {len(found)} different texts of {number}")


def write_ads(path: Path, number: int, seed: int = 1) -> None:
    """The advertisements as a board's CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(FIELDS)
        for ad in generated_ads(number, seed):
            writer.writerow([ad.title, ad.text, ad.employer, ad.region, ad.heads, ad.posted, ad.degree])
