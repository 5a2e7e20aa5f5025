"""The letter that a document goes out with."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from billing.documents import paper
from billing.models import Dispatch, Document, DocumentKind, OrderLine
from billing.models.order import GRACE
from bookings.emails.mail import one_line
from bookings.emails.words import Letter
from bookings.models import Booking, Delivery
from spaces.formats import day_full, day_name, price


def document_mail(sent: Dispatch) -> EmailMultiAlternatives:
    """To one mailbox, with the PDF where one can be made, and a link for who may open it."""
    document = sent.document
    language = sent.recipient.language if sent.recipient else document.language
    try:
        content = paper.pdf(document, language)
    except paper.NoPaper:
        content = b""
    with translation.override(language):
        letter = letter_for(document, is_attached=bool(content), can_open=bool(sent.recipient))
        context = {
            "letter": letter,
            "facts": letter.rows,
            "link": settings.PUBLIC_URL + document.get_absolute_url(),
            "language": language,
            "district": settings.DISTRICT_NAME,
        }
        mail = EmailMultiAlternatives(
            subject=one_line(letter.subject),
            body=render_to_string("emails/letter.txt", context),
            to=[sent.address],
            headers={
                "Message-ID": f"<{sent.pk}.document@{settings.MAIL_DOMAIN}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
            },
        )
        mail.attach_alternative(render_to_string("emails/letter.html", context), "text/html")
        if content:
            mail.attach(f"{slugify(str(document))}.pdf", content, "application/pdf")
    return mail


def papers_of(booking: Booking) -> list[tuple[str, str]]:
    """The booker's own documents about a booking: what each is called, and where it is."""
    found = Document.objects.about(booking).filter(buyer=booking.booker_id)
    return [
        (str(one), settings.PUBLIC_URL + one.get_absolute_url())
        for one in found.select_related("series")
    ]


def month_unpaid(delivery: Delivery) -> Letter:
    """To a member whose card was not charged, or who has none."""
    line = OrderLine.objects.select_related("order", "sold_pass__type__owner").get(
        pk=delivery.version
    )
    sold = line.sold_pass
    assert sold is not None
    told = {
        "name": sold.type.name,
        "owner": sold.type.owner,
        "amount": price(sold.money),
        "day": day_name(line.order.created_at + GRACE),
    }
    if not line.order.declined:
        why = _("No card of yours is saved.")
    elif line.order.declined == "authentication_required":
        why = _("Your bank wants you to confirm it yourself, so the saved card was not charged.")
    else:
        why = _("Your bank did not let the saved card be charged.")
    return Letter(
        subject=_("To pay: %(name)s") % told,
        heading=_("%(amount)s waits for you") % told,
        paragraphs=[
            why,
            _("Pay it before %(day)s, and the membership goes on. If not, it is paused.") % told,
        ],
        rows=[(_("Membership"), f"{told['name']}, {told['owner']}")],
        action=_("Pay %(amount)s") % told,
        link=settings.PUBLIC_URL + reverse("passes"),
    )


def letter_for(document: Document, *, is_attached: bool, can_open: bool) -> Letter:
    told = {
        "document": str(document),
        "owner": document.seller_party.name,
        "amount": price(document.total),
    }
    paragraphs = [_("It is attached as a PDF.")] if is_attached else []
    match document.kind:
        case DocumentKind.INVOICE:
            heading = _("%(amount)s to %(owner)s") % told
            if not is_attached and not can_open:
                paragraphs = [_("Those who look after your organisation’s money find it in Ledig.")]
        case DocumentKind.CREDIT_NOTE:
            heading = _("%(owner)s gives you %(amount)s back.") % told
            if document.refund is not None and document.refund.reason:
                why = {"reason": document.refund.reason}
                paragraphs.insert(0, _("Their reason: %(reason)s") % why)
            if document.credits is not None:
                corrects = {"document": str(document.credits)}
                paragraphs.insert(0, _("It corrects: %(document)s") % corrects)
        case _receipt:
            heading = _("%(amount)s is paid") % told
    if document.is_test:
        paragraphs.append(_("This is a test: no money has moved."))
    return Letter(
        subject=_("%(document)s from %(owner)s") % told,
        heading=heading,
        paragraphs=paragraphs,
        action=str(document) if can_open else "",
        rows=[(name, text) for name, text in _rows(document) if text],
    )


def _rows(document: Document) -> list[tuple[str, str]]:
    account = document.seller_party.account_number if document.due_on else ""
    return [
        (_("Number"), document.name),
        (_("Amount"), price(document.total)),
        (_("Due"), day_full(document.due_on) if document.due_on else ""),
        (_("To account"), account),
        (_("Your reference"), document.reference),
        (_("Cost centre"), document.cost_centre),
    ]
