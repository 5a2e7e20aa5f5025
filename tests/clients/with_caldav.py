"""What somebody does with a calendar, by the `caldav` library.

    python with_caldav.py HOST_URL USER PASSWORD ROOM TAKEN

From the bare host on: finds the calendars, books the room called ROOM, moves it, is refused
where it is TAKEN (an ISO moment), makes a series and leaves out a day, and deletes both. Prints
what came of each step, as JSON.
"""

import json
import sys
from datetime import datetime, timedelta
from typing import Any

import caldav
from caldav.lib.error import AuthorizationError, DAVError

HOUR = timedelta(hours=1)


def main(url: str, user: str, password: str, room: str, taken: str) -> None:
    said: dict[str, Any] = {}
    at = datetime.fromisoformat(taken)
    with caldav.DAVClient(url=url, username=user, password=password) as client:
        principal = client.principal()
        calendars = {one.get_display_name(): one for one in principal.calendars()}
        said["calendars"] = sorted(calendars)
        calendar = calendars[room]
        start = at + 3 * HOUR
        event = calendar.add_event(
            uid="by-caldav", dtstart=start, dtend=start + HOUR, summary="Ætt møte"
        )
        event.load()
        said["booked"] = str(event.icalendar_component["SUMMARY"])
        try:
            calendar.add_event(uid="refused", dtstart=at, dtend=at + HOUR, summary="No")
        except AuthorizationError as no:
            said["refused"] = str(no.reason)
        said["found"] = [
            str(one.icalendar_component["UID"])
            for one in calendar.search(start=start, end=start + HOUR, event=True)
        ]
        event.icalendar_component["DTSTART"].dt += HOUR
        event.icalendar_component["DTEND"].dt += HOUR
        event.save()
        event.load()
        said["moved"] = event.icalendar_component["DTSTART"].dt.isoformat()
        token = calendar.get_objects_by_sync_token(load_objects=False).sync_token
        series = calendar.add_event(
            uid="series",
            dtstart=start + 24 * HOUR,
            dtend=start + 25 * HOUR,
            summary="Serie",
            rrule={"FREQ": "WEEKLY", "COUNT": 3},
        )
        said["series"] = len(
            calendar.search(start=start, end=start + timedelta(days=60), event=True, expand=True)
        )
        changes = calendar.get_objects_by_sync_token(token, load_objects=True)
        said["changed"] = sorted(str(one.icalendar_component["UID"]) for one in changes)
        series.delete()
        event.delete()
        said["left"] = [one.icalendar_component["SUMMARY"] for one in calendar.events()]
        try:
            event.load()
        except DAVError as gone:
            said["gone"] = type(gone).__name__
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
