"""Urls: which address leads to which room. Every address of a company begins with its code."""

from __future__ import annotations

from django.urls import include, path

from solvent_server.web.customers import views as customers
from solvent_server.web.parts.choice import tongue
from solvent_server.web.parts.page import first
from solvent_server.web.today import views as today

COMPANY = [
    path("", today.today, name="today"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<path:customer_id>/", customers.customer, name="customer"),
]

urlpatterns = [
    path("", first, name="home"),
    path("accounts/", include("allauth.urls")),
    path("tongue/", tongue, name="tongue"),
    path("c/<slug:company>/", include(COMPANY)),
]
