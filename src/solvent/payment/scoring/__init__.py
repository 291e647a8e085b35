"""How good forecasts were, and the plain ways that they have to beat."""
