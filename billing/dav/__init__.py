"""CalDAV: booking from a calendar program (RFC 4791). What it reads is put together in
`bookings/calendars/dav/`; here requests are answered, and what is written is carried out."""
