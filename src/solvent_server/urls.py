"""Urls: which address leads to which room. Every address of a company begins with its code."""

from __future__ import annotations

from django.urls import include, path

from solvent_server.api.api import urls as api_urls
from solvent_server.web.alarms import rules as alarm_rules
from solvent_server.web.alarms import views as alarms
from solvent_server.web.cash import views as cash
from solvent_server.web.connect import views as connect
from solvent_server.web.customers import dealings, papers
from solvent_server.web.customers import views as customers
from solvent_server.web.desk import admissions, approvals, limits, order, reviews
from solvent_server.web.desk import file as desk_file
from solvent_server.web.figures import origin as origins
from solvent_server.web.figures import views as figures
from solvent_server.web.health import views as health
from solvent_server.web.imports import layout as layouts
from solvent_server.web.imports import views as imports
from solvent_server.web.lists import acts as lists
from solvent_server.web.matching import views as matching
from solvent_server.web.parts.choice import day, tongue
from solvent_server.web.receivables import account, claims, documents, promised
from solvent_server.web.receivables import views as receivables
from solvent_server.web.reports import views as reports
from solvent_server.web.schedule import views as schedule
from solvent_server.web.settings import backups, connections, entities, own, people, policy, trail
from solvent_server.web.start import views as start
from solvent_server.web.start import visit
from solvent_server.web.today import views as today
from solvent_server.web.working import views as working

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
    path("customer-note/<path:customer_id>/", dealings.write, name="customer_note"),
    path("customer-notes/<int:number>/strike/", dealings.strike, name="customer_note_strike"),
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
    path("desk/file/<path:customer_id>/", desk_file.file, name="desk_file"),
    path("desk/graded/<path:customer_id>/", desk_file.graded, name="desk_graded"),
    path("figure/<slug:name>/", figures.figure, name="figure"),
    path("origin/<slug:table>/", origins.origin, name="origin"),
    path("imports/", imports.imports, name="imports"),
    path("imports/files/<int:errand_id>/", imports.file, name="import_file"),
    path("imports/files/<int:errand_id>/layout/", layouts.layout, name="import_layout"),
    path("imports/files/<int:errand_id>/rejected/", imports.rejected, name="import_rejected"),
    path("imports/<int:batch_id>/", imports.batch, name="import_batch"),
    path("day/", day, name="day"),
    path("start/", start.start, name="start"),
    path("start/sheets/<slug:name>.<slug:kind>", start.sheet, name="start_sheet"),
    path("start/remove/", start.remove, name="sample_remove"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/<int:number>/", schedule.change, name="schedule_change"),
    path("lists/views/", lists.views, name="list_views"),
    path("matching/", matching.matching, name="matching"),
    path("matching/accept/", matching.accept, name="matching_accept"),
    path("matching/sure/", matching.sure, name="matching_sure"),
    path("matching/place/", matching.place, name="matching_place"),
    path("matching/other/", matching.other, name="matching_other"),
    path("matching/undo/", matching.undo, name="matching_undo"),
    path("matching/assess/", matching.assess, name="matching_assess"),
    path("matching/candidates/", matching.candidates, name="matching_candidates"),
    path("settings/", own.settings, name="settings"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/add/", people.add, name="people_add"),
    path("settings/people/changes/<int:number>/", people.decide, name="people_decide"),
    path("settings/people/of/<str:person>/", people.act, name="people_act"),
    path("settings/companies/", entities.entities, name="entities"),
    path("settings/connections/", connections.connections, name="connections"),
    path("settings/connections/seal/", connections.seal, name="connections_seal"),
    path("settings/connections/<int:number>/", connections.act, name="connection_act"),
    path("settings/trail/", trail.trail, name="trail"),
    path("settings/trail/verify/", trail.verify, name="trail_verify"),
    path("settings/backups/", backups.backups, name="backups"),
    path("settings/backups/ask/", backups.ask, name="backups_ask"),
    path("settings/backups/<str:name>/", backups.download, name="backup"),
    path("settings/programs/", connect.connect, name="connect"),
    path("settings/programs/<int:number>/", connect.act, name="connect_act"),
    path("settings/policy/", policy.policy, name="policy"),
    path("settings/policy/changes/", policy.history, name="policy_changes"),
    path("settings/policy/changes/<int:number>/", policy.decide, name="policy_decide"),
    path("settings/policy/preset/", policy.preset, name="policy_preset"),
    path("settings/policy/file/", policy.export, name="policy_export"),
    path("settings/policy/import/", policy.take_in, name="policy_import"),
    path("settings/policy/of/<str:family>/", policy.family, name="policy_family"),
    path("settings/policy/of/<str:family>/<str:term>/", policy.term, name="policy_term"),
    path("receivables/", receivables.receivables, name="receivables"),
    path("receivables/invoices/", documents.invoices, name="receivable_invoices"),
    path("receivables/receipts/", documents.receipts, name="receivable_receipts"),
    path("receivables/invoice/<path:item_id>/", documents.invoice, name="invoice"),
    path("receivables/receipt/<path:receipt_id>/", documents.receipt, name="receipt"),
    path("receivables/receipt-back/<path:receipt_id>/", documents.take_back, name="receipt_back"),
    path("receivables/statement/<path:customer_id>/", account.statement_of, name="customer_statement"),
    path("receivables/dispute/<path:item_id>/", claims.dispute, name="dispute_open"),
    path("receivables/dispute-close/<path:dispute_id>/", claims.close, name="dispute_close"),
    path("receivables/promise/<path:item_id>/", claims.promise, name="promise"),
    path("receivables/promises/", promised.promised, name="receivable_promises"),
    path("receivables/plans/", claims.plans, name="receivable_plans"),
    path("receivables/plan/<path:customer_id>/", claims.plan, name="receivable_plan"),
    path("receivables/plan-end/<slug:number>/", claims.end, name="plan_end"),
    path("receivables/undo/", claims.undo, name="claim_undo"),
    path("receivables/items/", receivables.items, name="receivable_items"),
    path("receivables/items/<slug:by>/<path:key>/", receivables.items_of, name="receivable_items_of"),
    path("receivables/days/", receivables.days, name="receivable_days"),
    path("receivables/disputes/", receivables.disputes, name="receivable_disputes"),
    path("receivables/unplaced/", receivables.unplaced, name="receivable_unplaced"),
    path("reports/", reports.reports, name="reports"),
    path("reports/customer/", reports.of_customer, name="report_customer"),
    path("reports/peers/", reports.tape, name="report_tape"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("working-capital/", working.working_capital, name="working_capital"),
    path("working-capital/bills/", working.bills, name="working_bills"),
    path("working-capital/suppliers/", working.suppliers, name="working_suppliers"),
    path("working-capital/stock/", working.stock, name="working_stock"),
    path("working-capital/liquidity/", working.of_liquidity, name="working_liquidity"),
    path("receivables/invoicing/", receivables.invoicing, name="receivable_invoicing"),
]

handler403, handler404, handler500 = (
    f"solvent_server.web.parts.page.{one}" for one in ("refused", "not_found", "broken")
)

urlpatterns = [
    path("", visit.home, name="home"),
    path("first/", visit.first_visit, name="first_visit"),
    path("first/company/", visit.first_company, name="first_company"),
    path("health/", health.health, name="health"),
    path("ready/", health.ready, name="ready"),
    path("metrics/", health.metrics_text, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("tongue/", tongue, name="tongue"),
    path("account/", own.own, name="own"),
    path("c/<slug:company>/", include(COMPANY)),
    path("api/v1/", include(api_urls)),
]
