"""Which ratings are taken: one for a visit or a matter, batches and themes, two rated objects, versions of the tags.

Decides for one rating what its fields have to do with the place's documents, and what is said when what it rates was
rated before. Pure: which ratings are stored already knows `adapters.rating_matters`. What a field may hold says
`policy.rating_fields`.

Where the documents are silent a rating belongs to a matter, and another number of the evaluation (`assessNumber`) is
another rating (C-21). A visit is rated once where the place says so and the source numbers its visits: over the counter
only, since online every matter is rated (新泰 ¶9, 天津 一·二).
"""

from models.ratings import CoveredMatter, Fault, Rating, RatingOrigin, RatingRules, ReviewChannel
from models.surroundings import RatedObject, Surroundings
from policy.code_systems import DEFAULT_FLAG, TAG_VERSIONS

Remark = tuple[str, str, str]
"""Field, reason and remedy."""

OVER_THE_COUNTER = frozenset({ReviewChannel.HALL_TABLET, ReviewChannel.SELF_SERVICE, ReviewChannel.QR_CODE})
"""The channels at which a visit is rated: tablet, terminal and code of the hall (新泰 ¶9: device, PAD, QR)."""


def rules_of(around: Surroundings) -> RatingRules:
    """The rules of a place."""
    return RatingRules(
        rates_staff=RatedObject.STAFF in around.rated_objects,
        batch_min=around.batch_min,
        once_per_visit=around.once_per_visit,
    )


def origin_of(stated: str, channel: str, default_flag: str) -> RatingOrigin:
    """Where a rating comes from; without a statement it is a default one by channel or flag, else the evaluator's."""
    if stated:
        return RatingOrigin(stated)
    is_default = channel == ReviewChannel.SYSTEM_DEFAULT or default_flag == DEFAULT_FLAG
    return RatingOrigin.DEFAULT if is_default else RatingOrigin.USER


def covered_by(covered_matters: str) -> tuple[CoveredMatter, ...]:
    """The other matters that a rating covers, from its normalised text."""
    pairs = (part.partition("=") for part in covered_matters.split(",") if part)
    return tuple(CoveredMatter(project_no=number, task_code=code) for number, _, code in pairs)


def without_itself(rating: Rating) -> Rating:
    """The rating without its own matter among those that it covers; lists of a submission often name all of it."""
    covered = rating.covered_matters
    if rating.project_no not in covered:
        return rating
    others = [part for part in covered.split(",") if part.partition("=")[0] != rating.project_no]
    return rating._replace(covered_matters=",".join(others))


def visit_of(rating: Rating, rules: RatingRules) -> str:
    """The visit that the rating stands for; empty where it stands for a matter."""
    return rating.visit_no if rules.once_per_visit and rating.channel in OVER_THE_COUNTER else ""


def remarks_on(rating: Rating, rules: RatingRules) -> list[Remark]:
    """What the fields beside the interface family's have against each other and against the place's rules.

    Takes a rating all of whose fields could be read.
    """
    return [*_tag_version(rating), *_origin(rating), *_covering(rating, rules), *_staff(rating, rules)]


def _tag_version(rating: Rating) -> list[Remark]:
    """A version that is not known says nothing that could be checked."""
    known = TAG_VERSIONS.get(rating.tag_version)
    given = [tag for tags in (rating.tags, rating.staff_tags) for tag in tags.split(",") if tag]
    strange = [] if known is None else [tag for tag in given if tag not in known]
    if not strange:
        return []
    fix = f"第 {rating.tag_version} 版标签没有 {'、'.join(strange)}；请核对 evaVersion 和标签，二者须属同一版"
    return [("evaVersion", "评价标签不属于所填的标签版本", fix)]


def _origin(rating: Rating) -> list[Remark]:
    unstated = origin_of("", rating.channel, rating.default_flag)
    if rating.origin in ("", RatingOrigin.DEFAULT) or unstated is not RatingOrigin.DEFAULT:
        return []
    fix = "系统默认评价请填 default；不是默认评价的，请更正 isProtion 或 pf"
    return [("origin", "评价来源与默认评价标志不一致", fix)]


def _covering(rating: Rating, rules: RatingRules) -> list[Remark]:
    """批量: enough matters, all of one item; 主题式、一链办: each with an item code of its own (TA-17, TA-18)."""
    if not rating.covered_matters:
        return []
    covered = covered_by(without_itself(rating).covered_matters)
    if any(each.project_no in (rating.cert_number, rating.mobile) for each in covered):
        fix = "请填办件编号，不得使用个人信息"
        return [("coveredMatters", "一并评价的办件编号与评价人的证件号或手机号相同", fix)]
    if rating.theme_name:
        bare = [each.project_no for each in covered if not each.task_code]
        fix = f"请为 {'、'.join(bare)} 写明事项编码，如“办件编号=事项编码”"
        return [("coveredMatters", "主题式评价的办件没有写明事项编码", fix)] if bare else []
    matters = 1 + len(covered)
    if matters < rules.batch_min:
        fix = f"本地批量业务从 {rules.batch_min} 件起，本条只有 {matters} 件；请补齐 coveredMatters，或清空该列逐件评价"
        return [("coveredMatters", "办件数不足，不能批量评价", fix)]
    own = (rating.task_code, rating.task_handle_item, "")
    strange = [each.project_no for each in covered if each.task_code not in own]
    if strange:
        fix = f"{'、'.join(strange)} 是另一个事项：属于主题式、一链办的请填 themeName，否则请分别评价"
        return [("coveredMatters", "批量评价的办件不是同一事项", fix)]
    return []


def _staff(rating: Rating, rules: RatingRules) -> list[Remark]:
    level, tags = rating.staff_level, rating.staff_tags
    if (level or tags) and not rules.rates_staff:
        fix = "本地的规则（rated_objects）不单独评价工作人员；请清空 staffSatisfaction 和 staffEvalDetail"
        return [("staffSatisfaction", "本地不单独评价工作人员", fix)]
    if tags and not level:
        fix = "请补填 staffSatisfaction，或清空 staffEvalDetail"
        return [("staffSatisfaction", "有人员评价标签而没有人员满意度", fix)]
    if tags[:1] not in ("", level):
        fix = f"人员满意度为 {level} 星时，人员评价标签应以 {level} 开头"
        return [("staffEvalDetail", "人员评价标签的首位与人员满意度不一致", fix)]
    return []


def rated_along(rating: Rating, by: str) -> Fault:
    """Why a matter is not rated by itself that another rating of the same round covers."""
    fix = f"{by} 的评价已包括本办件，请删除本行；若是再次评价，请把 assessNumber 改为 {int(rating.assess_number) + 1}"
    return Fault("projectNo", rating.project_no, "该办件已随其他办件一并评价", fix)


def rated_before(rating: Rating, matter: str, by: str) -> Fault:
    """Why a rating does not cover a matter that was rated in the same round: by itself, or along with `by`."""
    how = "已单独评价" if by == matter else f"已随 {by} 一并评价"
    fix = f"{matter} {how}：请从 coveredMatters 中去掉 {matter}，其余办件可以一并评价"
    return Fault("coveredMatters", matter, "列出的办件已经评价过", fix)


def visit_rated(rating: Rating, by: str) -> Fault:
    """Why a visit is not rated twice in the same round."""
    fix = (
        f"本地线下一次一评，该次办事已有办件 {by} 的评价：请删除本行；若是再次评价，"
        f"请把 assessNumber 改为 {int(rating.assess_number) + 1}"
    )
    return Fault("visitNo", rating.visit_no, "该次办事已经评价过", fix)
