"""The lines of a document, made of what was sold. Nothing is stored here."""

from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from billing.documents.mixes import Mix, Part, Rate, mix_of, mix_of_sold, scaled, total, vat_within
from billing.models import DocumentKind, DocumentLine, OrderLine
from bookings.models import Booking, Change, Pass
from spaces.models import Place, Vat
from spaces.models.vat import VAT_PERCENT
from spaces.money import Money
from spaces.prices import Line
from spaces.prices.lines import Item

Texts = dict[str, str]  # {language: text}


def sold_line(
    *,
    text: Texts,
    amount: Money,
    vat: Vat,
    subject: str = "",
    place: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> DocumentLine:
    """One piece of something that is no booking: a pass, a month's membership. `amount`
    includes VAT at today's rate."""
    percent = VAT_PERCENT[vat]
    part = Part(amount.amount, vat_within(amount.amount, percent))
    return DocumentLine(
        subject=subject,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        text=text,
        **_amounts(Rate(vat, percent), part),
    )


def lines_of_booking(booking: Booking, amount: int | None = None) -> list[DocumentLine]:
    """A booking as it was sold, line by line: what it is for, how much of it, at which VAT.
    They come to what it was sold for, its price unless `amount` is given. Where its lines do
    not, because they are not known or it has become another since, it is one line for each
    VAT."""
    amount = booking.amount if amount is None else amount
    lines = [Line.from_json(line) for line in booking.lines]
    if total(mix_of_sold(lines)) != amount:
        mix = scaled(mix_sold(booking, amount), amount)
        return lines_of_mix(mix, in_all(lambda: _("Booking")), booking)
    return [_line_of(line, booking) for line in lines]


def fee_line(line: OrderLine) -> DocumentLine:
    """What is asked for beside the price of a booking, by the kind of an order's line."""
    vat = Vat(line.booked.space.vat)
    part = Part(line.amount, vat_within(line.amount, VAT_PERCENT[vat]))
    return DocumentLine(
        **about_booking(line.booked, is_stay=False),
        text=in_all(lambda: str(line.get_kind_display())),
        **_amounts(Rate(vat, VAT_PERCENT[vat]), part),
    )


def pass_line(sold: Pass) -> DocumentLine:
    """Days, hours or a percentage, to be used later; taxed as it was sold."""
    name = sold.type.name
    line = sold_line(
        text=in_all(lambda: name), amount=Money(sold.price, sold.currency), vat=Vat(sold.vat)
    )
    line.starts_at, line.ends_at = sold.starts_at, sold.ends_at
    return line


def lines_of_mix(
    mix: Mix, text: Texts, sold: Booking | Change | None, *, is_stay: bool = True
) -> list[DocumentLine]:
    """One line for each VAT, all said in the same words."""
    about = about_booking(sold, is_stay=is_stay) if sold is not None else {}
    return [DocumentLine(text=text, **about, **_amounts(rate, part)) for rate, part in mix.items()]


def mix_sold(booking: Booking, amount: int) -> Mix:
    """What a booking was sold at, by VAT. One whose lines are not known is taxed as its space."""
    mix = mix_of_sold(Line.from_json(line) for line in booking.lines)
    if total(mix):
        return mix
    vat = Vat(booking.space.vat)
    whole = sold_line(text={}, amount=Money(amount, booking.currency), vat=vat)
    return mix_of_lines([whole])


def documented(booking: Booking, *, is_stay: bool = True) -> Mix:
    """What stands of a booking's price in its documents, or of the fees beside it: what was
    sold, less what was credited. One query."""
    lines = DocumentLine.objects.filter(booking=booking, is_stay=is_stay).select_related("document")
    return mix_of(
        (_rate(line), _part(line) if _adds(line) else Part() - _part(line)) for line in lines
    )


def mix_of_lines(lines: Iterable[DocumentLine]) -> Mix:
    return mix_of((_rate(line), _part(line)) for line in lines)


def about_booking(sold: Booking | Change, *, is_stay: bool = True) -> dict[str, object]:
    """What, when and where (bokføringsforskriften § 5-1-1 no. 3 and 4)."""
    return {
        "booking": sold if isinstance(sold, Booking) else sold.booking,
        "is_stay": is_stay,
        "subject": sold.space.name,
        "place": where(sold.space.place),
        "starts_at": sold.start,
        "ends_at": sold.end,
        "zone": sold.space.place.time_zone,
    }


def where(place: Place) -> str:
    return f"{place.name}, {place.full_address}"


def in_all(say: Callable[[], str]) -> Texts:
    """What `say` says in each language. A document keeps its words, whatever becomes of the
    catalogues."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = str(say())
    return texts


def _line_of(line: Line, booking: Booking) -> DocumentLine:
    is_time = line.item == Item.TIME
    rate = Rate(line.vat, line.vat_percent)
    return DocumentLine(
        **about_booking(booking),
        text=in_all(lambda: f"{line.words} ({line.note})" if line.note else line.words),
        count=str(line.count * line.quantity if is_time else Fraction(line.quantity)),
        unit=line.per if is_time else "",
        **_amounts(rate, Part(line.amount.amount, line.vat_amount.amount)),
    )


def _amounts(rate: Rate, part: Part) -> dict[str, object]:
    return {
        "treatment": rate.treatment,
        "percent": rate.percent,
        "gross": part.gross,
        "vat": part.vat,
        "net": part.net,
    }


def _rate(line: DocumentLine) -> Rate:
    return Rate(line.treatment, line.percent)


def _part(line: DocumentLine) -> Part:
    return Part(line.gross, line.vat)


def _adds(line: DocumentLine) -> bool:
    return line.document.kind != DocumentKind.CREDIT_NOTE
