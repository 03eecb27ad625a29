"""Contacts in advertisements: what goes, what stays, and that nothing is left of whatever stands around it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.importers.contacts import is_contact_header, strip_contacts
from corpora.personal import holds_personal_value

# All made up: numbers of no subscriber, an identity number of no place.
CONTACTS = [
    "13900000000",
    "139-0000-0000",
    "139 0000 0000",
    "１３９００００００００",
    "+86 139 0000 0000",
    "1 3 9 0 0 0 0 0 0 0 0",
    "0755-20000000",
    "(010) 2000 0000",
    "400-000-0000",
    "hr_team@example.com",
    "HR＠example.com.cn",
    "https://example.com/jobs?id=1",
    "www.example.com",
    "QQ：123456789",
    "qq群 123456789",
    "微信：abc_12345",
    "VX abc12345",
    "990101200501011234",
    "99010120050101123X",
    "联系人：欧阳女士",
    "联系人张先生",
    "联系人李四",
    "联系人 王小明",
    "电话：2000 0000",
]
FOUND = re.compile(r"[a-z0-9_@＠]{5,}|\d{4}|欧阳|张", re.IGNORECASE)
WORDS = st.text(alphabet=st.sampled_from(list("焊工负责维修，。；、 \n（）PLC+")), max_size=30)


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_contact_goes_whatever_it_looks_like(contact: str) -> None:
    left, taken = strip_contacts(f"负责焊接。{contact}，欢迎投递")
    assert taken >= 1
    assert not FOUND.search(left), left
    assert "负责焊接" in left
    assert "欢迎投递" in left


@pytest.mark.parametrize(
    "text",
    [
        "微信小程序和QQ群运营，熟悉HTTP协议与www标准",
        "通过电话、微信与客户沟通，作为客户的主要联系人与各部门保持联系",
        "维护联系人信息，做好联系人管理",
        "月薪13000-18000元，年龄18-35岁，9:00-18:00，2024-2025年",
        "熟悉ISO9001:2015、GB/T 19001-2016，管理10000000元的项目",
        "负责人：负责项目的整体推进",
    ],
)
def test_words_that_only_sound_alike_stay(text: str) -> None:
    assert strip_contacts(text) == (text, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(WORDS, st.sampled_from(CONTACTS)), min_size=1, max_size=3), WORDS)
def test_nothing_is_left_of_contacts_in_any_text(pieces: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{before}，{contact}；" for before, contact in pieces) + end
    left, taken = strip_contacts(text)
    assert taken >= 1
    assert not FOUND.search(left), left
    assert not holds_personal_value(left)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789１３ -+()Xx@.ab微信电话：\n", max_size=60))
def test_whatever_is_left_is_never_refused_as_personal(text: str) -> None:
    left, _ = strip_contacts(text)
    assert not holds_personal_value(left)
    assert strip_contacts(left)[0] == left


@pytest.mark.parametrize("label", ["联系人", "联系电话", "HR邮箱", "微信号", "E-mail", "职位链接", "手机"])
def test_columns_of_contacts(label: str) -> None:
    assert is_contact_header(label)


def test_other_columns_are_none() -> None:
    assert not any(map(is_contact_header, ("职位名称", "工作城市", "job_require", "position_name", "salary")))
