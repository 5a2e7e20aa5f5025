"""The sketch of the district that lies under every map."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from district.sketch import sketch


@gzip_page
@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def district_map(request: HttpRequest) -> JsonResponse:
    return JsonResponse(sketch(), json_dumps_params={"separators": (",", ":")})
