"""The demo district: Elgeseter in Trondheim with invented rooms, people and bookings.

The modules named after what they hold (`places`, `rooms`, `desks` …) are a catalogue;
`seeding` writes it to the database and `history` fills its calendars.
"""
