"""Uploaded files, served by Django itself: in the demo and in development only.

In production the reverse proxy serves MEDIA_ROOT with the same headers.
"""

import mimetypes
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils._os import safe_join
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

INERT = {
    # Whatever a file contains, it may do nothing but be looked at.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
@cache_control(public=True, max_age=365 * 24 * 60 * 60, immutable=True)
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
        if not file.is_file():
            raise Http404
    except (SuspiciousFileOperation, ValueError, OSError):
        raise Http404 from None
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if content_type == "image/svg+xml":
        return drawing(request, file)
    return FileResponse(file.open("rb"), content_type=content_type, headers=INERT)


@gzip_page
def drawing(request: HttpRequest, file: Path) -> HttpResponse:
    return HttpResponse(file.read_bytes(), content_type="image/svg+xml", headers=INERT)
