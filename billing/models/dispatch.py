"""Documents on their way to who is billed."""

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.models.document import Document
from spaces.ids import uuid7


class Way(models.TextChoices):
    MAIL = "mail", _("E-mail")
    EHF = "ehf", _("E-invoice (EHF)")


class DispatchState(models.TextChoices):
    WAITING = "waiting", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")  # given up after many tries


class Dispatch(models.Model):
    """A document that must go out, one row for each way and address: written in the
    transaction that issues it, sent by a task that leases it, and repeated until it is known
    to have gone. An e-invoice is sent once the access point has it; what becomes of it in the
    network is not told here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="dispatches")
    way = models.CharField(max_length=4, choices=Way)
    address = models.CharField(max_length=254)  # of a mailbox, or `0192:974760673`
    recipient = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="+"
    )  # whose mailbox it is, and who may open the document here
    state = models.CharField(max_length=7, choices=DispatchState, default=DispatchState.WAITING)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=200, blank=True)  # what the access point calls it
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("document sent")
        verbose_name_plural = _("documents sent")
        constraints = [
            models.UniqueConstraint(fields=["document", "way", "address"], name="dispatch_once"),
            models.CheckConstraint(name="dispatch_address", condition=~Q(address="")),
            models.CheckConstraint(
                name="dispatch_sent",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state="waiting"), name="dispatch_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} to {self.address} ({self.state})"

    @property
    def words(self) -> str | Promise:
        if self.way == Way.EHF and self.state == DispatchState.SENT:
            return _("Handed to the access point")
        return DispatchState(self.state).label
