"""How a space is booked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.forms import sent
from spaces import operations
from spaces.forms.rules import RulesForm
from spaces.said import rules_of
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = RulesForm(sent(request), instance=space)
    if request.method == "POST" and form.is_valid():
        operations.set_rules(space=space, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("space_rules", slug=slug)
    context = {"space": space, "form": form, "rules": rules_of(space)}
    return render(request, "spaces/rules.html", context, status=422 if form.errors else 200)
