"""One space: what it is, when it is free, and the panel that books it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.models import CreditAgreement, User
from bookings import availability, opening, operations, terms
from bookings.behalf_form import BehalfForm, WhomForm
from bookings.explaining import by_along, why_not
from bookings.forms import BookForm, Wanted
from bookings.forms.times import chosen_time, end_minute
from bookings.grounds import Grounds
from bookings.means import Asked, preview, words
from bookings.means.passes import passes_for
from bookings.models import Favourite
from bookings.operations.queueing import CAN_CHANGE
from bookings.previews import Eyes, eyes_by, sees_for_others
from bookings.queries import Week, week_of
from bookings.queries.obtaining import Asker
from bookings.queries.otherwise import alternatives, nearest_free
from bookings.queries.whom import grounds_of_anybody, known_to
from bookings.refusals import BY_CODE, NotListed
from spaces import facts
from spaces.access import NeedsTraining, NoAccess
from spaces.forms.clock import DAY, YEARS_AHEAD, YEARS_BACK
from spaces.listed import for_page
from spaces.models import Space
from spaces.periods import Period, wall_minute
from spaces.plans import plans_of
from spaces.prices import Buyer, NotForSale, Quote, cheapest, quote
from spaces.prices.rates import Rate, student_rate
from spaces.prices.table import Table
from spaces.said import rules_of

Person = User | AnonymousUser
ONE_DAY = timedelta(days=1)


@gzip_page
@require_safe
def space(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    space = shown(request, slug)
    if isinstance(request.user, User) and request.method == "GET":
        operations.note_seen(space=space, by=request.user, now=now)
    form = BookForm.from_query(request.GET, space=space, now=now).caught_up(now)
    if "signin" in request.GET and not request.user.is_authenticated:
        return redirect_to_login(f"{space.get_absolute_url()}?{form.query()}")
    return page(request, space, form, now=now)


@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """What the chosen time costs, or why it cannot be had; the week too when it changed. It is
    posted where it may name somebody else: their address does not belong into ours."""
    now = timezone.now()
    space = shown(request, slug)
    asked = request.POST if request.method == "POST" else request.GET
    form = BookForm.from_query(asked, space=space, now=now)
    context = panel_context(space, form, request.user, now, eyes=eyes_in(request, space, now))
    week = shown_week(space, form, asked, now=now)
    if asked.get("shown") not in (None, week.shown):
        context |= week_context(week, form) | {"is_beside": True}
    return render(request, "bookings/_choice.html", context | {"is_choice": True})


OF_THEM = {NoAccess.code, NeedsTraining.code, NotForSale.code}  # who is asked for
NO_TIME_HELPS = {"too_many", "too_many_people", "not_listed"}


def page(
    request: HttpRequest, space: Space, form: BookForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    """The whole page, also after a refusal where there is no script to swap the panel."""
    context = page_context(space, form, request, now)
    return render(request, "bookings/space.html", context, status=status)


def visible(request: HttpRequest, slug: str) -> Space:
    """For an operation, and the page about what came of it."""
    return get_object_or_404(Space.objects.visible_to(request.user).for_page(), slug=slug)


def shown(request: HttpRequest, slug: str) -> Space:
    """The same, to be looked at only: others look at the same object."""
    pk = get_object_or_404(Space.objects.visible_to(request.user).only("pk"), slug=slug).pk
    try:
        return for_page([pk])[pk]
    except KeyError:  # deleted in this moment
        raise Http404 from None


def page_context(
    space: Space, form: BookForm, request: HttpRequest, now: datetime
) -> dict[str, Any]:
    week = shown_week(space, form, request.GET, now=now)
    if form.day is None and not form.is_bound:
        if not (week.has_free or request.GET.get("week")):  # late on a Sunday
            week = week_of(space, week.sunday + ONE_DAY, now=now, quantity=form.quantity)
        form.initial["date"] = first_day(week)
    form.offer(offered_times(space, week))
    hours = opening.in_words(opening.weekly(space))
    eyes = eyes_in(request, space, now)
    buyer = eyes.buyer if eyes else Buyer.of(request.user, now)
    return {
        "is_favourite": Favourite.objects.liked_by(request.user, [space.pk]),
        **panel_context(space, form, request.user, now, eyes=eyes),
        **week_context(week, form),
        "hours": hours,
        "holidays": opening.on_holidays(space),
        "rules": rules_of(space),
        "prices": Table.of(space, buyer, today=now.astimezone(space.place.zone).date()),
        "kind_facts": list(facts.in_words(space)),
        "plans": plans_of(space),
        "papers": space.attachments.all(),
        "place_query": urlencode({"q": space.place.name}),
        "about_owner": space.organisation.about_text,
    }


def eyes_in(request: HttpRequest, space: Space, now: datetime) -> Eyes | None:
    """With `?as=`, who keeps the space sees it as somebody else would."""
    key, user = request.GET.get("as", ""), request.user
    if not key or not isinstance(user, User) or not sees_for_others(user, space):
        return None
    return eyes_by(key, space, now=now)


def week_context(week: Week, form: BookForm) -> dict[str, Any]:
    space = form.space
    mark_choice(week, form)
    is_inside = form.day is not None and week.monday <= form.day <= week.sunday
    return {
        "week": week,
        "shown_day": form.day if is_inside else first_day(week),
        "first_length": max(60, space.in_force.min_length),
        "choice": form.query(),
    }


def first_day(week: Week) -> date:
    """The first day with something free, else the first."""
    return next((day.date for day in week.days if day.line.free), week.monday)


def mark_choice(week: Week, form: BookForm) -> None:
    """Mark what is chosen in the grid, for those without the script that does it."""
    day, start, to = form.day, form.chosen("from"), form.chosen("to")
    if day is None or start is None or to is None:
        return
    end = end_minute(day, start, to, form.last)
    for line in week.lines:
        for cell in line.cells:
            midnight = (cell.day.date - day).days * DAY
            cell.is_chosen = start <= midnight + cell.start < end
            cell.is_first = cell.is_chosen and midnight + cell.start == start
            cell.is_last = cell.is_chosen and midnight + cell.end == end


def panel_context(
    space: Space, form: BookForm, user: Person, now: datetime, *, eyes: Eyes | None = None
) -> dict[str, Any]:
    """What `bookings/_panel.html` shows: the rate, the form, and once a time is chosen its
    price or why it cannot be had. `billing` renders the same panel when it has refused."""
    buyer = eyes.buyer if eyes else Buyer.of(user, now)
    rate = cheapest(space, buyer)
    asker = AnonymousUser() if eyes else user  # whose organisations and passes are not theirs
    behalf = BehalfForm(form.data if form.is_bound else None, user=asker)
    whom = whom_form(form, behalf, space, user)
    context: dict[str, Any] = {
        "space": space,
        "eyes": eyes,
        "form": form,
        "rate": rate,
        "student_rate": student_rate(space, rate, buyer),
        "zone": space.place.zone,
        "key": form.fresh_key,
        "behalf": behalf,
        "whom": whom,
        "terms": terms.cancellation(
            space, start=None, now=now, last_notice=space.in_force.last_notice
        ),
        "fees": terms.fees(space.in_force),
        "is_free_of_charge": rate is not None and rate.is_free,
    }
    if form.has_span:
        if whom is not None and whom.address and isinstance(user, User):
            context |= answer_for(whom.address, space, form, user, now, behalf=behalf)
        else:
            context |= answer(space, form, buyer, asker, now, behalf=behalf, eyes=eyes)
        context["is_said"] = bool(form.non_field_errors())
    return context


def answer_for(
    address: str, space: Space, form: BookForm, user: User, now: datetime, *, behalf: BehalfForm
) -> dict[str, Any]:
    """The same for somebody else whom `user` names, as far as they may know them."""
    known = known_to(user, address, spaces=[space], organisation=behalf.chosen)
    buyer, grounds = Buyer.of(known, now), None
    if known is None:
        grounds = grounds_of_anybody(space, now=now)
    person = known or AnonymousUser()
    context = answer(space, form, buyer, person, now, behalf=behalf, grounds=grounds)
    if known is None and "reasons" in context:  # whether they may, only a booking tells
        context["reasons"] = [one for one in context["reasons"] if one.code not in OF_THEM]
        context["short_of"] = short_of(form, now)
    if known != user:
        context |= {"named": address, "is_known": known is not None, "can_wait": False}
        context["passes"] = []  # theirs to look at, not whoever books for them
    return context


def answer(
    space: Space,
    form: BookForm,
    buyer: Buyer,
    user: Person,
    now: datetime,
    *,
    behalf: BehalfForm,
    eyes: Eyes | None = None,
    grounds: Grounds | None = None,
) -> dict[str, Any]:
    """The price of the chosen time, or the refusal and the nearest time that can be had. With
    the eyes of somebody else as if the space were listed."""
    span, quantity = form.span, form.cleaned_data.get("quantity") or 1
    people = form.cleaned_data.get("people")
    context: dict[str, Any] = {
        "span": span,
        "quantity": quantity,
        "terms": terms.cancellation(
            space, start=span.lower, now=now, last_notice=space.in_force.last_notice
        ),
    }
    reasons = why_not(
        space,
        span,
        user=user,
        now=now,
        quantity=quantity,
        people=people,
        organisation=eyes.organisation if eyes else behalf.chosen,
        grounds=eyes.grounds(space) if eyes else grounds,
    )
    if eyes:
        reasons = [reason for reason in reasons if reason.code != NotListed.code]
    if not reasons:
        price = quote(
            space, span, quantity=quantity, people=people, add_ons=form.add_ons, buyer=buyer
        )
        if isinstance(user, User):
            asked = Asked(space, span, quantity, user, behalf.chosen)
            price = lowered(form, price, asked, context, now)
        if behalf.is_asked:
            context["credit"] = credit_of(behalf, space)
            context["on_account"] = behalf.data.get("on_account", "true") != "false"
        context["quote"] = price
        context["is_free_of_charge"] = not price.total
        context["short_of"] = short_of(form, now)
        return context
    context["reasons"] = reasons
    codes = {reason.code for reason in reasons}
    context["can_wait"] = span.lower > now and codes <= set(CAN_CHANGE)
    told: Any = {
        "asker": Asker.at(now, user if isinstance(user, User) else None),
        "quantity": quantity,
        "people": people,
    }
    if codes & BY_CODE.keys() and not codes & NO_TIME_HELPS:
        found = nearest_free(space, span, **told)
        context["nearest"] = found and nearest(form, found)
    context["alternatives"] = alternatives(space, span, **told)
    context["elsewhere"] = elsewhere(form).query()
    if NotForSale.code in codes:
        context["only_for"] = who_pays(space)
    return context


def whom_form(form: BookForm, behalf: BehalfForm, space: Space, user: Person) -> WhomForm | None:
    """Asked of who may book for others: for colleagues, or for anybody where they run it."""
    if not isinstance(user, User) or not behalf.is_asked:  # of no organisation, so neither
        return None
    if form.is_bound:
        return WhomForm(form.data)
    return WhomForm(comes_for=form.initial.get("for", ""))


def credit_of(behalf: BehalfForm, space: Space) -> CreditAgreement | None:
    """What the space's owner has agreed with the organisation that is booked for."""
    agreed = CreditAgreement.objects.agreed().filter(owner=space.organisation_id)
    customer = behalf.chosen
    return agreed.filter(customer=customer).first() if customer else None


def lowered(
    form: BookForm, price: Quote, asked: Asked, context: dict[str, Any], now: datetime
) -> Quote:
    """What it costs with a code and with passes, and which of those there are."""
    try:
        reduced = preview(price, asked, means=form.means, now=now)
    except Refused as no:
        context["no_code"] = no.sentence
        reduced = preview(price, asked, means=replace(form.means, code=""), now=now)
    usable = reduced.usable
    if form.means.passes:
        usable = tuple(passes_for(asked, now=now, choice=""))
    context["passes"] = [(one, words.left(one)) for one in usable]
    context["pass_types"] = {str(one.type_id): one.type.name for one in usable}
    context["chosen_passes"] = form.means.passes
    return reduced.price


def elsewhere(form: BookForm) -> Wanted:
    """A search for the same kind of space, for as many, at the time that is asked for here."""
    day, zone, span = form.cleaned_data["date"], form.zone, form.span
    start, end = wall_minute(span.lower, day, zone), wall_minute(span.upper, day, zone)
    people = max(form.people or 1, form.quantity)
    return Wanted(day, start, end, kind=(form.space.kind,), people=people)


def short_of(form: BookForm, now: datetime) -> list[str]:
    """What is wanted along and others have, in words: of each how many are left."""
    left = availability.add_ons_left(form.space, form.span, now=now)
    return [reason.sentence for reason in by_along(form.add_ons, left)]


def nearest(form: BookForm, found: Period) -> dict[str, Any]:
    """The free time nearest to the one asked for, and a link to it."""
    is_same_day = found.lower.astimezone(form.zone).date() == form.cleaned_data["date"]
    return {"span": found, "is_same_day": is_same_day, "query": query_for(found, form)}


def query_for(span: Period, form: BookForm) -> str:
    """The address of the same wish at another time."""
    return form.query(**chosen_time(span, form.zone))


def shown_week(space: Space, form: BookForm, query: Any, *, now: datetime) -> Week:
    """The week asked for by name, else the one of the chosen day, else this one."""
    today = now.astimezone(space.place.zone).date()
    named = named_week(query.get("week", ""))
    day = next((day for day in (named, form.day) if day and is_near(day, today)), today)
    return week_of(space, day, now=now, quantity=form.quantity)


def named_week(name: str) -> date | None:
    """`2026-W43`"""
    year, _w, week = name.partition("-W")
    if not (year.isascii() and year.isdigit() and week.isascii() and week.isdigit()):
        return None
    try:
        return date.fromisocalendar(int(year), int(week), 1)
    except (ValueError, OverflowError):
        return None


def is_near(day: date, today: date) -> bool:
    return today - YEARS_BACK <= day <= today + YEARS_AHEAD


def offered_times(space: Space, week: Week) -> range:
    """The times in the lists of the panel: when it may be open, in steps."""
    rules = opening.weekly(space)
    first = min([week.axis[0], *(rule.opens for rule in rules)])
    last = max([week.axis[1], *(min(rule.closes, DAY) for rule in rules)])
    if any(rule.closes > DAY for rule in rules):
        first, last = 0, DAY
    return range(first // space.step * space.step, last + 1, space.step)


def who_pays(space: Space) -> list[str]:
    """Those it has a price for."""
    return list(dict.fromkeys(Rate(price, is_from=False).audience for price in space.prices.all()))
