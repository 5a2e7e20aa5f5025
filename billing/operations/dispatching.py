"""Sending documents to who is billed: by mail, or as e-invoices through an access point.

A row is written with the document (`post_invoice`, `post_to`), and a worker sends it: at least
once, and under the same name when it must send twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from accounts.models import SEES_MONEY, CreditAgreement, User
from accounts.transactions import operation
from billing import access_point
from billing.documents import ehf
from billing.emails import document_mail
from billing.leasing import lease
from billing.models import Dispatch, DispatchState, Document, Way

log = logging.getLogger("ledig.billing")

MOST_TRIES = 12  # about a day


def post_to(document: Document, reader: User, *, now: datetime) -> None:
    """To be mailed to somebody who may open it here."""
    _post(document, Way.MAIL, reader.email, now=now, recipient=reader)


def post_invoice(document: Document, agreement: CreditAgreement, *, now: datetime) -> None:
    """To be sent as the customer has asked for: as an e-invoice where they have an address
    for that and we have an access point, else by mail."""
    if agreement.ehf_address and document.is_for_ehf and access_point.is_configured():
        _post(document, Way.EHF, agreement.ehf_address, now=now)
    else:
        _post_by_mail(document, agreement, now=now)


def send_documents(*, now: datetime) -> int:
    """Send what is due; how many were tried. Any number of workers may run at once."""
    waiting = lease(Dispatch.objects.filter(state=DispatchState.WAITING), now)
    for one in waiting:
        try:
            receipt = WAYS[Way(one.way)](one)
        except Exception as error:  # also a bug in one document: it must not keep others back
            log.exception("document %s was not sent, try %s", one.document_id, one.attempts)
            _failed(one, f"{type(error).__name__}: {error}"[:300], now=now)
        else:
            Dispatch.objects.filter(pk=one.pk).update(
                state=DispatchState.SENT, sent_at=now, receipt=receipt[:200], error=""
            )
    return len(waiting)


def _mail(one: Dispatch) -> str:
    document_mail(one).send()
    return ""


def _hand_over(one: Dispatch) -> str:
    document = one.document
    name = f"{document.seller_party.number}-{document.name}-{document.pk}.xml"
    return access_point.access_point().send(name, ehf.write(document, to=one.address))


WAYS: dict[Way, Callable[[Dispatch], str]] = {Way.MAIL: _mail, Way.EHF: _hand_over}


@operation
def _failed(one: Dispatch, error: str, *, now: datetime) -> None:
    """Given up after many tries; an e-invoice then goes by mail."""
    Dispatch.objects.filter(pk=one.pk).update(error=error)
    if one.attempts < MOST_TRIES:
        return
    Dispatch.objects.filter(pk=one.pk).update(state=DispatchState.FAILED)
    agreement = _agreement_of(one.document)
    if one.way == Way.EHF and agreement is not None:
        _post_by_mail(one.document, agreement, now=now)


def _agreement_of(document: Document) -> CreditAgreement | None:
    found = CreditAgreement.objects.filter(
        owner=document.series.owner_id, customer=document.organisation_id
    )
    return found.first()


def _post_by_mail(document: Document, agreement: CreditAgreement, *, now: datetime) -> None:
    """To the address they gave, or else to those who look after their money."""
    if agreement.invoice_email:
        _post(document, Way.MAIL, agreement.invoice_email, now=now)
        return
    theirs = User.objects.filter(
        memberships__organisation=agreement.customer_id,
        memberships__role__in=SEES_MONEY,
        is_active=True,
    )
    for reader in theirs.distinct().order_by("pk") or [agreement.asked_by]:
        post_to(document, reader, now=now)


def _post(
    document: Document, way: Way, address: str, *, now: datetime, recipient: User | None = None
) -> None:
    Dispatch.objects.get_or_create(
        document=document,
        way=way,
        address=address,
        defaults={"recipient": recipient, "not_before": now},
    )
