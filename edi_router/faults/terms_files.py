"""Chinese for what is wrong with configuration files and with values that a mapping converts.

As `terms`: whole texts, and patterns of texts that carry something of their own. A test holds that every problem
that a model of configuration files tells has one.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "layout": "布局", "mapping": "映射", "partner": "伙伴", "profile": "配置规范", "register": "登记簿", "calendar": "日历",
    "field": "字段", "outcome": "结论", "series": "序列", "state": "状态",
}  # fmt: skip
"""What a name stands for: only in the value `what`, for elsewhere such a word may be a name of the files themselves."""

WORDS: Mapping[str, str] = {
    # Layouts, calendars, profiles, settings
    "must be a name as paths write it: letters, digits, `_`, `-`, `.`": "应为路径中可用的名称：字母、数字、`_`、`-`、`.`",
    "cannot be used here; ASCII must stand for itself, as in gb18030 or utf-8":
        "此处不可用；ASCII 字符须保持原样，如 gb18030 或 utf-8",
    "records are told apart by fields with `const`: only one record may be without":
        "记录靠带 `const` 的字段区分，只能有一种记录没有",
    "`by` needs `each`": "`by` 须与 `each` 一起使用",
    "24:00 can only be an end; the day begins at 00:00": "24:00 只能作为结束；一天从 00:00 开始",
    "must be a date such as 2026-10-01": "应为日期，如 2026-10-01",
    "24:00 is 00:00 of the next day": "24:00 即次日 00:00",
    "needs either date, or from and to": "须有 date，或 from 和 to", "to is before from": "to 早于 from",
    "needs either as or hours": "须有 as 或 hours 之一",
    "a time stands twice": "时间重复", "needs either cron or times": "须有 cron 或 times 之一",
    "working_days_only needs a calendar": "working_days_only 须与 calendar 一起使用",
    "calendar goes with `working_days_only: yes`": "calendar 须与 `working_days_only: yes` 一起使用",
    "must be like an..35, n8, a3 or an3..18": "应如 an..35、n8、a3 或 an3..18",
    "must be M, R, D, O or X": "应为 M、R、D、O 或 X",
    "status X says that the part is not used; max, form and codes cannot hold for it":
        "状态 X 表示不使用该部分，不能再有 max、form 和 codes",
    "must be one of D1 to D7": "应为 D1 至 D7 之一",
    "must name two or more different parts": "应列出两个或更多不同的部分",
    "must name a message and its directory, like `CUSDEC D96B`": "应写报文及其目录版本，如 `CUSDEC D96B`",
    "must be like `CUSDEC D96B`, `xml {namespace}Root`, `csv LAYOUT` or `records LAYOUT`":
        "应如 `CUSDEC D96B`、`xml {命名空间}根元素`、`csv 布局` 或 `records 布局`",
    "must be like `CUSDEC`, `CUSDEC D96B`, `xml {namespace}Root`, `csv LAYOUT` or `records LAYOUT`":
        "应如 `CUSDEC`、`CUSDEC D96B`、`xml {命名空间}根元素`、`csv 布局` 或 `records 布局`",
    "is no syntax identifier with an encoding, such as UNOC or UNOY": "不是带编码的语法标识符，如 UNOC 或 UNOY",
    'must be the six characters after UNA, such as ":+.? \'"': '应为 UNA 之后的六个字符，如 ":+.? \'"',
    "syntax version 3 has no repetition separator: the fifth character is a blank":
        "语法第 3 版没有重复分隔符：第五个字符应为空格",
    "it can match in too many ways: nothing repeated that repeats, unless what is between tells the repetitions apart":
        "匹配方式过多：不得在重复之内再重复，除非其间的字符能区分各次重复",
    "it can match in too many ways: at most two of `*` and `+` one after the other for the same characters":
        "匹配方式过多：对相同字符最多连续使用两个 `*` 或 `+`",
    "no pattern: it can match in too many ways: at most two of `*` and `+`, and nothing repeated that repeats":
        "不是模式：匹配方式过多：最多两个 `*` 或 `+`，且重复之内不得再重复",
    "the schema has no such root element": "该模式没有这个根元素",
    "must name texts and what is written in their place": "应列出文本及其替换内容",
    "it is a link to a folder, which is not followed": "是指向目录的链接，不会被跟随",
    "it is a folder": "是目录", "it is neither a file nor a folder": "既不是文件也不是目录",
    # Partners
    "must begin with http:// or https://": "应以 http:// 或 https:// 开头",
    "user and password_env go together": "user 与 password_env 须同时给出",
    "a password is not sent without starttls or tls": "没有 starttls 或 tls 时不发送口令",
    "needs at least one": "至少一个", "give kilobytes or megabytes, not both": "kilobytes 与 megabytes 只能给一个",
    "lead must be shorter than each window": "lead 应短于每个窗口", "two windows overlap": "两个窗口重叠",
    "has no such port": "没有这样的端口",
    "needs exactly one of password_env, key_file, key_env": "password_env、key_file、key_env 须且只能有一个",
    "passphrase_env goes with key_file or key_env": "passphrase_env 须与 key_file 或 key_env 一起使用",
    "needs only one of token_env, token_file": "token_env 与 token_file 只能有一个",
    "certificate_file and key_file go together": "certificate_file 与 key_file 须同时给出",
    "needs a token (token_env, token_file) or a certificate (certificate_file, key_file)":
        "须有令牌（token_env、token_file）或证书（certificate_file、key_file）",
    "must be a public key line (ssh-ed25519 AAAA…) or a fingerprint (SHA256:…)":
        "应为公钥行（ssh-ed25519 AAAA…）或指纹（SHA256:…）",
    "give only one of equals, in and absent": "equals、in、absent 只能有一个",
    "give one of partner, code (the path of its code) and id (the path of its id)":
        "partner、code（其代码的路径）、id（其编号的路径）须给出一个",
    "takes the plain fields only, without format or conversion": "只能用普通字段，不带格式或转换",
    "must contain {id}, which makes it unique, and no slash": "须含 {id} 以保证唯一，且不能有斜杠",
    "must name at least one delivery or register": "至少须有一项投递或登记簿",
    "an agreement asks for a signature: `security` needs the partner's certificates":
        "有协议要求签名：`security` 须有该伙伴的证书",
    "needs the partner's certificates": "须有该伙伴的证书", "must say receive or send": "须写 receive 或 send",
    "needs exactly one of key_file and key_env": "key_file 与 key_env 须且只能有一个",
    "must be a port or HOST:PORT, such as 9464 or 127.0.0.1:9464": "应为端口或 HOST:PORT，如 9464 或 127.0.0.1:9464",
    "must begin with sqlite:/// or postgresql+psycopg://": "应以 sqlite:/// 或 postgresql+psycopg:// 开头",
    "is no time zone, such as Asia/Shanghai": "不是时区，如 Asia/Shanghai",
    "needs days, hours, minutes or seconds": "须有 days、hours、minutes 或 seconds",
    "give one of of and sum": "of 与 sum 须给出一个", "give a bound: daily or usual": "须给出界限：daily 或 usual",
    "needs exactly one of env and file": "env 与 file 须且只能有一个",
    "another batch of the partner has this id": "该伙伴的另一批次已用此编号",
    "`references` has no such kind": "`references` 中没有这一种类", "it is empty": "为空",
    # Registers and rules
    "the text needs the running number, as {n:6}": "文本须含流水号，如 {n:6}",
    "the stream must not have the running number": "流名称不能含流水号",
    "needs either after or field": "须有 after 或 field 之一", "since says from when after counts": "since 说明 after 的起算点",
    "calendar says how after is counted": "calendar 说明 after 如何计算", "stands twice": "重复",
    "is missing: an error leads to an outcome": "缺失：错误须指向一个结论",
    "needs a last one without conditions": "最后须有一项不带条件",
    "a clock has no document to pass on": "时钟没有可转发的单证",
    "a rule reads the document only, no $context": "规则只读取单证，不能用 $context", "must be a number": "应为数字",
    "must be two positions like 1-4, or 11- to the end": "应为两个位置，如 1-4，或 11- 表示到结尾",
    "the separator is empty": "分隔符为空", "where: there are no nodes to choose from": "where：没有可选的节点",
    "must be a number of days such as -60": "应为天数，如 -60", "nothing to compare with": "没有可比较的内容",
    "needs one of path, item, count, sum, distinct, product, total, all, any, not":
        "path、item、count、sum、distinct、product、total、all、any、not 须有一个",
    "states goes with register": "states 须与 register 一起使用",
    "absent stands alone: a value that is not there cannot be tested": "absent 单独使用：不存在的值无法检查",
    "needs require or forbid, one of them": "require 与 forbid 须有一个",
    "is none of the file's `lists`": "不在文件的 `lists` 之中", "stands twice with different texts": "以不同文本重复出现",
    # Mappings
    "expected a text": "应为文本", "expected a path": "应为路径",
    "expected NAME or {NAME: argument}": "应为 函数名 或 {函数名: 参数}",
    "expected fragments by their names, as in `party: {do: …}`": "应按名称列出片段，如 `party: {do: …}`",
    "a fragment's name has no `/`": "片段名称不能含 `/`", "expected the elements, one a key": "应为各元素，每个键一个",
    "a step goes with an XSD in `to`": "该步骤须与 `to` 中的 XSD 一起使用",
    "expected exactly one key: the root element": "应恰有一个键：根元素",
    "the root element stands once, without `each`": "根元素只出现一次，不能有 `each`",
    "another key begins with it: put that one into its `do`": "另一个键以它开头：请放入它的 `do`",
    "only one of them can give the value": "只能由其中一个给出值",
    "only one of them can say where the fragment's paths begin": "只能由其中一个说明片段路径的起点",
    "nothing gives it a value: add `from`, `const` or `do`": "没有给出值：请加 `from`、`const` 或 `do`",
    "an element with a value has only attributes in `do`": "有值的元素在 `do` 中只能有属性",
    "an attribute has a value only, no `do` and no `each`": "属性只有值，不能有 `do` 和 `each`",
    "the context has no items": "上下文中没有可重复的项", "only one of them can apply": "只能用其中一个",
    "lines that `wrap` makes are elements without a `do`": "`wrap` 产生的行是不带 `do` 的元素",
    "the lines take one place after the other: leave the number out": "各行依次占用位置：请去掉序号",
    "several sources are releases of one message type": "多个来源须为同一报文类型的各个版本",
    "an element that uses a fragment has no value of its own": "引用片段的元素不能有自己的值",
    "expected the name of a fragment, or a list of names": "应为片段名称，或名称的列表",
    "it goes with `register`": "须与 `register` 一起使用",
    "expected how many characters or bytes a line has": "应为每行的字符数或字节数",
    "expected how many lines, as in 5, or which, as in 6-10": "应为行数，如 5，或行号，如 6-10",
    "it stands alone: other tests belong into its conditions": "须单独使用：其他检查应写入它的条件",
    "it takes several values: put it into `as`": "它处理多个值：请写入 `as`", "expected a list of texts": "应为文本的列表",
    "nothing is equal to an empty text: say `absent: yes`": "没有值等于空文本：请写 `absent: yes`",
    "expected {REGISTER: {KEY: {FIELD: [text]}}}": "应为 {登记簿: {键: {字段: [文本]}}}",
    "expected a text, or a list of texts": "应为文本，或文本的列表",
    "expected names for parts of an EDIFACT message, as in `ITEM: SG30`": "应为 EDIFACT 报文各部分的名称，如 `ITEM: SG30`",
    "an alias is four capital letters or more": "别名应为四个或更多大写字母", "`from` has no such release": "`from` 中没有此版本",
    "expected a group such as SG30, or steps such as C819/d3229": "应为段组，如 SG30，或路径，如 C819/d3229",
    "it needs exactly one file in.edi, in.xml, in.csv or in.txt": "须恰有一个文件 in.edi、in.xml、in.csv 或 in.txt",
    # Paths
    "expected `$envelope` or `$context`": "应为 `$envelope` 或 `$context`",
    "nothing can follow an attribute": "属性之后不能再有内容",
    "an empty text equals nothing: an empty value counts as missing": "空文本不等于任何值：空值视为缺失",
    # Arguments of functions
    "it needs an argument": "须有参数", "it takes no argument": "不带参数",
    "it has no part of a date": "其中没有日期的组成部分", "a single quote is not closed": "单引号没有闭合",
    "expected the number of decimals": "应为小数位数", "expected a number": "应为数字",
    "expected the characters": "应为要去掉的字符",
    "expected BYTES or `BYTES ENCODING`": "应为 字节数，或 `字节数 编码`",
    "expected WIDTH, `WIDTH right`, `WIDTH CHARACTER` or `WIDTH right CHARACTER`":
        "应为 宽度、`宽度 right`、`宽度 字符` 或 `宽度 right 字符`",
    "expected FROM:TO": "应为 起:止", "expected `N SEPARATOR`": "应为 `序号 分隔符`", "expected OLD=>NEW": "应为 旧=>新",
    "expected `YES NO`": "应为 `是 否` 两个词",
    "expected the first number": "应为起始序号", "expected a number of days": "应为天数",
    "expected a pattern such as yyyy-MM-dd, or GIVEN=>PATTERN": "应为格式，如 yyyy-MM-dd，或 原格式=>格式",
    "expected a text with {1}, {2} …": "应为含 {1}、{2} … 的文本",
    # Code tables
    "a column stands twice in the header": "表头中有重复的列", "the header has no column `code`": "表头没有列 `code`",
    # Values
    "no number": "不是数字", "no whole number": "不是整数", "no known form of a date": "不是已知的日期格式",
    "the calendar ends before": "超出历法范围", "expected 32 hexadecimal digits": "应为 32 位十六进制数字",
}  # fmt: skip

_EXPECTED = (
    ("`/`, `[` or the end", "应为 `/`、`[` 或结尾"),
    ("`/`", "应为 `/`"),
    ("`]`", "应为 `]`"),
    ("a name, `..` or `@`", "应为名称、`..` 或 `@`"),
    ("the name of an attribute", "应为属性名称"),
    ("a name", "应为名称"),
    ("no predicate after `..`", "`..` 之后不能有条件"),
    ("a number from 1 on", "应为从 1 起的数字"),
    ("`=` and a quoted text", "应为 `=` 和带引号的文本"),
    ("a quoted text after `=`", "`=` 之后应为带引号的文本"),
    ("a quoted text, or `$item` outside of other predicates", "应为带引号的文本，或在最外层条件中的 `$item`"),
    ("nothing after `.` (it means the current item itself)", "`.` 之后不能有内容（它表示当前项本身）"),
)
"""What a path should have had at some place; behind it comes what it has."""


def _of_paths() -> tuple[tuple[str, str], ...]:
    import re

    patterns: list[tuple[str, str]] = []
    for english, chinese in _EXPECTED:
        what = rf"expected {re.escape(english)}"
        patterns += [
            (rf"{what}, found the end", f"{chinese}，但已结束"),
            (rf"{what}, found (`.`).*", rf"{chinese}，实为 \1"),
        ]
    return tuple(patterns)


PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"record (\S+) stands twice: each name stands once in a layout",
        r"记录 \1 重复：同一布局中名称不能重复",
    ),
    (r"the column (.+) stands twice in (\S+)", r"\2 中列 \1 重复"),
    (r"(\S+) stands twice in (\S+)", r"\2 中 \1 重复"),
    (r"there is no record (\S+) at the top", r"顶层没有记录 \1"),
    (r"(\S+) has no field (\S+)", r"\1 中没有字段 \2"),
    (r"(\S+/\S+): it needs a length, as the layout is fixed", r"\1：定长布局须给出 length"),
    (r"(\S+/\S+): `at` is for fixed layouts", r"\1：`at` 只用于定长布局"),
    (r"(\S+/\S+): there is no record (\S+) to count", r"\1：没有可计数的记录 \2"),
    (r"(\S+/\S+): there is no (\S+) to sum up; write RECORD/FIELD", r"\1：没有可求和的 \2；应写 记录/字段"),
    (
        r"(\S+/\S+): `(\S+)` is no part of a date; parts are (.+) and ss",
        r"\1：`\2` 不是日期的组成部分；可用：\3 和 ss",
    ),
    (r"(\S+/\S+): the character (.) does not exist in (\S+)", r"\1：\3 中没有字符 \2"),
    (r"the layout is (?:one of|of kind) (\S+)", r"该布局属于 \1"),
    (r"must be the (?:file|folder)'s name, (\S+)", r"应与文件或目录同名：\1"),
    (r"must be one of (.+)", r"应为以下之一：\1"),
    (r"`(.+)` is no span such as 08:30-12:00", r"`\1` 不是时段，如 08:30-12:00"),
    (r"`(.+)` is empty; the whole day is 00:00-24:00", r"`\1` 为空；全天为 00:00-24:00"),
    (r"`(.*)` is none of (.+)", r"`\1` 不在 \2 之中"),
    (r"(\S+) runs backwards; the week begins on mon", r"\1 顺序颠倒；一周从 mon 开始"),
    (r"is longer than (\d+) days", r"超过 \1 天"),
    (r"the least length (\d+) is above the greatest (\d+)", r"最小长度 \1 大于最大长度 \2"),
    (r"cannot separate anything: (.+)", r"不能用作分隔符：\1"),
    (r"in path `(.+)`: (.+)", r"路径 `\1` 有误：\2"),
    (r"no path: (.+)", r"不是路径：\1"),
    (
        r"closes at (\S+), when it opens; for the whole day leave a minute out",
        r"在开始时刻 \1 结束；全天请少写一分钟",
    ),
    (
        r"`(.+)` is no EDIFACT message: only those share an interchange",
        r"`\1` 不是 EDIFACT 报文：只有报文可以共用一个交换",
    ),
    (
        r"must be an address that begins with (\S+) and has no user, password or #",
        r"应为以 \1 开头的地址，不含用户、口令和 #",
    ),
    (r"no key and no fingerprint: (.+)", r"既不是密钥也不是指纹：\1"),
    (r"the key is not of type (\S+)", r"密钥类型不是 \1"),
    (r"unknown field \{(.*)\}", r"未知的字段 {\1}"),
    (r"is no pattern: (.+)", r"不是名称模式：\1"),
    (r"no pattern: (.+)", r"不是模式：\1"),
    (r"no regular expression: (.+)", r"不是正则表达式：\1"),
    (r"(.+) together: one of them can be looked at", r"\1 不能同时使用：只能检查其中一个"),
    (r"(\S+) stands alone: its tests belong into its conditions", r"\1 须单独使用：检查应写入它的条件"),
    (r"the text has \{(.+)\}, which is not among its values", r"文本中的 {\1} 不在其取值之中"),
    (r"a (\S+) needs a test such as at_least", r"\1 须有检查，如 at_least"),
    (r"(?:a|an) (\S+) does not fit a (\S+)", r"\1 不适用于 \2"),
    (r"(\S+) does not fit (?:a|an) (\S+)", r"\1 不适用于 \2"),
    (r"is no column of the table (\S+)", r"不是表 \1 的列"),
    (r"expected keys out of (.+)", r"应为以下键：\1"),
    (r"the context has (.+)", r"上下文中有：\1"),
    (r"(\S+) has no (\S+) \((\S+)\)", r"\1 中没有 \2（\3）"),
    (r"(\S+) stands in nothing", r"\1 没有上级"),
    (r"(\S+) has room for (\d+)", r"\1 只能容纳 \2"),
    (r"say what it is in (.+)", r"须说明它在 \1 中是什么"),
    (r"leave it out, or say `(\S+): yes`", r"请去掉，或写 `\1: yes`"),
    (
        r"the header has no column `code`; its columns are divided by `(\S+)`, write commas",
        r"表头没有列 `code`；各列以 `\1` 分隔，应为逗号",
    ),
    (r"there is no encoding (\S+)", r"没有编码 \1"),
    (r"there is no (\S+)", r"没有 \1"),
    (r"the path is longer than (\d+) characters", r"路径超过 \1 个字符"),
    (r"predicates nested deeper than (\d+)", r"条件嵌套超过 \1 层"),
    (r"the quoted text is not closed: expected (.+)", r"引号没有闭合：应为 \1"),
    (
        r"expected no `(.+)` here: a profile's path begins where it stands",
        r"此处不能有 `\1`：配置规范的路径从所在处开始",
    ),
    (
        r"expected a name, found `(.+)`: a profile's path only goes down",
        r"应为名称，实为 `\1`：配置规范的路径只能向下",
    ),
    (r"it is a link to (.+), which is not there", r"是指向 \1 的链接，而该处没有文件"),
    (r"no document is (.+)", r"没有单证属于 \1"),
    (
        r"`(.)` is no part of a date; text stands in single quotes",
        r"`\1` 不是日期的组成部分；文字应放在单引号内",
    ),
    (r"`(.)` stands twice in (.+)", r"\2 中 `\1` 重复"),
    (r"(.+) has no year", r"\1 中没有年份"),
    (r"a number of more than (\d+) characters", r"数字超过 \1 个字符"),
    (r"the result has more than (\d+) digits", r"结果超过 \1 位"),
    (r"format (\S+) is none of those that are read as a date", r"格式 \1 不能作为日期读取"),
    (r"expected (\d+) digits for format (\S+)", r"格式 \2 应为 \1 位数字"),
    (r"expected (\d+) digits", r"应为 \1 位数字"),
    (r"it is not of the form (.+)", r"不符合格式 \1"),
    (r"no known time zone: (.+)", r"未知的时区：\1"),
    (r"the year (\d+) has no day (\d+)", r"\1 年没有第 \2 天"),
    (
        r"it is in the zone (\S+), which the pattern leaves out: add XXX, or `local` before `date`",
        r"其时区为 \1，而格式未写时区：请加 XXX，或在 `date` 之前用 `local`",
    ),
    (r"(\d+) values for (\d+) gaps", r"\1 个值对应 \2 个空位"),
    (r"the function gave a (\S+), not a text", r"函数返回 \1，而不是文本"),
    (
        r"day (\d+) must be in range 1\.\.(\d+) for month (\d+) in year (\d+)",
        r"\4 年 \3 月没有 \1 日（共 \2 天）",
    ),
    *_of_paths(),
    (r"expected (.+)", r"应为 \1"),
)
