"""The district's rulebook, and an owner's yes to it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.models import User
from spaces import limits, quotas
from spaces import rulebook as rules
from spaces.models import Space


@require_http_methods(["GET", "HEAD", "POST"])
def rulebook(request: HttpRequest) -> HttpResponse:
    """The rulebook in force, for all to read; an owner's yes to it, for an organisation."""
    newest = rules.in_force()
    if newest is None:
        raise Http404
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        return _accept(request)
    context = {
        "rulebook": newest,
        "demands": [
            *limits.in_words(newest),
            *(
                _("At most %(quota)s.") % {"quota": quotas.in_words(one)}
                for one in newest.quotas.all()
            ),
            *limits.strikes_in_words(newest),
            *limits.fees_in_words(newest),
        ],
        "asked": rules.to_accept(user) if user else [],
        "waiting": rules.undecided(user).first() if user else None,
        "of_space": request.GET.get("space", ""),
    }
    return render(request, "spaces/rulebook.html", context)


@login_required
def _accept(request: HttpRequest) -> HttpResponse:
    newest = rules.in_force()
    assert newest is not None
    if request.POST.get("version") != str(newest.version):
        messages.error(request, _("There is a newer version. Please read that one."))
        return redirect("rulebook")
    owned = rules.to_accept(person(request))
    organisation = get_object_or_404(owned, slug=request.POST.get("organisation", ""))
    rules.accept(rulebook=newest, organisation=organisation, by=person(request), now=timezone.now())
    said = {"organisation": organisation, "version": newest.version}
    messages.success(request, _("%(organisation)s has accepted version %(version)s.") % said)
    waits = Space.objects.kept_by(person(request)).filter(slug=request.POST.get("space", ""))
    if waits.exists():  # to be published
        return redirect("space_publishing", slug=waits.get().slug)
    return redirect("rulebook")
