"""The pictures of a space."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.forms import sent
from accounts.pictures import REFUSALS
from spaces import operations
from spaces.forms.photos import AltForm, UploadForm
from spaces.models import Space, Upload
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def photos(request: HttpRequest, slug: str) -> HttpResponse:
    """The pictures in their order; a POST takes in more."""
    space = space_kept_by(person(request), slug)
    form = UploadForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["pictures"]]
        operations.upload(space=space, files=files, by=person(request), now=timezone.now())
        return redirect("space_photos", slug=slug)
    context = {
        **uploads(space),
        "form": form,
        "photos": [
            (photo, AltForm(initial={"alt": photo.alt}, auto_id=f"photo-{photo.pk}-%s"))
            for photo in space.photos.all()
        ],
    }
    return render(request, "spaces/photos.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """What has come of the uploads, asked again and again until all are made."""
    space = space_kept_by(person(request), slug)
    context = uploads(space)
    if not context["waiting"]:  # the photos themselves are on the page
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "spaces/_uploads.html", context)


@login_required
@require_POST
def change_photo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`move` is -1 or 1; `drop` deletes it; else its words are saved."""
    space = space_kept_by(person(request), slug)
    photo = get_object_or_404(space.photos, pk=pk)
    form = AltForm(request.POST)
    if "drop" in request.POST:
        operations.drop_photo(photo=photo)
        messages.success(request, _("The picture is gone."))
    elif request.POST.get("move") in ("-1", "1"):
        operations.move_photo(photo=photo, by=int(request.POST["move"]))
    elif form.is_valid():
        operations.word_photo(photo=photo, alt=form.cleaned_data["alt"])
        messages.success(request, _("Saved."))
    return redirect("space_photos", slug=slug)


def uploads(space: Space) -> dict[str, Any]:
    """Those that wait, and those refused since a picture was last taken in."""
    rows = list(space.uploads.defer("content"))
    last = max((row.uploaded_at for row in rows), default=None)
    batch = [row for row in rows if row.uploaded_at == last]
    return {
        "space": space,
        "waiting": sum(row.state == Upload.State.WAITING for row in rows),
        "done": sum(row.state != Upload.State.WAITING for row in batch),
        "batch": len(batch),
        "refused": [
            (row.name, REFUSALS.get(row.refusal, REFUSALS["broken"]))
            for row in batch
            if row.state == Upload.State.REFUSED
        ],
    }
