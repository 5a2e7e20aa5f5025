"""What an owner sells or gives: the list, one of them, and whether it is offered."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import organisation_of, person
from accounts.forms import sent
from accounts.models import RUNS_SALES, Organisation
from bookings import operations
from bookings.forms.passes import GivePassForm, PassTypeForm
from bookings.means import words
from bookings.models import Pass, PassStatus, PassType

SHOWN_PASSES = 50


@login_required
@require_safe
def pass_types(request: HttpRequest, slug: str) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    sold = Count("passes", filter=Q(passes__status=PassStatus.ACTIVE, passes__is_given=False))
    types = PassType.objects.filter(owner=owner).annotate(sold=sold).prefetch_related("spaces")
    context = {"organisation": owner, "types": [(one, words.gives(one)) for one in types]}
    return render(request, "bookings/pass_types.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_pass_type(request: HttpRequest, slug: str) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    return _page(request, owner, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pass_type(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    return _page(request, owner, get_object_or_404(owner.pass_types, pk=pk))


def _page(request: HttpRequest, owner: Organisation, found: PassType | None) -> HttpResponse:
    now = timezone.now()
    form = PassTypeForm(sent(request), owner=owner, kept=found)
    if request.method == "POST" and form.is_valid():
        operations.set_pass_type(owner=owner, pass_type=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("pass_types", slug=owner.slug)
    sold = Pass.objects.filter(type=found, status=PassStatus.ACTIVE).with_left(now)
    sold = sold.select_related("person", "organisation", "type").order_by("-created_at")
    context = {
        "organisation": owner,
        "type": found,
        "form": form,
        "give_form": GivePassForm(),
        "passes": [(one, words.left(one)) for one in sold[:SHOWN_PASSES]],
    }
    return render(request, "bookings/pass_type.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def give_pass(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    found = get_object_or_404(owner.pass_types, pk=pk, window="")
    form = GivePassForm(request.POST)
    if form.is_valid():
        operations.give_pass(pass_type=found, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("It can be used from now on."))
    else:
        messages.error(request, _("Choose an organisation."))
    return redirect("pass_type", slug=slug, pk=pk)


@login_required
@require_POST
def offer_pass_type(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    found = get_object_or_404(owner.pass_types, pk=pk)
    operations.offer_pass_type(pass_type=found, is_offered=request.POST.get("to") == "offered")
    messages.success(request, _("Saved."))
    return redirect("pass_types", slug=slug)
