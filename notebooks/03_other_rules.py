# %% [markdown]
# # 同一批数据，换一省的规则
#
# 各省对专业设置与调整的规定不同。规则集把条款、参数和依据文件写在一起；换规则集不动数据，也不改变本项目自己的分析建议——依规结论另列一栏。
#
# *The same data under another province's rules. A policy pack holds clauses, parameters and the documents they come from. Another pack changes neither the data nor the advice: what a rule says stands in a column of its own.*

# %%
import pandas as pd

from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess, compare
from reports import charts

pd.set_option("display.max_colwidth", None)
tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
result = assess(**tables, as_of="2026-10-15", label=ILLUSTRATIVE, scope="city", counterfactuals=False)
result.flag_counts()

# %% [markdown]
# 各省规则集均据转引整理，未见原文，凡出现其结论处都标明“待核”。`duikou policy list` 列出全部规则集，docs/policy.md 有每条规则与参数。
#
# *The provincial packs follow reports of the documents, which were not read; wherever their verdicts stand they are marked unverified. `duikou policy list` names all packs, docs/policy.md has every rule and parameter.*

# %%
anhui = result.what_if(policy="anhui-2022")
anhui

# %%
packs = ["anhui-2022", "shandong-2017", "fujian-2023", "guangxi-2023"]
said = {pack: result.what_if(policy=pack).assessment.programs["rule_verdict"].value_counts() for pack in packs}
pd.DataFrame(said).fillna(0).astype(int).rename_axis("rule_verdict")

# %% [markdown]
# 依规结论附条款与参数值，逐点可查：
#
# *Each verdict comes with its clause and the values it was held against:*

# %%
named = anhui.assessment.programs.dropna(subset=["rule_verdict"])
named[["program_id", "name", "flag", "rule_verdict", "rule_clause", "raw_rate_by_year"]].head(3)

# %% [markdown]
# 只改一个参数也可以，例如把核定过剩的岗位容纳率界限由 70% 放宽到 90%：
#
# *A single parameter can be changed too, such as the placeable rate below which a surplus is certified, here 90 % in place of 70 %:*

# %%
wider = result.what_if(parameters={"surplus.rate": 0.9})
wider

# %% [markdown]
# 两次分析逐点对照，并指出是哪项输入造成了变化——逐项换入重算得出，不是猜测。
#
# *Two assessments program by program, with the input that did it: found by assessing again with one input exchanged at a time, never guessed.*

# %%
compare(result, wider.assessment)

# %%
charts.change_table(result, wider.assessment)
