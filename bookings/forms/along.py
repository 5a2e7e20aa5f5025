"""What can be booked along with a space, as fields."""

from django import forms

from spaces.models import AddOn, Space

MOST_ALONG = 20  # of one add-on in one booking


class AlongFields(forms.Form):
    """`offer_along` gives it a field for each add-on of a space, whose `add_ons` and their
    `units` are prefetched."""

    offered: list[AddOn]

    def offer_along(self, space: Space) -> None:
        self.offered = [one for one in space.add_ons.all() if one.is_offered]
        for add_on in self.offered:
            self.fields[along(add_on)] = add_on_field(add_on)

    @property
    def add_ons(self) -> dict[AddOn, int]:
        """What is wanted along with the space, as far as it is understood."""
        if not self.is_bound:
            return {}
        self.is_valid()
        wanted = ((one, int(self.cleaned_data.get(along(one)) or 0)) for one in self.offered)
        return {add_on: count for add_on, count in wanted if count}

    def add_on_fields(self) -> list[tuple[AddOn, forms.BoundField]]:
        return [(one, self[along(one)]) for one in self.offered]


def along(add_on: AddOn) -> str:
    """The name of the field that wants it."""
    return f"add-on-{add_on.pk}"


def add_on_field(add_on: AddOn) -> forms.Field:
    """How many of what is counted; yes or no to a service."""
    label = str(add_on)
    if not add_on.is_counted:
        return forms.BooleanField(label=label, required=False)
    most = min(len(add_on.units.all()), MOST_ALONG)
    choices = [(0, "0"), *((n, str(n)) for n in range(1, most + 1))]
    return forms.TypedChoiceField(label=label, required=False, coerce=int, choices=choices)
