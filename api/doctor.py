"""What the machine has of what the product needs."""

import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from indexes.cache import cache_folder


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is there, whether it must be, and a sentence in both languages."""

    fine: bool
    needed: bool
    text: Mapping[str, str]


def examine() -> list[Finding]:
    """Python, packages, encoder, cache, processor, matrix products, in this order."""
    return [_python(), *_packages(), _encoder(), _cache(), _processor(), *_products()]


def _python() -> Finding:
    found = platform.python_version()
    return Finding(
        sys.version_info >= (3, 11), True, _both(f"Python {found}（需 3.11+）", f"Python {found} (3.11+ needed)")
    )


def _packages() -> list[Finding]:
    findings = []
    for name in ("torch", "sentence-transformers", "openvino", "faiss-cpu", "pandas", "altair", "vl-convert-python"):
        try:
            findings.append(Finding(True, True, _both(f"{name} {version(name)}", f"{name} {version(name)}")))
        except PackageNotFoundError:
            findings.append(
                # Without openvino the model's own library encodes.
                Finding(
                    False,
                    name != "openvino",
                    _both(f"缺 {name}：pip install {name}", f"{name} is missing: pip install {name}"),
                )
            )
    return findings


def _encoder() -> Finding:
    from indexes.encoder import choose_encoder

    try:
        chosen = choose_encoder()
        mark, why = chosen.encoder.fingerprint, chosen.reason
        return Finding(
            True,
            True,
            _both(f"编码模型可用（指纹 {mark}），{why['zh']}", f"encoder ready (fingerprint {mark}), {why['en']}"),
        )
    except (OSError, ValueError) as fault:
        return Finding(False, True, _both(f"编码模型不可用：{fault}", f"no encoder: {fault}"))


def _cache() -> Finding:
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free / 2**30
    return Finding(
        free > 1, True, _both(f"缓存 {folder}（余 {free:.0f} GiB）", f"cache {folder} ({free:.0f} GiB free)")
    )


def _processor() -> Finding:
    from indexes.fingerprint import bf16_matrices

    fast = bf16_matrices()
    zh = "处理器支持 bf16 矩阵运算" if fast else "处理器无 bf16 矩阵运算：编码慢约一倍，结果可用"
    en = "the processor multiplies bf16" if fast else "no bf16 on this processor: encoding takes about twice as long"
    return Finding(fast, False, _both(zh, en))


def _products() -> list[Finding]:
    """Whether numpy's matrix products use what the processor has: the bundled OpenBLAS does not know every AMD core."""
    import numpy as np  # noqa: F401  (loads the library that is asked about)
    from threadpoolctl import threadpool_info

    from indexes.fingerprint import processor_flags

    kinds = {str(pool.get("architecture")) for pool in threadpool_info() if pool.get("internal_api") == "openblas"}
    if "avx512f" not in processor_flags() or not kinds & {"Haswell", "Zen"}:
        return []
    zh = "numpy 的矩阵运算未用处理器的 AVX-512：启动前设环境变量 OPENBLAS_CORETYPE=SkylakeX 可加快精确检索"
    en = "numpy multiplies without this processor's AVX-512: OPENBLAS_CORETYPE=SkylakeX, set before start, speeds exact search"
    return [Finding(False, False, _both(zh, en))]


def _both(zh: str, en: str) -> Mapping[str, str]:
    return {"zh": zh, "en": en}
