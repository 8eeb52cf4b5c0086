"""Analysis: findings, each computed by a small function from accepted statements.

Findings are never typed in. Each function takes the number of a record, the facts and a window of
days. It returns a value, the counts behind it and the statements it rests on; the value may be
"not enough on record". Findings are stored in the entries and updated in the transaction of the
change that affects them (`analyzer.py`).
"""

from orgs.records.edtf import EVER, Days

from .balance import host_sending_balance
from .base import transnational_base
from .facts import Facts, gather
from .finding import Finding
from .form import observed_form
from .orientation import observed_orientation
from .overlap import arena_overlap

__all__ = (
    "EVER",
    "Days",
    "Facts",
    "Finding",
    "arena_overlap",
    "gather",
    "host_sending_balance",
    "observed_form",
    "observed_orientation",
    "transnational_base",
)
