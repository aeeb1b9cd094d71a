"""What runs in the background here: the worker learns of the roads of files by this module."""

from tokui.invoices.importing import OPENINGS, SALES

__all__ = ["OPENINGS", "SALES"]
