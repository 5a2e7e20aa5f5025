"""The calendar programs that one books from, and how each is connected."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import operations
from accounts.access import person
from accounts.errors import Refused
from accounts.forms import AppPasswordForm, sent


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def app_passwords(request: HttpRequest) -> HttpResponse:
    """A new password is on the answer to the form that asks for it, and nowhere else."""
    user, password, made = person(request), "", None
    form = AppPasswordForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made, password = operations.make_app_password(
                user=user, name=form.cleaned_data["name"], now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            form = AppPasswordForm()
    context = {
        "form": form,
        "made": made,
        "password": password,
        "app_passwords": user.app_passwords.all(),
        "dav_url": settings.DAV_URL,
        "host": settings.PUBLIC_HOST,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/app_passwords.html", context, status=status)


@login_required
@require_POST
def remove_app_password(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(person(request).app_passwords, pk=pk)
    operations.revoke_app_password(app_password=found)
    messages.success(request, _("%(name)s is let in no more.") % {"name": found.name})
    return redirect("app_passwords")
