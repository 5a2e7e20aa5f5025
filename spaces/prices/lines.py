"""The lines of a quote: what is paid for, in words and in money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.texts import in_language
from spaces import formats
from spaces.models import AddOn, Audience, Per, Price, Space, Vat
from spaces.models.vat import VAT_PERCENT
from spaces.money import Money, sum_of

ALL_DAY = 24 * 60


class Item(StrEnum):
    """What a line is for."""

    TIME = "time"
    DISCOUNT = "discount"  # for the length; below zero
    MINIMUM = "minimum"  # what is missing to the minimum charge
    CLEANING = "cleaning"
    ADD_ON = "add_on"
    PASS = "pass"  # noqa: S105  what a pass covers; below zero
    CODE = "code"  # what a campaign takes off; below zero
    KEPT = "kept"  # of what was given up too late


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote, frozen on the booking when it is sold. VAT is included.

    `about` holds what explains it, as JSON: of a time, the `weekdays`, `opens`, `closes`,
    `min_people` and `organisation` (its name) of its price; of a discount, `percent` and
    `from_minutes`; of a code, the `campaign`, the `code`, its `percent` or what it is `worth`;
    of a pass, the `pass`, its `name`, what it `counts`, the `units` of it that are used and those
    `kept` beside; of an add-on, its id, `name` ({language: text}) and `per`.
    """

    item: str
    per: str  # Per of a time, else empty
    count: Fraction  # hours, days, or how many
    quantity: int  # units, such as desks
    unit_price: Money
    amount: Money
    audience: str
    vat: str
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def taking_off(cls, item: str, off: Money, vat: str, about: Mapping[str, Any]) -> "Line":
        """What a code or a pass takes off the price."""
        return cls(
            item=item,
            per="",
            count=Fraction(1),
            quantity=1,
            unit_price=-off,
            amount=-off,
            audience=Audience.EVERYONE,
            vat=vat,
            about=about,
        )

    @property
    def vat_percent(self) -> int:
        return VAT_PERCENT[Vat(self.vat)]

    @property
    def vat_amount(self) -> Money:
        return self.amount.times(Fraction(self.vat_percent, 100 + self.vat_percent))

    @property
    def without_vat(self) -> "Line":
        """The same before VAT, for who gets that back. Each line is rounded as it was sold, so
        with `vat_of` the lines come to the total again."""
        each = self.unit_price.times(Fraction(100, 100 + self.vat_percent))
        return replace(self, unit_price=each, amount=self.amount - self.vat_amount)

    def as_json(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "per": self.per,
            "count": str(self.count),
            "quantity": self.quantity,
            "unit_amount": self.unit_price.amount,
            "amount": self.amount.amount,
            "currency": self.amount.currency,
            "audience": self.audience,
            "vat": self.vat,
            "vat_percent": self.vat_percent,
            "vat_amount": self.vat_amount.amount,
            "about": dict(self.about),
        }

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> "Line":
        """A line as it was sold. What was sold before there were other items was time."""
        currency = frozen["currency"]
        return cls(
            item=frozen.get("item", Item.TIME),
            per=frozen["per"],
            count=Fraction(frozen["count"]),
            quantity=frozen["quantity"],
            unit_price=Money(frozen["unit_amount"], currency),
            amount=Money(frozen["amount"], currency),
            audience=frozen.get("audience", Audience.EVERYONE),
            vat=frozen["vat"],
            about=frozen.get("about", {}),
        )

    # --- In words ----------------------------------------------------------------------

    @property
    def words(self) -> str:
        """`320 kr × 2 timer × 3`, `10 % off from 8 hours`, `Cleaning`, `Projector × 2`."""
        match self.item:
            case Item.DISCOUNT:
                return _("%(percent)s %% off from %(time)s") % {
                    "percent": self.about["percent"],
                    "time": formats.duration(self.about["from_minutes"]),
                }
            case Item.MINIMUM:
                return _("Up to the minimum charge")
            case Item.CLEANING:
                return _("Cleaning")
            case Item.PASS:
                return self._pass_words()
            case Item.CODE if self.about["percent"] is not None:
                return _("Code %(code)s, %(percent)s %% off") % dict(self.about)
            case Item.CODE:
                return _("Code %(code)s") % dict(self.about)
            case Item.KEPT:
                return _("Given up too late to be paid back")
            case Item.ADD_ON:
                name = in_language(self.about["name"])
                return f"{name} × {self.quantity}" if self.quantity > 1 else name
        parts = [formats.price(self.unit_price), self.time]
        return " × ".join([*parts, str(self.quantity)] if self.quantity > 1 else parts)

    def _pass_words(self) -> str:
        """`Ten desk days: 2 days`; what was kept too late is said too."""
        about = self.about
        if about["percent"] is not None:
            told = {"name": about["name"], "percent": about["percent"]}
            return _("%(name)s, %(percent)s %% off") % told
        words = [f"{about['name']}: {units(about['counts'], about['units'])}"]
        if about["kept"]:
            kept = units(about["counts"], about["kept"])
            words.append(_("%(kept)s given up too late") % {"kept": kept})
        return ", ".join(words)

    @property
    def time(self) -> str:
        """`2 timer`, `1 halv dag`, `3 dager`"""
        n = int(self.count)
        match self.per:
            case Per.HALF_DAY:
                return ngettext("%(n)d half day", "%(n)d half days", n) % {"n": n}
            case Per.DAY:
                return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
            case Per.WEEK:
                return ngettext("%(n)d week", "%(n)d weeks", n) % {"n": n}
            case Per.MONTH:
                return ngettext("%(n)d month", "%(n)d months", n) % {"n": n}
        return formats.hours(round(self.count * 60))

    @property
    def note(self) -> str:
        """What makes it a price that not everyone has at all times; nothing when it is not."""
        if self.item == Item.ADD_ON:
            return self._add_on_note()
        return ", ".join(conditions(self.audience, self.about))

    def _add_on_note(self) -> str:
        if self.about["per"] == "booking":
            return ""
        each = formats.price(self.unit_price)
        if self.about["per"] == "person":
            return _("%(price)s for each of %(n)d people") % {"price": each, "n": self.count}
        return f"{each} × {formats.hours(round(self.count * 60))}"


def units(counts: str, amount: int) -> str:
    """What a pass counts: `2 days`, or hours."""
    if counts == "days":
        return ngettext("%(n)d day", "%(n)d days", amount) % {"n": amount}
    return formats.hours(amount)


def add_on_line(add_on: AddOn, count: int, minutes: int, people: int) -> Line:
    """So many of it, for the time or the people where its price is for those."""
    times = {AddOn.Per.HOUR: Fraction(minutes, 60), AddOn.Per.PERSON: Fraction(people)}
    each = times.get(AddOn.Per(add_on.per), Fraction(1))
    return Line(
        item=Item.ADD_ON,
        per="",
        count=each,
        quantity=count,
        unit_price=add_on.money,
        amount=add_on.money.times(each * count),
        audience=Audience.EVERYONE,
        vat=add_on.vat,
        about={"add_on": add_on.pk, "name": add_on.name, "per": add_on.per},
    )


@dataclass(frozen=True, slots=True)
class Quote:
    """A price before anything is stored: the total is the sum of its lines. The deposit
    comes beside it: it is the booker's own money."""

    lines: tuple[Line, ...]
    total: Money
    deposit: Money

    @property
    def vat(self) -> list[tuple[int, Money]]:
        return vat_of(self.lines)

    @property
    def net(self) -> Money:
        """Before VAT."""
        return net_of(self.lines) if self.lines else self.total


def vat_of(lines: "tuple[Line, ...] | list[Line]") -> list[tuple[int, Money]]:
    """What of the total is VAT, by rate in percent; nothing where there is none."""
    by_rate: dict[int, Money] = {}
    for line in lines:
        none = Money(0, line.amount.currency)
        by_rate[line.vat_percent] = by_rate.get(line.vat_percent, none) + line.vat_amount
    return [(rate, amount) for rate, amount in sorted(by_rate.items()) if amount]


def net_of(lines: Iterable[Line]) -> Money:
    """What lines come to before VAT."""
    return sum_of(line.without_vat.amount for line in lines)


def before_vat(money: Money, vat: str) -> Money:
    """What of an amount at one VAT is not VAT, rounded as a line is."""
    percent = VAT_PERCENT[Vat(vat)]
    return money - money.times(Fraction(percent, 100 + percent))


def conditions(audience: str, about: Mapping[str, Any]) -> list[str]:
    """For whom, when and how many a price is, each in words; what does not limit it is left
    out."""
    found = []
    if audience == Audience.ORGANISATION:
        found.append(str(about["organisation"]))
    elif audience != Audience.EVERYONE:
        found.append(str(Audience(audience).label))
    if about.get("weekdays"):
        found.append(formats.weekdays(about["weekdays"]))
    if about.get("opens") is not None:
        closes = about["closes"]
        ends = closes if closes <= ALL_DAY else closes - ALL_DAY
        hours = formats.minute_range(about["opens"], ends)
        found.append(_("at %(hours)s") % {"hours": hours})
    if about.get("min_people"):
        found.append(_("from %(n)d people") % {"n": about["min_people"]})
    return found


def about_price(price: Price) -> dict[str, Any]:
    """What explains a price, as a line keeps it."""
    told: dict[str, Any] = {}
    if price.organisation is not None:
        told["organisation"] = price.organisation.name
    if price.weekdays:
        told["weekdays"] = list(price.weekdays)
    if price.opens is not None:
        told |= {"opens": price.opens, "closes": price.closes}
    if price.min_people:
        told["min_people"] = price.min_people
    return told


def time_line(price: Price, count: Fraction, quantity: int, space: Space) -> Line:
    return Line(
        item=Item.TIME,
        per=price.per,
        count=count,
        quantity=quantity,
        unit_price=price.money,
        amount=price.money.times(count * quantity),
        audience=price.audience,
        vat=space.vat,
        about=about_price(price),
    )


def fee_line(item: Item, amount: Money, space: Space, **about: Any) -> Line:
    """A line that is no time: so much, once."""
    return Line(
        item=item,
        per="",
        count=Fraction(1),
        quantity=1,
        unit_price=amount,
        amount=amount,
        audience=Audience.EVERYONE,
        vat=space.vat,
        about=about,
    )
