"""Sending in and taking out many places and spaces as files."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import User
from spaces.bulk import exporting, importing
from spaces.bulk.pages import explained
from spaces.bulk.reading import MOST_BYTES
from spaces.bulk.running import BY_TITLE
from spaces.models import Import
from spaces.views.access import organisations_kept_by

SHOWN = 10  # earlier imports
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=gettext_lazy("An Excel workbook (.xlsx) or a CSV file, at most 5 MB."),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> bytes:
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large. Split it into several."))
        self.name = uploaded.name
        content: bytes = uploaded.read()
        return content


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Send a file; the earlier ones; what the columns mean; files to begin with."""
    user = person(request)
    _only_who_runs_spaces(user)
    form = ImportForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = importing.begin_import(
            content=form.cleaned_data["file"], name=form.name, by=user, now=timezone.now()
        )
        return redirect("import", pk=job.pk)
    context = {
        "form": form,
        "jobs": Import.objects.of(user).defer("content")[:SHOWN],
        "sheets": explained(),
    }
    return render(request, "spaces/imports.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def restart(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = import_of(person(request), pk)
    try:
        importing.restart_import(job=job, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("import", pk=pk)


@login_required
@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = import_of(person(request), pk)
    try:
        importing.drop_import(job=job)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("import", pk=pk)
    messages.success(request, _("The import is forgotten. Nothing was changed by that."))
    return redirect("owner_import")


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All sheets as a workbook, or one as CSV with `?sheet=spaces`; `?empty`: only columns."""
    user = person(request)
    _only_who_runs_spaces(user)
    sheet = request.GET.get("sheet", "")
    if not sheet:
        empty = "empty" in request.GET
        name = "ledig.xlsx" if not empty else "ledig-empty.xlsx"
        return _file(exporting.workbook(by=user, with_rows=not empty), name, XLSX)
    if sheet not in BY_TITLE:
        raise Http404
    return _file(exporting.csv_file(BY_TITLE[sheet], by=user), f"ledig-{sheet}.csv", "text/csv")


# --- What the pages share ---------------------------------------------------------------


def _only_who_runs_spaces(user: User) -> None:
    if not organisations_kept_by(user).exists():
        raise Http404


def import_of(user: User, pk: UUID) -> Import:
    return get_object_or_404(Import.objects.of(user).defer("content"), pk=pk)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
