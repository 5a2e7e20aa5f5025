"""What calendar programs see at `/dav/` (CalDAV, RFC 4791): the reading half.

Writing moves money, so it is above, in `billing/dav/`, which also answers the requests.
"""
