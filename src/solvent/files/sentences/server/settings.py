"""Settings: what is said where a change of policy, of people or of a connection cannot be made."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "settings.value": "{value} cannot be read as a value of this term; it wants {wanted}",
    "settings.file": "choose a policy file of at most {kilobytes} kB",
    "store.connection.address": (
        "the address of {host} cannot be used: write https:// and the host, with no name, key or question in it; plain "
        "http is for this machine only"
    ),
    "store.connection.name": "a connection needs a name of its own; {name} is empty or taken",
    "store.connection.secret": "the key of the system is needed",
    "store.connection.system": "{system} is no system that can be fetched from; there are: {known}",
    "store.connection.unknown": "there is no connection {number} here any more",
    "store.people.elsewhere": (
        "{name} has a role in another company too, where you do not settle roles; ask its administrator"
    ),
    "store.people.last": "{name} is the last one who settles roles here; give somebody else that role first",
    "store.people.name": (
        "{name} cannot be a name to log in with: two or more letters, figures or . @ + - _, without spaces"
    ),
    "store.people.not_waiting": "change {number} does not wait any more",
    "store.people.own_password": "change your own password on the page of your account",
    "store.people.own_role": "nobody changes his own role; ask somebody else who settles roles",
    "store.people.same": "{name} has this role already",
    "store.people.second_person": (
        "{name} cannot decide this: it takes another person who settles roles than the one who asked and the one it "
        "is about"
    ),
    "store.people.taken": "there is somebody of the name {name} already; give that person a role instead",
    "store.people.unknown": "nobody is called {name} here",
    "store.people.waits": "a change for {name} waits already; decide that first",
    "store.policy.length": "has {count} values where {wanted} are needed, one for each band of the list beside it",
    "store.policy.may_not_approve": "{person} may not decide change {change}: it takes a role that approves",
    "store.policy.not_approved": "change {change} was never approved, so nothing of it can be undone",
    "store.policy.not_waiting": "change {change} does not wait any more; it is {state}",
    "store.policy.partner": (
        "would no longer agree with {partner}, which has one value for each band; propose that too, from the same day, "
        "and both are approved together"
    ),
    "store.policy.past": (
        "cannot change from {day} on: days before {first} were assessed and stay as they were told; take {first} or "
        "a later day"
    ),
    "store.policy.reason": "a reason has to be given",
    "store.policy.refused": "cannot be {value}: {error}",
    "store.policy.same": "has this value already",
    "store.policy.same_person": "change {change} was proposed by {person}, so somebody else has to approve it",
    "store.policy.unknown": "is nothing that a policy decides",
    "store.policy.waits": "a change from {day} on waits already; decide that first",
    "store.vault.damaged": "the key of this connection cannot be opened any more; enter it again",
    "store.vault.no_key": (
        "the key of this connection was sealed on another machine (seal {key}), as after a backup was taken back; "
        "enter it again"
    ),
}
