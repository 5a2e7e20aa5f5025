"""Who works for an organisation: seen by all who do, changed by its owners."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import operations
from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import InviteForm, RoleForm, sent
from accounts.models import Invitation, Member, Organisation, Role

OWNERS = frozenset({Role.OWNER})
SHOWN_EVENTS = 20  # the latest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The list; a POST invites somebody."""
    user = person(request)
    organisation = organisation_of(user, slug, OWNERS if request.method == "POST" else Role)
    form = InviteForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            operations.invite(
                organisation=organisation, by=user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("email", refusal.sentence)
        else:
            sent_to = form.cleaned_data["email"]
            messages.success(request, _("An invitation is on its way to %(to)s.") % {"to": sent_to})
            return redirect("members", slug=slug)
    return _page(request, organisation, form)


def _page(request: HttpRequest, organisation: Organisation, form: InviteForm) -> HttpResponse:
    people = organisation.memberships.select_related("user").order_by("user__name", "pk")
    me = next(member for member in people if member.user_id == person(request).pk)
    context = {
        "organisation": organisation,
        "members": people,
        "me": me,
        "is_owner": me.role == Role.OWNER,
        "roles": Role.choices,
        "invitations": organisation.invitations.filter(accepted_at=None),
        "now": timezone.now(),
        "form": form,
    }
    if context["is_owner"]:
        events = organisation.member_events.select_related("user", "by")
        context["events"] = events.order_by("-pk")[:SHOWN_EVENTS]
    return render(request, "accounts/members.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    member = _member(request, slug, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            operations.change_role(
                member=member,
                role=form.cleaned_data["role"],
                by=person(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            said = {"who": member.user, "role": Role(form.cleaned_data["role"]).label}
            messages.success(request, _("%(who)s: %(role)s.") % said)
    return redirect("members", slug=slug)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    member = _member(request, slug, pk)
    if member.user == person(request):
        return leave(request, slug)
    try:
        operations.remove(member=member, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = {"who": member.user, "organisation": member.organisation}
        messages.success(request, _("%(who)s is no longer in %(organisation)s.") % said)
    return redirect("members", slug=slug)


@login_required
@require_POST
def hand_over(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    to = _member(request, slug, pk)
    owner = person(request).memberships.get(organisation=to.organisation_id)
    if owner.pk == to.pk:
        return redirect("members", slug=slug)
    try:
        operations.hand_over(owner=owner, to=to, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = {"who": to.user, "organisation": to.organisation}
        messages.success(request, _("%(who)s owns %(organisation)s now.") % said)
    return redirect("members", slug=slug)


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug)
    try:
        operations.leave(organisation=organisation, user=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("members", slug=slug)
    messages.success(request, _("You have left %(organisation)s.") % {"organisation": organisation})
    return redirect("owner_organisations")


@login_required
@require_POST
def resend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _about_invitation(request, slug, pk, again=True)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _about_invitation(request, slug, pk, again=False)


def _about_invitation(request: HttpRequest, slug: str, pk: int, *, again: bool) -> HttpResponse:
    user, now = person(request), timezone.now()
    organisation = organisation_of(user, slug, OWNERS)
    invitation = get_object_or_404(organisation.invitations, pk=pk, accepted_at=None)
    try:
        if again:
            operations.resend(invitation=invitation, by=user, now=now)
            said = _("A new invitation is on its way to %(to)s.")
        else:
            operations.withdraw(invitation=invitation, by=user, now=now)
            said = _("The invitation to %(to)s is withdrawn.")
        messages.success(request, said % {"to": invitation.email})
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("members", slug=slug)


def _member(request: HttpRequest, slug: str, pk: int) -> Member:
    """Somebody in an organisation that the asker owns."""
    organisation = organisation_of(person(request), slug, OWNERS)
    members = organisation.memberships.select_related("user", "organisation")
    return get_object_or_404(members, pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the letter leads to. Whoever has it may accept, with any account."""
    now = timezone.now()
    if request.method == "POST":
        try:
            member = operations.accept(token=token, by=person(request), now=now)
        except Refused:
            return render(request, "accounts/invitation_gone.html", status=410)
        messages.success(
            request, _("You work for %(organisation)s now.") % {"organisation": member.organisation}
        )
        return redirect("organisation", slug=member.organisation.slug)
    found = Invitation.objects.with_token(token, now).select_related("organisation", "invited_by")
    standing = found.first()
    if standing is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    is_theirs = person(request).email.lower() == standing.email
    context = {"invitation": standing, "is_theirs": is_theirs}
    return render(request, "accounts/invitation.html", context)
