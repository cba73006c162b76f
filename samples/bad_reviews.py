"""The bad reviews of the sample month, one line each, in every situation that the procedure knows.

Two of them retell what the founding documents report; all others are made up. `samples.make_samples` gives each a
number, an evaluator and a place among the good ratings.
"""

from typing import NamedTuple


class BadReview(NamedTuple):
    """`kind` is what the evaluator is: p a person, c a company, - anonymous. `again` marks a second evaluation."""

    at: str
    unit: str
    item: str
    level: int
    channel: int
    tags: str
    kind: str
    comment: str
    again: bool = False


BAD_REVIEWS: tuple[BadReview, ...] = (
    # 新泰 2022: one star given at a self-service terminal that was not understood; explained, and helped the next day.
    BadReview("09-17 16:42:10", "renshe", "社会保障卡补换", 1, 5, "115", "p",
              "自助机上找不到补卡在哪里，点来点去又退回首页，旁边也没有人教，白等了半小时。"),
    # 新泰 2022: a call to 12345 about closing a business licence; guided, and served.
    BadReview("09-22 10:15:33", "shichang", "营业执照注销登记", 2, 6, "213", "c",
              "打12345想注销营业执照，问先公告还是先清税，两次得到的答复不一样。"),
    BadReview("09-16 09:31:05", "renshe", "失业保险金申领", 2, 4, "209", "p", "说好五个工作日，第八天才办下来。"),
    BadReview("09-16 15:20:48", "yibao", "异地就医备案", 1, 2, "112", "p",
              "手机上传了三次材料都提示失败，最后还是跑窗口。"),
    BadReview("09-17 11:05:12", "gongjijin", "住房公积金提取", 2, 1, "210", "p",
              "同一张购房合同网上交一遍，窗口又要复印件。"),
    BadReview("09-18 10:48:27", "budongchan", "不动产转移登记", 1, 4, "113", "p",
              "税务、不动产、银行来回跑了四趟，没有人一次说清楚。"),
    BadReview("09-18 16:55:01", "gongan", "居住证签注", 2, 3, "214", "-", "问一句顶三句。"),
    BadReview("09-20 09:12:40", "renshe", "灵活就业人员参保登记", 2, 4, "212", "p",
              "网上约了号，到大厅还要重新取号排队。"),
    BadReview("09-20 10:27:19", "minzheng", "老年人优待证办理", 1, 4, "115", "-", ""),
    BadReview("09-20 15:36:54", "shuiwu", "个体工商户定额核定", 2, 7, "213", "c", "窗口人员自己也说不清要哪张表。"),
    BadReview("09-20 16:18:22", "yibao", "门诊慢特病认定", 1, 3, "108,109", "p",
              "指南上没写要近三个月的化验单，到了窗口才说。"),
    BadReview("09-21 08:52:36", "zhujian", "建筑工程施工许可", 1, 1, "113,108", "c",
              "图审、消防、人防三家互相推，要求的前置条件指南里没有。"),
    BadReview("09-21 14:40:11", "gongan", "户口迁移", 2, 4, "207", "p", "没有样表，填错三次。"),
    BadReview("09-22 15:03:57", "weijian", "护士执业注册", 2, 1, "211", "p",
              "写着全程网办，到最后一步要求现场核验。"),
    BadReview("09-23 09:44:08", "shichang", "食品经营许可", 1, 4, "111", "c",
              "照着样本填，样本本身就是错的，被退回两次。"),
    BadReview("09-23 17:10:30", "gongjijin", "住房公积金贷款", 2, 6, "209", "p",
              "承诺十五天，二十三天还没有放款消息，电话总占线。"),
    BadReview("09-24 10:33:45", "budongchan", "不动产抵押登记", 2, 4, "208", "c", "没有材料清单，缺一样跑一趟。"),
    # Given on the eve of and during the Mid-Autumn and National Day holidays: the clocks begin on a rest day.
    BadReview("09-24 17:58:02", "yibao", "生育津贴申领", 1, 2, "110", "p", "四个月了，每次都说在审核。"),
    BadReview("09-26 20:14:37", "renshe", "养老保险关系转移", 2, 2, "211", "p",
              "系统一直显示对方未回复，没有人跟进。"),
    BadReview("09-28 11:26:18", "minzheng", "婚姻登记", 2, 4, "212", "p", "预约了九点，排到十一点。"),
    BadReview("09-29 09:05:50", "gongan", "身份证补领", 1, 5, "115", "-", "自助机吞了照片回执。"),
    BadReview("09-29 16:47:29", "shuiwu", "契税申报", 1, 4, "114", "p", "说好只跑一次，跑了三次。"),
    BadReview("09-30 10:19:13", "shichang", "企业设立登记", 1, 1, "112", "c",
              "网上提交显示成功，第二天又打电话要纸质的。"),
    BadReview("09-30 17:21:44", "zhujian", "商品房预售许可", 2, 4, "210", "c", "同样的资金监管证明交了三个窗口。"),
    BadReview("10-03 21:40:09", "yibao", "医保电子凭证激活", 1, 2, "112", "-", "人脸识别怎么都过不去。"),
    BadReview("10-08 09:58:26", "renshe", "工伤认定申请", 1, 4, "109", "p", "要单位盖三个章，指南上只有一个。"),
    # Later proves mistaken: praise with one star.
    BadReview("10-08 15:11:53", "gongan", "护照换发", 1, 4, "", "p", "二十分钟就办好了，小姑娘很有耐心，谢谢。"),
    BadReview("10-09 11:34:20", "weijian", "医师执业注册", 2, 3, "", "p", "非常好。"),
    # Later proves malicious: one person rates three units that never served him.
    BadReview("10-09 16:02:11", "shichang", "营业执照变更登记", 1, 2, "115", "p",
              "上次不给我办，我就天天给你们打一星。"),
    BadReview("10-09 16:05:40", "shuiwu", "发票领用", 1, 2, "115", "p", "上次不给我办，我就天天给你们打一星。"),
    BadReview("10-10 09:17:35", "gongjijin", "住房公积金账户转移", 2, 4, "213", "p",
              "一个说要回原单位开证明，一个说不用。"),
    BadReview("10-10 10:52:06", "budongchan", "不动产登记资料查询", 2, 5, "214", "-", ""),
    BadReview("10-10 15:29:48", "minzheng", "临时救助申请", 1, 6, "113", "p",
              "社区让找街道，街道让找民政，民政又让找社区。"),
    # Second evaluations: one after a first good one, one after a first bad one.
    BadReview("10-12 09:40:31", "renshe", "失业保险金申领", 1, 2, "110", "p",
              "上次给过评价，说马上处理，到现在还没有到账。", again=True),
    BadReview("10-13 14:22:57", "zhujian", "二手房交易资金监管", 2, 7, "209", "p",
              "当场说得很好，事后一直没有办结。", again=True),
    BadReview("10-15 17:49:15", "yibao", "医疗费用手工报销", 2, 4, "208", "p", "来之前打电话问过，还是缺两样材料。"),
)  # fmt: skip
