"""What a level above the space demands of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# In what time an owner may have to answer: an hour to five days. What is reserved on a card
# meanwhile is gone after seven: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
ANSWERED = (60, 5 * 24 * 60)


class Limits(models.Model):
    """Empty: nothing. Lengths of time in minutes. A level may only tighten what the one above
    it says; `RulesInForce` is what comes of all of them."""

    min_length = models.PositiveIntegerField(_("shortest booking"), null=True, blank=True)
    max_length = models.PositiveIntegerField(_("longest booking"), null=True, blank=True)
    lead_time = models.PositiveIntegerField(_("shortest notice"), null=True, blank=True)
    horizon_days = models.PositiveIntegerField(_("days ahead"), null=True, blank=True)
    buffer_before = models.PositiveSmallIntegerField(_("time before"), null=True, blank=True)
    buffer_after = models.PositiveSmallIntegerField(_("time after"), null=True, blank=True)
    needs_approval = models.BooleanField(_("every booking is answered"), default=False)
    answer_within = models.PositiveSmallIntegerField(
        _("a request is answered within"), null=True, blank=True
    )  # from when it is made; then it is declined by itself
    longest_notice = models.PositiveIntegerField(
        _("longest notice for cancelling"), null=True, blank=True
    )  # what protects bookers: no space may ask for more
    release_after = models.PositiveSmallIntegerField(
        _("to check in within"), null=True, blank=True
    )  # from the start; after that the rest is for others

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_limits",
                condition=(Q(max_length=None) | Q(max_length__gte=1))
                & (Q(horizon_days=None) | Q(horizon_days__range=(1, 1100)))
                & (Q(answer_within=None) | Q(answer_within__range=ANSWERED)),
            )
        ]
