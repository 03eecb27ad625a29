"""The shipped lists of official codes and names."""

from corpora.starter import catalogue, occupations


def test_catalogue_is_complete_by_level_and_edition() -> None:
    table = catalogue()
    assert len(table) == 1490
    assert table[table.edition == "2021"].level.value_counts().to_dict() == {
        "associate": 744,
        "secondary": 358,
        "bachelor": 247,
    }
    assert table.major_group.nunique() == 19


def test_catalogue_codes_are_unique_and_well_formed() -> None:
    table = catalogue()
    assert not table.code.duplicated().any()
    assert table.code.str.fullmatch(r"\d{6}[A-Z]{0,2}").all(), table[~table.code.str.fullmatch(r"\d{6}[A-Z]{0,2}")]
    first = {"2": "bachelor", "3": "bachelor", "4": "associate", "5": "associate", "6": "secondary", "7": "secondary"}
    assert (table.code.str[0].map(first) == table.level).all()


def test_known_entries() -> None:
    table = catalogue().set_index("code")
    assert table.loc["460301", "name"] == "机电一体化技术"
    assert occupations().set_index("occupation_code").loc["5-05-01-01", "occupation"] == "农业技术员"


def test_occupation_codes_are_unique_and_well_formed() -> None:
    table = occupations()
    assert len(table[table.edition == "2022"]) == 1632
    assert not table.occupation_code.duplicated().any()
    assert table.occupation_code.str.fullmatch(r"\d-\d{2}-\d{2}-\d{2}").all()
