"""Analysis: judgements, each a small function over accepted statements.

None is ever typed in. Each takes the number of a record, the facts and a window of days, and gives
its answer with the numbers it counted and the statements it rests on. The third answer is "not
enough on record". They are kept in the entries, brought up to date in the transaction of the change
that affects them (`analyzer.py`).
"""

from .answer import Answer
from .balance import host_sending_balance
from .base import transnational_base
from .facts import EVER, Days, Facts, gather
from .form import observed_form
from .orientation import observed_orientation
from .overlap import arena_overlap

__all__ = (
    "EVER",
    "Answer",
    "Days",
    "Facts",
    "arena_overlap",
    "gather",
    "host_sending_balance",
    "observed_form",
    "observed_orientation",
    "transnational_base",
)
