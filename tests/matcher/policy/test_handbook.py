"""docs/policy.md says what the packs and rules say."""

from pathlib import Path
from textwrap import dedent

from matcher.policy.handbook import handbook
from matcher.policy.pack import load_pack, shipped_packs
from matcher.policy.rules import GROUNDS, GUARDS, REGULATIONS

DOCUMENT = Path(__file__).parents[3] / "docs" / "policy.md"


def test_the_document_is_the_one_that_the_packs_give() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == handbook(), "run python -m matcher.policy.handbook > docs/policy.md"


def test_the_pack_that_is_shown_can_be_used_as_it_stands(tmp_path: Path) -> None:
    lines = handbook().splitlines()
    begin = lines.index("    name: my-city")
    end = next(i for i in range(begin, len(lines)) if lines[i] and not lines[i].startswith("    "))
    file = tmp_path / "my.yaml"
    file.write_text(dedent("\n".join(lines[begin:end])), encoding="utf-8")
    pack = load_pack(file)
    assert pack.parameters["surplus.rate"].values[-1].value == 0.6
    assert "none_enrolled" in pack.regulations


def test_every_pack_rule_and_parameter_has_its_heading() -> None:
    headings = {line.removeprefix("### ") for line in handbook().splitlines() if line.startswith("### ")}
    assert headings == {*shipped_packs(), *GROUNDS, *GUARDS, *REGULATIONS, *load_pack().parameters}
