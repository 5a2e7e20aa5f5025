"""Who comes along to the demo's bookings, what is written about them, and what is public."""

from datetime import datetime, timedelta

from accounts.models import Role, User
from bookings.models import (
    Answer,
    Attendee,
    Booking,
    Delivery,
    DeliveryState,
    Kind,
    Message,
    Visibility,
)
from district.demo.plans import FIRMA, STUDENT

COMPANY = (  # to the student's group work
    ("Ida Berg", "ida.berg@demo.ledig.no", Answer.ACCEPTED),
    ("Jonas Vik", "jonas.vik@demo.ledig.no", Answer.TENTATIVE),
    ("", "sara@demo.ledig.no", Answer.NEEDS_ACTION),
)
ACTIVITIES = {
    "Bandøving": "Åpen bandøving: kom og lytt",
    "Medvirkning, Elgeseter gate": "Hva vil du med Elgeseter gate? Åpent verksted",
}
ASKED = "Er det greit om vi tar med en egen projektor?"
ANSWERED = "Ja visst. Det henger en HDMI-kabel ved tavla. Velkommen!"


def write_along(midnight: datetime) -> None:
    people = User.objects.filter(email__in=(STUDENT, FIRMA)).values_list("pk", flat=True)
    theirs = Booking.objects.filter(booker__in=list(people))
    for title, public in ACTIVITIES.items():
        theirs.filter(title=title).update(visibility=Visibility.PUBLIC, public_title=public)
    booking = Booking.objects.select_related("space__organisation").get(
        title="Gruppeøving, prosjekt 3", booker__email=STUDENT
    )
    booking.note = "Vi blir seks stykker, og en av oss bruker rullestol."
    booking.save(update_fields=["note"])
    invited = midnight - timedelta(hours=9)
    for name, email, answer in COMPANY:
        one = Attendee(booking=booking, name=name, email=email, answer=answer, invited_at=invited)
        if answer != Answer.NEEDS_ACTION:
            one.answered_at = invited + timedelta(hours=1)
        one.digest = Attendee.digest_of(one.token)
        one.save()
    owner = booking.space.organisation.memberships.filter(role=Role.OWNER).first()
    asked = invited + timedelta(hours=2)
    write(booking, 1, ASKED, at=asked, author=booking.booker_id, as_owner=False)
    if owner is not None:
        answered = asked + timedelta(hours=1)
        write(booking, 2, ANSWERED, at=answered, author=owner.user_id, as_owner=True)
        Delivery.objects.create(
            booking=booking,
            version=2,
            kind=Kind.MESSAGE,
            recipient=booking.booker,
            state=DeliveryState.SILENT,  # nobody is mailed
            not_before=answered,
        )


def write(
    booking: Booking, number: int, text: str, *, at: datetime, author: int, as_owner: bool
) -> None:
    Message.objects.create(
        booking=booking, number=number, text=text, at=at, author_id=author, as_owner=as_owner
    )
