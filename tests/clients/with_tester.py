"""caldav-server-tester against one of our servers, in a process and an environment of its own.

    python with_tester.py URL USER PASSWORD

Prints what it found of each feature, as JSON.
"""

import json
import logging
import sys

import caldav
from caldav_server_tester.checker import ServerQuirkChecker


def main(url: str, user: str, password: str) -> None:
    logging.disable()  # it tells of each miss; so do we, from what it returns
    with caldav.DAVClient(url=url, username=user, password=password) as client:
        checker = ServerQuirkChecker(client)
        checker.check_all()
        found = checker.features_checked.dotted_feature_set_list(compact=False)
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
