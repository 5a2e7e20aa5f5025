"""Mailing invitations: at least once, until they run out."""

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError

from accounts.models import Invitation, User

log = logging.getLogger("ledig.invitations")

LEASE = timedelta(minutes=2)  # more than a slow mail server may take for one mail


def nudge() -> None:
    """Ask a worker to send now. Without a broker, the next scheduled run sends."""
    try:
        current_app.send_task("accounts.tasks.send_invitations")
    except (KombuError, OSError) as error:
        log.warning("no nudge, the scheduled run will send: %s", error)


def send_due(*, now: datetime) -> int:
    """Mail each invitation that waits; how many went. Any number of senders may run at once.

    Each is leased and sent outside of any transaction; if the sender dies, the lease runs out
    and another sends it. What fails waits as long again as it has waited, until it runs out.
    """
    return sum(_send(invitation, now) for invitation in Invitation.objects.to_mail(now))


def _send(invitation: Invitation, now: datetime) -> bool:
    sent_at = invitation.sent_at  # another one, once it was asked for anew
    this = Invitation.objects.filter(pk=invitation.pk, sent_at=sent_at, accepted_at=None)
    if not this.to_mail(now).update(due_at=now + LEASE):
        return False  # another sender has it
    try:
        mail_for(invitation).send()
    except Exception:  # also a bug in one letter: it must not keep the others back
        log.exception("invitation %s could not be sent", invitation.pk)
        this.update(due_at=now + max(now - sent_at, LEASE))
        return False
    this.update(mailed_at=now)
    return True


def mail_for(invitation: Invitation) -> EmailMultiAlternatives:
    known = User.objects.filter(email__iexact=invitation.email).first()
    language = (known or invitation.invited_by).language
    names = {"who": invitation.invited_by, "organisation": invitation.organisation}
    with translation.override(language):
        paragraphs = [
            _("%(who)s invites you to work with the rooms of %(organisation)s.") % names,
            _("Your role: %(role)s.") % {"role": invitation.get_role_display()},
            _("The link is yours alone, works once, and runs out in seven days."),
        ]
        context = {
            "letter": {
                "heading": _("You are invited to %(organisation)s") % names,
                "paragraphs": paragraphs,
                "action": _("See the invitation"),
            },
            "link": invitation.url,
            "language": language,
            "district": settings.DISTRICT_NAME,
        }
        subject = _("Invitation to %(organisation)s") % names
        mail = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/letter.txt", context),
            to=[invitation.email],
            headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
        )
        mail.attach_alternative(render_to_string("emails/letter.html", context), "text/html")
    return mail
