"""A space's door, for its owner: the display's address, the sign, and how one gets in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.forms import sent
from spaces import operations
from spaces.forms.doors import WayInForm
from spaces.qr import qr
from spaces.views.access import space_kept_by

ARROWS = {"left": "arrow-left", "right": "arrow-right", "up": "arrow-up"}  # icons


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    door = operations.door_of(space=space, now=timezone.now())
    form = WayInForm(sent(request), door=door)
    if request.method == "POST" and form.is_valid():
        operations.set_way_in(door=door, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("space_door", slug=slug)
    context = {"space": space, "door": door, "form": form}
    return render(request, "spaces/door.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def rotate_door(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    now = timezone.now()
    operations.rotate_door(door=operations.door_of(space=space, now=now), now=now)
    messages.success(request, _("The old address is dead. Open the new one, and print the sign."))
    return redirect("space_door", slug=slug)


@never_cache
@login_required
@require_safe
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """To print on A5. `?arrow=` says which way the step-free way goes."""
    space = space_kept_by(person(request), slug)
    door = operations.door_of(space=space, now=timezone.now())
    arrow = request.GET.get("arrow", "")
    context = {
        "space": space,
        "qr": qr(door.sign_url),
        "arrow": ARROWS.get(arrow, ""),
        "asked": arrow,
        "ways": (
            ("", _("None")),
            ("left", _("To the left")),
            ("up", _("Straight on")),
            ("right", _("To the right")),
        ),
    }
    return render(request, "spaces/sign.html", context)
