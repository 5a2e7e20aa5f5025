"""Floor plans of a place, and where its spaces are on them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.pictures import NoPicture
from spaces import operations
from spaces.drawings import PLAN_REFUSALS
from spaces.forms.papers import NameForm, PlanForm, PointForm
from spaces.models import PlanPoint
from spaces.views.access import place_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest, slug: str) -> HttpResponse:
    """The plans in their order; a POST takes in one more."""
    place = place_kept_by(person(request), slug)
    form = PlanForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, content = form.cleaned_data["name"], form.cleaned_data["file"].read()
        try:
            plan = operations.add_plan(place=place, name=name, content=content)
        except NoPicture as no:
            form.add_error("file", PLAN_REFUSALS[no.code])
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("place_plan", slug=slug, pk=plan.pk)
    found = place.plans.annotate(point_count=Count("points"))
    context = {"place": place, "form": form, "plans": found}
    return render(request, "spaces/plans.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One plan with its points; a POST marks a space."""
    place = place_kept_by(person(request), slug)
    found = get_object_or_404(place.plans, pk=pk)
    form = PointForm(sent(request), place=place)
    if request.method == "POST" and form.is_valid():
        point = operations.mark(plan=found, **form.cleaned_data)
        messages.success(request, _("%(space)s is marked.") % {"space": point.space})
        return redirect("place_plan", slug=slug, pk=pk)
    context = {
        "place": place,
        "plan": found,
        "form": form,
        "points": found.points.select_related("space").order_by("space__name", "pk"),
    }
    return render(request, "spaces/plan.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change_plan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`move` is -1 or 1; `drop` deletes it; else it is renamed."""
    place = place_kept_by(person(request), slug)
    found = get_object_or_404(place.plans, pk=pk)
    form = NameForm(request.POST)
    if "drop" in request.POST:
        operations.drop_plan(plan=found)
        messages.success(request, _("%(name)s is gone.") % {"name": found})
    elif request.POST.get("move") in ("-1", "1"):
        operations.move_plan(plan=found, by=int(request.POST["move"]))
    elif form.is_valid():
        operations.rename_plan(plan=found, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
    return redirect("place_plans", slug=slug)


@login_required
@require_POST
def unmark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a space off a plan."""
    place = place_kept_by(person(request), slug)
    point = get_object_or_404(PlanPoint, plan__place=place, pk=pk)
    operations.unmark(point=point)
    return redirect("place_plan", slug=slug, pk=point.plan_id)
