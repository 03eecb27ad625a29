# %% [markdown]
# # 用自己的对应表代替文本匹配
#
# 有的省份已有经审定的“专业—职业”对应表。把它交给 `matches`，文本就不再比较，其余步骤完全相同。本例只取示例城市的医药卫生与公共服务两个大类。
#
# *Your own crosswalk in place of text matching. Where an official table of programs and occupations exists, hand it in as `matches`: texts are not compared then, and every other step is the same. Two major groups of the illustrative city serve as the example.*

# %%
import pandas as pd

from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess, match

GROUPS = ["医药卫生大类", "公共管理与服务大类"]
tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
programs = tables["programs"].query("major_group in @GROUPS")
outcomes = tables["outcomes"][tables["outcomes"]["program_id"].isin(programs["program_id"])]
demands = tables["demands"].query("field in @GROUPS")

# %% [markdown]
# 对应表通常按代码书写：专业代码的前几位对职业代码。下面这一份为演示而写，不是任何部门的正式文件。
#
# *Such a table is usually written in codes. The one below was written for this example and is no office's document.*

# %%
crosswalk = pd.DataFrame(
    [
        ("护理", "2-05-08", 1.0),  # 各科护士
        ("护理", "4-14-01-02", 0.7),  # 医疗护理员
        ("助产", "2-05-08-06", 1.0),
        ("药学", "2-05-06-01", 1.0),
        ("药学", "4-01-05-02", 0.8),  # 医药商品购销员
        ("医学检验技术", "2-05-07-04", 1.0),
        ("口腔修复工艺", "4-14-03-02", 1.0),
        ("口腔修复工艺", "2-05-07-02", 0.6),
        ("康复", "2-05-07-13", 1.0),
        ("养老", "4-10-01-05", 1.0),  # 养老护理员
        ("养老", "2-07-11-04", 0.8),
        ("老年", "4-10-01-05", 1.0),
        ("老年", "4-14-02-05", 0.7),
        ("托育", "4-10-01-01", 1.0),
        ("托育", "4-10-01-03", 1.0),
        ("家政", "4-10-01-06", 1.0),
        ("社区管理", "3-01-04-01", 1.0),
        ("人力资源", "4-07-03-04", 1.0),
        ("人力资源", "2-06-08-02", 0.9),
        ("婚庆", "4-10-05-02", 1.0),
        ("殡葬", "4-10-06", 1.0),
    ],
    columns=["专业名称含", "职业代码", "p"],
)
crosswalk.head(4)

# %% [markdown]
# 展开成 `matches` 表：专业编号、岗位编号、p（留空即为 1）。p 低于规则集的界限（默认 0.5）不计为对接；层次与地区照常核对，不必写进对应表。
#
# *Spread out into the `matches` table: program_id, demand_id, p (empty = 1). A p under the pack's threshold makes no link; levels and regions are checked as always and need not be in the crosswalk.*

# %%
pairs = programs[["program_id", "name"]].merge(demands[["demand_id", "occupation_code"]], how="cross")
links = pd.concat(
    pairs[pairs["name"].str.contains(name) & pairs["occupation_code"].str.startswith(code)].assign(p=p)
    for name, code, p in crosswalk.itertuples(index=False)
)
links = links.groupby(["program_id", "demand_id"], as_index=False)["p"].max()
len(links)

# %%
given = assess(
    programs, outcomes, demands, coverage=tables["coverage"], flows=tables["flows"], chains=tables["chains"],
    matches=links, as_of="2026-10-15", label=ILLUSTRATIVE,
)  # fmt: skip
given

# %% [markdown]
# 对应表漏了什么？拿文本匹配来对照：文本认为可以对接、对应表却没有的，最值得人工看一眼；反过来也一样。
#
# *What does the crosswalk lack? Held against the texts: pairs that the texts link and the table does not are worth a look, and the other way round.*

# %%
texts = match(programs, demands, top=20)
texts = texts[texts["why_not"] == ""]
both = texts[["program_id", "demand_id", "p"]].merge(
    links, on=["program_id", "demand_id"], how="outer", suffixes=("_texts", "_table"), indicator=True
)
both["_merge"].map({"both": "两者都有", "left_only": "仅文本", "right_only": "仅对应表"}).value_counts().rename_axis("")

# %%
only = both[both["_merge"] == "left_only"]
latest = demands["demand_id"][demands["year"] == demands["year"].max()]
only = only[only["demand_id"].isin(latest)].sort_values("p_texts", ascending=False).head(8)
only.merge(programs[["program_id", "name"]]).merge(demands[["demand_id", "occupation"]])[
    ["program_id", "name", "demand_id", "occupation", "p_texts"]
]

# %% [markdown]
# 也可以两者兼用：不给 `matches`，而把对应表里的配对作为人工复核（`reviews`，confirm）交进去：它们优先于文本匹配；确认与否决各满20条后，其余配对的概率才随之校正。
#
# *Both can be used together: leave out `matches` and hand the pairs in as `reviews` (confirm); they override the texts; p of other pairs is corrected only from 20 confirmed and 20 rejected pairs on.*

# %%
reviews = links.loc[links["p"] == 1.0, ["program_id", "demand_id"]].assign(decision="confirm", reason="对应表")
reviewed = assess(
    programs, outcomes, demands, coverage=tables["coverage"], flows=tables["flows"], chains=tables["chains"],
    reviews=reviews, as_of="2026-10-15", label=ILLUSTRATIVE, counterfactuals=False,
)  # fmt: skip
pd.DataFrame({"对应表": given.flag_counts(), "文本加复核": reviewed.flag_counts()})
