"""Workbooks and text tables of customers: proposed columns, a check that changes nothing, an apply that resumes."""
