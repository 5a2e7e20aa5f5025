"""The papers of a space: kept by its owners, read by whoever sees the space."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from spaces import operations
from spaces.forms.papers import NameForm, PaperForm
from spaces.models import Attachment, Space
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers in their order; a POST takes in one more."""
    space = space_kept_by(person(request), slug)
    form = PaperForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        try:
            operations.attach(space=space, name=form.cleaned_data["name"], content=content)
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return redirect("space_papers", slug=slug)
    context = {"space": space, "form": form, "papers": space.attachments.for_listing()}
    return render(request, "spaces/papers.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change_paper(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`move` is -1 or 1; `drop` deletes it; else it is renamed."""
    space = space_kept_by(person(request), slug)
    attachment = get_object_or_404(space.attachments.for_listing(), pk=pk)
    form = NameForm(request.POST)
    if "drop" in request.POST:
        operations.detach(attachment=attachment)
        messages.success(request, _("%(name)s is gone.") % {"name": attachment})
    elif request.POST.get("move") in ("-1", "1"):
        operations.move_attachment(attachment=attachment, by=int(request.POST["move"]))
    elif form.is_valid():
        operations.rename_attachment(attachment=attachment, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
    return redirect("space_papers", slug=slug)


@require_safe
def paper(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The PDF, to be saved and not shown: nothing in it runs with our address."""
    space = get_object_or_404(Space.objects.visible_to(request.user), slug=slug)
    attachment = get_object_or_404(Attachment, space=space, pk=pk)
    answer = HttpResponse(bytes(attachment.content), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{attachment.name}.pdf"
    )
    answer["Cache-Control"] = "private, no-cache"
    return answer
