"""Which faces a document can be set in: the customary ones of official documents, else free ones, else a clear fault."""

from dataclasses import dataclass
from functools import cache

from corpora.faults import Unusable

# Customary faces of official documents first, free ones after them.
SONG = (
    "FangSong",
    "STFangsong",
    "仿宋",
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "SimSun",
    "STSong",
)
HEI = (
    "SimHei",
    "STHeiti",
    "黑体",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
)
KAI = ("KaiTi", "STKaiti", "楷体", "LXGW WenKai", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC")
# Last resort of every role: faces that have the characters, whatever their style.
ANY = ("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "AR PL UMing CN", "AR PL UKai CN")


class NoFont(Unusable):
    """A machine without a face for Chinese characters."""

    def __init__(self) -> None:
        super().__init__(
            "本机没有中文字体，无法生成文件。请安装一种，例如 apt-get install fonts-noto-cjk（Debian、Ubuntu），"
            "dnf install google-noto-sans-cjk-fonts（Fedora），或把 NotoSansCJK 字体放入 ~/.local/share/fonts",
            "this machine has no face for Chinese characters. Install one, such as apt-get install fonts-noto-cjk "
            "(Debian, Ubuntu), dnf install google-noto-sans-cjk-fonts (Fedora), or put NotoSansCJK into ~/.local/share/fonts",
        )


@dataclass(frozen=True)
class Faces:
    """Families for running text, headings and sub-headings, each the first that the machine has."""

    text: str
    heading: str
    sub_heading: str


def faces(installed: frozenset[str] | None = None) -> Faces:
    """The faces of this machine.

    Args:
        installed: families; those of the system if None.

    Raises:
        NoFont: none of them has Chinese characters.
    """
    known = installed_families() if installed is None else installed
    return Faces(*(_first(role, known) for role in (SONG, HEI, KAI)))


@cache
def installed_families() -> frozenset[str]:
    """Families that the typesetter finds on this machine."""
    import typst

    return frozenset(font.family for font in typst.Fonts().fonts())


def _first(role: tuple[str, ...], installed: frozenset[str]) -> str:
    found = next((name for name in (*role, *ANY, *HEI, *SONG) if name in installed), None)
    if found is None:
        raise NoFont
    return found
