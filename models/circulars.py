"""The circular of a period (通报): what was counted for it, and what a template of it may ask for.

What is counted is kept, so that the document says the same whenever it is made again. Nothing in it is personal: it
names units, reasons and items, no clerk, no evaluator and no case. Which sentences follow from the counts stands in
`casework.circular_text`, the words around them in the template of the place. A circular on one case is another
document (`models.documents`).
"""

from enum import StrEnum

from pydantic import AwareDatetime

from models.analysis import KeptFigure, Named
from models.base import Value
from models.figures import FigurePeriod


class UnitRanked(Value):
    """A unit with its figures and its place; None where it has none. `score` is its composite score as it reads."""

    name: str
    place: int | None
    figures: tuple[KeptFigure, ...]
    is_bottom: bool
    score: str = ""


class Circular(Value):
    """Everything that the circular of a period says."""

    jurisdiction: str
    place_name: str
    office: str
    """The office that issues and seals it."""
    period: FigurePeriod
    as_of: AwareDatetime
    figures: tuple[KeptFigure, ...]
    before: tuple[KeptFigure, ...]
    """Those of the period before."""
    targets: dict[str, int]
    """Percentages that the place's documents ask for, by figure."""
    units: tuple[UnitRanked, ...]
    """Who has a place in their order, then the others."""
    dimensions: tuple[str, ...] = ()
    """What the composite score is made of, with weights; empty where the units are ranked by the good rate."""
    is_borne: bool = False
    """Whether a unit was scored although a dimension had nothing to be divided by: the others bear its weight."""
    bottom_last: int = 0
    """How many the place's rules name at the bottom of this ranking; 0: nobody."""
    bottom_in_a_row: int = 1
    reasons: tuple[Named, ...] = ()
    items: tuple[Named, ...] = ()


class KeptCircular(Value):
    """A circular with its number, and who had it drawn up; None: the system, for the calendar."""

    number: str
    year: int
    count: int
    made_by: str | None
    circular: Circular

    @property
    def code(self) -> str:
        """The number as people type it: 2026-1."""
        return f"{self.year}-{self.count}"


class CircularBlank(StrEnum):
    """The closed list of what its template may ask for. Values are ready Chinese text."""

    NUMBER = "number"
    DAY = "day"
    """The day on which it was drawn up (成文日期)."""
    OFFICE = "office"
    PLACE = "place"
    PERIOD = "period"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    AS_OF = "as_of"
    """The moment as of which everything is counted."""
    TOTALS = "totals"
    REMEDIATION = "remediation"
    TARGETS = "targets"
    """How the figures stand to what the place's documents ask for."""
    RANKED = "ranked"
    SCORED = "scored"
    """How the composite score is made; empty where the units are ranked by the good rate."""
    PRAISED = "praised"
    BOTTOM = "bottom"
    PROBLEMS = "problems"


class UnitBlank(StrEnum):
    """What a row of the table of units may ask for."""

    PLACE = "place"
    NAME = "name"
    SCORE = "score"
    RATINGS = "ratings"
    BAD = "bad"
    GOOD_RATE = "good_rate"
    REMEDIATION_RATE = "remediation_rate"
    ON_TIME_RATE = "on_time_rate"


UNITS = "units"
"""What a template calls the rows of the table of units."""

MAY_BE_EMPTY = frozenset({CircularBlank.TARGETS, CircularBlank.SCORED, CircularBlank.PRAISED, CircularBlank.BOTTOM})
"""The blanks that not every period fills."""


class FilledCircular(Value):
    """What stands in the blanks, and in each row of the table of units."""

    blanks: dict[CircularBlank, str]
    units: tuple[dict[UnitBlank, str], ...]
