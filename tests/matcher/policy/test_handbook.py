"""docs/policy.md says what the packs and rules say."""

from pathlib import Path

from matcher.policy.handbook import handbook
from matcher.policy.pack import load_pack, shipped_packs
from matcher.policy.rules import GROUNDS, GUARDS, REGULATIONS

DOCUMENT = Path(__file__).parents[3] / "docs" / "policy.md"


def test_the_document_is_the_one_that_the_packs_give() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == handbook(), "run python -m matcher.policy.handbook > docs/policy.md"


def test_every_pack_rule_and_parameter_has_its_heading() -> None:
    headings = {line.removeprefix("### ") for line in handbook().splitlines() if line.startswith("### ")}
    assert headings == {*shipped_packs(), *GROUNDS, *GUARDS, *REGULATIONS, *load_pack().parameters}
