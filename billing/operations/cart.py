"""A cart: times that somebody gathers, to book them together."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation, take_turns
from billing import idempotency
from billing.models import CartItem
from billing.operations.booking import book_together
from bookings.about import About
from bookings.means import NO_MEANS, Means
from bookings.models import Booking
from bookings.operations import Item, Whom
from spaces.models import AddOn

MOST = 30


class CartFull(Refused):
    code = "cart_full"
    message = _("The cart holds 30 times at most.")


class CartEmpty(Refused):
    code = "cart_empty"
    message = _("The cart is empty")


@operation
def add_to_cart(*, items: Sequence[Item], by: User, now: datetime) -> list[CartItem]:
    """Put times into one's cart, all or none; the same time in the same space is there once,
    as it was asked for last. Nothing is kept free by it."""
    take_turns(by)
    added = []
    for item in items:
        asked, _is_new = CartItem.objects.update_or_create(
            user=by,
            space=item.space,
            period=item.span,
            defaults={
                "quantity": item.quantity,
                "people": item.people,
                "add_ons": {str(add_on.pk): count for add_on, count in item.add_ons.items()},
                "title": item.title,
                "note": item.about.note,
                "public_title": item.about.public_title,
                "visibility": item.about.visibility,
                "added_at": now,
            },
        )
        added.append(asked)
    if CartItem.objects.filter(user=by).count() > MOST:
        raise CartFull
    return added


def rows_of(user: User) -> list[CartItem]:
    """What is in somebody's cart, in the order in which it was put there."""
    return list(
        CartItem.objects.filter(user=user).select_related(
            "space__place", "space__organisation", "space__in_force"
        )
    )


def items_of(rows: list[CartItem]) -> list[Item]:
    """What the rows of a cart ask for."""
    wanted = {int(pk) for row in rows for pk in row.add_ons}
    add_ons = AddOn.objects.in_bulk(wanted)
    return [
        Item(
            space=row.space,
            span=row.period,
            quantity=row.quantity,
            people=row.people,
            add_ons={
                add_ons[int(pk)]: count for pk, count in row.add_ons.items() if int(pk) in add_ons
            },
            title=row.title,
            about=About.of(row),
        )
        for row in rows
    ]


def book_cart(
    *,
    by: User,
    now: datetime,
    organisation: Organisation | None = None,
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
    key: str = "",
) -> list[Booking]:
    """Book all that is in one's cart, or nothing, as `book_together`, perhaps for somebody else;
    then it is empty. Asked again with the same `key`, what was booked then."""
    rows = rows_of(by)
    if not rows:
        if booked := idempotency.done_before(user=by, key=key):
            return booked
        raise CartEmpty
    booked = book_together(
        items=items_of(rows),
        by=by,
        now=now,
        organisation=organisation,
        cost_centre=cost_centre,
        reference=reference,
        means=means,
        on_account=on_account,
        whom=whom,
        key=key,
    )
    CartItem.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return booked
