# %% [markdown]
# # 一个专业点的来龙去脉
#
# 一条“撤并淘汰”的建议必须经得起追问：依据是什么、数字怎么来、差多少就会改变。本例以示例城市的 P040 为例逐项追问；为求快，只取它所在的土木建筑大类，数字因而与全市分析不同。
#
# *One program in depth. Advice to phase out has to bear questions: what does it rest on, where do the figures come from, how much would change it? Here they are put to P040 of the illustrative city, with its major group alone to be quick, so that figures differ from those of the whole city.*

# %%
from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess, block_comparison
from reports import charts

PROGRAM, GROUP = "P040", "土木建筑大类"
tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
programs = tables["programs"].query("major_group == @GROUP")
outcomes = tables["outcomes"][tables["outcomes"]["program_id"].isin(programs["program_id"])]
demands = tables["demands"].query("field == @GROUP")
shared = {kind: tables[kind] for kind in ("chains", "coverage", "flows")}
result = assess(programs, outcomes, demands, **shared, as_of="2026-10-15", label=ILLUSTRATIVE)
result

# %% [markdown]
# `explain` 给出理由、逐条判定、核算表、结论变化临界值和对接最好的岗位。它本身是 Markdown 文字，可以 `print`，也可以直接放进文件；英文用 `result.explain(PROGRAM, "en")`。
#
# *`explain` gives the reason, every rule with its outcome, the certificate, what would change the flag, and the best matches. It is Markdown text: print it or put it into a file; `result.explain(PROGRAM, "en")` is the same in English.*

# %%
result.explain(PROGRAM)

# %% [markdown]
# 核算表只用加减法：组内专业点的求职毕业生合计，减去它们所能到达的全部岗位合计。下面自己加一遍。
#
# *The certificate takes nothing but sums: graduates of the programs in the block, less all posts within their reach. Added up here once more.*

# %%
by_name = {block["block"]: block for block in result.blocks}
block = by_name[result.programs.set_index("program_id").at[PROGRAM, "block"]]
closed = [block, *(by_name[name] for name in block["worse_blocks"])]
supply = sum(row["supply"] for part in closed for row in part["programs"])
posts = sum(row["posts"] for part in closed for row in part["demands"])
print(f"{supply:.2f} − {posts:.2f} = {supply - posts:.2f}（核算表：{block['cannot_be_placed']:.2f}）")

# %% [markdown]
# 就业率按层次与专业大类收缩估计并带区间：小班的一两个人不应左右结论。与它同组的专业点：
#
# *Employment is an estimate with its interval, since one or two persons of a small class should not decide. The programs of its block:*

# %%
members = [row["program_id"] for row in block["programs"]]
charts.employment_intervals(result, programs=members)

# %% [markdown]
# 同组的几所院校逐项对照；没有总分，也不排名次。
#
# *The institutions of the block, ground by ground; no total and no ranking.*

# %%
block_comparison(result, PROGRAM).T.dropna(how="all")

# %% [markdown]
# 一条匹配的概率由哪些部分相加而来（对数几率），以及两段原文里各自最相近的句子：
#
# *What the probability of one match is the sum of (log odds), and the two sentences that carry it:*

# %%
best = result.matches[(result.matches["program_id"] == PROGRAM) & result.matches["edge"]].iloc[0]
print(best["program_evidence"], "|", best["demand_evidence"])
charts.match_waterfall(result, PROGRAM, best["demand_id"])

# %% [markdown]
# 假如所报数字不同，结论会不会变？`what_if` 从匹配之后重算，不再比较文本，所以很快。
#
# *Would other figures change it? `what_if` assesses again from the matches on, without comparing texts, and is quick.*

# %%
year = int(outcomes["year"].max())
latest = outcomes.query("program_id == @PROGRAM and year == @year").iloc[0]
result.what_if(employed={PROGRAM: int(latest["graduates"])})
