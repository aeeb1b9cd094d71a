"""Tokui: the customer ledger that knows who has paid."""
