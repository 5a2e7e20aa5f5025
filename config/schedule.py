"""What the worker does by the clock."""

from celery.schedules import crontab

SECONDS = {  # between one time and the next
    "accounts.send_invitations": 60,
    "billing.offer_freed": 15,
    "billing.settle": 20,
    "billing.expire_holds": 30,
    "billing.run_imports": 30,
    "billing.send_documents": 30,
    "billing.penalise": 60,
    "billing.tend_deposits": 60,
    "billing.pay_owners": 600,
    "bookings.send_deliveries": 15,
    "bookings.release_missed": 30,
    "bookings.read_calendars": 60,
    "bookings.write_reminders": 120,
    "bookings.finish_bookings": 300,
    "bookings.write_digests": 300,
    "spaces.make_photos": 60,
}
AT = {  # UTC
    "billing.forget_old_keys": crontab(minute=17),
    "billing.invoice_month": crontab(hour=4, minute=7),  # daily: a first that was missed is made up
    "billing.reconcile": crontab(hour=3, minute=7),
    "billing.renew_memberships": crontab(minute=29),
    "bookings.extend_closures": crontab(hour=3, minute=11),
    "bookings.forget_past_times": crontab(hour=3, minute=37),
    "bookings.forget_seen": crontab(hour=3, minute=23),
    "bookings.forget_waiting": crontab(hour=3, minute=37),
    "bookings.tell_of_lost_calendars": crontab(minute=29),
    "spaces.forget_imports": crontab(minute=41),
}

SCHEDULE = {
    name.replace("_", "-"): {"task": f"{app}.tasks.{name}", "schedule": when}
    for task, when in {**SECONDS, **AT}.items()
    for app, name in [task.split(".")]
}
