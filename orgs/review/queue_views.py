from typing import Any

from django.utils.translation import gettext

from orgs.access.roles import Right, can

from .pages import EditorPage
from .queue import load_queue


class QueuePage(EditorPage):
    template_name = "review/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=gettext("Waiting for review"),
            queue=load_queue(self.request),
            may_decide=can(self.request.user, Right.DECIDE),
            **kwargs,
        )
