"""The operators' admin at /operator/: for `is_staff` only, and for others not there.

People sign in as everywhere else in Ledig. The pages are django-unfold's, whose Alpine.js
evaluates expressions and whose templates carry style attributes: only under this address
the content security policy allows both (docs/adr/0006-the-operators-policy.md).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from district.operators import books

View = Callable[..., HttpResponseBase]
relaxed = csp_update({"script-src": "'unsafe-eval'", "style-src": "'unsafe-inline'"})


class OperatorSite(UnfoldAdminSite):
    site_title = site_header = _("Ledig, operators")
    index_title = _("The district")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and bool(getattr(request.user, "is_staff", False))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request):
                answer: HttpResponseBase = inner(request, *args, **kwargs)
                return answer
            if request.user.is_authenticated:
                raise Http404
            return redirect_to_login(request.get_full_path())

        return relaxed(guarded)

    def get_urls(self) -> list[Any]:
        return [
            path("books/", self.admin_view(self.books), name="books"),
            path("books/<slug:code>/", self.admin_view(self.books_accounts), name="books_accounts"),
            *super().get_urls(),
        ]

    def books(self, request: HttpRequest) -> HttpResponse:
        return books.trial_balance(request, self.each_context(request))

    def books_accounts(self, request: HttpRequest, code: str) -> HttpResponse:
        return books.accounts(request, code, self.each_context(request))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Ledig has one way to sign in."""
        if self.has_permission(request):
            return redirect("operator:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login("/operator/")


operators = OperatorSite(name="operator")
