"""What somebody means to book together."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q

from accounts.models import User
from bookings.models import Described
from bookings.models.booking import REAL_PERIOD
from spaces.models import Space


class CartItem(Described, models.Model):
    """A time in somebody's cart. It keeps nothing free: that is what booking is for."""

    user = models.ForeignKey(User, models.CASCADE, related_name="cart")
    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    period = DateTimeRangeField()
    quantity = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(null=True, blank=True)
    add_ons = models.JSONField(default=dict, blank=True)  # how many, by id
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(name="cart_real_period", condition=REAL_PERIOD),
            models.CheckConstraint(name="cart_quantity", condition=Q(quantity__gte=1)),
            models.UniqueConstraint(fields=["user", "space", "period"], name="cart_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.space} {self.period}"
