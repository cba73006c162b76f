"""The directory: the seven roles, the clerks' numbers, and what a wrong file is told."""

from pathlib import Path

import pytest

from adapters.directory import Directory, read_directory
from models.actors import Role
from models.errors import BadDirectory
from tests.people.support import DIRECTORY

SAMPLE = Path(__file__).parents[2] / "samples" / "directory.toml"


@pytest.mark.parametrize("path", [DIRECTORY, SAMPLE], ids=["tests", "samples"])
def test_every_role_of_the_procedure_is_in_the_directory_file(path: Path) -> None:
    file = read_directory(path)
    assert {user.role for user in file.users} == set(Role)
    renshe = [user for user in file.users if user.unit.endswith("renshe")]
    assert sorted(user.role for user in renshe) == [Role.CLERK, Role.HEAD, Role.OFFICER, Role.OFFICER]
    assert sum(user.role is Role.SUPERVISOR for user in file.users) == 2


def test_a_clerk_acts_under_the_number_that_ratings_name(directory: Directory) -> None:
    actor = directory.actor("clerk-renshe")
    assert (actor.role, actor.staff_no, actor.acting_for) == (Role.CLERK, "RS-0217", "")
    assert directory.actor("officer-renshe").staff_no == ""


def test_the_rated_clerk_is_found_by_number_within_the_unit(directory: Directory) -> None:
    found = directory.by_staff_no("ez-renshe", "RS-0217")
    assert found is not None
    assert found.id == "clerk-renshe"
    assert directory.by_staff_no("ez-shichang", "RS-0217") is None
    assert directory.by_staff_no("ez-renshe", "") is None


def test_heads_and_clerks_are_asked_for_their_own_unit_only(directory: Directory) -> None:
    assert [user.id for user in directory.people(Role.HEAD, "ez-renshe")] == ["head-renshe"]
    assert [user.id for user in directory.people(Role.CLERK, "ez-shichang")] == ["clerk-shichang"]
    assert [user.id for user in directory.people(Role.REVIEWER, "ez-renshe")] == ["reviewer-01"]


WRONG = [
    ('role = "clerk"', 'role = "boss"', "没有“boss”这个角色，可用的有officer（整改责任人）", "an unknown role"),
    ('staff_no = "RS-0217"\n', "", "被评价人 clerk-renshe 没有工号（staff_no）", "a clerk without a number"),
    ('id = "officer-renshe-2"', 'id = "officer-renshe"', "用户 officer-renshe 重复", "one user twice"),
    (
        'email = "officer-renshe@example.invalid"',
        'email = "x"\nstaff_no = "RS-0217"',
        "工号 ez-renshe 的 RS-0217 由多人共用",
        "one number for two people",
    ),
    ('unit = "ez-shichang"', 'unit = "nowhere"', "用户所属单位 nowhere 不在目录中", "a unit that is not there"),
    ('mobile = "13800000001"\n', "", "users.0.mobile 有误：缺少该项", "no number for messages"),
]


@pytest.mark.parametrize(("good", "wrong", "said"), [row[:3] for row in WRONG], ids=[row[3] for row in WRONG])
def test_a_wrong_directory_file_is_refused_with_the_place(good: str, wrong: str, said: str, tmp_path: Path) -> None:
    text = DIRECTORY.read_text(encoding="utf-8")
    assert good in text
    path = tmp_path / "directory.toml"
    path.write_text(text.replace(good, wrong, 1), encoding="utf-8")
    with pytest.raises(BadDirectory, match="单位目录") as refused:
        read_directory(path)
    assert said in str(refused.value)
