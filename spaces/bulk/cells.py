"""What a cell may hold: how a value is written, and what is read back from what people type.

`clean` raises ValueError with a sentence; `render` writes what `clean` reads.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from spaces.cancellation import in_order as in_tiers

YES = {"yes", "true", "1", "y", "x", "ja", "j", "sant"}
NO = {"no", "false", "0", "n", "nei", "usant"}
WINDOW = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?$")
DAY = 24 * 60


class Text(Widget):
    """One line of text, or several."""

    def __init__(self, longest: int | None = None) -> None:
        super().__init__()
        self.longest = longest

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = plain(value).strip()
        if self.longest and len(text) > self.longest:
            raise ValueError(_("At most %(most)s characters.") % {"most": self.longest})
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class YesNo(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = plain(value).strip().lower()
        if word in YES:
            return True
        if word in NO:
            return False
        raise ValueError(_("Write yes or no."))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


class Whole(Widget):
    """A whole number, in a range."""

    def __init__(self, least: int = 0, most: int = 1_000_000) -> None:
        super().__init__()
        self.least, self.most = least, most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        number = decimal_of(value)
        if number is None:
            return None
        if number != int(number):
            raise ValueError(_("Write a whole number."))
        if not self.least <= number <= self.most:
            raise ValueError(
                _("Write a number from %(least)s to %(most)s.")
                % {"least": self.least, "most": self.most}
            )
        return int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> int | str:
        return "" if value is None else int(value)


class Degrees(Widget):
    """A coordinate, with as many decimals as it has."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> float | None:
        number = decimal_of(value)
        if number is None:
            return None
        if abs(number) > self.most:
            raise ValueError(_("Write degrees from -%(most)s to %(most)s.") % {"most": self.most})
        return float(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> float | str:
        return "" if value is None else float(value)


class Kroner(Widget):
    """Kept in øre, written in kroner: 320 or 99,50."""

    MOST = 20_000_000

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        number = decimal_of(re.sub(r"(?i)\s*kr\.?$|,-$", "", value) if _is_text(value) else value)
        if number is None:
            return None
        if number != round(number, 2):
            raise ValueError(_("Write kroner with at most two decimals."))
        if not 0 <= number <= self.MOST:
            raise ValueError(_("Write an amount in kroner, such as 320 or 99,50."))
        return int(number * 100)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> int | float | str:
        if value is None:
            return ""
        ore = int(value)
        return ore // 100 if ore % 100 == 0 else ore / 100


class Choice(Widget):
    """One of some words; the labels people see are understood too."""

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self.choices = choices

    @property
    def words(self) -> list[str]:
        """Those a cell may hold."""
        return [str(word) for word in self.choices.values]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        word = plain(value).strip().lower()
        for code, label in self.choices.choices:
            if word in (code, str(label).lower(), code.replace("_", " ")):
                return str(code)
        raise ValueError(_("Write one of these: %(words)s.") % {"words": ", ".join(self.words)})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class ChoiceOrPlace(Choice):
    """The same, or `place`: None, which leaves it to the place."""

    AS_PLACE = "place"

    @property
    def words(self) -> list[str]:
        return [*super().words, self.AS_PLACE]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if plain(value).strip().lower() == self.AS_PLACE:
            return None
        return super().clean(value, row, **kwargs)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or self.AS_PLACE)


class Windows(Widget):
    """Times of day: 08:00-16:00; 18:00-02:00. Kept as minutes, past 1440 into the next day."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[tuple[int, int], ...]:
        found = sorted(window(part) for part in parts(value))
        for (_opens, closes), (opens, _closes) in pairwise(found):
            if opens < closes:
                raise ValueError(_("The times overlap."))
        return tuple(found)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "; ".join(written(*one) for one in value or ())


class OneWindow(Windows):
    """One such time of day, or none."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = super().clean(value)
        if len(found) > 1:
            raise ValueError(_("Write one time of day, such as 08:00-16:00."))
        return found[0] if found else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return written(*value) if value else ""


class Names(Widget):
    """A; B; C, each once, in the order people count them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[str, ...]:
        names = parts(value)
        if any(len(name) > 120 for name in names):
            raise ValueError(_("At most %(most)s characters.") % {"most": 120})
        return in_order(names)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "; ".join(value or ())


class Counted(Widget):
    """Codes with how many: screen; whiteboard x2."""

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__()
        self.known = known  # what people may write, in small letters: its code

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dict[str, int]:
        found = {}
        for part in parts(value):
            match = re.fullmatch(r"(.+?)(?:\s*[x×*]\s*(\d{1,3}))?", part, re.IGNORECASE)
            assert match
            code = self.known.get(match[1].strip().lower())
            if code is None:
                raise ValueError(
                    _("“%(word)s” is not known. Known are: %(words)s.")
                    % {"word": match[1][:60], "words": ", ".join(sorted(set(self.known.values())))}
                )
            found[code] = max(1, int(match[2] or 1))
        return dict(sorted(found.items()))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        items = (value or {}).items()
        return "; ".join(code if count == 1 else f"{code} x{count}" for code, count in items)


class Tiers(Widget):
    """Cancellation: 1440=100; 120=50 is all of it until a day before, half until two hours."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[list[int]]:
        found: dict[int, int] = {}
        for part in parts(value):
            match = re.fullmatch(r"(\d{1,6})\s*=\s*(\d{1,3})\s*%?", part)
            if match is None or not 1 <= int(match[2]) <= 100:
                raise ValueError(_("Write minutes and percent as 1440=100; 120=50."))
            found[int(match[1])] = int(match[2])
        return [list(tier) for tier in in_tiers(found.items())]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "; ".join(f"{minutes}={percent}" for minutes, percent in value or ())


# --- Words -------------------------------------------------------------------------------


def plain(value: Any) -> str:
    """A cell as text. Spreadsheets turn 7030 into a number, and 7030.0 is still 7030."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def parts(value: Any) -> list[str]:
    found = re.split(r"[;\n]", plain(value))
    return [part.strip() for part in found if part.strip()]


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, with Desk 2 before Desk 10."""

    def key(name: str) -> Sequence[Any]:
        return [(int(bit), "") if bit.isdigit() else (0, bit) for bit in re.split(r"(\d+)", name)]

    return tuple(sorted(set(names), key=lambda name: (key(name), name)))


def decimal_of(value: Any) -> Decimal | None:
    """A number, also when it is kept as text: 1 080,50 is 1080.50. Empty is None."""
    if isinstance(value, bool):
        raise ValueError(_("Write a number."))
    text = re.sub(r"[\s\u00a0\u202f']", "", plain(value)).replace("−", "-")
    if not text:
        return None
    if "," in text and "." in text:  # the last one is the decimal one
        group = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(group, "")
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValueError(_("Write a number.")) from None
    if not number.is_finite() or abs(number) > 10**12:
        raise ValueError(_("Write a number."))
    return number


def window(text: str) -> tuple[int, int]:
    """08:00-16:00, 8-16 and 18.00–02.00 (until the next day) as minutes."""
    match = WINDOW.match(text.strip())
    if match is None:
        raise ValueError(_("Write times of day as 08:00-16:00; several with a semicolon."))
    opens, closes = (int(match[i]) * 60 + int(match[i + 1] or 0) for i in (1, 3))
    if closes <= opens:
        closes += DAY
    minutes_are_right = all(int(match[i] or 0) < 60 for i in (2, 4))
    if opens >= DAY or closes > 2 * DAY or not minutes_are_right:
        raise ValueError(_("Write times of day as 08:00-16:00; several with a semicolon."))
    return opens, closes


def written(opens: int, closes: int) -> str:
    ends = closes - DAY if DAY < closes <= DAY + opens else closes
    return f"{opens // 60:02}:{opens % 60:02}-{ends // 60:02}:{ends % 60:02}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
