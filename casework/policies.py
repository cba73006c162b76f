"""How a jurisdiction's policy reads: its title, on what each parameter stands, what still has to be replaced.

Decides wording only, for the terminal and the browser alike. What a parameter is called and how its value reads stands
in `policy.parameters`.
"""

from collections import Counter
from collections.abc import Iterator

from models.surroundings import ACTED_UPON, Surroundings
from policy.parameters import BASIS_LABELS, LABELS, MUST_BE_REPLACED
from policy.parsing import Basis, Parameter, PolicyFile


def title_of(file: PolicyFile) -> str:
    """The place with its id."""
    return f"{file.policy.name}（{file.policy.jurisdiction}）"


def summary_of(file: PolicyFile) -> str:
    """How many parameters there are, and on what they stand."""
    counts = counts_of(file)
    said_counts = "，".join(f"{BASIS_LABELS[basis]} {count} 项" for basis, count in counts.items())
    return f"共 {sum(counts.values())} 项，{said_counts}。"


def counts_of(file: PolicyFile) -> dict[Basis, int]:
    """How many parameters stand on what."""
    counted = Counter(each.basis for each in file.parameters.values())
    return {basis: counted[basis] for basis in Basis}


def placeholders_of(file: PolicyFile) -> list[str]:
    """The parameters that a city has to replace before it uses the policy, in one sentence, if there are any."""
    named = [LABELS[key] for key in LABELS if MUST_BE_REPLACED in file.parameters[key].note]
    return [f"{MUST_BE_REPLACED}：{'、'.join(named)}。"] if named else []


def grounds_of(parameter: Parameter) -> Iterator[str]:
    """On what a parameter stands: its basis with source and note. An assumption is explained by its note first."""
    basis = BASIS_LABELS[parameter.basis]
    if parameter.basis is Basis.ASSUMPTION:
        yield f"{basis}  {parameter.note}"
        if parameter.source:
            yield f"参见  {parameter.source}"
    else:
        yield f"{basis}  {parameter.source}"
        if parameter.note:
            yield f"说明  {parameter.note}"


def is_only_stated(key: str) -> bool:
    """Whether the parameter is written down but nothing is done by it yet."""
    return key in Surroundings.model_fields and key not in ACTED_UPON
