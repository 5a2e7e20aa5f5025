"""What Stripe tells us: verified, stored once, answered at once, applied by a worker."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import operations, stripe_gateway
from billing.nudge import nudge


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """200 once the event is stored, also when it had come before; 400 when its signature
    is not Stripe's."""
    notice = stripe_gateway.read_webhook(request.body, request.headers.get("Stripe-Signature", ""))
    if notice is None:
        return HttpResponse("bad signature", status=400, content_type="text/plain")
    if operations.receive_event(notice, now=timezone.now()):
        nudge()
    return HttpResponse("ok", content_type="text/plain")
