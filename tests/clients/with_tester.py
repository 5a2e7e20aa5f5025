"""caldav-server-tester against one of our servers, in a process and an environment of its own.

    python with_tester.py URL USER PASSWORD

Prints what it found of each feature, as JSON. Our rooms are booked by the quarter of an hour,
and some of its checks write events at whatever time it is, so its clock shows whole quarters.
"""

import json
import logging
import sys
from datetime import datetime, timedelta, tzinfo

import caldav
from caldav_server_tester import checks
from caldav_server_tester.checker import ServerQuirkChecker


class AnyDatetime(type):
    def __instancecheck__(cls, other: object) -> bool:
        return isinstance(other, datetime)


class Quarters(datetime, metaclass=AnyDatetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Quarters":
        moment = super().now(tz)
        past = timedelta(
            minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond
        )
        return moment - past


def main(url: str, user: str, password: str) -> None:
    logging.disable()  # it tells of each miss; so do we, from what it returns
    checks.datetime = Quarters
    with caldav.DAVClient(url=url, username=user, password=password) as client:
        checker = ServerQuirkChecker(client)
        checker.check_all()
        found = checker.features_checked.dotted_feature_set_list(compact=False)
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
