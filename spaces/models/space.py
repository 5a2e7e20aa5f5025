"""What is listed (a space) and what is taken (its units)."""

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.expressions import CombinedExpression
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import RUNS_BOOKINGS, RUNS_SPACES, Organisation, Training, User
from accounts.texts import in_language
from spaces.cancellation import Tier, in_order, within
from spaces.models.holidays import KeepsHours, OnHolidays
from spaces.models.limits import ANSWERED
from spaces.models.place import Place
from spaces.models.vat import Vat

if TYPE_CHECKING:
    from spaces.models.add_on import AddOn
    from spaces.models.media import Photo
    from spaces.models.price import PriceQuerySet


class Kind(models.TextChoices):
    MEETING_ROOM = "meeting_room", _("Meeting room")
    DESK_AREA = "desk_area", _("Desks")
    LAB = "lab", _("Lab")
    WORKSHOP = "workshop", _("Workshop")
    EVENT_HALL = "event_hall", _("Event hall")
    STUDIO = "studio", _("Studio")
    OUTDOOR = "outdoor", _("Outdoors")


class Allocation(models.TextChoices):
    """Which of its units a booking of the space takes."""

    ALL = "all", _("All units")  # a room: its one unit; Hall A+B: both halves
    ANY = "any", _("Any of the units")  # a desk area: as many desks as are asked for


class Listing(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")


class Unit(models.Model):
    """A physical thing that serves one party at a time: a room, half a hall, one desk, a
    projector that is booked along."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="units")
    name = models.CharField(_("name"), max_length=120)
    add_on = models.ForeignKey(
        "spaces.AddOn", models.PROTECT, null=True, blank=True, related_name="units"
    )  # one of these: then no space is made of it

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Amenity(models.Model):
    """Something a space may have: a screen, a fume hood, a laser cutter."""

    code = models.SlugField(primary_key=True, max_length=40)
    name = models.JSONField(default=dict)  # {language: text}
    icon = models.CharField(max_length=40, default="check")  # a Lucide icon

    class Meta:
        ordering = ("code",)
        verbose_name = _("amenity")
        verbose_name_plural = _("amenities")

    def __str__(self) -> str:
        return in_language(self.name)


class SpaceQuerySet(models.QuerySet["Space"]):
    def published(self) -> Self:
        return self.filter(listing=Listing.PUBLISHED)

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Published spaces, and all spaces of the organisations one works for."""
        if not isinstance(user, User):
            return self.published()
        mine = user.memberships.values("organisation")
        return self.filter(Q(listing=Listing.PUBLISHED) | Q(organisation__in=mine))

    def priced_for(
        self,
        affiliations: Collection[str],
        organisations: Collection[int],
        amount: int | None = None,
    ) -> Self:
        """Those with a price, or with this one, for a person of these affiliations and
        organisations."""
        prices = apps.get_model("spaces", "Price").objects  # which needs Space first
        found = prices.filter(space=OuterRef("pk"))
        if amount is not None:
            found = found.filter(amount=amount)
        # Whose own space it is, the space's row says: no price is joined to its space.
        own = Q(Exists(found.filter(audience="own")), organisation__in=organisations)
        return self.filter(Exists(found.filter(for_people(affiliations, organisations))) | own)

    @staticmethod
    def prices_for(
        affiliations: Collection[str], organisations: Collection[int]
    ) -> "PriceQuerySet":
        """The prices of a space, named by `OuterRef`, for such a person."""
        prices: PriceQuerySet = apps.get_model("spaces", "Price").objects.all()
        return prices.for_people(affiliations, organisations).filter(space=OuterRef("pk"))

    def run_by(self, user: User) -> Self:
        """Spaces whose bookings this person answers for."""
        return self.filter(
            organisation__in=user.memberships.filter(role__in=RUNS_BOOKINGS).values("organisation")
        )

    def kept_by(self, user: User) -> Self:
        """Spaces whose facts, hours, rules and prices this person may change."""
        return self.filter(
            organisation__in=user.memberships.filter(role__in=RUNS_SPACES).values("organisation")
        )

    def matching(self, text: str) -> Self:
        """Those that all the words are about: spaces/models/words.py."""
        words = apps.get_model("spaces", "SpaceWords").objects  # which needs Space first
        found = self
        for about in words.about_each(text):
            found = found.filter(pk__in=about.values("space"))
        return found

    def by_distance(self, latitude: float, longitude: float) -> Self:
        """The nearest first; `distance` in metres. An index on places gives the order."""
        here = Func(F("place__latitude"), F("place__longitude"), function="ll_to_earth")
        there = Func(Value(latitude), Value(longitude), function="ll_to_earth")
        metres = CombinedExpression(here, "<->", there, output_field=models.FloatField())
        return self.annotate(distance=metres).order_by("distance", "pk")

    def for_listing(self) -> Self:
        """With what a row in a list shows, in a fixed number of queries."""
        return self.select_related("place", "organisation", "in_force").prefetch_related(
            "photos",
            _joined("prices", "organisation"),
            "length_discounts",
            _joined("space_amenities", "amenity"),
            _joined("access_rules", "organisation", "group__organisation"),
            _joined("trainings", "organisation"),
        )

    def for_page(self) -> Self:
        """With what its own page shows."""
        papers: Any = Space._meta.get_field("attachments").related_model
        return self.for_listing().prefetch_related(
            "opening_hours",
            "place__opening_hours",
            "layouts",
            "add_ons__units",
            Prefetch("attachments", papers.objects.for_listing()),
        )

    def for_programs(self) -> Self:
        """With what the API tells of each, its prices, and how many units it has."""
        units = Space.units.through.objects.filter(space=OuterRef("pk")).order_by().values("space")
        counted: models.QuerySet[Any] = units.annotate(n=Count("*"))
        return (
            self.select_related("place", "organisation", "in_force")
            .prefetch_related(
                _joined("prices", "organisation"),
                "length_discounts",
                "space_amenities",
                "add_ons__units",
            )
            .annotate(unit_count=Subquery(counted.values("n")))
        )


def for_people(affiliations: Collection[str], organisations: Collection[int]) -> Q:
    """The prices for such a person, but for those of a space of their own."""
    mine = Q(audience="everyone") | Q(audience__in=affiliations)
    return mine | Q(audience="organisation", organisation__in=organisations)


def _joined(relation: str, *along: str) -> "Prefetch[str]":
    """Rows of a relation with what each of them points to, in one query for both."""
    rows: Any = Space._meta.get_field(relation).related_model
    return Prefetch(relation, rows._default_manager.select_related(*along))


@lru_cache(maxsize=8192)
def address(name: str, slug: str) -> str:
    """Of a page about a space. It never changes, and a list says dozens of them."""
    return reverse(name, args=[slug])


def free_until_the_day_before() -> list[list[int]]:
    return [[24 * 60, 100]]


class Space(KeepsHours):
    """What is listed and booked."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="spaces")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="spaces")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    listing = models.CharField(max_length=10, choices=Listing, default=Listing.DRAFT)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True, max_length=120)
    floor = models.JSONField(default=dict, blank=True)  # {language: text}
    summary = models.JSONField(default=dict, blank=True)
    description = models.JSONField(default=dict, blank=True)
    house_rules = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)  # of its kind: spaces/facts.py
    capacity = models.PositiveIntegerField(_("capacity"))
    area = models.PositiveIntegerField(_("area in m²"), null=True, blank=True)
    is_step_free = models.BooleanField(_("step-free"), default=False)
    amenities = models.ManyToManyField(Amenity, through="SpaceAmenity", related_name="spaces")

    on_holidays = models.CharField(
        _("on public holidays"), max_length=6, choices=OnHolidays, null=True, blank=True
    )  # null: as the place

    trainings = models.ManyToManyField(Training, blank=True, related_name="spaces")

    allocation = models.CharField(max_length=3, choices=Allocation, default=Allocation.ALL)
    units = models.ManyToManyField(Unit, related_name="spaces")

    # Rules as the owner set them; what holds is `in_force`. A length of time is in minutes.
    is_instant = models.BooleanField(_("instant booking"), default=True)
    step = models.PositiveSmallIntegerField(default=30)
    min_length = models.PositiveIntegerField(default=30)
    max_length = models.PositiveIntegerField(default=12 * 60)
    lead_time = models.PositiveIntegerField(default=0)
    horizon_days = models.PositiveIntegerField(default=180)
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    release_after = models.PositiveSmallIntegerField(null=True, blank=True)  # no check-in: null
    answer_within = models.PositiveSmallIntegerField(default=48 * 60)  # where one has to ask
    last_notice = models.PositiveIntegerField(default=0)  # later no booker cancels or changes
    cancellation = models.JSONField(default=free_until_the_day_before)  # spaces/cancellation.py

    # Prices, beside the rows of Price. Minor units, VAT included.
    vat = models.CharField(_("VAT"), max_length=15, choices=Vat, default=Vat.EXEMPT_3_11)
    minimum_charge = models.PositiveIntegerField(_("minimum charge"), default=0)
    cleaning_fee = models.PositiveIntegerField(_("cleaning fee"), default=0)
    deposit = models.PositiveIntegerField(_("deposit"), default=0)
    no_show_fee = models.PositiveIntegerField(_("fee for not coming"), default=0)
    overstay_fee = models.PositiveIntegerField(_("fee for staying too long"), default=0)

    objects = SpaceQuerySet.as_manager()

    stamp = ""  # of all that was read with it, where `spaces.listed` keeps it
    told: "dict[str, dict[str, Any]]"  # beside a stamp: how the API tells of it, by language

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ("id",)
        indexes = [
            models.Index(
                fields=["kind", "capacity"],
                condition=Q(listing="published"),
                name="space_published_kind",
            ),
            models.Index(fields=["place"], name="space_place"),
            GinIndex(
                OpClass(Func("name", function="spaces_plain"), name="gin_trgm_ops"),
                condition=Q(listing="published"),
                name="space_by_name",
            ),
        ]
        constraints = [
            *KeepsHours.Meta.constraints,
            models.CheckConstraint(name="space_capacity", condition=Q(capacity__gte=1)),
            models.CheckConstraint(
                name="space_lengths",
                condition=Q(
                    step__range=(5, 1440),
                    min_length__gte=1,
                    max_length__gte=F("min_length"),
                    horizon_days__range=(1, 1100),
                ),
            ),
            models.CheckConstraint(name="space_answer", condition=Q(answer_within__range=ANSWERED)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("space", self.slug)

    @property
    def summary_text(self) -> str:
        return in_language(self.summary)

    @property
    def description_text(self) -> str:
        return in_language(self.description)

    @property
    def house_rules_text(self) -> str:
        return in_language(self.house_rules)

    @property
    def floor_text(self) -> str:
        return in_language(self.floor)

    @property
    def tiers(self) -> list[Tier]:
        """What comes back when one cancels, as it is in force: of a booking made now."""
        return within(in_order(self.cancellation), self.in_force.longest_notice)

    @property
    def offers(self) -> "list[AddOn]":
        """The add-ons that can be booked along."""
        return [one for one in self.add_ons.all() if one.is_offered]

    @property
    def is_pool(self) -> bool:
        return self.allocation == Allocation.ANY

    @property
    def cover(self) -> "Photo | None":
        return next(iter(self.photos.all()), None)


class SpaceAmenity(models.Model):
    space = models.ForeignKey(Space, models.CASCADE, related_name="space_amenities")
    amenity = models.ForeignKey(Amenity, models.PROTECT)
    count = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["space", "amenity"], name="space_amenity_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.amenity}" if self.count > 1 else str(self.amenity)


class Layout(models.Model):
    """A way a hall can be furnished, and how many it then holds."""

    class Seating(models.TextChoices):
        THEATRE = "theatre", _("Rows of chairs")
        CLASSROOM = "classroom", _("Classroom")
        BANQUET = "banquet", _("Round tables")
        BOARDROOM = "boardroom", _("One long table")
        HORSESHOE = "horseshoe", _("Horseshoe")
        STANDING = "standing", _("Standing")

    space = models.ForeignKey(Space, models.CASCADE, related_name="layouts")
    seating = models.CharField(_("layout"), max_length=10, choices=Seating)
    capacity = models.PositiveIntegerField(_("capacity"))

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["space", "seating"], name="layout_once"),
            models.CheckConstraint(name="layout_capacity", condition=Q(capacity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.get_seating_display()}: {self.capacity}"
