"""Makes the sample files: `python -m samples.make_samples [DIRECTORY]`. The same seed gives the same files.

A month of ratings of a city with Ezhou's calendar, 2026-09-16 to 2026-10-16, around the make-up days Sunday 09-20 and
Saturday 10-10. Offices keep their rhythm: hardly a rating on rest days, busy make-up days. Everybody in it is made up
and says so; certificate numbers have the area 000000, which does not exist.
"""

import csv
import json
import random
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import openpyxl
from stdnum.cn import uscc

from samples.bad_reviews import BAD_REVIEWS, BadReview

HERE = Path(__file__).resolve().parent
SEED = 20261016
FIRST_DAY, LAST_DAY = date(2026, 9, 16), date(2026, 10, 16)
RATINGS_A_DAY = 104

REST_DAYS = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
MAKEUP_DAYS = {date(2026, 9, 20), date(2026, 10, 10)}

ITEMS = {
    "renshe": (
        "社会保障卡补换",
        "失业保险金申领",
        "灵活就业人员参保登记",
        "养老保险待遇资格认证",
        "就业创业证申领",
    ),
    "yibao": ("异地就医备案", "医保电子凭证激活", "门诊慢特病认定", "生育津贴申领", "医疗费用手工报销"),
    "gongjijin": ("住房公积金提取", "住房公积金贷款", "住房公积金账户转移"),
    "budongchan": ("不动产转移登记", "不动产抵押登记", "不动产登记资料查询"),
    "shichang": ("企业设立登记", "营业执照变更登记", "营业执照注销登记", "食品经营许可"),
    "gongan": ("身份证补领", "户口迁移", "居住证签注", "护照换发"),
    "shuiwu": ("契税申报", "发票领用", "个体工商户定额核定"),
    "weijian": ("医师执业注册", "护士执业注册", "公共场所卫生许可"),
    "minzheng": ("婚姻登记", "老年人优待证办理", "临时救助申请"),
    "zhujian": ("建筑工程施工许可", "商品房预售许可", "二手房交易资金监管"),
}
NOT_LISTED = "护照换发"
"""An item that the sample's item directory does not have."""
LISTED_AS = {"发票领用": "发票领用（增值税）"}
"""What the sample's item directory calls differently."""
GOOD_TAGS = {
    5: ("510", "510,517", "511", "512,514", "513", "514", "515", "516,517", "517", ""),
    4: ("406", "407", "408,413", "409", "410", "411", "411,413", "412", "413", ""),
    3: ("307", "308", "309", "310,311", "312", "313", "314", ""),
}
PRAISE = (
    "", "", "", "", "", "", "很好", "服务热情，办得快。", "一次就办好了，谢谢。", "工作人员讲得很清楚。",
    "周末还上班，给调休的同志点赞。", "手机上就能办，方便。", "材料少了，比以前快多了。", "排队有点长，但态度好。",
)  # fmt: skip
COLUMNS = (
    "projectNo", "assessNumber", "satisfaction", "pf", "assessTime", "evalDetail", "writingEvaluation",
    "anonymityFlag", "areaCode", "areaName", "deptCode", "proDepart", "taskCode", "taskHandleItem", "taskName",
    "proManager", "proManagerNo", "acceptDate", "promiseTime", "proStatus", "userName", "userProp", "userPageType",
    "certKey", "mobile", "isProtion", "windowNo",
)  # fmt: skip

Row = dict[str, str]


def main(directory: Path) -> None:
    """Write all sample files into the directory."""
    month = _Month()
    good = list(month.good_ratings())
    bad = list(month.bad_ratings())
    rows = sorted(good + bad, key=lambda row: row["assessTime"])
    (directory / "ezhou-2026-10.csv").write_bytes(_csv_with_rejects(rows))
    few = [month.rating(_at(14, 9, 10 * n), "shuiwu", ITEMS["shuiwu"][n % 3], 5) for n in range(5)]
    few.append(month.bad_rating(BadReview("10-14 11:03:00", "shuiwu", "契税申报", 2, 4, "207", "p", "没有填写样表。")))
    few.append(few[0] | {"projectNo": "EZ20261014-X001", "satisfaction": "0"})
    _write_workbook(directory / "ezhou-tax-windows.xlsx", few)
    few = [month.rating(_at(15, 14, 7 * n), "gongan", ITEMS["gongan"][n % 4], 4) for n in range(5)]
    few.append(
        month.bad_rating(BadReview("10-15 15:42:00", "gongan", "户口迁移", 1, 2, "113", "p", "派出所和窗口各说各的。"))
    )
    few.append(few[0] | {"projectNo": "EZ20261015-X001", "assessTime": "2026-10-15"})
    (directory / "ezhou-mobile.jsonl").write_text(_json_lines(few), encoding="utf-8")
    (directory / "ezhou-items.csv").write_bytes(month.item_directory())


class _Month:
    """The month under the fixed seed; numbers run on through it."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)  # reproducible, not secret
        directory = tomllib.loads((HERE / "directory.toml").read_text(encoding="utf-8"))
        self._units = {unit["id"]: unit for unit in directory["units"]}
        self._count = 0
        self._anybody = 0

    def good_ratings(self) -> Iterator[Row]:
        """Levels 3 to 5, in the rhythm of the offices."""
        day = FIRST_DAY
        while day <= LAST_DAY:
            for _ in range(self._ratings_on(day)):
                unit = self._random.choice(list(ITEMS))
                level = self._random.choices((5, 4, 3), (82, 14, 4))[0]
                yield self.rating(self._moment(day), unit, self._random.choice(ITEMS[unit]), level)
            day += timedelta(days=1)

    def bad_ratings(self) -> Iterator[Row]:
        """The bad reviews; a second evaluation brings its first one along."""
        for review in BAD_REVIEWS:
            row = self.bad_rating(review)
            if review.again:
                first_level = 2 if review.unit == "renshe" else 5
                yield row | {
                    "assessNumber": "1",
                    "satisfaction": str(first_level),
                    "evalDetail": "209" if first_level == 2 else "517",
                    "writingEvaluation": "",
                    "assessTime": row["acceptDate"],
                }
                row["assessNumber"] = "2"
            yield row

    def rating(self, at: datetime, unit: str, item: str, level: int) -> Row:
        """A good rating with everything that the interface asks for."""
        row = self._row(at, unit, item, self._random.choices("1234567", (12, 24, 18, 30, 8, 3, 5))[0])
        row |= {
            "satisfaction": str(level),
            "evalDetail": self._random.choice(GOOD_TAGS[level]),
            "writingEvaluation": self._random.choice(PRAISE) if level > 3 else "",
        }
        return row | self._evaluator(self._random.choices("-pc", (12, 70, 18))[0])

    def bad_rating(self, review: BadReview) -> Row:
        """A bad review as the table has it."""
        at = datetime.strptime(f"2026-{review.at}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - Beijing time, as delivered
        row = self._row(at, review.unit, review.item, str(review.channel))
        row |= {
            "satisfaction": str(review.level),
            "evalDetail": review.tags,
            "writingEvaluation": review.comment,
        }
        return row | self._evaluator(review.kind)

    def item_directory(self) -> bytes:
        """The item directory of these offices, with one item left out and one called differently."""
        lines = [_line(("事项编码", "业务办理项编码", "事项名称", "统一社会信用代码", "部门名称"))]
        for unit, items in ITEMS.items():
            office = self._units[unit]
            for item in dict.fromkeys([*items, *(review.item for review in BAD_REVIEWS if review.unit == unit)]):
                if item != NOT_LISTED:
                    code, name = _task_code(item), LISTED_AS.get(item, item)
                    lines.append(_line((code, f"{code}01", name, office["uscc"], office["name"])))
        return "".join(lines).encode("utf-8-sig")

    def _row(self, at: datetime, unit: str, item: str, channel: str) -> Row:
        self._count += 1
        window = self._random.randint(1, 6)
        accepted = at - timedelta(days=self._random.randint(0, 6), minutes=self._random.randint(8, 90))
        return dict.fromkeys(COLUMNS, "") | {
            "projectNo": f"EZ{at:%Y%m%d}-{self._count:04d}",
            "assessNumber": "1",
            "pf": channel,
            "assessTime": f"{at:%Y-%m-%d %H:%M:%S}",
            "areaCode": "420700",
            "areaName": "鄂州市",
            "deptCode": self._units[unit]["uscc"],
            "proDepart": self._units[unit]["name"],
            "taskCode": _task_code(item),
            "taskHandleItem": f"{_task_code(item)}01",
            "taskName": item,
            "proManager": f"演示·{window:02d}号窗口" if channel in "345" else "",
            "proManagerNo": f"DEMO-{unit}-{window:02d}" if channel in "345" else "",
            "acceptDate": f"{accepted:%Y-%m-%d %H:%M:%S}",
            "promiseTime": self._random.choice("12"),
            "proStatus": "3",
            "isProtion": "0",
            "windowNo": f"{window:02d}" if channel in "345" else "",
        }

    def _evaluator(self, kind: str) -> Row:
        if kind == "-":
            return {"anonymityFlag": "1"}
        self._anybody += 1
        number = self._anybody
        return {
            "anonymityFlag": "2",
            "userName": f"演示企业{number:04d}" if kind == "c" else f"演示评价人{number:04d}",
            "userProp": "2" if kind == "c" else "1",
            "userPageType": "" if kind == "c" else "111",
            "certKey": "" if kind == "c" else f"00000019900101{number:04d}",
            "mobile": f"1380000{number:04d}",
        }

    def _ratings_on(self, day: date) -> int:
        if day in MAKEUP_DAYS:
            return RATINGS_A_DAY + self._random.randint(20, 40)
        if day in REST_DAYS or day.weekday() >= 5:
            return self._random.randint(0, 4)
        return RATINGS_A_DAY + self._random.randint(-15, 15)

    def _moment(self, day: date) -> datetime:
        hour = self._random.choices((8, 9, 10, 11, 14, 15, 16, 17), (6, 20, 22, 14, 12, 18, 16, 6))[0]
        return datetime.combine(day, time(hour, self._random.randint(0, 59), self._random.randint(0, 59)))


def _task_code(item: str) -> str:
    return f"DEMO{1000 + sum(map(ord, item)) % 9000}"


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 10, day, hour, minute)  # noqa: DTZ001 - Beijing time, as delivered


def _csv_with_rejects(rows: list[Row]) -> bytes:
    """The month as CSV with three rows that stand twice and one row of each kind that cannot be taken."""
    lines = [_line(row.values()) for row in rows]
    for n in (100, 700, 1300):
        lines.insert(n + 200, lines[n])
    for n, line in enumerate(_reject_lines(rows), start=1):
        lines.insert(n * 100, line)
    return (_line(COLUMNS) + "".join(lines)).encode("utf-8-sig")


def _reject_lines(rows: list[Row]) -> Iterator[str]:
    """One row of each kind that an import gives back."""
    good = next(row for row in rows if row["satisfaction"] == "5" and row["evalDetail"] and row["mobile"])
    bad = next(row for row in rows if row["satisfaction"] == "1" and row["anonymityFlag"] == "2")
    faults: tuple[tuple[Row, Row], ...] = (
        (good, {"projectNo": ""}),
        (good, {"projectNo": "鄂州2026第18号"}),
        (good, {"assessNumber": "0"}),
        (good, {"satisfaction": "6"}),
        (good, {"pf": "9"}),
        (good, {"assessTime": "2026年10月9日"}),
        (good, {"assessTime": "2062-10-09 10:20:00"}),
        (good, {"evalDetail": "599"}),
        (good, {"evalDetail": "108"}),
        (good, {"deptCode": "11420700DEM000015X"}),
        (good, {"areaCode": "鄂州"}),
        (good, {"mobile": "没有留"}),
        (bad, {"deptCode": "11420000DEM99999"}),
        (bad, {"deptCode": _unlisted_code()}),
        (bad, {"anonymityFlag": ""}),
        (bad, {"satisfaction": "", "pf": "电话", "assessTime": ""}),
    )
    for n, (row, fault) in enumerate(faults, start=1):
        yield _line((row | {"projectNo": f"EZ20261009-R{n:03d}"} | fault).values())
    yield _line((good | {"satisfaction": "4", "evalDetail": "413"}).values())  # contradicts an earlier row
    yield _line(list((good | {"projectNo": "EZ20261009-R018"}).values())[:-5])  # cut off
    yield _line((good | {"projectNo": "EZ20261009-R019"}).values()).replace(",2,420700", ',"2,420700')  # stray quote


def _unlisted_code() -> str:
    """A right social credit code that the directory does not have."""
    return f"11420700DEM999990{uscc.calc_check_digit('11420700DEM999990')}"


def _line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _json_lines(rows: list[Row]) -> str:
    """With two of the documented other names, and without empty fields."""
    names = {"satisfaction": "levelCode", "assessNumber": "serviceNumber"}
    objects = ({names.get(key, key): value for key, value in row.items() if value} for row in rows)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


def _write_workbook(path: Path, rows: list[Row]) -> None:
    """With real date cells, as spreadsheet programs write them."""
    book = openpyxl.Workbook()
    book.properties.creator = "演示"
    book.properties.created = book.properties.modified = datetime(2026, 10, 16)  # noqa: DTZ001 - XLSX has no zones
    sheet = book.active
    sheet.title = "评价"
    sheet.append(COLUMNS)
    for row in rows:
        times = {name: datetime.fromisoformat(row[name]) for name in ("assessTime", "acceptDate")}
        sheet.append([times.get(name, row[name]) for name in COLUMNS])
    book.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
