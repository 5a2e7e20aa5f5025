"""What only the demo has: its mailbox, with what Ledig would have sent, and a door at hand."""

import hashlib

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from bookings.calendars.reply import write_reply
from bookings.models import Answer
from bookings.operations import take_reply
from bookings.people_forms import AnswerForm
from bookings.queries.door import door_view
from district.demo.calendars import folder
from district.mailbox import Opened
from district.models import Mail
from spaces.models import Door

MAILS_A_PAGE = 50
ANSWERS = [one for one in Answer if one != Answer.NEEDS_ACTION]


@require_safe
def a_door(request: HttpRequest) -> HttpResponse:
    """The display at one of the demo's doors, of a space that is open now if there is any. In
    earnest its address is a secret of the owner."""
    now = timezone.now()
    doors = Door.objects.select_related("space__place", "space__in_force").order_by("pk")
    are_open = (door for door in doors if door_view(door.space, now=now).state != "closed")
    door = next(are_open, None) or doors.first()
    if door is None:
        raise Http404
    return redirect(door.url)


def tag_of(request: HttpRequest, slug: str) -> str | None:
    path = folder() / f"{slug}.ics"
    return f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"' if path.is_file() else None


@require_safe
@condition(etag_func=tag_of)
def a_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """What Outlook would publish of a room that is booked there too."""
    path = folder() / f"{slug}.ics"
    if not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="text/calendar; charset=utf-8")


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first. Nobody has to sign in: the demo runs on one's own machine."""
    mails = Mail.objects.defer("message")
    to = request.GET.get("to", "").strip()
    if to:
        mails = mails.filter(recipient__iexact=to)
    page = Paginator(mails, MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "district/mailbox.html", {"page": page, "to": to})


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mail, pk=pk)
    context = {"mail": found, "opened": Opened(found), "answers": ANSWERS}
    return render(request, "district/mail.html", context)


@require_safe
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as a mail program draws it, on a page of its own that may do nothing."""
    html = Opened(get_object_or_404(Mail, pk=pk)).html
    if not html:
        raise Http404
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return HttpResponse(html, headers={"Content-Security-Policy": policy})


@require_safe
def mail_invite(request: HttpRequest, pk: int) -> HttpResponse:
    invite = Opened(get_object_or_404(Mail, pk=pk)).invite
    if not invite:
        raise Http404
    return download(invite, "invite.ics", "text/calendar; charset=utf-8")


@require_POST
def mail_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What a calendar program does when its person says yes or no: it mails the answer, which
    in earnest the mail server hands over to `/webhooks/mail/`."""
    found = get_object_or_404(Mail, pk=pk)
    opened, now = Opened(found), timezone.now()
    form = AnswerForm(request.POST)
    if not form.is_valid() or not opened.can_answer:
        raise Http404
    answer = Answer(form.cleaned_data["answer"])
    outcome = take_reply(raw=write_reply(opened.invite, answer, now=now), now=now)
    if outcome == "taken":
        messages.success(request, _("Thank you. The answer is passed on."))
    else:
        messages.error(request, _("There is nothing to answer any more."))
    return redirect("mail", pk=pk)


@require_safe
def mail_raw(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Mail, pk=pk)
    return download(bytes(found.message), f"mail-{pk}.eml", "message/rfc822")


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
