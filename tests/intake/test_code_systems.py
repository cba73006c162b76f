"""A digit means what the declared code system says, and nothing else."""

import pytest

from models.errors import BadInput
from models.ratings import MatterKind, Rating, ReviewChannel, SatisfactionLevel
from policy.code_systems import CODE_SYSTEMS, CodeSystem, codes_of
from tests.intake.support import ROW, reader

MEANINGS = [
    ("in the national family 5 is the best", "national", "satisfaction", "5", SatisfactionLevel.VERY_GOOD),
    ("in the national family 1 is the worst", "national", "satisfaction", "1", SatisfactionLevel.VERY_BAD),
    ("in GB/T 39046 1 is the best", "gbt39046", "satisfaction", "1", SatisfactionLevel.VERY_GOOD),
    ("in GB/T 39046 4 is a bad rating", "gbt39046", "satisfaction", "4", SatisfactionLevel.BAD),
    ("in GB/T 39046 5 is the worst", "gbt39046", "satisfaction", "5", SatisfactionLevel.VERY_BAD),
    ("the middle is the middle both ways", "gbt39046", "satisfaction", "3", SatisfactionLevel.FAIR),
    ("in the national family 6 is the telephone", "national", "channels", "6", ReviewChannel.PHONE),
    ("in the national family 7 is a text message", "national", "channels", "7", ReviewChannel.SMS),
    ("in Zhejiang 6 is a text message", "zhejiang", "channels", "6", ReviewChannel.SMS),
    ("in Zhejiang 7 is the system's default", "zhejiang", "channels", "7", ReviewChannel.SYSTEM_DEFAULT),
    ("in 2019 there was no 6", "early-2019", "channels", "6", None),
    ("in 2019 there was no 7", "early-2019", "channels", "7", None),
    (
        "5 is another terminal of the hall everywhere",
        "early-2019",
        "channels",
        "5",
        ReviewChannel.SELF_SERVICE,
    ),
    ("an instant matter is 1 in the national family", "national", "matter_kinds", "1", MatterKind.INSTANT),
    ("an instant matter is 2 in Zhejiang", "zhejiang", "matter_kinds", "2", MatterKind.INSTANT),
    ("nobody has an 8", "national", "channels", "8", None),
    ("nobody has a 0 for satisfaction", "zhejiang", "satisfaction", "0", None),
]


@pytest.mark.parametrize(("sentence", "system", "table", "digit", "meaning"), MEANINGS, ids=[m[0] for m in MEANINGS])
def test_a_digit_means_what_its_system_says(
    sentence: str, system: str, table: str, digit: str, meaning: object
) -> None:
    assert getattr(codes_of(system), table).get(digit) is meaning


@pytest.mark.parametrize("system", list(CodeSystem))
def test_every_system_has_all_five_levels_and_says_on_what_it_rests(system: CodeSystem) -> None:
    codes = CODE_SYSTEMS[system]
    assert sorted(codes.satisfaction.values()) == sorted(SatisfactionLevel)
    assert codes.evidence


def test_an_unknown_system_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadInput, match=r"national.*zhejiang.*gbt39046.*early-2019"):
        codes_of("shandong")


def test_the_raw_digit_stays_beside_its_meaning() -> None:
    row = ROW | {"satisfaction": "5", "evalDetail": "113", "pf": "7"}
    rating = reader(codes="gbt39046").read(list(row.values()))
    assert isinstance(rating, Rating)
    assert (rating.satisfaction_code, rating.level) == ("5", "1")
    assert (rating.channel_code, rating.channel) == ("7", "sms")


def test_tags_carry_the_level_and_not_the_reversed_digit() -> None:
    row = ROW | {"satisfaction": "5", "evalDetail": "510"}
    faults = reader(codes="gbt39046").read(list(row.values()))
    assert [fault.field for fault in faults if not isinstance(fault, str)] == ["evalDetail"]
