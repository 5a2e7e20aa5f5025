"""The columns of a sheet: where a value lives, how a cell says it, what it is for."""

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.widgets import Widget

from spaces.bulk.cells import Text, plain

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class Column(Field):
    """One column.

    An empty cell leaves what is there, unless the column `can_be_emptied`. A cell that says
    what Ledig would write changes nothing, whatever it would be read as.
    """

    def __init__(
        self,
        attribute: str,
        cell: Widget,
        help: str | Promise = "",  # noqa: A002
        *,
        example: str = "",
        name: str = "",
        needed: bool = False,
        can_be_emptied: bool = False,
        is_only_shown: bool = False,
    ) -> None:
        super().__init__(attribute=attribute, column_name=name or attribute, widget=cell)
        self.help, self.example = help, example
        self.needed, self.can_be_emptied = needed, can_be_emptied
        self.is_only_shown = is_only_shown

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        text = plain(row[self.column_name]).strip()
        now = self.get_value(instance)
        if text == plain(self.widget.render(now)).strip() or (not text and not self.can_be_emptied):
            return
        if self.is_only_shown:
            raise ValueError(_("This column is only for reading. Change it on its page."))
        self.put(instance, self.widget.clean(row[self.column_name], row=row))

    def put(self, instance: Any, value: Any) -> None:
        setattr(instance, self.attribute, value)

    def is_empty(self, instance: Any) -> bool:
        return self.get_value(instance) in (None, "")

    @property
    def allowed(self) -> list[str]:
        """The words a cell may hold, when there are only some."""
        return getattr(self.widget, "words", [])

    def shown(self, instance: Any) -> str:
        return plain(self.widget.render(self.get_value(instance)))


class Spoken(Column):
    """One language of a text that its owner writes in several."""

    def __init__(self, attribute: str, language: str, help: Any, longest: int) -> None:  # noqa: A002
        super().__init__(attribute, Text(longest), help, can_be_emptied=True)
        self.column_name = f"{attribute}_{language}"
        self.language = language

    def get_value(self, instance: Any) -> Any:
        return getattr(instance, self.attribute).get(self.language, "")

    def put(self, instance: Any, value: str) -> None:
        texts = {**getattr(instance, self.attribute), self.language: value}
        setattr(instance, self.attribute, {code: text for code, text in texts.items() if text})


def spoken(attribute: str, help: Any, longest: int = 4000) -> list[Spoken]:  # noqa: A002
    """A column for each language."""
    return [Spoken(attribute, language, help, longest) for language in LANGUAGES]


class HolidayHours(Column):
    """The two minutes of shorter hours, as one cell."""

    def get_value(self, instance: Any) -> Any:
        if instance.holiday_opens is None:
            return None
        return instance.holiday_opens, instance.holiday_closes

    def put(self, instance: Any, value: Any) -> None:
        instance.holiday_opens, instance.holiday_closes = value or (None, None)
