"""Api: what the interface for other systems says where it cannot do what was asked; tokens and web-hooks."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "api.away": "the store does not answer just now; nothing was done, ask again after the seconds of Retry-After",
    "api.broke": "something broke here while it was worked on ({error}); nothing was done, tell your administrator",
    "api.currency": "{currency} is no currency; tell its ISO 4217 code, as CNY",
    "api.cursor": "this is no cursor of ours; take next of the page before, or leave it out for the first page",
    "api.decimals": "{value} has more decimals than {currency} has",
    "api.empty": "the body is empty; send the bytes of the file",
    "api.field.choice": "is none of the choices; it has to be one of {known}",
    "api.field.day": 'has to be a day of the calendar, written "2026-03-10"',
    "api.field.few": "is too short: at least {least}",
    "api.field.form": (
        "is not written as it has to be; amounts in main units as 1234.50, currencies as CNY; see the pattern in the "
        "description of the operation"
    ),
    "api.field.kind": "is of the wrong kind; see the description of the operation",
    "api.field.least": "has to be at least {least}",
    "api.field.list": "has to be a list, in [ ]",
    "api.field.many": "is too long: at most {most}",
    "api.field.missing": "is missing",
    "api.field.moment": 'has to be a moment, written "2026-03-10T08:30:00Z"',
    "api.field.most": "has to be at most {most}",
    "api.field.number": "has to be a number, such as 0.25",
    "api.field.object": "has to be an object, in { }",
    "api.field.text": 'has to be text in quotes; amounts too, "1234.50"',
    "api.field.truth": "has to be true or false",
    "api.field.unknown": "is not known here; leave it out, or see whether it is misspelt",
    "api.field.whole": "has to be a whole number, such as 30, without quotes",
    "api.fields": "something in it is not as it has to be, in so many places: {count}; see places",
    "api.gone": "there is no such thing here, or this token may not see it",
    "api.key_other": "the key {key} belongs to another request; take a new key for each request",
    "api.key_working": "the request of key {key} is being worked on; ask again in a moment",
    "api.method": "{method} cannot be asked of this address; see the header Allow",
    "api.no_assessment": "nothing was assessed yet; import the books and have them assessed first",
    "api.no_paths": "the assessment holds no simulated paths: balances or open items are missing in the books",
    "api.not_yours": "somebody else holds it; only that person, or one who may approve, lets go of it",
    "api.rate": "more than {rate} calls a minute; ask again in {seconds} seconds",
    "api.reserve_short": "nothing is held: {name} has {currency} {free} left of its limit",
    "api.row.event_taken": "event {number} is there already and says something else; an event is told once",
    "api.row.law": "breaks a rule of its table: {rule}",
    "api.rows": "{count} of {of} rows do not fit, and nothing was loaded; see places, or ask to keep the good ones",
    "api.scenario": "there is no scenario {name}; known: {known}",
    "api.scope": "this token is not for {scope}, or its person's role does not reach that far",
    "api.signature": (
        "the signature does not fit: sha256= and the HMAC of X-Solvent-Timestamp, a full stop and the body as it is "
        "sent, under the secret of an open door, not older than five minutes"
    ),
    "api.token": "send a token that counts: Authorization: Bearer solvent_...",
    "api.too_large": "is larger than {megabytes} MB; send it in parts",
    "api.unreadable": "the body cannot be read; send JSON in UTF-8",
    "mcp.extra_missing": "this needs a library more; install it with: pip install 'solvent[mcp]'",
    "mcp.token_missing": "name a token of its own in SOLVENT_MCP_TOKEN; make one with: solvent token make",
    "store.connect.name": "{name} is no name; take letters, digits, blanks, dots and hyphens, 64 at most",
    "store.connect.nobody": "{person} has no role in this company; give one with: solvent member",
    "store.connect.taken": "{name} is in use already; take another name, or revoke that one first",
    "store.hook.address": (
        "to this address nothing can be sent; it has to be https, without a password, and no longer than 2,000 letters"
    ),
    "store.hook.beyond": "the role of {person} does not reach that far; choose other events or another person",
    "store.hook.event": "{event} is no event; known: {known}",
    "store.hook.host": "to {host} nothing may be sent; whoever runs the server names it in SOLVENT_HOOK_HOSTS",
    "store.hook.not_ended": "delivery {delivery} cannot be sent again: it is still on its way, or not here",
    "store.hook.unknown": "there is no web-hook {hook} in force here",
    "store.token.beyond": "the role of {person} does not reach {scope}; choose other scopes or another person",
    "store.token.days": "a token lasts from one day to ten years, and not {days} days",
    "store.token.rate": "a token may ask from once to {most} times a minute, and not {rate} times",
    "store.token.scope": "{scope} is no scope; known: {known}",
    "store.token.unknown": "there is no token {token} in force here",
}
