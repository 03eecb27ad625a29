# %% [markdown]
# # 初步了解：三张表，一份分析
#
# 本例用随产品附带的示例城市走一遍主要流程：读表、分析、看结论、写报告。示例数据中的院校、地区与全部数字均为虚构。
#
# *First look: three tables, one assessment. The illustrative city that ships with the product, the whole way: read, assess, look, report. All institutions, regions and figures in it are made up.*

# %%
import pandas as pd

from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import assess, load_assessment, whitespace
from reports import charts, write_report

pd.set_option("display.max_colwidth", None)  # 理由要看全文 / reasons are read whole
files = example("city")
list(files)

# %% [markdown]
# `read` 接受 CSV、XLSX 与 Parquet，中文或英文表头，UTF-8、GB18030 或 Big5。有误的行会连同行号、列名和原值一起指出，不会悄悄丢掉。您自己的表也这样读：`read("专业.xlsx", kind="programs")`。
#
# *`read` takes CSV, XLSX and Parquet, Chinese or English headers. A bad row is named with its number, column and value and never dropped in silence. Your own tables are read the same way.*

# %%
tables = {kind: read(file, kind=kind) for kind, file in files.items()}
tables["programs"][["program_id", "name", "institution", "region", "level", "cluster"]].head(3)

# %%
tables["demands"][["demand_id", "occupation", "chain", "stage", "region", "openings", "year"]].head(3)

# %% [markdown]
# 一次调用完成文本匹配、公平配置、核算与判定。覆盖率表（coverage）声明每个来源看到了多少岗位：没有它，就不会有任何“核定过剩”。
#
# *One call matches the texts, places graduates fairly, adds up the certificates and decides. The coverage table declares how much each source sees; without it nothing is called a certified surplus.*

# %%
result = assess(**tables, as_of="2026-10-15", label=ILLUSTRATIVE, counterfactuals=False)
result

# %% [markdown]
# 每个专业点一行；结论、数字和一句话理由都在 `result.programs`（各列见 docs/contract.md）。
#
# *One row a program: flag, figures and the reason in one sentence (columns: docs/contract.md).*

# %%
out = result.programs[result.programs["flag"] == "phase_out"]
out[["program_id", "name", "institution", "supply", "placeable_rate", "employment_mean", "reason"]]

# %% [markdown]
# 图表直接显示在笔记本里；`.data` 是图背后的表，`.svg()` 与 `.png()` 是文件。第一张图按产业链环节比较岗位与毕业生，第二张图说明各项依据各决定了多少专业点。
#
# *Charts show themselves; `.data` is the table behind one. The first sets posts against graduates by stage of each chain, the second says which ground decides how many programs.*

# %%
charts.chain_heatmap(result)

# %%
charts.flag_waterfall(result)

# %% [markdown]
# 哪些岗位还没有专业对接？最多的几条：
#
# *Which posts does no program serve? The largest of them:*

# %%
whitespace(result)[["occupation", "chain", "region", "whitespace", "reason", "name_1", "at_1"]].head(5)

# %% [markdown]
# 分析结果是一个普通文件夹，输入也在其中，随时可以读回；`duikou verify` 仅凭这些文件复核每一张核算表。报告有四种格式，内容相同。
#
# *An assessment is a folder of plain files with its inputs inside, and can be read back at any time; `duikou verify` adds every certificate up again from the files alone. A report comes in four forms that say the same.*

# %%
folder = result.write("分析结果")
write_report(load_assessment(folder), "报告.docx")
sorted(file.name for file in folder.iterdir())
