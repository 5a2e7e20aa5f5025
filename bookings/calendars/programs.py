"""Which calendar program fetches, by what it calls itself."""

import re

PROGRAMS = (  # the first that is found in what it says
    ("google", "Google Kalender"),
    ("davx5", "DAVx⁵"),
    ("icsx5", "ICSx⁵"),
    ("thunderbird", "Thunderbird"),
    ("lightning", "Thunderbird"),
    ("microsoft", "Outlook"),
    ("outlook", "Outlook"),
    ("exchange", "Outlook"),
    ("dataaccessd", "iPhone"),
    ("ios/", "iPhone"),
    ("calendaragent", "Mac"),
    ("macos", "Mac"),
    ("gnome", "GNOME"),
    ("vdirsyncer", "vdirsyncer"),
)
PRODUCT = re.compile(r"[\w.-]{1,40}")


def program_of(agent: str) -> str:
    """A short name for a person to know it by; the first word of an unknown one."""
    said = agent.lower()
    for part, name in PROGRAMS:
        if part in said:
            return name
    word = PRODUCT.match(agent)
    return word[0] if word else ""
