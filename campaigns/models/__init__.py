"""What they do together: one noun, one file."""

from .context import Context, Setting
from .involvement import Involvement, InvolvementRole
from .legal_act import Act, LegalAct
from .undertaking import Campaign, Case, Demand, Gathering, Instrument, Project

__all__ = (
    "Act",
    "Campaign",
    "Case",
    "Context",
    "Demand",
    "Gathering",
    "Instrument",
    "Involvement",
    "InvolvementRole",
    "LegalAct",
    "Project",
    "Setting",
)
