"""Cells that no spreadsheet takes for a formula.

What begins like one gets an apostrophe before it, and loses it when it is read again. What
begins with apostrophes and then like one gets one more, so that nothing is lost.
"""

import re

LIKE_A_FORMULA = re.compile(r"^'*[=+\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile(r"^'+[=+\-@\t\r\n＝＋－＠]")


def escaped(text: str) -> str:
    return f"'{text}" if LIKE_A_FORMULA.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if ESCAPED.match(text) else text
