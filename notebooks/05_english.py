# %% [markdown]
# # 英文数据
#
# 同一套方法也用于英文的专业与职业：附带的英文示例以 CIP 名称、SOC 职业和美国劳工统计局的空缺数为基础，院校与地区均为虚构。环境变量 `DUIKOU_LANG` 决定结果以哪种语言显示。
#
# *English data. The same method on English programs and occupations: the example builds on CIP titles, SOC occupations and openings of the Bureau of Labor Statistics; its colleges and regions are made up. The environment variable `DUIKOU_LANG` says in which language results show themselves.*

# %%
import os

import pandas as pd

from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess, match
from reports import charts, write_report

os.environ["DUIKOU_LANG"] = "en"
pd.set_option("display.max_colwidth", None)
tables = {kind: read(file, kind=kind) for kind, file in example("english").items()}
tables["programs"][["program_id", "name", "code", "institution", "region", "level"]].head(4)

# %%
result = assess(**tables, as_of="2026-10-15", label=ILLUSTRATIVE)
result

# %% [markdown]
# 理由、判定过程和提示都有中英两种文字；表中 `reason_en` 与 `reason` 并列。
#
# *Reasons, traces and notices exist in both languages; `reason_en` stands beside `reason`.*

# %%
result.programs[["program_id", "name", "flag", "placeable_rate", "reason_en"]].head(8)

# %%
charts.chain_bars(result, "en")

# %% [markdown]
# 跨语言也能匹配：中文专业对英文职业。跨语言的概率用中文评分配对（职业取其英文名称）校准；反过来的英文专业对中文岗位没有评分配对，只看排序。
#
# *Across languages: a Chinese program and English occupations. p across languages was fitted on the graded Chinese pairs with the occupations' English names; the other way around, English programs and Chinese posts, nothing was graded: read the order there and not the probability.*

# %%
chinese = (
    read(example("city")["programs"], kind="programs").query("name in ['护理', '焊接技术应用', '会计事务']").head(3)
)
found = match(chinese, tables["demands"], top=2)
found.merge(chinese[["program_id", "name"]]).merge(tables["demands"][["demand_id", "occupation"]])[
    ["name", "occupation", "p", "program_evidence", "demand_evidence"]
]

# %% [markdown]
# 报告同样可用英文：
#
# *Reports come in English too:*

# %%
write_report(result, "report.html", language="en", edition="internal")
