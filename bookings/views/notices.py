"""What one was told, and what one wants to be mailed about."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.forms import sent
from accounts.models import RUNS_BOOKINGS, User
from bookings.models import Delivery, Kind
from bookings.notices import STOP, STOPPABLE, choices_of, mark_read, page_of, sentence, stop
from bookings.people_forms import NoticeChoicesForm

A_PAGE = 20


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    user = person(request)
    listed = (
        Delivery.objects.noticed_by(user)
        .select_related("booking__space__place", "booking__booker")
        .order_by("-pk")
    )
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, one.booking, sentence(Kind(one.kind), one.booking, user)) for one in page]
    return render(request, "bookings/notices.html", {"page": page, "rows": rows})


@login_required
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it: on to what it is about."""
    found = get_object_or_404(
        Delivery.objects.noticed_by(person(request)).select_related("booking"), pk=pk
    )
    mark_read(person(request), now=timezone.now(), only=[found.pk])
    return redirect(page_of(found))


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """All of them are read."""
    mark_read(person(request), now=timezone.now())
    return redirect("notices")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = NoticeChoicesForm(
        sent(request),
        choices=choices_of([user])[user.pk],
        runs_bookings=user.memberships.filter(role__in=RUNS_BOOKINGS).exists(),
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("notice_choices")
    status = 422 if form.errors else 200
    return render(request, "bookings/notice_choices.html", {"form": form}, status=status)


@csrf_exempt  # a mail program posts here (RFC 8058); who has the link may
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """No more mails about a topic, by the link in one of them."""
    try:
        pk, key = signing.loads(token, salt=STOP)
    except signing.BadSignature:
        raise Http404 from None
    user = get_object_or_404(User, pk=pk, is_active=True)
    if key not in STOPPABLE:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        stop(user, key)
    context = {"topic": STOPPABLE[key], "is_done": is_done}
    return render(request, "bookings/stop_notices.html", context)
