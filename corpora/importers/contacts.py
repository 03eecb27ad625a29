"""Contacts taken out of job advertisements: people and their numbers are nobody's skill demand.

What goes: mobile and landline numbers, service numbers (400, 800), identity numbers, e-mail addresses, links, QQ and
WeChat numbers, names of contact persons. What stays: words that only sound alike, such as 微信小程序, QQ 群运营, HTTP or
电话销售. When in doubt a number goes: an advertisement loses little by it.
"""

import re
from typing import Any, Final

from corpora.cells import as_text, plain
from corpora.personal import holds_personal_value, is_personal_header

_WIDE: Final = {0xFF10 + digit: str(digit) for digit in range(10)} | {
    0xFF20: "@", 0xFF0B: "+", 0xFF0D: "-", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", 0xFF0E: ".",
    0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None,
}  # fmt: skip
_WIDE_ANY: Final = re.compile(f"[{re.escape(''.join(map(chr, _WIDE)))}]")
_S: Final = r"[\s\-.·()（）]{0,3}"
# What a text must hold for a pattern to find anything in it: looking for a few words is far cheaper than sixteen searches.
_LINK, _AT = ("://", "www."), ("@", "at)", "at]", "at#")
_QQ, _WECHAT = ("q",), ("微信", "v信", "薇信", "wechat", "we", "vx", "wx")
_CALL: Final = ("电话", "手机", "热线", "座机", "传真", "tel", "phone", "mobile", "fax")
_PERSON: Final = ("联系人", "联络人", "负责人", "专员", "对接人", "contact")
_FAMILY_NAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章"
    "鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_ADDRESSED: Final = ("先生", "女士", "小姐", "老师", "经理", "主任", "总")
_NUMBER: Final = re.compile(r"(?:\d[^\d\u4e00-\u9fff]{0,4}){7}|\d[\d\s\-—转]{5}")
# Longest first: an address holds what looks like other numbers. Mobile numbers in the groups people write, not any
# eleven digits with marks between: 13000-18000 5险 is a wage.
_Clue = tuple[str, ...] | None
_CONTACTS: Final[tuple[tuple[_Clue, re.Pattern[str]], ...]] = tuple(
    (clue, re.compile(pattern, re.IGNORECASE))
    for clue, pattern in (
        (_LINK, r"(?:https?|ftp)://[^\s，。；、）)】》\"'\u4e00-\u9fff]+"),
        (_LINK, r"(?<![a-z0-9.@])www\.[^\s，。；、）)】》\"'\u4e00-\u9fff]+"),
        (_AT, r"[a-z0-9][a-z0-9._%+\-]*\s?(?:@|\(at\)|\[at\]|#at#)\s?[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"),
        (_AT, r"[a-z0-9][a-z0-9._%+\-]*@"),
        # Identity numbers, whatever their check digit says: an ad with a wrong one means somebody all the same.
        (None, r"(?<![0-9a-z])\d{17}[\dx](?![0-9a-z])"),
        (None, r"(?<![0-9a-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx](?![0-9a-z])"),
        (
            None,
            rf"(?<!\d)(?:(?:\+|00)?86{_S})?(?:1[3-9]\d{_S}\d{{4}}{_S}\d{{4}}|1[3-9]\d\d{_S}\d{{3}}{_S}\d{{4}}"
            rf"|1[3-9]\d\d{_S}\d{{4}}{_S}\d{{3}}|1[3-9]\d{_S}\d{{3}}{_S}\d{{5}}|1[\s\-.·]{{1,2}}[3-9](?:[\s\-.·]{{1,2}}\d){{9}})(?!\d)",
        ),
        (
            None,
            rf"(?<!\d)(?:(?:\+|00)?86{_S})?[(（]?0\d{{2,3}}[)）]?[\s\-—]{{0,3}}[2-9]\d{{2,3}}[\s\-]?\d{{4}}"
            r"(?:[\s\-转]{1,3}\d{1,6})?(?!\d)",
        ),
        (None, r"(?<!\d)[48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4}(?!\d)"),
        # A word for a way to reach somebody, and the number or name that follows.
        (_QQ, r"(?:企业|官方)?q\s?q(?:\s?群)?(?:号码|号)?\s?[:：为是]?\s?[1-9]\d{4,11}(?!\d)"),
        (
            _WECHAT,
            r"(?:微信|v信|薇信|wechat|weixin|vx|wx)(?:号码|号|公众号|id|同号)?\s?[:：是为]\s?[a-z0-9][a-z0-9_\-]{4,19}",
        ),
        (
            _WECHAT,
            r"(?:微信|v信|薇信|wechat|weixin|vx|wx)(?:号码|号)?\s?(?=[a-z0-9_\-]*\d)[a-z0-9][a-z0-9_\-]{5,19}",
        ),
        (
            _CALL,
            r"(?:联系电话|咨询电话|招聘电话|报名电话|电话|手机号码|手机号|手机|热线|座机|传真|tel|phone|mobile|fax)"
            r"\s?[:：]?\s?\+?\d[\d\s\-转]{4,18}\d",
        ),
        (
            _PERSON,
            r"(?:联系人|联络人|招聘负责人|招聘专员|人事专员|对接人|负责人|contact\s?(?:person|name)?)\s?[:：]\s?"
            r"(?:[\u4e00-\u9fff]{1,4}(?:先生|女士|小姐|老师|经理|主任|总监|部长|同学)"
            r"|[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])|(?:(?:mr|mrs|ms|miss)\.?\s)?[a-z]+(?:\s[a-z]+){0,2})",
        ),
        (
            _PERSON,
            # Without a colon only what begins with one of the usual family names: 联系人信息 is nobody.
            rf"(?:联系人|联络人|对接人)\s?(?!方式|方法|管理|安排|时间|单位|关系|项目|文件|查询)[{_FAMILY_NAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])",
        ),
        (
            _ADDRESSED,
            r"(?:联系人|联络人)\s?[\u4e00-\u9fff]{1,2}(?:先生|女士|小姐|老师|经理|主任|总)(?![\u4e00-\u9fff])",
        ),
        (
            _ADDRESSED,
            r"(?:请联系|联系|联络|咨询|找)\s?[\u4e00-\u9fff]{1,2}(?:先生|女士|小姐|老师|经理|主任)(?![\u4e00-\u9fff]{1,3}(?:沟通|工作))",
        ),
    )
)
_LABEL: Final = re.compile(
    r"(?:联系方式|联系电话|电子邮箱|邮箱|e-?mail|简历投递|投递邮箱|联系人|微信|qq)\s?[:：]\s?(?=$|[\s，。；;,.、/|])",
    re.I,
)
_HEADERS: Final = re.compile(
    r"联系|联络|邮箱|电邮|微信|qq|座机|传真|网址|链接|主页|email|e-mail|wechat|contact|url|link|website|hr$|招聘人$|发布人"
)


def is_contact_header(label: str) -> bool:
    """Whether a column holds ways to reach people, or who they are."""
    return bool(_HEADERS.search(plain(label))) or is_personal_header(label)


def strip_contacts(text: str) -> tuple[str, int]:
    """A text without contacts, and how many were taken out.

    What is left holds no number that `corpora.personal` refuses.
    """
    # What is left may read as a contact again, once another between its parts is gone: until nothing is found.
    taken = 0
    if _WIDE_ANY.search(text):
        text = text.translate(_WIDE)
    while True:
        found, low, numbers = 0, text.lower(), _NUMBER.search(text) is not None
        for clue, pattern in _CONTACTS:
            if numbers if clue is None else any(word in low for word in clue):
                text, times = pattern.subn(" ", text)
                found += times
        if not found and holds_personal_value(text):
            bare = re.sub(r"\d{5,}[\dXx]?", " ", text)
            text, found = (re.sub(r"\d", "", text) if holds_personal_value(bare) else bare), 1
        if not found:
            return text, taken
        taken += found
        text = re.sub(r"[ \t]{2,}", " ", _LABEL.sub("", text)).strip()


def strip_cell(cell: Any) -> tuple[Any, int]:
    """A cell without contacts; a number that is one becomes empty."""
    if isinstance(cell, str):
        return strip_contacts(cell) if len(cell) > 4 else (cell, 0)
    if cell is not None and holds_personal_value(as_text(cell)):
        return "", 1
    return cell, 0
