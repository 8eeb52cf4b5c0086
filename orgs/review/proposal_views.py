"""The author's page of a proposal: its state, the questions about it, and the answers."""

from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from orgs.changes.changeset import Changeset
from orgs.records.characters import MessageField

from .comment import Comment


class AnswerForm(forms.Form):
    answer = MessageField(
        label=gettext_lazy("Your answer"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )


@method_decorator(never_cache, name="dispatch")
class ProposalPage(LoginRequiredMixin, TemplateView):
    """A proposal for its author alone."""

    uses_application_role = True

    template_name = "orgs/proposal.html"

    def get_changeset(self) -> Changeset:
        """Raise Http404 unless the account is the author."""
        number = min(self.kwargs["number"], 2**62)
        own = Changeset.objects.filter(pk=number, author_id=self.request.user.pk)
        changeset = own.exclude(state=Changeset.State.DRAFT).defer("operations").first()
        if changeset is None:
            raise Http404
        return changeset

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changeset = self.get_changeset()
        comments = list(Comment.objects.about(changeset))
        kwargs.setdefault("form", AnswerForm())
        return super().get_context_data(
            changeset=changeset,
            comments=comments,
            is_pending=changeset.state == Changeset.State.PROPOSED,
            has_question=changeset.state == Changeset.State.PROPOSED
            and any(comment.asks for comment in comments),
            title=capfirst(str(changeset)),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store an answer, or show the page again with its text."""
        changeset = self.get_changeset()
        form = AnswerForm(request.POST)
        if form.is_valid():
            try:
                Comment.answer(changeset, request.user, form.cleaned_data["answer"])
                return HttpResponseRedirect(request.path)
            except ValidationError as error:
                form.add_error("answer", error)
        return self.render_to_response(self.get_context_data(form=form), status=400)
