"""The jurisdictions' folders on disk: finds and reads their policy files, and the scripts of their callbacks.

Decides which folder a jurisdiction has, and that what lies beside a policy does not contradict it and can be used. What
a well-formed policy is decides `policy.parsing`. What a jurisdiction has not written itself, it has from
`jurisdictions/_shared/`.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from adapters.score_files import SCORES, score_faults
from models.callbacks import CallbackKind
from models.errors import BadInput, BadPolicy
from models.kinds import CaseSource
from models.policy import CalendarScope
from policy.parsing import PolicyFile, contradiction, parse_policy

JURISDICTIONS = Path(__file__).resolve().parent.parent / "jurisdictions"

SHARED = "_shared"
"""The folder of what every jurisdiction has that has nothing of its own."""


@dataclass(frozen=True)
class Shelf:
    """The policy files of all jurisdictions below one folder."""

    root: Path = JURISDICTIONS

    def ids(self) -> list[str]:
        """The jurisdictions that have a policy, in alphabetical order."""
        return sorted(each.parent.name for each in self.root.glob("*/policy.toml") if each.parent.name != SHARED)

    def file(self, jurisdiction: str) -> PolicyFile:
        """A jurisdiction's policy. Raises BadInput for an unknown one, BadPolicy for a wrong file."""
        if jurisdiction not in self.ids():
            raise BadInput(f"没有名为“{jurisdiction}”的地区。已有：{'、'.join(self.ids())}。")
        path = self.root / jurisdiction / "policy.toml"
        return _parsed(self, path, _written(path.parent))

    def parse(self, path: Path) -> PolicyFile:
        """The policy in a file, with the folder it lies in.

        Raises BadInput when there is no such file, BadPolicy with every fault, its line and its key when it is wrong.
        """
        if path.is_dir():
            path = path / "policy.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadPolicy(f"{_shown(path)}：文件编码必须是 UTF-8。") from None
        except OSError:
            raise BadInput(f"打不开文件 {path}。") from None
        file = parse_policy(text, _shown(path))
        if path.name == "policy.toml" and file.policy.jurisdiction != path.resolve().parent.name:
            reason = f"与文件夹的名称“{path.resolve().parent.name}”不一致"
            raise contradiction(text, _shown(path), "jurisdiction", reason)
        local = sorted(each.name for each in (path.parent / "holidays").glob("*.toml"))
        if local and file.policy.calendar is CalendarScope.NATIONAL:
            reason = f"写的是只按全国放假安排（national），而 holidays 文件夹里有本地的 {'、'.join(local)}"
            raise contradiction(text, _shown(path), "calendar", reason)
        if faults := [*_document_faults(path.parent), *score_faults(path.parent, _shown(path.parent / SCORES))]:
            raise BadPolicy("\n".join(faults))
        return file


def _document_faults(folder: Path) -> list[str]:
    """What is wrong with the place's own templates of official documents, a sentence with the file for each fault."""
    own = folder / "documents"
    if not own.is_dir():
        return []
    from adapters.documents.templates import faults_in  # with what reads DOCX, for which most commands have no use

    return [f"{_shown(path)}：{fault}。" for path, fault in faults_in(own)]


@lru_cache(maxsize=64)
def _parsed(shelf: Shelf, path: Path, written: frozenset[tuple[str, int]]) -> PolicyFile:
    """The same folder is read once; `written` tells one in which a file was added, changed or removed meanwhile."""
    return shelf.parse(path)


def _written(folder: Path) -> frozenset[tuple[str, int]]:
    return frozenset((str(each), each.stat().st_mtime_ns) for each in folder.rglob("*") if each.is_file())


@cache
def load_policy(jurisdiction: str) -> PolicyFile:
    """The policy in a jurisdiction's folder. Raises BadInput for an unknown one, BadPolicy for a wrong file."""
    return Shelf().file(jurisdiction)


def callback_script(jurisdiction: str, kind: CallbackKind, source: CaseSource, root: Path = JURISDICTIONS) -> str:
    """What is asked in that callback, with the caller's office filled in; `$item`, `$unit`, `$assessed` stay.

    Who reported something (`$source`) is asked about that, and not about a rating: `callback/*_reported.txt`.
    Script and office (`callback/_office.txt`) are the jurisdiction's own where it has them, else the shared ones.
    Raises BadInput for an unknown jurisdiction.
    """
    if jurisdiction not in Shelf(root).ids():
        raise BadInput(f"没有名为“{jurisdiction}”的地区。")
    office = _own_or_shared(root, jurisdiction, "_office.txt").strip()
    name = f"{kind}_reported.txt" if source.is_reported else f"{kind}.txt"
    return Template(_own_or_shared(root, jurisdiction, name)).safe_substitute(office=office)


def sample_script(jurisdiction: str, root: Path = JURISDICTIONS) -> str:
    """What is asked in a sampled callback (抽查回访), with the caller's office filled in, as for `callback_script`."""
    if jurisdiction not in Shelf(root).ids():
        raise BadInput(f"没有名为“{jurisdiction}”的地区。")
    office = _own_or_shared(root, jurisdiction, "_office.txt").strip()
    return Template(_own_or_shared(root, jurisdiction, "sample.txt")).safe_substitute(office=office)


def _own_or_shared(root: Path, jurisdiction: str, name: str) -> str:
    own = root / jurisdiction / "callback" / name
    return (own if own.is_file() else root / SHARED / "callback" / name).read_text(encoding="utf-8")


def _shown(path: Path) -> str:
    """A file as people call it: below the project where it is one of the project's."""
    project = JURISDICTIONS.parent
    return str(path.resolve().relative_to(project)) if path.resolve().is_relative_to(project) else str(path)
