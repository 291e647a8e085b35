"""Urls: which address leads to which room. Every address of a company begins with its code."""

from __future__ import annotations

from django.urls import include, path

from solvent_server.web.alarms import rules as alarm_rules
from solvent_server.web.alarms import views as alarms
from solvent_server.web.cash import views as cash
from solvent_server.web.customers import papers
from solvent_server.web.customers import views as customers
from solvent_server.web.desk import admissions, approvals, limits, order, reviews
from solvent_server.web.imports import views as imports
from solvent_server.web.parts.choice import tongue
from solvent_server.web.parts.page import first
from solvent_server.web.receivables import views as receivables
from solvent_server.web.today import views as today

COMPANY = [
    path("", today.today, name="today"),
    path("alarms/", alarms.open_alarms, name="alarms"),
    path("alarms/closed/", alarms.closed_alarms, name="alarms_closed"),
    path("alarms/rules/", alarm_rules.every_rule, name="alarm_rules"),
    path("alarms/rules/<slug:rule>/", alarm_rules.rule, name="alarm_rule"),
    path("alarms/case/<path:case_id>/", alarms.alarm, name="alarm"),
    path("alarms/act/<path:case_id>/", alarms.act, name="alarm_act"),
    path("alarms/undo/", alarms.undo, name="alarm_undo"),
    path("cash/", cash.cash, name="cash"),
    path("cash/weeks/", cash.cash_weeks, name="cash_weeks"),
    path("cash/what-if/", cash.cash_what_if, name="cash_what_if"),
    path("cash/stress/", cash.cash_stress, name="cash_stress"),
    path("cash/forecasts/", cash.cash_forecasts, name="cash_forecasts"),
    path("cash/signs/", cash.cash_signs, name="cash_signs"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<path:customer_id>/", customers.customer, name="customer"),
    path("customer-report/<path:customer_id>/", papers.report, name="customer_report"),
    path("customer-advice/<path:customer_id>/", papers.sheet, name="customer_advice"),
    path("desk/", order.order, name="desk"),
    path("desk/verdict/", order.verdict, name="desk_verdict"),
    path("desk/ways/", order.ways, name="desk_ways"),
    path("desk/ready/", order.ready, name="desk_ready"),
    path("desk/names/", order.names, name="desk_names"),
    path("desk/reserve/", order.reserve, name="desk_reserve"),
    path("desk/release/<int:number>/", order.release, name="desk_release"),
    path("desk/ask/", order.ask, name="desk_ask"),
    path("desk/approvals/", approvals.approvals, name="desk_approvals"),
    path("desk/approvals/<int:number>/", approvals.decide, name="desk_decide"),
    path("desk/limits/", limits.limits, name="desk_limits"),
    path("desk/limits/<path:customer_id>/", limits.limit, name="desk_limit"),
    path("desk/reviews/", reviews.reviews, name="desk_reviews"),
    path("desk/admissions/", admissions.admissions, name="desk_admissions"),
    path("imports/", imports.imports, name="imports"),
    path("imports/files/<int:errand_id>/", imports.file, name="import_file"),
    path("imports/files/<int:errand_id>/rejected/", imports.rejected, name="import_rejected"),
    path("imports/<int:batch_id>/", imports.batch, name="import_batch"),
    path("receivables/", receivables.receivables, name="receivables"),
    path("receivables/items/", receivables.items, name="receivable_items"),
    path("receivables/items/<slug:by>/<path:key>/", receivables.items_of, name="receivable_items_of"),
    path("receivables/days/", receivables.days, name="receivable_days"),
    path("receivables/disputes/", receivables.disputes, name="receivable_disputes"),
    path("receivables/unplaced/", receivables.unplaced, name="receivable_unplaced"),
    path("receivables/invoicing/", receivables.invoicing, name="receivable_invoicing"),
]

urlpatterns = [
    path("", first, name="home"),
    path("accounts/", include("allauth.urls")),
    path("tongue/", tongue, name="tongue"),
    path("c/<slug:company>/", include(COMPANY)),
]
