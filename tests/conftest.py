"""One assessment of the pilot city with the real encoder, shared by the tests that look at it."""

import pandas as pd
import pytest
from hypothesis import settings

from corpora import read
from corpora.starter import ILLUSTRATIVE, example
from matcher import Assessment, assess

# No example has a time limit: a loaded machine says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def city_tables() -> dict[str, pd.DataFrame]:
    return {kind: read(file, kind) for kind, file in example("city").items()}


@pytest.fixture(scope="session")
def city(city_tables: dict[str, pd.DataFrame]) -> Assessment:
    return assess(**city_tables, as_of="2026-10-15", label=ILLUSTRATIVE, counterfactuals=False)
