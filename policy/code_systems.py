"""What the digits of the interface family mean: one table per code system, each with its evidence.

Provinces use the same digits for different things, so a source must declare its code system; a digit is looked up in
that system alone and never guessed. Which system a source declares is its jurisdiction's business; how a row is read
is decided in `policy.intake`.

C0305.1, the national interface document itself, is not public; the tables rest on what independent provincial
implementations of it agree on and on GB/T 39046-2020.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from models.errors import BadInput
from models.ratings import MatterKind, ReviewChannel, SatisfactionLevel


class CodeSystem(StrEnum):
    """A set of meanings for the digits of a rating."""

    NATIONAL = "national"
    ZHEJIANG = "zhejiang"
    GBT39046 = "gbt39046"
    EARLY_2019 = "early-2019"


class Codes(NamedTuple):
    """One code system: digit to meaning, and on what evidence."""

    name: str
    satisfaction: Mapping[str, SatisfactionLevel]
    channels: Mapping[str, ReviewChannel]
    matter_kinds: Mapping[str, MatterKind]
    evidence: str


def codes_of(name: str) -> Codes:
    """The code system of that name.

    Raises BadInput, naming the systems that exist, for a name that is none of them.
    """
    try:
        return CODE_SYSTEMS[CodeSystem(name)]
    except ValueError:
        known = "、".join(f"{system}（{codes.name}）" for system, codes in CODE_SYSTEMS.items())
        raise BadInput(f"没有名为“{name}”的编码体系，可选：{known}。") from None


_BEST_IS_5 = MappingProxyType({str(int(level)): level for level in SatisfactionLevel})
_BEST_IS_1 = MappingProxyType({str(6 - int(level)): level for level in SatisfactionLevel})

_FIRST_FIVE_CHANNELS = {
    "1": ReviewChannel.PC,
    "2": ReviewChannel.MOBILE,
    "3": ReviewChannel.QR_CODE,
    "4": ReviewChannel.HALL_TABLET,
    "5": ReviewChannel.SELF_SERVICE,
}
_SEVEN_CHANNELS = MappingProxyType(
    {**_FIRST_FIVE_CHANNELS, "6": ReviewChannel.PHONE, "7": ReviewChannel.SMS},
)

_INSTANT_IS_1 = MappingProxyType({"1": MatterKind.INSTANT, "2": MatterKind.PROMISED})
_PROMISED_IS_1 = MappingProxyType({"1": MatterKind.PROMISED, "2": MatterKind.INSTANT})

CODE_SYSTEMS: Mapping[CodeSystem, Codes] = MappingProxyType(
    {
        CodeSystem.NATIONAL: Codes(
            name="国家接口通行编码：5 最好，6 电话，7 短信",
            satisfaction=_BEST_IS_5,
            channels=_SEVEN_CHANNELS,
            matter_kinds=_INSTANT_IS_1,
            evidence="Levels 5 to 1 agree in four provincial implementations; channels 6 and 7 as in a Fujian upload "
            "service and a social-security system; promiseTime as in GB/T 39046-2020 A.6 and Shandong.",
        ),
        CodeSystem.ZHEJIANG: Codes(
            name="浙江编码：6 短信，7 系统默认；办件类型 1 承诺 2 即办",
            satisfaction=_BEST_IS_5,
            channels=MappingProxyType(
                {**_FIRST_FIVE_CHANNELS, "6": ReviewChannel.SMS, "7": ReviewChannel.SYSTEM_DEFAULT},
            ),
            matter_kinds=_PROMISED_IS_1,
            evidence="Comment of the Zhejiang case centre's evaluation service (办件评价服务).",
        ),
        CodeSystem.GBT39046: Codes(
            name="GB/T 39046-2020 编码：1 最好，5 最差",
            satisfaction=_BEST_IS_1,
            channels=_SEVEN_CHANNELS,
            matter_kinds=_INSTANT_IS_1,
            evidence="GB/T 39046-2020 table 9 has 满意度代码 as n1 and names the seven channels; that its satisfaction "
            "digits run the other way (1 best) is stated by the project's brief, the code table itself was not seen.",
        ),
        CodeSystem.EARLY_2019: Codes(
            name="2019 年早期编码：5 最好，渠道只有 1 至 5",
            satisfaction=_BEST_IS_5,
            channels=MappingProxyType(_FIRST_FIVE_CHANNELS),
            matter_kinds=_INSTANT_IS_1,
            evidence="The Shandong entity of 2019-09-06 and one vendor's screens know the channels 1 to 5 only.",
        ),
    }
)

ACTIVE_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "108": "在办事指南之外增加新的审批条件",
        "109": "需提供办事指南之外的申报材料",
        "110": "无理由超过法定办理时间",
        "111": "办事指南提供样本有错",
        "112": "承诺在线收取申报材料实际无法收取",
        "113": "多头跑窗口和部门",
        "114": "跑动次数与承诺的不一致",
        "115": "服务态度差效率低",
        "207": "没有提供材料样本",
        "208": "没有提供材料清单",
        "209": "未在承诺时间内办结",
        "210": "同样内容的证明材料被要求多次提交",
        "211": "承诺网办但无法在线办理",
        "212": "在线预约办理后到实体大厅重复取号排队",
        "213": "窗口人员业务不熟练",
        "214": "服务态度生硬",
        "307": "一次性告知需要补正的材料",
        "308": "提供申报材料样本",
        "309": "在承诺的时间内办结",
        "310": "办事指南指引准确",
        "311": "按办事指南要求的材料即可办理",
        "312": "可以快递送达",
        "313": "跑动次数与承诺的一致",
        "314": "服务态度一般",
        "406": "填写一张表单就可完成申报",
        "407": "在线提交材料窗口核验",
        "408": "一张清单告知全部申报材料",
        "409": "用告知承诺减免申报材料",
        "410": "可以在线预约办理",
        "411": "跑大厅一次办完",
        "412": "可以使用自助机办理",
        "413": "服务态度较好",
        "510": "一窗受理一次办结",
        "511": "可以先受理后补材料",
        "512": "不用提交证明",
        "513": "可以全程网上办理",
        "514": "可以使用手机办理",
        "515": "可以就近办理",
        "516": "无需材料直接办理",
        "517": "服务热情效率高",
    }
)
"""The reason tags in use (测评内容), from a public copy of an interface answer; one Fujian window screen matches it."""

RETIRED_TAGS: frozenset[str] = frozenset(
    str(code)
    for codes in (range(101, 108), range(201, 207), range(301, 307), (401, 402, 404, 405), range(501, 510))
    for code in codes
)
"""Tags of the first version of the set; still taken from older ratings. 403 is absent in the copy, so it is unknown."""


def reasons_of(level: SatisfactionLevel) -> Mapping[str, str]:
    """The reason tags in use for a level, by code: the first digit of a tag is its level."""
    return {code: words for code, words in ACTIVE_TAGS.items() if code.startswith(str(int(level)))}


ACTIVE_TAG_VERSION = "2"
TAG_VERSIONS: Mapping[str, Collection[str]] = MappingProxyType({"1": RETIRED_TAGS, ACTIVE_TAG_VERSION: ACTIVE_TAGS})
"""By `evaVersion` the tags of that version. That they are counted 1 and 2 is an assumption: the interface family says
only that the field is a number."""

DEFAULT_FLAG = "1"
"""The value of `isProtion` that marks a default rating (默认评价). An assumption: no public source names its codes."""
