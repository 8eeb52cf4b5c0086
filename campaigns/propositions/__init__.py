"""The paper's ten propositions and ten recommendations as questions to the public record.

Each proposition has a module with its text and its numbers; the recommendations share one.
Numbers are counted from the facets that lists filter by (`queries`, `ties`). Which records bear on
a proposition is stated in the ledger (`evidence`).
"""

from .agreements import AGREEMENTS
from .base import Proposition, Recommendation
from .continuum import CONTINUUM
from .dynamics import DYNAMICS
from .home_states import HOME_STATES
from .identities import IDENTITIES
from .investment import INVESTMENT
from .projects import PROJECTS
from .recommendations import RECOMMENDATIONS
from .rights import RIGHTS
from .service import SERVICE
from .surroundings import SURROUNDINGS

PROPOSITIONS = {
    1: IDENTITIES,
    2: SURROUNDINGS,
    3: RIGHTS,
    4: SERVICE,
    5: AGREEMENTS,
    6: CONTINUUM,
    7: INVESTMENT,
    8: HOME_STATES,
    9: PROJECTS,
    10: DYNAMICS,
}

__all__ = ("PROPOSITIONS", "RECOMMENDATIONS", "Proposition", "Recommendation")
