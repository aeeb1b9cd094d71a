"""The demo's world: an invented company with three businesses, traded through by the real verbs. Nobody here exists.

cast.py      who they are                      (pure)
trade.py     what they buy, month by month     (pure)
habits.py    how they pay, and what goes wrong (pure)
bankfiles.py what the banks write about it     (pure)
today.py     the seven deposits that wait      (pure)
build.py     the real verbs, on the test clock
examples.py  the same world as files, for an empty installation
"""
