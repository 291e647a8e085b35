"""Release: what would let an order through as it is: what the customer pays, what is decided, and who may approve it.

Nothing here is guessed: each way is laid before the rules as if it had happened, and what they say then is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from solvent.base.terms import Policy
from solvent.decisions.limits.order.check import Verdict
from solvent.decisions.limits.order.evaluate import judge
from solvent.decisions.limits.order.rule import Finding, OrderAsked, case_of
from solvent.decisions.limits.order.rule import Look as Seen
from solvent.files.commands.credit.order_names import RULE
from solvent_server.store import access
from solvent_server.store.models import Member
from solvent_server.web.parts.page import Look

THEN: Mapping[str, str] = {
    "yes": "then the order may go ahead",
    "approval": "then only an approval is needed",
    "still": "an approval is still needed",
    "no": "that is not enough yet",
}
"""What the answer would be; ``still``: as it is now."""
Change = Callable[[Seen], Seen]
"""What is looked at, as if something had been done."""
_BETTER = {"no": 0, "approval": 1, "yes": 2}


@dataclass(frozen=True)
class Way:
    """Something that somebody can do. to: where; then: what the answer would be; left: rules that would stand still."""

    text: str
    to: str
    then: str
    left: str


@dataclass(frozen=True)
class _Case:
    """What was asked, with what the answer rests on."""

    asked: OrderAsked
    seen: Seen
    verdict: Verdict
    policy: Policy

    def then(self, seen: Seen) -> tuple[str, Sequence[Finding]]:
        """The answer if the books looked like this, and what would still stand against the order.

        The paths of cash are not simulated anew: where they doubt the order now, they doubt it then.
        """
        case = case_of(self.asked, seen)
        assert case is not None
        told = judge(case, self.policy)
        gaps = [one for one in self.verdict.failed if one.rule == "cash_gap"]
        left = [*(one for one in told.findings if not one.passed and one.effect != "warn"), *gaps]
        return ("approval" if gaps and told.outcome == "yes" else told.outcome), left


def ways_out(asked: OrderAsked, seen: Seen, verdict: Verdict, policy: Policy, look: Look) -> Sequence[Way]:
    """What would let an order through that is not let through; none where it is, or where no rule was asked."""
    if verdict.outcome == "yes" or not verdict.findings or case_of(asked, seen) is None:
        return []
    case = _Case(asked, seen, verdict, policy)
    told: list[Way] = []
    together, paid = seen, _paid(case, look)
    if paid is not None:
        told.append(paid[0])
        together = paid[1]
    for change in (_limit, _cover):
        way = change(case, look)
        if way is not None:
            text, to, changed = way
            told.append(_way(case, text, to, changed(seen), look))
            together = changed(together)
    if len(told) > 1 and not any(way.then == look.say(THEN["yes"]) for way in told):
        told.append(_way(case, look.say("All of this together"), "", together, look))
    if any((one.rule, one.part) == ("status", "grade") for one in verdict.failed):
        text = look.say("A better grade than {grade}: the advice sheet says what would raise it.", grade=seen.grade)
        told.append(Way(text, look.address("customer_advice", asked.customer_id), "", ""))
    return told


def approvers(look: Look) -> Sequence[str]:
    """Who may let it through, but for whoever asks."""
    roles = [role for role, may in access.ROLES.items() if "approve" in may]
    who = look.request.user
    found = Member.objects.filter(company=look.company, role__in=roles, user__is_active=True).exclude(user=who)
    return sorted(found.values_list("user__username", flat=True).distinct())


def _way(case: _Case, text: str, to: str, seen: Seen, look: Look) -> Way:
    outcome, left = case.then(seen)
    names = [look.say(RULE.get(f"{one.rule}.{one.part.partition(':')[0]}", one.rule)) for one in left]
    then = "still" if outcome == case.verdict.outcome == "approval" else outcome
    return Way(text, to, look.say(THEN[then]), " · ".join(dict.fromkeys(names)))


def _paid(case: _Case, look: Look) -> tuple[Way, Seen] | None:
    """The customer pays what is overdue for longer than a line, or else all that is overdue; what helps first."""
    seen, now, fewest = case.seen, _BETTER[case.verdict.outcome], len(case.verdict.failed)
    lines = [int(one.line) for one in case.verdict.failed if one.rule == "overdue_days" and isinstance(one.line, int)]
    best: tuple[Way, Seen] | None = None
    for line in dict.fromkeys([*([min(lines)] if lines else []), 0]):
        late = [amount for days, amount in seen.overdue if days > line]
        if not late:
            continue
        changed = _as_if_paid(seen, line, sum(late))
        outcome, left = case.then(changed)
        text = "The customer pays the {count} items that are more than {days} days overdue: {amount}"
        if len(late) == 1:
            text = "The customer pays the one item that is more than {days} days overdue: {amount}"
        elif not line:
            text = "The customer pays all {count} overdue items: {amount}"
        amount = f"{seen.currency}\u00a0{look.language.money(sum(late), seen.currency)}"
        said = look.say(text, count=look.language.count(len(late)), days=line, amount=amount)
        to = f"{look.address('customer', case.asked.customer_id)}?sort=-days_past_due#items"
        way = _way(case, said, to, changed, look)
        if _BETTER[outcome] > now:
            return way, changed
        if len(left) < fewest:
            best, fewest = (way, changed), len(left)
    return best


def _as_if_paid(seen: Seen, line: int, amount: int) -> Seen:
    """What is looked at, as if everything overdue for longer than ``line`` days had been paid today."""

    def less(value: int | None) -> int | None:
        return None if value is None else value - amount

    return replace(
        seen, overdue=[one for one in seen.overdue if one[0] <= line], open=seen.open - amount,
        exposure=less(seen.exposure), group_exposure=less(seen.group_exposure), last_paid_on=seen.as_of,
        eligible=None if seen.eligible is None else max(seen.eligible - amount, 0),
        parts={**seen.parts, "overdue": less(seen.parts.get("overdue"))},
    )  # fmt: skip


def _limit(case: _Case, look: Look) -> tuple[str, str, Change] | None:
    """A limit is decided that holds the order, where there is none or it is too small."""
    about = {(one.rule, one.part) for one in case.verdict.failed}
    after = case.verdict.after
    if after is None or not about & {("limit", "total"), ("granted", "expired"), ("granted", "undecided")}:
        return None
    limit = max(after, 0)

    def changed(seen: Seen) -> Seen:
        return replace(seen, limit=limit, limit_until=None, expired_on=None, undecided=False)

    amount = f"{case.seen.currency}\u00a0{look.language.money(limit, case.seen.currency)}"
    to = look.address("desk_limit", case.asked.customer_id) if look.may("propose") else ""
    return look.say("The credit manager decides a limit of at least {amount}", amount=amount), to, changed


def _cover(case: _Case, look: Look) -> tuple[str, str, Change] | None:
    """The insurer raises its limit by what would stand without cover."""
    gap = next((one for one in case.verdict.failed if one.rule == "cover"), None)
    if gap is None or not isinstance(gap.value, int) or not case.seen.cover_amount:
        return None
    wanted = case.seen.cover_amount + gap.value

    def changed(seen: Seen) -> Seen:
        return replace(seen, cover_amount=wanted)

    amount = f"{case.seen.currency}\u00a0{look.language.money(wanted, case.seen.currency)}"
    return look.say("The insurer raises its limit for this customer to {amount}", amount=amount), "", changed
