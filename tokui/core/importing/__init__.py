"""Tables that come in as files: kept, their columns chosen, checked whole, taken over in batches, taken back.

A room names its `Road` (what the file holds, how a row is judged and written) and its verbs ask for permission; the
long work is here, the same for every road.
"""

from tokui.core.importing.actions import begin, check, choose, receive, take_back
from tokui.core.importing.roads import Judged, Planner, Road, register, road_of
from tokui.core.importing.runs import run_apply, run_check, run_take_back

__all__ = [
    "Judged",
    "Planner",
    "Road",
    "begin",
    "check",
    "choose",
    "receive",
    "register",
    "road_of",
    "run_apply",
    "run_check",
    "run_take_back",
    "take_back",
]
