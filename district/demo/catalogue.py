"""The words in which the demo district is described."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.models import AffiliationKind, OrganisationKind, Role
from spaces.models import Audience, Kind, OnHolidays, Per, Vat

Texts = dict[str, str]  # {language: text}
Span = tuple[int, int]  # opens, closes: minutes after the day's midnight
Week = dict[int, Span]  # ISO weekday -> its opening hours


def text(nb: str, en: str, nn: str = "") -> Texts:
    """A text in Bokmål and English, and in Nynorsk where somebody has written it."""
    return {"nb": nb, **({"nn": nn} if nn else {}), "en": en}


# --- Who --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    slug: str
    name: str
    kind: OrganisationKind
    about: Texts
    books_on_account: bool = False
    address: tuple[str, str] = ("", "")  # street, postcode
    website: str = ""
    number: str = ""  # of those that are invented: one that no register gives out


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`roles` and `ties`: by organisation slug. A tie is a proved affiliation."""

    email: str
    name: str
    roles: dict[str, Role] = field(default_factory=dict)
    ties: dict[str, AffiliationKind] = field(default_factory=dict)
    can_sign_in: bool = False
    is_operator: bool = False
    language: str = "nb"


# --- Where ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DemoPlace:
    slug: str
    organisation: str
    name: str
    address: str
    postcode: str
    point: tuple[float, float]  # latitude, longitude
    arrival: Texts
    is_step_free: bool = True
    is_outdoor: bool = False


# --- When -------------------------------------------------------------------------------


def clock_span(words: str) -> Span:
    """`"07-21"` and `"18-02"`: whole hours, past midnight when the end is not after the start."""
    opens, closes = (int(hour) * 60 for hour in words.split("-"))
    return opens, closes if closes > opens else closes + 24 * 60


def week(weekdays: str, saturday: str = "", sunday: str = "") -> Week:
    hours = {day: clock_span(weekdays) for day in range(1, 6)}
    if saturday:
        hours[6] = clock_span(saturday)
    if sunday:
        hours[7] = clock_span(sunday)
    return hours


ALWAYS = week("00-24", "00-24", "00-24")
OFFICE = week("07-21")
OFFICE_AND_SATURDAY = week("07-21", "10-16")
SHORT_DAY = week("08-16")
LAB_DAY = week("08-18")
EVENINGS_TOO = week("08-22", "10-18", "12-18")
HALL = week("08-23", "10-23", "12-20")
LATE = week("10-02", "10-02", "12-22")
DAYLIGHT = week("08-21", "09-21", "10-20")


@dataclass(frozen=True, slots=True)
class OtherHours:
    """On the given weekday `weeks` weeks from now: other hours, or closed without any."""

    weeks: int
    weekday: int
    reason: str
    hours: str = ""

    def date(self, today: date) -> date:
        monday = today - timedelta(days=today.isoweekday() - 1)
        return monday + timedelta(weeks=self.weeks, days=self.weekday - 1)

    @property
    def span(self) -> Span | None:
        return clock_span(self.hours) if self.hours else None


# --- How much ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DemoPrice:
    audience: Audience
    per: Per
    kroner: int


def hour(kroner: int, audience: Audience = Audience.EVERYONE) -> DemoPrice:
    return DemoPrice(audience, Per.HOUR, kroner)


def day(kroner: int, audience: Audience = Audience.EVERYONE) -> DemoPrice:
    return DemoPrice(audience, Per.DAY, kroner)


def a_week(kroner: int, audience: Audience = Audience.EVERYONE) -> DemoPrice:
    return DemoPrice(audience, Per.WEEK, kroner)


FREE = hour(0)
OWN_FREE = hour(0, Audience.OWN)
STUDENTS_FREE = hour(0, Audience.STUDENT)


def students(kroner: int) -> DemoPrice:
    return hour(kroner, Audience.STUDENT)


def startups(kroner: int) -> DemoPrice:
    return hour(kroner, Audience.STARTUP)


# --- What -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """How a space is booked. Lengths are in minutes, as on `Space`."""

    step: int = 30
    min_length: int = 30
    max_length: int = 8 * 60
    lead_time: int = 0
    horizon_days: int = 90
    buffer_before: int = 0
    buffer_after: int = 0
    is_instant: bool = True
    free_cancellation: int = 24 * 60
    late_refund_percent: int = 0
    on_holidays: OnHolidays | None = None  # as the place
    release_after: int | None = None
    answer_within: int = 48 * 60
    last_notice: int = 0


ROOM_RULES = Rules()


@dataclass(frozen=True, slots=True)
class DemoSpace:
    """`pool`: how many equal units bookers choose among (desks, benches, printers); without
    one, all of the space is booked. `units` names the physical parts it shares with others."""

    slug: str
    place: str
    kind: Kind
    name: str
    capacity: int
    area: int
    floor: int | None
    summary: Texts
    description: Texts
    amenities: tuple[str | tuple[str, int], ...]
    prices: tuple[DemoPrice, ...]
    palette: str
    hours: Week = field(default_factory=lambda: OFFICE)
    rules: Rules = ROOM_RULES
    vat: Vat = Vat.EXEMPT_3_11
    pool: int = 0
    units: tuple[str, ...] = ()
    other_hours: tuple[OtherHours, ...] = ()
    scenes: tuple[str, ...] = ()  # else what its kind shows
    is_step_free: bool | None = None  # else as its place
    load: float = 1.0  # how sought-after, beside others of its kind
