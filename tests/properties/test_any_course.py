"""Whatever people do, leave undone, and whatever befalls the system: every case keeps its promises.

Random courses on paper, without an engine: right and wrong persons with right and wrong forms, silences of hours to
weeks, holiday notices in the middle, restarts, a worker or a database that is away for days. After every step the
invariants are checked, and afterwards good people bring every case to its end.

HAOCHAPING_EXAMPLES=2000 runs that many courses of each kind, with other chances each time, and shrinks what it finds
(give pytest a longer --timeout then).
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.properties.cast import Choose
from tests.properties.course import Course
from tests.properties.places import FIVE, any_policy, policy_of

_EXAMPLES = os.environ.get("HAOCHAPING_EXAMPLES")
COURSES = settings(
    max_examples=int(_EXAMPLES or 25),
    derandomize=_EXAMPLES is None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, *((Phase.shrink,) if _EXAMPLES else ())),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MOVES = 25


def _chooser(data: st.DataObject) -> Choose[Any]:
    return lambda options: data.draw(st.sampled_from(options))


@pytest.mark.parametrize("jurisdiction", FIVE)
@COURSES
@given(data=st.data())
def test_any_course_of_a_case_keeps_every_promise(jurisdiction: str, data: st.DataObject) -> None:
    Course(_chooser(data), policy_of(jurisdiction)).run(MOVES)


@COURSES
@given(data=st.data())
def test_any_course_under_any_policy_keeps_every_promise(data: st.DataObject) -> None:
    choose = _chooser(data)
    Course(choose, any_policy(choose)).run(MOVES)
