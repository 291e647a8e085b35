"""Api: tokens by which other systems ask, answers kept for the same question asked again, and web-hooks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from solvent_server.store.models.company import Company

WORKING, ANSWERED = "working", "answered"
OUT, IN = "out", "in"
WAITING, SENDING, SENT, DEAD = "waiting", "sending", "sent", "dead"
WAYS = (OUT, IN)
DELIVERED = (WAITING, SENDING, SENT, DEAD)


class Token(models.Model):
    """What another system shows to be let in: to one company, as one person, for some of what that person may do.

    sha256: of the secret, which is kept nowhere. scopes: of ``tokens.SCOPES``. rate: calls a minute. used_at: the
    last call, to the minute.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    rate = models.BigIntegerField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(default="", blank=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    MOVES = ("used_at",)

    class Meta:
        app_label = "store"
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"], condition=Q(revoked_at__isnull=True), name="token_one_of_a_name"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="token_rate"),
        ]


class Answered(models.Model):
    """What was answered under a key: asked again with it, the answer is the same and nothing is done twice.

    digest: of the question, its address and its body.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16)
    status = models.IntegerField(null=True)
    body = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=64, default="", blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["asked_at"], name="answered_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="answered_once"),
            models.CheckConstraint(condition=Q(state__in=(WORKING, ANSWERED)), name="answered_state"),
        ]


class Hook(models.Model):
    """A web-hook: an address that is told of events, or one at which events come in.

    salt: the secret is made of it and of the installation's own key, so that neither alone tells it. events: of
    ``hooks.EVENTS``, for one that goes out. heard: the last line of the trail, and told: the newest assessment, that
    deliveries were made of.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    name = models.CharField(max_length=64)
    way = models.CharField(max_length=8)
    url = models.TextField(default="", blank=True)
    events = models.JSONField(default=list)
    salt = models.CharField(max_length=64)
    made_by = models.TextField()
    made_at = models.DateTimeField()
    revoked_by = models.TextField(default="", blank=True)
    revoked_at = models.DateTimeField(null=True)
    heard = models.BigIntegerField(default=0)
    told = models.TextField(default="", blank=True)

    MOVES = ("heard", "told")

    class Meta:
        app_label = "store"
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"], condition=Q(revoked_at__isnull=True), name="hook_one_of_a_name"
            ),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="hook_way"),
        ]


class Delivery(models.Model):
    """One event on its way to one address. number: names the event; the same one is told once.

    status: what the address answered; error: what kind of trouble there was. next_at: not before then.
    """

    hook = models.ForeignKey(Hook, on_delete=models.PROTECT)
    number = models.CharField(max_length=128)
    event = models.CharField(max_length=32)
    body = models.TextField()
    state = models.CharField(max_length=16, default=WAITING)
    tries = models.IntegerField(default=0)
    status = models.IntegerField(null=True)
    error = models.CharField(max_length=64, default="", blank=True)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "store"
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_due")]
        constraints = [
            models.UniqueConstraint(fields=["hook", "number"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DELIVERED), name="delivery_state"),
        ]
