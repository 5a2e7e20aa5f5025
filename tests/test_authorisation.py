"""Who may do what: every address of the resolver, times every role.

A route without a row here fails, so nothing is added to Ledig without somebody deciding
who may see it. What belongs to somebody else is not there: 404, never 403.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import operations as accounts
from accounts.models import Affiliation, CreditAgreement, Organisation, Role, User
from billing.documents.lines import lines_of_booking
from billing.models import Card, CartItem, LineKind, Order, OrderLine, Penalty
from billing.operations import issue_invoice
from bookings.check_in_links import BOOKED_FOR, SIGNER
from bookings.deliveries import tell
from bookings.models import (
    Attendee,
    Booking,
    Campaign,
    ClosureRule,
    Kind,
    Membership,
    Pass,
    Status,
    Waiting,
)
from bookings.notices import STOP
from bookings.operations import close, invite, join, my_feed
from spaces.bulk.importing import begin_import
from spaces.models import AddOn, Photo, Rulebook, Season
from spaces.operations import door_of
from spaces.periods import period
from tests.factories import (
    make_booking,
    make_member,
    make_organisation,
    make_series,
    make_source,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = (
    "stranger",
    "another",  # signed in, nothing to do with any of it
    "booker",
    "host",
    "manager",
    "finance",
    "owner",
    "other_owner",  # of another organisation
    "operator",
)
RUNS_BOOKINGS = {"host", "manager", "owner"}
RUNS_SPACES = {"manager", "owner"}
RUNS_SALES = {"manager", "owner", "finance"}
WORKS_THERE = {"host", "manager", "finance", "owner"}
SIGNED_IN = set(ROLES) - {"stranger"}
OK, REDIRECT, SIGN_IN, FORBIDDEN, MISSING = "ok", "redirect", "sign in", "forbidden", "missing"


@dataclass(frozen=True)
class Row:
    """What a method on a route answers: `allowed` roles get `answer`, a stranger is asked
    to sign in (if `stranger` says so), all others get `otherwise`."""

    allowed: set[str]
    answer: str = OK
    otherwise: str = MISSING
    stranger: str = SIGN_IN
    data: dict[str, Any] = field(default_factory=dict)


EVERYONE = Row(set(ROLES))
ANYBODY_SIGNED_IN = Row(SIGNED_IN)
SEES_BOOKING = Row({"booker"} | RUNS_BOOKINGS)
SEES_DOCUMENT = Row({"owner", "finance"})  # an invoice; a receipt its buyer too
ANSWERS = Row(RUNS_BOOKINGS, answer=REDIRECT)
KEEPS = Row(RUNS_SPACES)
KEEPS_BUT_SAYS_NOTHING = Row(RUNS_SPACES, answer="unprocessable")  # an empty form
CHANGES = Row(RUNS_SPACES, answer=REDIRECT)
SELLS = Row(RUNS_SALES)
SELLS_BUT_SAYS_NOTHING = Row(RUNS_SALES, answer="unprocessable")  # an empty form
LISTS_SOMEWHERE = RUNS_SPACES | {"other_owner"}
OWNS = Row({"owner"}, answer=REDIRECT)

DOCUMENT_ROUTES = [
    *("document", "document_pdf", "document_ehf"),
    *("api-document-detail", "api-document-pdf", "api-document-ehf"),
]

# route name -> method -> who. A method that is not named must not be taken (405), HEAD and
# OPTIONS aside.
ROUTES: dict[str, dict[str, Row]] = {
    "search": {"GET": EVERYONE},
    "anytime": {"GET": EVERYONE},
    "recurring": {"GET": EVERYONE},
    "suggestions": {"GET": EVERYONE},
    "space": {"GET": EVERYONE},
    "space_panel": {"GET": EVERYONE, "POST": EVERYONE},
    "book": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "favourite": {"POST": Row(SIGNED_IN, answer=REDIRECT, data={"to": "on"})},
    "saved": {"GET": ANYBODY_SIGNED_IN},
    "save_search": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "drop_search": {"POST": Row({"booker"}, answer=REDIRECT)},
    "show_vat": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "cart": {"GET": ANYBODY_SIGNED_IN, "POST": Row(SIGNED_IN, answer="unprocessable")},  # empty
    "cart_add": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "cart_rooms": dict.fromkeys(("GET", "POST"), Row(SIGNED_IN, answer="unprocessable")),  # none
    "cart_drop": {"POST": Row({"booker"}, answer=REDIRECT)},
    "claim_deposit": {"POST": ANSWERS},
    "waive_fee": {"POST": ANSWERS},
    "cards": {"GET": ANYBODY_SIGNED_IN},
    "card_add": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "card_saved": {"GET": Row(SIGNED_IN, answer=REDIRECT)},
    "card_prefer": {"POST": Row({"booker"}, answer=REDIRECT)},
    "card_remove": {"POST": Row({"booker"}, answer=REDIRECT)},
    "cards_withdraw": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "repeat": {"GET": EVERYONE, "POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "series": {"GET": Row({"booker"})},
    "series_add": {
        "GET": Row({"booker"}, answer=REDIRECT),  # no day is named
        "POST": Row({"booker"}, answer=REDIRECT),
    },
    "series_invite": {
        "GET": Row({"booker"}),
        "POST": Row({"booker"}, answer=REDIRECT, data={"people": "anne@example.org"}),
    },
    "series_rename": {"POST": Row({"booker"}, answer=REDIRECT, data={"title": "Nytt navn"})},
    "series_move": {
        "GET": Row({"booker"}),
        "POST": Row({"booker"}, answer=REDIRECT, data={"from": "17:00", "to": "19:00"}),
    },
    "series_cancel": {
        "GET": Row({"booker"}),
        "POST": Row({"booker"}, answer=REDIRECT),
    },
    "bookings": {"GET": ANYBODY_SIGNED_IN},
    "calendars": {"GET": ANYBODY_SIGNED_IN},
    "connect_calendar": {"GET": ANYBODY_SIGNED_IN},
    "follow_calendar": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "choose_invitations": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "make_own_calendar": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "delete_own_calendar": {"POST": Row({"booker"}, answer=REDIRECT)},
    "rotate_feed": {"POST": Row({"booker"}, answer=REDIRECT)},
    "close_feed": {"POST": Row({"booker"}, answer=REDIRECT)},
    "inbound_mail": {"POST": Row(set(), stranger=MISSING)},  # off until a secret is set
    "booking": {"GET": SEES_BOOKING},
    "booking_file": {"GET": SEES_BOOKING},
    "waitlist": {"GET": ANYBODY_SIGNED_IN, "POST": Row(SIGNED_IN, answer=REDIRECT)},
    "wait_for_space": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "waitlist_accept": {"POST": Row({"booker"}, answer=REDIRECT)},
    "waitlist_decline": {"POST": Row({"booker"}, answer=REDIRECT)},
    "waitlist_leave": {"POST": Row({"booker"}, answer=REDIRECT)},
    "waitlist_stop": {"GET": EVERYONE, "POST": EVERYONE},  # who has the mail
    "pay": {"POST": Row({"booker"}, answer=REDIRECT, otherwise=MISSING)},
    "paid": {"GET": Row({"booker"}, answer=REDIRECT, otherwise=MISSING)},
    "cancel": {
        "GET": SEES_BOOKING,
        "POST": Row({"booker"} | RUNS_BOOKINGS, answer=REDIRECT, data={"reason": "Vannlekkasje"}),
    },
    "change": {
        "GET": Row({"booker"}),
        "POST": Row({"booker"}, answer="unprocessable"),  # an empty form
    },
    "owner_change": {
        "GET": Row(RUNS_BOOKINGS),
        "POST": Row(RUNS_BOOKINGS, answer="unprocessable"),  # an empty form
    },
    "withdraw_change": {"POST": Row({"booker"}, answer=REDIRECT)},
    "extend": {"POST": Row({"booker"}, answer=REDIRECT)},
    "release": {"POST": Row({"booker"} | RUNS_BOOKINGS, answer=REDIRECT)},
    "check_in": {"POST": Row({"booker"} | RUNS_BOOKINGS, answer=REDIRECT)},
    "no_show": {"POST": ANSWERS},
    "left_late": {"POST": ANSWERS},
    "booked_for": {"GET": EVERYONE},  # whoever has the mail
    "check_in_link": {  # whoever has the mail; the booking is tomorrow
        "GET": EVERYONE,
        "POST": Row(set(ROLES), answer="unprocessable"),
    },
    "door": {"GET": EVERYONE},  # who has the address has the display
    "at_the_door": {"GET": EVERYONE, "POST": Row(SIGNED_IN, answer=REDIRECT)},
    "approve": {"POST": ANSWERS},
    "owner_series": {"GET": Row(RUNS_BOOKINGS)},
    "approve_series": {"POST": ANSWERS},
    "decline_series": {"POST": ANSWERS},
    "end_series": {"POST": ANSWERS},
    "decline": {"POST": ANSWERS},
    "describe": {"GET": Row({"booker"}), "POST": Row({"booker"}, answer=REDIRECT)},
    "messages": {"GET": SEES_BOOKING, "POST": Row(SEES_BOOKING.allowed, answer="unprocessable")},
    "attendees": {"GET": Row({"booker"}), "POST": Row({"booker"}, answer="unprocessable")},
    "uninvite": {"POST": Row({"booker"}, answer=REDIRECT)},
    "answer_invitation": {  # whoever has the link
        "GET": EVERYONE,
        "POST": Row(set(ROLES), answer=REDIRECT, data={"answer": "accepted"}),
    },
    "arrival_card": {"GET": SEES_BOOKING},
    "guest_arrival_card": {"GET": EVERYONE},  # whoever has the link
    "notices": {"GET": ANYBODY_SIGNED_IN},
    "notice": {"GET": Row({"booker"}, answer=REDIRECT)},  # whom it was written for
    "read_notices": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "notice_choices": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="unprocessable"),
    },
    "stop_notices": {"GET": EVERYONE, "POST": EVERYONE},  # whoever has the link
    "activities": {"GET": EVERYONE},
    "activity_file": {"GET": Row(set(), stranger=MISSING)},  # the booking is not a public one
    "colleagues": {"GET": Row(WORKS_THERE)},
    "owner": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_start": {  # who runs rooms is past it
        "GET": Row({"another", "booker", "operator"}, otherwise=REDIRECT)
    },
    "owner_week": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_month": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_bookings": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_bookings_file": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_requests": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT)},
    "owner_conflicts": {
        "GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=REDIRECT),
        "POST": Row(RUNS_BOOKINGS | {"other_owner"}, "unprocessable", otherwise=REDIRECT),
    },
    "close_space": {
        "GET": Row(RUNS_BOOKINGS),
        "POST": Row(RUNS_BOOKINGS, answer="unprocessable"),
    },
    "close_place": {
        "GET": Row(RUNS_BOOKINGS),
        "POST": Row(RUNS_BOOKINGS, answer="unprocessable"),
    },
    "stop_closing": {"POST": ANSWERS},
    "reopen_space": {"POST": ANSWERS},
    # Organisations and their people.
    "owner_organisations": {"GET": ANYBODY_SIGNED_IN},
    "register_organisation": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="unprocessable"),
    },
    "organisation": {"GET": Row(WORKS_THERE), "POST": Row({"owner"}, answer="unprocessable")},
    "organisation_logo": {"POST": Row({"owner"}, answer="unprocessable")},
    "actors": {"GET": EVERYONE},
    "actor": {"GET": EVERYONE},
    "members": {"GET": Row(WORKS_THERE), "POST": Row({"owner"}, answer="unprocessable")},
    "leave_organisation": {"POST": Row(WORKS_THERE, answer=REDIRECT)},
    "change_role": {"POST": OWNS},
    "remove_member": {"POST": OWNS},
    "hand_over": {"POST": OWNS},
    "resend_invitation": {"POST": OWNS},
    "withdraw_invitation": {"POST": OWNS},
    "invitation": {  # whoever has the link
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer=REDIRECT),
    },
    # Places and spaces.
    "rulebook": {"GET": EVERYONE, "POST": Row(set(), otherwise=REDIRECT)},  # no version named
    "owner_places": {"GET": ANYBODY_SIGNED_IN},
    "place_new": {"GET": Row(LISTS_SOMEWHERE), "POST": Row(LISTS_SOMEWHERE, "unprocessable")},
    "place_edit": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "owner_spaces": {"GET": ANYBODY_SIGNED_IN},
    "space_new": {"GET": Row(LISTS_SOMEWHERE), "POST": Row(LISTS_SOMEWHERE, "unprocessable")},
    "space_edit": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "space_copy": {"POST": CHANGES},
    "space_units": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "add_unit": {"POST": KEEPS_BUT_SAYS_NOTHING},
    "change_unit": {"POST": CHANGES},
    "space_photos": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "space_uploads": {"GET": KEEPS},
    "change_photo": {"POST": CHANGES},
    "space_papers": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "change_paper": {"POST": CHANGES},
    "paper": {"GET": EVERYONE},
    "space_calendars": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "calendar_source": {"GET": KEEPS},
    "use_calendar": {"POST": CHANGES},
    "pause_calendar": {"POST": CHANGES},
    "read_calendar": {"POST": CHANGES},
    "remove_calendar": {"POST": CHANGES},
    "space_door": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "rotate_door": {"POST": CHANGES},
    "space_sign": {"GET": KEEPS},
    "space_rules": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "space_prices": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "groups": {"GET": KEEPS},
    "group_new": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "group": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "drop_group": {"POST": CHANGES},
    "trainings": {"GET": KEEPS},
    "training_new": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "training": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "grant_certificate": {"POST": KEEPS_BUT_SAYS_NOTHING},
    "revoke_certificate": {"POST": CHANGES},
    "certificates": {"GET": ANYBODY_SIGNED_IN},
    "app_passwords": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="unprocessable"),  # an empty form
    },
    "remove_app_password": {"POST": Row({"booker"}, answer=REDIRECT)},
    "space_access": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "close_access": {"POST": CHANGES},
    "space_trainings": {"POST": CHANGES},
    "space_quotas": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "drop_space_quota": {"POST": CHANGES},
    "organisation_rules": {"GET": KEEPS, "POST": CHANGES},  # all may be left to the spaces
    "add_organisation_quota": {"POST": KEEPS_BUT_SAYS_NOTHING},
    "drop_organisation_quota": {"POST": CHANGES},
    "campaigns": {"GET": SELLS},
    "campaign_new": {"GET": SELLS, "POST": SELLS_BUT_SAYS_NOTHING},
    "campaign": {"GET": SELLS, "POST": SELLS_BUT_SAYS_NOTHING},
    "pause_campaign": {"POST": Row(RUNS_SALES, answer=REDIRECT)},
    "join_campaign": {"POST": Row(RUNS_SALES, answer=REDIRECT)},
    "pass_types": {"GET": SELLS},
    "pass_type_new": {"GET": SELLS, "POST": SELLS_BUT_SAYS_NOTHING},
    "pass_type": {"GET": SELLS, "POST": SELLS_BUT_SAYS_NOTHING},
    "give_pass": {"POST": Row(RUNS_SALES, answer=REDIRECT)},
    "offer_pass_type": {"POST": Row(RUNS_SALES, answer=REDIRECT)},
    "passes": {"GET": ANYBODY_SIGNED_IN},
    "pass_buy": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "pass_paid": {"GET": Row({"booker"}, answer=REDIRECT)},
    "membership_join": {"POST": Row(set())},  # no organisation is named
    "membership_end": {"POST": Row(RUNS_SALES, answer=REDIRECT)},
    "membership_pay": {"POST": Row({"booker"}, answer=REDIRECT)},
    "pass_return": {"POST": Row({"booker"}, answer=REDIRECT)},
    "api-pass-list": {"GET": ANYBODY_SIGNED_IN},
    "api-pass-detail": {"GET": Row({"booker"})},
    "credit": {"GET": SELLS, "POST": SELLS_BUT_SAYS_NOTHING},
    "credit_agree": {"POST": Row({"owner", "finance"}, answer=REDIRECT)},
    "credit_end": {"POST": Row({"owner", "finance"}, answer=REDIRECT)},
    "invoice_paid": {"POST": Row({"owner", "finance"}, answer=REDIRECT)},
    "special_price_new": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "special_price": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "drop_price": {"POST": CHANGES},
    "place_add_ons": {"GET": KEEPS},
    "place_plans": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "place_plan": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "place_plan_change": {"POST": CHANGES},
    "place_point_drop": {"POST": CHANGES},
    "place_add_on_new": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "place_add_on": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
    "space_publishing": {
        "GET": KEEPS,
        "POST": Row(RUNS_SPACES, answer=REDIRECT, data={"to": "paused"}),
    },
    "owner_import": {"GET": Row(LISTS_SOMEWHERE), "POST": Row(LISTS_SOMEWHERE, "unprocessable")},
    "owner_export": {"GET": Row(LISTS_SOMEWHERE)},
    "import": {"GET": Row({"owner"})},  # who sent the file
    "confirm_import": {"POST": OWNS},
    "restart_import": {"POST": OWNS},
    "drop_import": {"POST": OWNS},
    "owner_spaces_edit": {
        "GET": Row(LISTS_SOMEWHERE),
        "POST": Row(LISTS_SOMEWHERE, "unprocessable"),
    },
    **{
        f"{keeper}_{page}": row
        for keeper in ("space", "place")
        for page, row in {
            "hours": {"GET": KEEPS, "POST": KEEPS_BUT_SAYS_NOTHING},
            "season": {"POST": KEEPS_BUT_SAYS_NOTHING},
            "season_drop": {"POST": CHANGES},
            "dates": {"POST": KEEPS_BUT_SAYS_NOTHING},
        }.items()
    },
    "payouts": {"GET": Row({"owner", "finance"})},
    "begin_payouts": {"POST": Row({"owner", "finance"}, answer=REDIRECT)},  # no keys here
    "payouts_return": {"GET": Row({"owner", "finance"}, answer=REDIRECT)},
    "payouts_refresh": {"GET": Row({"owner", "finance"}, answer=REDIRECT)},
    "statement": {"GET": Row({"owner", "finance"})},
    "give_back": {
        "GET": Row({"owner", "finance"}),
        "POST": Row({"owner", "finance"}, answer="unprocessable"),  # an empty form
    },
    "resend_refund": {"POST": Row({"owner", "finance"}, answer=REDIRECT)},
    "take_pass_back": {
        "GET": Row({"owner", "finance"}),
        "POST": Row({"owner", "finance"}, answer="unprocessable"),  # says not why
    },
    "api-booking-refund": {"POST": Row({"owner", "finance"}, answer="malformed")},
    "owner_money": {"GET": Row({"owner", "finance", "other_owner"})},
    # Calendar programs: no session opens these, so that all are asked for an app password, and
    # who has one is in tests/billing/dav/. Well known is where to look.
    "well_known_caldav": {method: Row(set(ROLES), answer=REDIRECT) for method in METHODS},
    **{
        name: {method: Row(set(), otherwise=SIGN_IN) for method in METHODS}
        for name in ("dav", "dav_principal", "dav_home", "dav_calendar", "dav_object")
    },
    "owner_documents": {"GET": Row({"owner", "finance", "other_owner"})},
    "owner_documents_csv": {"GET": Row({"owner", "finance", "other_owner"})},
    "owner_statement": {"GET": Row({"owner", "finance", "other_owner"})},
    "owner_report": {"GET": Row({"owner", "finance", "other_owner"})},
    "documents": {"GET": ANYBODY_SIGNED_IN},
    "document": {"GET": SEES_DOCUMENT},
    "document_pdf": {"GET": SEES_DOCUMENT},
    "document_ehf": {"GET": SEES_DOCUMENT},
    "stripe_webhook": {"POST": Row(set(ROLES), answer="malformed")},  # no signature
    "district_map": {"GET": EVERYONE},
    "activities_feed": {"GET": EVERYONE},
    "feed": {"GET": EVERYONE},  # who has the address has the feed
    # Django's own: what is not POST changes nothing and leads back.
    "set_language": {method: Row(set(ROLES), answer=REDIRECT) for method in METHODS},
    "healthz": {"GET": EVERYONE},
    "databasez": {"GET": EVERYONE},
    "readyz": {"GET": EVERYONE},
    "api_schema": {"GET": EVERYONE},
    "api_docs": {"GET": EVERYONE},
    "api_tokens": {"POST": Row(set(ROLES), answer="malformed")},
    "api_app_passwords": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="malformed"),
    },
    "api_app_password": {"DELETE": Row({"booker"})},
    "api_me": {"GET": ANYBODY_SIGNED_IN},
    "api_notices": {"GET": ANYBODY_SIGNED_IN},
    "api_read_notices": {"POST": ANYBODY_SIGNED_IN},
    "api_notice_choices": {"GET": ANYBODY_SIGNED_IN, "PUT": ANYBODY_SIGNED_IN},
    "api_quotes": {"POST": Row(set(ROLES), answer="malformed")},
    "api-space-list": {"GET": EVERYONE},
    "api-space-detail": {"GET": EVERYONE},
    "api-space-availability": {"GET": Row(set(ROLES), answer="malformed")},
    "api-space-calendars": {"GET": KEEPS, "POST": Row(RUNS_SPACES, answer="malformed")},
    "api-calendar-detail": {"GET": KEEPS, "DELETE": KEEPS},
    "api-calendar-use": {"POST": KEEPS},
    "api-calendar-pause": {"POST": KEEPS},
    "api-calendar-read": {"POST": KEEPS},
    "api_slots": {"GET": EVERYONE},
    "api_recurrences": {"GET": Row(set(ROLES), answer="malformed")},
    "api-space-why": {"GET": Row(set(ROLES), answer="malformed")},
    "api-space-favourite": {
        "GET": ANYBODY_SIGNED_IN,
        "PUT": ANYBODY_SIGNED_IN,
        "DELETE": ANYBODY_SIGNED_IN,
    },
    "api-booking-list": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="malformed"),
    },
    "api-booking-detail": {"GET": SEES_BOOKING},
    "api-series-list": {"POST": Row(SIGNED_IN, answer="malformed")},
    "api-series-detail": {"GET": Row({"booker"})},
    "api-series-add": {"POST": Row({"booker"}, answer="malformed")},
    "api-series-cancel": {"POST": Row({"booker"})},
    "api-series-invite": {
        "POST": Row({"booker"}, data={"people": [{"email": "anne@example.org"}]}),
    },
    "api-series-reschedule": {
        "POST": Row({"booker"}, data={"from": "17:00", "to": "19:00"}),
    },
    "api-booking-cancel": {"POST": SEES_BOOKING},
    "api-booking-describe": {"POST": Row({"booker"})},
    "api_attendees": {"GET": Row({"booker"}), "POST": Row({"booker"}, answer="malformed")},
    "api_attendee": {"DELETE": Row({"booker"})},
    "api_messages": {
        "GET": SEES_BOOKING,
        "POST": Row(SEES_BOOKING.allowed, answer="malformed"),
    },
    "api-booking-refund-quote": {"GET": SEES_BOOKING},
    "api-booking-reschedule": {"POST": Row({"booker"}, answer="malformed")},  # says nothing
    "api-booking-extend": {"POST": Row({"booker"})},
    "api-booking-release": {"POST": Row({"booker"} | RUNS_BOOKINGS, answer="409")},  # not begun
    "api-booking-approve": {"POST": Row(RUNS_BOOKINGS)},
    "api-booking-decline": {"POST": Row(RUNS_BOOKINGS)},
    "api-feed-list": {"GET": ANYBODY_SIGNED_IN, "POST": Row(SIGNED_IN, answer="malformed")},
    "api-feed-detail": {"GET": Row({"booker"}), "DELETE": Row({"booker"})},
    "api-feed-rotate": {"POST": Row({"booker"})},
    "api-card-list": {"GET": ANYBODY_SIGNED_IN, "POST": Row(SIGNED_IN, answer="malformed")},
    "api-card-detail": {"DELETE": Row({"booker"})},
    "api-order-list": {"POST": Row(SIGNED_IN, answer="malformed")},
    "api-order-detail": {"GET": Row({"booker"})},
    "api-booking-check-in": {"POST": Row({"booker"} | RUNS_BOOKINGS, answer="409")},
    "api-document-list": {"GET": ANYBODY_SIGNED_IN},
    "api-document-detail": {"GET": SEES_DOCUMENT},
    "api-document-pdf": {"GET": SEES_DOCUMENT},
    "api-document-ehf": {"GET": SEES_DOCUMENT},
    "api-waitlist-list": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="malformed"),
    },
    "api-waitlist-detail": {"GET": Row({"booker"}), "DELETE": Row({"booker"})},
    "api-waitlist-accept": {"POST": Row({"booker"}, answer="409")},  # nothing is offered
    "api-waitlist-decline": {"POST": Row({"booker"}, answer="409")},
    "api_nowhere": {"GET": Row(set(), otherwise=MISSING, stranger=MISSING)},
}

# allauth decides about its own pages, and has tests of its own; here: that we know them.
ALLAUTH = "account_"
FILES = {"media"}  # the demo's photos; production leaves them to the reverse proxy


OF_ORGANISATION = {
    "actor",
    "colleagues",
    "organisation",
    "organisation_logo",
    "members",
    "leave_organisation",
    "change_role",
    "remove_member",
    "hand_over",
    "resend_invitation",
    "withdraw_invitation",
    "organisation_rules",
    "add_organisation_quota",
    "drop_organisation_quota",
    "groups",
    "group_new",
    "group",
    "drop_group",
    "trainings",
    "training_new",
    "training",
    "grant_certificate",
    "revoke_certificate",
    "payouts",
    "begin_payouts",
    "payouts_return",
    "payouts_refresh",
    "statement",
    "campaigns",
    "campaign_new",
    "campaign",
    "pause_campaign",
    "join_campaign",
    "pass_types",
    "pass_type_new",
    "pass_type",
    "give_pass",
    "offer_pass_type",
    "credit",
    "credit_agree",
    "credit_end",
    "invoice_paid",
}


BOTH = ("pk", "attendee")


@dataclass
class District:
    """One organisation with its people, a booking tomorrow, and one of all that can be kept."""

    people: dict[str, User | None]
    booking: Booking
    feed: str
    attendee: Attendee
    tokens: dict[str, str]
    waiting: Waiting
    keys: dict[str, Any]  # of the rows that routes are about, where it is not the booking

    def arguments(self, route: str) -> dict[str, Any]:
        space = self.booking.space
        slug = space.slug
        if route in OF_ORGANISATION:
            slug = space.organisation.slug
        elif route.startswith("place_") or route == "close_place":
            slug = space.place.slug
        return {
            "slug": slug,
            "pk": self.keys.get(route, self.booking.pk),
            "attendee": self.attendee.pk,
            "signed": BOOKED_FOR.sign(str(self.keys[route]))
            if route == "booked_for"
            else SIGNER.sign(str(self.booking.pk)),
            "token": {"waitlist_stop": self.waiting.token, **self.tokens}.get(route, self.feed),
            "path": "nothing.svg",
            "year": 2026,
            "month": 11,
        }

    def address(self, route: str) -> str:
        given = self.arguments(route)
        if "waitlist" in route:
            given["pk"] = self.waiting.pk
        if route.startswith("dav_"):
            return dav_address(route, self.people["booker"], self.booking)
        if route == "api_nowhere":
            return "/api/v1/castles/"
        if route.startswith("api-space-"):
            given["pk"] = self.booking.space_id
        one = ((name,) for name in ("slug", "pk", "token", "signed", "path"))
        for names in ((), *one, ("slug", "pk"), BOTH, ("slug", "year", "month")):
            try:
                return reverse(route, kwargs={name: given[name] for name in names})
            except NoReverseMatch:
                continue
        raise AssertionError(f"no arguments for {route}")


def dav_address(route: str, user: User | None, booking: Booking) -> str:
    keys = {
        "user": user.pk if user else 0,
        "calendar": booking.space.slug,
        "name": f"{booking.pk}.ics",
    }
    needed = {"dav_calendar": ("user", "calendar"), "dav_object": ("user", "calendar", "name")}
    return reverse(route, kwargs={name: keys[name] for name in needed.get(route, ("user",))})


@pytest.fixture
def district() -> District:
    cache.clear()  # the limit on asking for tokens is kept there
    now = timezone.now()
    tomorrow = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    space = make_space()
    ours = space.organisation
    booker = make_user()
    group = ours.groups.create(name="Styret")
    plan = space.place.plans.create(name="1", file="plans/one.webp", width=800, height=600)
    training = ours.trainings.create(name={"nb": "Lasersikkerhet"})
    people = {
        "stranger": None,
        "another": make_user(),
        "booker": booker,
        "host": make_member(ours, Role.HOST),
        "manager": make_member(ours, Role.MANAGER),
        "finance": make_member(ours, Role.FINANCE),
        "owner": make_member(ours, Role.OWNER),
        "other_owner": make_member(make_space().organisation, Role.OWNER),
        "operator": make_user(is_staff=True),
    }
    # The space is for students, by the rule that `close_access` is about.
    Affiliation.objects.create(user=booker, organisation=ours, kind="student", verified_at=now)
    series = make_series(space, tomorrow + timedelta(days=7), by=booker)
    requested = make_booking(
        space,
        tomorrow + timedelta(hours=3),
        by=booker,
        status=Status.REQUESTED,
        expires_at=now + timedelta(hours=4),
    )
    order = Order.objects.create(
        buyer=booker, amount=100, created_at=now, session_expires_at=now, not_before=now
    )
    paid = make_booking(space, tomorrow + timedelta(hours=6), by=booker)
    line = OrderLine.objects.create(
        order=order, kind=LineKind.BOOKING, booking=paid, owner=ours, amount=100
    )
    agreement = CreditAgreement.objects.create(
        owner=ours,
        customer=make_organisation(),
        invoice_email="faktura@example.org",
        asked_by=booker,
        asked_at=now,
    )
    Order.objects.filter(pk=order.pk).update(status="paid")
    returned = line.refunds.create(  # it did not fail: that is said, to those who may ask
        order=order, booking=paid, amount=1, status="succeeded", created_at=now, not_before=now
    )
    bought = Pass.objects.create(
        type=ours.pass_types.create(name="Ti dager", counts="days", amount=10, price=100),
        person=booker,
        counts="days",
        amount=10,
        vat="exempt_3_11",
        status="active",
        starts_at=now,
        ends_at=tomorrow,
        created_at=now,
    )
    of_pass = Order.objects.create(
        buyer=booker,
        status="paid",
        amount=100,
        created_at=now,
        session_expires_at=now,
        not_before=now,
    )
    OrderLine.objects.create(order=of_pass, kind="pass", sold_pass=bought, owner=ours, amount=100)
    Organisation.objects.filter(pk=ours.pk).update(number="974760673")
    ours.refresh_from_db()
    invoice = issue_invoice(
        owner=ours,
        organisation=make_organisation(number="974760223"),
        lines=lines_of_booking(make_booking(space, tomorrow + timedelta(days=9), amount=100)),
        due=now.date(),
        now=now,
    )
    closure = close(
        space=space,
        span=period(tomorrow + timedelta(days=2), tomorrow + timedelta(days=3)),
        by=people["owner"],
        now=now,
    )
    rule = ClosureRule.objects.create(
        place=space.place,
        space=space,
        rrule="FREQ=DAILY",
        starts_on=now.date(),
        opens=0,
        closes=60,
        made_by=booker,
        created_at=now,
        made_until=now.date(),
    )
    booking = make_booking(space, tomorrow, by=booker)
    for_another = make_booking(space, tomorrow + timedelta(days=12), made_by=people["host"])
    fee = Penalty.objects.create(
        booking=booking, kind=LineKind.NO_SHOW, amount=100, raised_at=now, due_at=now
    )
    card = Card.objects.create(
        user=booker,
        stripe_id="pm_1",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=2034,
        saved_at=now,
        not_before=now,
    )
    (attendee,) = invite(booking=booking, people=[("", "a@example.org")], by=booker, now=now)
    tell(booking, Kind.CONFIRMED, to=[booker], now=now)
    told = booking.deliveries.get(recipient=booker)
    my = my_feed(user=booker, now=now)
    own = booker.own_calendars.create(key="plans", components=["VTODO"], created_at=now)
    invitation = accounts.invite(
        organisation=ours, email="ny@example.org", role=Role.HOST, by=people["owner"], now=now
    )
    Rulebook.objects.create(version=1, text={"nb": "Regler"}, published_at=now)
    host = ours.memberships.get(user=people["host"]).pk
    device, _password = accounts.make_app_password(user=booker, name="Telefon", now=now)
    dates = {"first_month": 6, "first_day": 15, "last_month": 8, "last_day": 15}
    return District(
        people=people,
        booking=booking,
        waiting=join(space=space, span=booking.period, by=booker, now=now),
        feed=my.token,
        attendee=attendee,
        tokens={
            "invitation": invitation.token,
            **dict.fromkeys(("answer_invitation", "guest_arrival_card"), attendee.token),
            "stop_notices": signing.dumps([booker.pk, "booker.message"], salt=STOP),
            **dict.fromkeys(("door", "at_the_door"), door_of(space=space, now=now).token),
        },
        keys={
            "booked_for": for_another.pk,
            "uninvite": attendee.pk,
            "notice": told.pk,
            "cart_drop": CartItem.objects.create(
                user=booker, space=space, period=closure.period, added_at=now
            ).pk,
            "card_prefer": card.pk,
            "waive_fee": fee.pk,
            "card_remove": card.pk,
            "api-card-detail": card.pk,
            "approve": requested.pk,
            "decline": requested.pk,
            "api-booking-approve": requested.pk,
            "api-booking-decline": requested.pk,
            "api-order-detail": order.pk,
            **dict.fromkeys(("give_back", "api-booking-refund"), paid.pk),
            "resend_refund": returned.pk,
            **dict.fromkeys(
                ("rotate_feed", "close_feed", "api-feed-detail", "api-feed-rotate"), my.pk
            ),
            "delete_own_calendar": own.pk,
            **dict.fromkeys(DOCUMENT_ROUTES, invoice.pk),
            "reopen_space": closure.pk,
            "stop_closing": rule.pk,
            **dict.fromkeys(("remove_app_password", "api_app_password"), device.pk),
            "drop_search": booker.saved_searches.create(name="Lab", saved_at=now).pk,
            "change_role": host,
            "remove_member": host,
            "hand_over": host,
            "resend_invitation": invitation.pk,
            "withdraw_invitation": invitation.pk,
            **dict.fromkeys(
                ("import", "confirm_import", "restart_import", "drop_import"),
                begin_import(content=b"slug", name="rom.csv", by=people["owner"], now=now).pk,
            ),
            "change_unit": space.units.get().pk,
            **dict.fromkeys(
                (route for route in ROUTES if "calendar" in route and "own" not in route),
                make_source(space, address="", now=now - timedelta(hours=1)).pk,
            ),
            **dict.fromkeys(
                ("special_price", "drop_price"),
                space.prices.create(amount=100_00, valid_from=tomorrow + timedelta(days=99)).pk,
            ),
            **dict.fromkeys(("group", "drop_group"), group.pk),
            **dict.fromkeys(
                ("campaign", "pause_campaign"),
                ours.campaigns.create(
                    name="Vår", code="VÅR25", percent=25, first_day=now.date()
                ).pk,
            ),
            **dict.fromkeys(
                ("pass_type", "give_pass", "offer_pass_type", "pass_buy"), bought.type_id
            ),
            **dict.fromkeys(("pass_return", "take_pass_back", "api-pass-detail"), bought.pk),
            "membership_join": bought.type_id,
            "membership_pay": Membership.objects.create(
                type=bought.type,
                person=booker,
                price=100,
                agreed="Ja",
                started_by=booker,
                started_at=now,
                next_at=tomorrow,
            ).pk,
            "membership_end": Membership.objects.create(
                type=bought.type,
                organisation=ours,
                started_by=booker,
                started_at=now,
                next_at=tomorrow,
            ).pk,
            "pass_paid": bought.order_line.order_id,
            **dict.fromkeys(("credit_agree", "credit_end"), agreement.pk),
            "invoice_paid": agreement.invoices.create(
                month=now.date().replace(day=1), amount=100, due_on=now.date(), issued_at=now
            ).pk,
            "join_campaign": Campaign.objects.create(
                name="Bydelen", code="BYDEL", percent=10, first_day=now.date()
            ).pk,
            **dict.fromkeys(("training", "grant_certificate"), training.pk),
            "revoke_certificate": training.certificates.create(
                user=booker, granted_by=booker, granted_at=now
            ).pk,
            "close_access": space.access_rules.create(affiliation="student").pk,
            "drop_space_quota": space.quotas.create(counts="bookings", amount=9, window="day").pk,
            "drop_organisation_quota": ours.quotas.create(
                counts="bookings", amount=99, window="day"
            ).pk,
            "place_add_on": AddOn.objects.create(place=space.place, amount=0).pk,
            **dict.fromkeys(
                (
                    "series",
                    "series_add",
                    "series_invite",
                    "series_rename",
                    "series_move",
                    "series_cancel",
                    "owner_series",
                    "approve_series",
                    "decline_series",
                    "end_series",
                ),
                series.pk,
            ),
            **dict.fromkeys(
                (
                    "api-series-detail",
                    "api-series-add",
                    "api-series-cancel",
                    "api-series-invite",
                    "api-series-reschedule",
                ),
                series.pk,
            ),
            "change_photo": Photo.objects.create(
                space=space, file="spaces/one.webp", width=800, height=600
            ).pk,
            "space_season_drop": Season.objects.create(space=space, name="Sommer", **dates).pk,
            **dict.fromkeys(
                ("paper", "change_paper"),
                space.attachments.create(name="Branninstruks", content=b"%PDF-", size=5).pk,
            ),
            **dict.fromkeys(("place_plan", "place_plan_change"), plan.pk),
            "place_point_drop": plan.points.create(space=space, x=50, y=50).pk,
            "place_season_drop": Season.objects.create(
                place=space.place, name="Sommer", **dates
            ).pk,
        },
    )


def routes(patterns: list[Any] | None = None) -> Iterator[str]:
    """The names of all routes, in namespaces too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":  # tests/district/test_operators.py walks that
                yield from routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


def outcome(response: Any) -> str:
    status = response.status_code
    if status in (301, 302, 303):
        return SIGN_IN if "/accounts/login" in response["Location"] else REDIRECT
    return {
        200: OK,
        201: OK,
        204: OK,
        400: "malformed",
        401: SIGN_IN,
        403: FORBIDDEN,
        404: MISSING,
        405: "not taken",
        422: "unprocessable",
    }.get(status, str(status))


def expected(row: Row, role: str) -> str:
    if role in row.allowed:
        return row.answer
    return row.stranger if role == "stranger" else row.otherwise


def test_every_route_has_a_row() -> None:
    found = {name for name in routes() if not name.startswith(ALLAUTH)} - FILES

    assert found == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_answers_each_role_as_decided(district: District, route: str) -> None:
    wrong: list[str] = []
    for role in ROLES:
        with undone():
            wrong += answers_otherwise(district, route, role)
    assert wrong == []


def answers_otherwise(district: District, route: str, role: str) -> Iterator[str]:
    """What each method answers this role, where that is not as decided."""
    client, person = Client(), district.people[role]
    if person is not None:
        client.force_login(person)
    address = district.address(route)
    json = address.startswith("/api/v1/")
    for method in METHODS:
        row = ROUTES[route].get(method)
        answer = client.generic(
            method,
            address,
            _body(row.data if row else {}, json=json),
            content_type="application/json" if json else "application/x-www-form-urlencoded",
        )
        got = outcome(answer)
        allowed = {expected(row, role)} if row else {"not taken", SIGN_IN, FORBIDDEN, MISSING}
        if got not in allowed:
            yield f"{role}: {method} {address}: {got}"


@contextmanager
def undone() -> Iterator[None]:
    """The district is as it was afterwards: to make it takes longer than to ask it."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("route", ["booking", "pay", "paid", "cancel", "check_in", "approve"])
def test_a_booking_that_never_was_is_as_missing_as_anothers(client: Client, route: str) -> None:
    client.force_login(make_user())

    for method in (client.get, client.post):
        assert method(reverse(route, args=[uuid.uuid4()])).status_code in (404, 405)


def _body(data: dict[str, Any], *, json: bool) -> bytes:
    import json as encoder
    from urllib.parse import urlencode

    return (encoder.dumps(data) if json else urlencode(data)).encode()
