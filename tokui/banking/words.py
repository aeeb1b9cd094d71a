"""Refusals, deviations, formats and methods in the reader's language."""
