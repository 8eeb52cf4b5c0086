"""What all review pages share: who may open them, the reading log, and lists with filters."""

from typing import Any, ClassVar

import django_filters
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import TemplateView
from django.views.generic.base import ContextMixin, View
from django_filters.views import FilterView

from orgs.access.roles import Right, can

from .reading_log import note

PAGE_SIZE = 50
"""How many items one page of a list shows."""


class EditorMixin(ContextMixin, View):
    """A page for editors who have this right; other editors get 403.

    It opens as the admin does: after the site's sign-in with a second factor. It is never cached,
    and the reading log records what it shows that is not public.
    """

    uses_application_role = True
    right: ClassVar[Right] = Right.USE_ADMIN

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return admin.site.admin_view(super().as_view(**initkwargs))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.require(self.right)
        return super().dispatch(request, *args, **kwargs)

    def require(self, right: Right) -> None:
        """Raise PermissionDenied unless the account has this right."""
        if not can(self.request.user, right):
            raise PermissionDenied(gettext("Only moderators decide about this."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            available_apps=admin.site.get_app_list(self.request), **kwargs
        )


class EditorPage(EditorMixin, TemplateView):
    """A page for editors that is not a list."""


class PendingFirstFilter(django_filters.ChoiceFilter):
    """A filter by state. Without a value it shows what is pending."""

    def __init__(
        self, *, states: type[models.TextChoices], pending: str, omitted: tuple[str, ...] = ()
    ) -> None:
        self.pending = pending
        choices = [choice for choice in states.choices if choice[0] not in (pending, *omitted)]
        super().__init__(
            field_name="state",
            label=gettext_lazy("State"),
            choices=[*choices, ("all", gettext_lazy("all"))],
            empty_label=gettext_lazy("waiting"),
        )

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset if value == "all" else queryset.filter(state=value or self.pending)


class ReviewFilter(django_filters.FilterSet):
    """The order of a list; subclasses add its filters."""

    order = django_filters.OrderingFilter(
        label=gettext_lazy("Order"),
        fields={"id": "number"},
        choices=[("-number", gettext_lazy("newest first"))],
        empty_label=gettext_lazy("oldest first"),
    )


class ReviewList(EditorMixin, FilterView):
    """A list with filters, page by page; 400 if a filter has an unknown value."""

    paginate_by = PAGE_SIZE
    title: ClassVar[Any]
    noted_as: ClassVar[str] = ""
    """The kind of page in the reading log, if nothing of the list is public."""

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return {**super().get_filterset_kwargs(filterset_class), "data": self.request.GET}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        params = self.request.GET.copy()
        params.pop("page", None)
        return super().get_context_data(
            title=self.title,
            params=f"{params.urlencode()}&" if params else "",
            is_filtered=any(params.values()),
            **kwargs,
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.noted_as:
            note(request, self.right, self.noted_as)
        response = super().get(request, *args, **kwargs)
        if not self.filterset.is_valid():
            response.status_code = 400
        return response
