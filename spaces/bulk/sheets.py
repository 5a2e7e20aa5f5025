"""What all sheets share: rows in, rows out, and what each row would change."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.resources import Resource

from spaces.bulk.cells import plain
from spaces.bulk.columns import Column
from spaces.bulk.known import Known


class Finder:
    """How django-import-export asks for the row that is there."""

    def __init__(self, sheet: "Sheet", dataset: Any) -> None:
        self.sheet = sheet

    def get_instance(self, row: Mapping[str, Any]) -> Any:
        return self.sheet.find(row)


class Changes:
    """What a row changes, as (column, was, becomes), in the words of the cells."""

    def __init__(self, sheet: "Sheet", instance: Any, is_new: bool) -> None:
        self.was = {} if is_new else self.shown(sheet, instance)
        self.becomes: dict[str, str] = {}

    def compare_with(self, sheet: "Sheet", instance: Any) -> None:
        self.becomes = {} if instance is None else self.shown(sheet, instance)

    def as_html(self) -> list[list[str]]:  # the name is the library's; there is no HTML in it
        names = self.was or self.becomes
        pairs = [(name, self.was.get(name, ""), self.becomes.get(name, "")) for name in names]
        return [[name, was, becomes] for name, was, becomes in pairs if was != becomes]

    @staticmethod
    def shown(sheet: "Sheet", instance: Any) -> dict[str, str]:
        return {
            column.column_name: column.shown(instance)
            for column in sheet.columns()
            if not column.is_only_shown
        }


class Sheet(Resource):
    """Rows of one kind. A subclass says which columns there are, what a row addresses and
    what may not be."""

    title: ClassVar[str]
    words: ClassVar[str | Promise]
    listed: ClassVar[tuple[Column, ...]]
    key: ClassVar[tuple[str, ...]]  # the columns that address a row
    must_have: ClassVar[frozenset[str]]  # the columns without which a file is not of this sheet

    class Meta:
        instance_loader_class = Finder
        using_db = "default"
        skip_unchanged = True

    def __init__(self, known: Known, numbers: list[int], step: Callable[[], None]) -> None:
        super().__init__()
        self.fields = {column.column_name: column for column in self.listed}
        self.known, self.numbers, self.step = known, numbers, step
        self.seen: dict[Any, int] = {}
        self.labels: dict[int, str] = {}  # row number: what it is about

    # --- What a sheet says of itself ----------------------------------------------------

    @classmethod
    def headers(cls) -> list[str]:
        return [column.column_name for column in cls.listed]

    def columns(self) -> list[Column]:
        return list(self.fields.values())

    def everything(self) -> Iterable[Any]:
        """What is exported: all that the person keeps."""
        raise NotImplementedError

    def find(self, row: Mapping[str, Any]) -> Any:
        """What the row addresses; None if it is new. ValidationError if it is not theirs."""
        raise NotImplementedError

    def new(self, row: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def address(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Equal for two rows about the same thing."""
        return tuple(plain(row.get(name)).strip() for name in self.key)

    def problems(self, instance: Any) -> dict[str, str]:
        """What is wrong with the row as a whole: {column: sentence}."""
        return {}

    # --- Hooks of django-import-export ---------------------------------------------------

    @classmethod
    def get_diff_class(cls) -> type[Changes]:
        return Changes

    def init_instance(self, row: Any = None) -> Any:
        return self.new(row)

    def get_import_id_fields(self) -> list[str]:
        return []  # a file without them was refused before

    def get_instance(self, instance_loader: Finder, row: Any) -> Any:
        return instance_loader.get_instance(row)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        number = self.numbers[kwargs["row_number"] - 1]
        address = self.address(row)
        self.labels[number] = " · ".join(str(word) for word in address if word)
        if address in self.seen:
            raise ValidationError(
                {self.key[0]: _("Row %(row)s is about the same.") % {"row": self.seen[address]}}
            )
        self.seen[address] = number

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        self.is_new = new

    def skip_row(self, instance: Any, original: Any, row: Any, *args: Any) -> bool:
        """A new row is new, whatever it says."""
        return not self.is_new and super().skip_row(instance, original, row, *args)

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        errors = {}
        for column in self.columns():
            if column.column_name not in row:
                continue
            try:
                column.save(instance, row)
            except ValueError as error:
                errors[column.column_name] = str(error)
        if errors:
            raise ValidationError(errors)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        errors: dict[str, Any] = dict(import_validation_errors or {})
        for column in self.columns():
            if column.needed and column.column_name not in errors and column.is_empty(instance):
                errors[column.column_name] = [_("Fill this in.")]
        if not errors:
            errors = {name: [text] for name, text in self.problems(instance).items()}
        if errors:
            raise ValidationError(errors)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        self.step()


def missing(kind: str, slug: Any) -> ValidationError:
    """What is somebody else's is as missing as what never was."""
    return ValidationError({kind: _("There is no “%(slug)s” among yours.") % {"slug": slug}})
