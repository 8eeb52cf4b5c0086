"""manage.py load_paper: the paper's own catalogue, from data files that people can read."""

from pathlib import Path

from campaigns.management.load_command import LoadCommand

PAPER = Path(__file__).parents[2] / "paper"


class Command(LoadCommand):
    help = __doc__
    folder = PAPER
    label = "The paper's catalogue"
    reason = "What Fox and Gois say in “Migrant Civil Society: Ten Propositions”."
