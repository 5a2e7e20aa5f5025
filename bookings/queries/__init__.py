"""Answers that need several tables: what is free when, for the search and space pages."""

from bookings.queries.search import Results, Row, search
from bookings.queries.suggesting import suggestions
from bookings.queries.week import Week, week_of

__all__ = ["Results", "Row", "Week", "search", "suggestions", "week_of"]
