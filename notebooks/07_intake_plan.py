# %% [markdown]
# # 招生计划怎样调整
#
# 目标是让每个专业点的岗位容纳率达到某个水平，而总的调减最少。规划器给出的方案附有“不能再少”的证明，仅凭文件就能复核。
#
# *How to change intakes. Every placeable rate is to reach a target at the smallest change in total. The plan comes with the proof that none changes less, and can be checked from its file alone.*

# %%
from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess
from reports import charts

tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
result = assess(**tables, as_of="2026-10-15", label=ILLUSTRATIVE, counterfactuals=False)
charts.block_bars(result)

# %%
plan = result.plan(target=0.9)
plan

# %% [markdown]
# 现实中还有限度：一年之内不能减得太多，有的专业暂不宜动。限度之内达不到目标时，会说明最高能到多少、需要几年，以及是哪些专业点卡住的。
#
# *There are limits: not too much in one year, and some programs are not to be touched. Where the target cannot be reached within them, the answer says how high a rate can be had, how many years it takes and which programs stand in the way.*

# %%
held = result.plan(target=0.9, yearly_limit=0.3)
held

# %% [markdown]
# 班额不足 20 人不开班（已有的小班可以保持）；暂不宜动的专业点用 `hold=["P003"]` 写明：
#
# *Classes of at least 20 or none (a class that is smaller already may stay); programs that are not to be touched are named by `hold=["P003"]`:*

# %%
result.plan(target=0.5, min_class=20)

# %% [markdown]
# `check` 用方案文件里的分数逐项加总复核；没有返回任何一条，即全部相符。CSV 交给院校，JSON 留作依据。
#
# *`check` adds the record up again; an empty list means that everything holds. The CSV goes to the schools, the JSON is the proof.*

# %%
plan.write("招生计划.csv")
plan.write("招生计划.json")
plan.check()

# %% [markdown]
# 照此招生，将来的毕业生会怎样？把方案的招生数折成求职毕业生放进情景测算。
#
# *What would be advised if graduates followed the plan? Its intakes, put into a what-if.*

# %%
latest = tables["outcomes"].sort_values("year").groupby("program_id")["graduates"].last()
cut = plan.programs.set_index("program_id")["relative_change"]
cut = cut[cut < 0]
result.what_if(intake={p: round(latest[p] * (1 + share)) for p, share in cut.items() if p in latest.index})
