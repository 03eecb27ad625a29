"""Publishers' own files -> tables of the contract (docs/importers.md)."""

from corpora.importers.cip_onet import import_cip_onet
from corpora.importers.common import Imported
from corpora.importers.enterprise_survey import import_enterprise_survey
from corpora.importers.esco import import_esco
from corpora.importers.job_ads import Assign, Assigned, import_job_ads
from corpora.importers.labour_office import import_labour_office
from corpora.importers.write import target_files, write_tables

__all__ = [
    "Assign",
    "Assigned",
    "Imported",
    "import_cip_onet",
    "import_enterprise_survey",
    "import_esco",
    "import_job_ads",
    "import_labour_office",
    "target_files",
    "write_tables",
]
