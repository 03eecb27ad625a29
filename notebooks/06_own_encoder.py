# %% [markdown]
# # 换用自己的编码模型
#
# 把文本变成向量的模型可以更换：任何具有 `fingerprint`、`dimension` 和 `encode` 的对象都行，任何 SentenceTransformer 模型也可以按名称或文件夹指定。
#
# *Bring your own encoder. What turns texts into vectors can be replaced: by any object with `fingerprint`, `dimension` and `encode`, or by any SentenceTransformer model through its name or folder.*

# %%
import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corpora import read
from corpora.starter import example
from indexes.encoder import load_encoder
from matcher import assess, match

tables = {kind: read(file, kind=kind) for kind, file in example("city").items()}
GROUPS = ["医药卫生大类", "公共管理与服务大类"]
programs = tables["programs"].query("major_group in @GROUPS")
demands = tables["demands"].query("field in @GROUPS and year == 2026")

# %% [markdown]
# 一、按名称指定。`load_encoder("BAAI/bge-m3")` 从模型库取用，`load_encoder("/path/to/folder")` 用本机文件夹；设环境变量 `DUIKOU_ENCODER` 则对命令行和服务同样生效。不带参数就是默认模型。
#
# *By name: a hub name or a folder; the environment variable `DUIKOU_ENCODER` does the same for the command line and the service. Without an argument it is the default model.*

# %%
default = load_encoder()
vectors = default.encode(["护理", "急诊护士", "数控车工"])
vectors.shape, (vectors @ vectors.T).astype(float).round(2).tolist()

# %% [markdown]
# 二、自己写一个。下面这个把相邻两字散列到 1024 维，只认字面、不懂含义，用来说明接口：向量为 float32、长度为 1；`fingerprint` 必须随模型变化，因为它是向量缓存的钥匙。
#
# *Written by hand: the one below hashes pairs of characters into 1,024 dimensions; it knows letters and no meaning, and is there to show the interface. Vectors are float32 of length 1. The fingerprint has to change with the model, since cached vectors are found by it.*


# %%
class PairsOfCharacters:
    """Pairs of characters, hashed; equal texts get equal vectors on every machine."""

    fingerprint = "pairs-of-characters-1024-v1"
    dimension = 1024

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for first, second in pairwise(text):
                place = int.from_bytes(hashlib.blake2b((first + second).encode(), digest_size=4).digest(), "big")
                vectors[row, place % self.dimension] += 1
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(length, 1e-9)


own = match(programs, demands, top=1, encoder=PairsOfCharacters())
usual = match(programs, demands, top=1)

# %%
titles = demands.set_index("demand_id")["occupation"]
own["own"], usual["usual"] = own["demand_id"].map(titles), usual["demand_id"].map(titles)
side = own[["program_id", "own", "calibrated"]].merge(usual[["program_id", "usual", "p"]])
programs[["program_id", "name", "institution"]].merge(side).head(12)

# %% [markdown]
# `calibrated` 为 False：p 是在默认模型的评分配对上拟合的，别的模型没有这样的配对，p 只能用来排序。由它得出的分析会在结果里注明这一点；要得到概率，请为该模型重新校准（docs/model-card.md）。
#
# *`calibrated` is False: p was fitted for the default model, and with another it ranks but is no probability. An assessment made with it says so; docs/model-card.md tells how to fit p anew.*

# %%
outcomes = tables["outcomes"][tables["outcomes"]["program_id"].isin(programs["program_id"])]
result = assess(programs, outcomes, demands, coverage=tables["coverage"], flows=tables["flows"],
                encoder=PairsOfCharacters(), as_of="2026-10-15", counterfactuals=False)  # fmt: skip
[warning["zh"] for warning in result.manifest["warnings"]]
