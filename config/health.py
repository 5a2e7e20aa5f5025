"""Whether this process is alive, and whether it can do its work."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def databasez(request: HttpRequest) -> JsonResponse:
    """200 when the database answers: one question, the least there is. `make bench` holds
    what costs more against it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and its tables are those this code was written for,
    503 with what is wrong otherwise. For load balancers and `make demo`."""
    checks = {"database": _database(), "cache": _cache()}
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse(checks, status=200 if ready else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        targets = executor.loader.graph.leaf_nodes()
        return "migrations are missing" if executor.migration_plan(targets) else "ok"
    except DatabaseError:
        return "does not answer"


def _cache() -> str:
    try:
        cache.set("readyz", 1, 10)
        return "ok"
    except Exception:  # noqa: BLE001  (whatever the cache's client raises, this page answers)
        return "does not answer"
