"""Takes ratings that another system sends: checked and stored as an import does it, each answered by itself.

Decides that one request is one import of its content, so that the same one again changes nothing, and that cases are
opened afterwards, one run at a time for each place, whoever asked meanwhile. What can be taken says `policy.intake`.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from adapters.personal import PersonalData
from adapters.rating_copy import ImportBusy, PieceOutcome, Progress, TakenRow, importing
from adapters.rating_files import SourceRow
from models.errors import EngineUnavailable, HaochapingError
from models.ids import case_number
from models.outside import FieldFault, TakenRating, TakenStatus
from models.policy import Policy
from models.ratings import Fault, Rating, RatingRules
from policy.code_systems import codes_of
from policy.intake import IntakeRules, RowReader, match_columns
from policy.rating_fields import FIELDS

log = logging.getLogger(__name__)


@dataclass
class RatingDoor:
    """The intake. `units` gives a department's social credit code and its unit id, as the directory has them now."""

    database_url: str
    units: Callable[[], Mapping[str, str]]
    policy_of: Callable[[str], Policy]
    rules_of: Callable[[str], RatingRules]
    personal: PersonalData
    open_cases: Callable[[str], object]
    known_failure: Callable[[Exception], HaochapingError | None]
    now: Callable[[], datetime]
    _opening: dict[str, bool] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(
        self, jurisdiction: str, code_system: str | None, ratings: Sequence[Mapping[str, str]], source: str
    ) -> list[TakenRating]:
        """Store ratings, field names (`policy.rating_fields.FIELDS`) to texts, each answered by itself.

        `source` is what rejected repetitions are told the first one came from. The same content again changes nothing.
        Who makes default ratings sends `origin` default and a `pf` that means the system's default in `code_system`.

        Raises BadInput for an unknown place or code system or two names for one field, and EngineUnavailable while an
        import of the place runs.
        """
        policy = self.policy_of(jurisdiction)
        system = code_system or policy.code_system
        codes_of(system)
        names = list(dict.fromkeys(name for rating in ratings for name in rating))
        header = [*names, *_needed_besides(names)]
        rules = IntakeRules(
            code_system=system,
            bad_levels=frozenset(policy.bad_levels),
            units=self.units(),
            rules=self.rules_of(jurisdiction),
        )
        reader = RowReader(match_columns(header).index_of, rules, self.now())
        results: dict[int, TakenRating] = {}
        taken: list[TakenRow] = []
        for number, rating in enumerate(ratings):
            row = SourceRow(number, [rating.get(name, "") for name in header])
            read = reader.read(row.cells)
            if isinstance(read, Rating):
                taken.append((row, read))
            else:
                results[number] = _rejected(number, read)
        if taken:
            content = json.dumps([dict(rating) for rating in ratings], sort_keys=True, ensure_ascii=False)
            sha256 = hashlib.sha256(f"api\n{content}".encode()).hexdigest()
            try:
                self._store(taken, results, (reader, jurisdiction, system, sha256, source))
            except ImportBusy as busy:
                raise EngineUnavailable(str(busy)) from None
        return [results[number] for number in range(len(ratings))]

    def open_soon(self, jurisdiction: str) -> None:
        """Open the cases of what was stored. When a run is under way, it looks once more before it ends."""
        with self._lock:
            if jurisdiction in self._opening:
                self._opening[jurisdiction] = True
                return
            self._opening[jurisdiction] = True
        try:
            while self._more_to_open(jurisdiction):
                self.open_cases(jurisdiction)
        except Exception as error:
            with self._lock:
                self._opening.pop(jurisdiction, None)
            known = error if isinstance(error, HaochapingError) else self.known_failure(error)
            if known is None:
                raise
            log.error("cases of %s wait to be opened: %s", jurisdiction, known)

    def _more_to_open(self, jurisdiction: str) -> bool:
        """Whether somebody asked since the last look; when nobody did, the run is over in the same moment."""
        with self._lock:
            more = self._opening[jurisdiction]
            if more:
                self._opening[jurisdiction] = False
            else:
                del self._opening[jurisdiction]
            return more

    def _store(
        self,
        taken: list[TakenRow],
        results: dict[int, TakenRating],
        request: tuple[RowReader, str, str, str, str],
    ) -> None:
        def settle(outcome: PieceOutcome) -> Progress:
            for row, fault in outcome.conflicts:
                results[row.number] = _rejected(row.number, (fault,))
            for number in outcome.known:
                results[number] = TakenRating(index=number, status=TakenStatus.ALREADY_STORED)
            return Progress(rows_done=len(taken))

        reader, jurisdiction, *_ = request
        with importing(self.database_url, *request, self.personal) as session:
            session.begin(taken)
            session.complete(settle)
            session.finish()
        for row, rating in taken:
            if row.number not in results or results[row.number].status is TakenStatus.ALREADY_STORED:
                status = results[row.number].status if row.number in results else TakenStatus.STORED
                number = int(rating.assess_number)
                case_no = case_number(jurisdiction, rating.project_no, number) if reader.is_bad(rating) else None
                results[row.number] = TakenRating(index=row.number, status=status, case_no=case_no)


def _needed_besides(names: Sequence[str]) -> list[str]:
    """Needed fields that nobody named: every rating is then told that they are missing."""
    there = {name.strip().lower() for name in names}
    return [
        each.name
        for each in FIELDS
        if each.needed and not there & {name.lower() for name in (each.name, *each.aliases)}
    ]


def _rejected(number: int, faults: Sequence[Fault]) -> TakenRating:
    told = tuple(FieldFault(field=fault.field, reason=fault.reason, fix=fault.fix) for fault in faults)
    return TakenRating(index=number, status=TakenStatus.REJECTED, faults=told)
