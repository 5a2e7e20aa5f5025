"""Every address of Ledig. URLs are for users; they need not match modules."""

from csp.decorators import csp_update
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health
from district.operators.pages import operators

# Swagger UI sets styles on its elements; its script comes from an address of its own.
documentation = csp_update({"style-src": "'unsafe-inline'"})(
    SpectacularSwaggerSplitView.as_view(url_name="api_schema")
)

handler400, handler500 = "config.api.bad_request", "config.api.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("config.api_urls")),  # first: a program waits for nothing else
    path("", include("bookings.urls")),
    path("", include("spaces.urls")),
    path("", include("accounts.urls")),
    path("", include("billing.urls")),
    path("", include("billing.dav.urls")),
    path("", include("district.urls")),
    path("operator/", operators.urls),
    path("calendars/", include("bookings.calendars.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", documentation, name="api_docs"),
    path("healthz", health.healthz, name="healthz"),
    path("databasez", health.databasez, name="databasez"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("district.demo_urls")))
