"""What runs in the background here: the worker learns of the road of product lists by this module."""

from tokui.catalog.importing import PRODUCTS

__all__ = ["PRODUCTS"]
