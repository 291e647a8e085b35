"""Sentences of the warning rules about ourselves, and about countries, regions and industries."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "warning.bank_line_use": (
        "of the line at {lender}, {line_amount}, {drawn_amount} is drawn: {used_share} (told on {told_on})"
    ),
    "warning.bank_line_use.next": (
        "agree a larger or second line while it is not yet needed, and draw on receivables instead"
    ),
    "warning.bank_line_use.title": "A bank line is nearly used up",
    "warning.cash_floor": (
        "the mean balance of the week to {week_on} was {mean_amount}, {week_times} times the floor of {floor_amount}; "
        "the chance to fall under it within {weeks} weeks is {chance_share}"
    ),
    "warning.cash_floor.next": (
        "hold back payments that can wait, collect the largest overdue items, and look at the outlook"
    ),
    "warning.cash_floor.title": "Cash is near its floor",
    "warning.cash_months": "cash of {cash_amount} covers {months} months of spending of {spend_amount}",
    "warning.cash_months.next": "slow spending down, collect, and open the reserves before they are needed",
    "warning.cash_months.title": "Cash covers too few weeks",
    "warning.cash_ratio": "on {period_on} cash was {ratio_times} times what is soon due",
    "warning.cash_ratio.next": "keep more of what comes in as cash, and put short debt on a longer term",
    "warning.cash_ratio.title": "Cash ratio is low",
    "warning.concentration": (
        "{sales_share} of the year's sales, {sales_amount}, are to this name (customers counted as one: {customers}), "
        "and {open_share} of receivables; all trade is as wide as {effective_names} equal names"
    ),
    "warning.concentration.next": "insure the name or limit what it may owe, and win others beside it",
    "warning.concentration.title": "Too much hangs on one name",
    "warning.country_level": (
        "its level is {level} of 5, {before} before, outlook {outlook} (told on {told_on}); customers there: "
        "{customers}, owing {open_amount}"
    ),
    "warning.country_level.next": "review limits and terms there, insure or take letters of credit, and tell sales",
    "warning.country_level.title": "A country became riskier",
    "warning.current_ratio": (
        "on {period_on} current assets were {ratio_times} times what is soon due ({wcr_amount} more)"
    ),
    "warning.current_ratio.next": "put short debt on a longer term, sell slow stock, and collect before buying more",
    "warning.current_ratio.title": "Current ratio is low",
    "warning.default_trend_industry": (
        "of what fell due from this industry {now_share} was not paid in the end, {before_share} before; it owes "
        "{open_amount}"
    ),
    "warning.default_trend_industry.next": "tighten terms for the industry, and look at its customers one by one",
    "warning.default_trend_industry.title": "An industry pays less in the end",
    "warning.default_trend_region": (
        "of what fell due from this region {now_share} was not paid in the end, {before_share} before; it owes "
        "{open_amount}"
    ),
    "warning.default_trend_region.next": "tighten terms for the region, and look at its customers one by one",
    "warning.default_trend_region.title": "A region pays less in the end",
    "warning.dso_rise": (
        "receivables stand {dso_days} days at the end of {month_on}, {rise_share} over their mean of {mean_days}"
    ),
    "warning.dso_rise.next": "collect the largest overdue items, and see which customers pay later than before",
    "warning.dso_rise.title": "Receivables days are above their mean",
    "warning.economy_fall": (
        "{series} fell to {reading} on {day_on}, {under_share} under neutral ({neutral}); {mean} was the mean of the "
        "readings before; receivables are {open_amount}"
    ),
    "warning.economy_fall.next": "run the stress test with later payment, and grant new credit more carefully",
    "warning.economy_fall.title": "The economy cools",
    "warning.gap_ahead": (
        "in the week to {week_on} cash falls under the floor with a chance of {chance_share}, then by "
        "{expected_amount} on average and {deep_amount} at worst; the highest chance is {worst_share}, in the week to "
        "{worst_on}"
    ),
    "warning.gap_ahead.next": (
        "close the gap before its week: collect, use the pools, move payments; see solvent outlook"
    ),
    "warning.gap_ahead.title": "A gap may come",
    "warning.idle_funds": "on {period_on} current assets were {ratio_times} times what is soon due ({wcr_amount} more)",
    "warning.idle_funds.next": "repay loans, pay early for a discount, or put it to work, once the floor is covered",
    "warning.idle_funds.title": "Funds may lie idle",
    "warning.index_fall": (
        "{series} fell to {reading} on {day_on}, {under_share} under neutral ({neutral}); {mean} was the mean of the "
        "readings before; customers of this industry owe {open_amount}"
    ),
    "warning.index_fall.next": "look at the customers of the industry, the weakest first, and tighten new terms",
    "warning.index_fall.title": "An industry cools",
    "warning.industry_level": (
        "its level is {level} of 5, {before} before, outlook {outlook} (told on {told_on}); customers in it: "
        "{customers}, owing {open_amount}"
    ),
    "warning.industry_level.next": "review limits and terms of the industry, and ask its customers for newer figures",
    "warning.industry_level.title": "An industry became riskier",
    "warning.inventory_days": (
        "stock lies {now_days} days (statement of {period_on}), {rise_share} over the mean of {mean_days}"
    ),
    "warning.inventory_days.next": "buy less until sales catch up, and sell what is slow",
    "warning.inventory_days.title": "Stock turns more slowly",
    "warning.operating_cash_flow": (
        "operations took more cash than they brought for {months} months running to {month_on}: {flow_amount} in all"
    ),
    "warning.operating_cash_flow.next": (
        "find what took the cash (customers, stock, costs), stop it there, and prepare the crisis plan"
    ),
    "warning.operating_cash_flow.title": "Operations lose cash",
    "warning.own_lateness": (
        "in the month to {month_on} suppliers were paid {recent_delay_days} days past due on average, "
        "{before_delay_days} before; {late_share} of the money was late"
    ),
    "warning.own_lateness.next": (
        "agree longer terms before their patience ends, and pay those first on whom production hangs"
    ),
    "warning.own_lateness.title": "We pay suppliers later",
    "warning.payables_days": (
        "payables stand {now_days} days (statement of {period_on}), {rise_share} over the mean of {mean_days}"
    ),
    "warning.payables_days.next": (
        "see whether longer terms were agreed or bills are paid late, and talk to the suppliers"
    ),
    "warning.payables_days.title": "Payables days rise",
    "warning.quick_ratio": (
        "the quick ratio was {first_times} on {first_on} and {last_times} on {last_on}: {quarters} quarters running"
    ),
    "warning.quick_ratio.next": "put short debt on a longer term, turn stock into cash, and hold new spending",
    "warning.quick_ratio.title": "Quick ratio is low quarters running",
    "warning.region_level": (
        "its level is {level} of 5, {before} before, outlook {outlook} (told on {told_on}); customers there: "
        "{customers}, owing {open_amount}"
    ),
    "warning.region_level.next": "review limits and terms there, and tell sales",
    "warning.region_level.title": "A region became riskier",
    "warning.slow_stock": (
        "stock of {slow_amount} (articles: {articles}) has not moved for over {days} days: {slow_share} of all stock "
        "of {stock_amount} (counted on {counted_on})"
    ),
    "warning.slow_stock.next": (
        "open the special handling of each: who, what (discount, return, rework, scrap), by when"
    ),
    "warning.slow_stock.title": "Stock does not move",
}
