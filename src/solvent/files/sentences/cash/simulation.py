"""Sentences about the joint simulation, kept runs and plots."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "simulation.shares": "the shares by which customers fail together add up to {shares}; they must stay under 1",
    "simulation.no_rate": "{items} open items in {currencies} have no rate and are not forecast: add the rates",
    "simulation.rate_still": "{currencies} has no history of rates: these receipts are forecast at today's rate",
    "simulation.no_balance": "no balance is known: cash is told as change from today; add balances or bank statements",
    "simulation.losses_too_fine": "the losses would need {places} steps, more than {most}: choose a larger unit",
    "simulation.nothing": "there is nothing to simulate: amounts of several currencies cannot be added without rates",
    "scenario.unknown": "there is no scenario {scenario}; there are: {known}",
    "scenario.no_parts": "a scenario of your own needs a list [[parts]], each with scenario = a name of the library",
    "scenario.key_unknown": "{key} is not known here; known are: {known}",
    "scenario.value_kind": "{key} = {value} cannot be read; wanted is a number: {unit}",
    "scenario.unreadable": "the file cannot be read as TOML ({error})",
    "what_if.flow": "{value} cannot be read; right would be DAY:AMOUNT or DAY:AMOUNT:MONTHS, as 2026-12-01:-500000:3",
    "expansion.no_phases": "an expansion plan needs at least one [[phases]] with name, on and spend",
    "expansion.too_early": "the phase is planned for {on}, which is over: plan it for a later day",
    "crisis.cut_shares": "the policy names {kinds} kinds of payment that can be cut and {shares} shares: one for each",
    "stress.no_balance": "no balance of any account is known, so nothing can run short: take in bank statements first",
    "expansion.value": "{key} = {value} cannot be read; right would be: {right}",
    "crisis.no_receivables": "nothing was ever invoiced, so there is nothing to chase",
    "files.plot_form": "a picture can be written as one of {known}: name the file so",
    "files.plot_lacks": "pictures need the extra {extra}: pip install 'solvent[{extra}]'",
    "files.no_run": "this folder keeps no run: make one with solvent outlook LEDGER --save FOLDER",
    "files.run_format": "the run was kept in form {found}; this version reads form {known}: make it anew with --save",
    "files.run_damaged": "this file of a kept run is missing or damaged: make the run anew with --save",
}
