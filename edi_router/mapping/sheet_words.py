"""The words of partner sheets in English and Chinese."""

from __future__ import annotations

from edi_router.mapping.functions import FUNCTIONS

WORDS = {
    "date": ("date of the document", "单证日期"),
    "target": ("Target", "目标"), "source": ("Source", "来源"), "how": ("How", "处理"),
    "when": ("Condition, note", "条件、说明"), "examples": ("Examples", "示例"),
    "mapping": ("Mapping", "映射"), "tables": ("Code tables", "代码表"), "functions": ("Functions", "函数"),
    "mandatory": ("mandatory", "必填"), "required": ("required", "必须有值"),
    "each": ("for each", "对每个"), "const": ("fixed", "固定值"), "default": ("else", "否则"),
    "table": ("table", "代码表"), "join": ("joined with", "连接符"), "first": ("the first of several", "取第一个"),
    "if": ("if", "条件"), "or": ("or", "或"), "and": ("and", "和"), "blank": ("blank", "空格"),
    "no": ("no", "没有"), "in": ("in", "属于"), "not": ("not", "非"), "matches": ("matches", "匹配"),
    "starts": ("starts with", "开头为"),
    "registered": ("in the register", "登记于"), "register": ("field {field} in the register", "登记簿字段 {field}："),
    "from": ("seen from", "起点"), "then": ("then", "再"),
    "lines": ("in lines of {length} characters", "按每行 {length} 个字符分行"),
    "lines-bytes": ("in lines of {length} bytes", "按每行 {length} 个字节分行"),
    "legend": ("Examples are from the golden cases of the mapping: value of the source → value of the output. "
               "“A or B” takes the first that has a value.",
               "示例取自该映射的标准用例：来源值 → 输出值。“A 或 B” 取第一个有值者。"),
    "columns": ("looked up by {by}, gives {column}", "按 {by} 查找，取 {column}"),
}  # fmt: skip
"""Each word in both languages."""

_CHINESE = {
    "count": "路径选中的位置个数；没有则为 0。",
    "cut": "截到指定字节数以内，按整字符截取；截断时给出警告。",
    "dashed": "32 位十六进制数按 8、4、4、4、12 分组。",
    "date": "按给定格式书写日期或时间；原格式写在 `=>` 之前，否则由 2379 或其形状判断。",
    "days": "若干天之后的日期（yyyyMMdd）。",
    "decimal": "以点为小数点的数，去掉无用的零；至多保留指定位数的小数。",
    "digits": "只取文本中的数字。",
    "distinct": "每个值只取一次，按首次出现的顺序。",
    "fill": "将各值依次填入文本中的 {1}、{2}……；没有值则为空。",
    "fixed": "保留指定位数小数的数。",
    "flag": "路径选中内容时取第一个词，否则取第二个。",
    "integer": "整数；带小数的值不能转换。",
    "last": "最后一个值。",
    "local": "换算为业务时区的日期和时间；未注明时区者视为业务时区。",
    "lower": "转为小写字母。",
    "maximum": "最大的数。",
    "minimum": "最小的数。",
    "multiply": "乘以参数。",
    "pad": "补足到指定宽度：左补零，或右补空格。",
    "prefix": "在前面加上参数文本。",
    "product": "所有值的乘积。",
    "remove": "去掉参数中的字符。",
    "replace": "将 OLD 全部替换为 NEW（参数为 OLD=>NEW）。",
    "sequence": "当前项在 each 中的序号，从 1 或参数起。",
    "slice": "从某一位置到另一位置之前的字符，从 0 起；负数从末尾起。",
    "split": "按分隔符取第 n 部分（参数为 N 分隔符）。",
    "suffix": "在后面加上参数文本。",
    "sum": "所有值的和。",
    "trim": "去掉首尾空格，中间的空格合并为一个。",
    "unless": "值等于参数时视为没有值（占位的填充值）。",
    "upper": "转为大写字母。",
}


def word(key: str, language: str) -> str:
    """One of the words."""
    return WORDS[key][1 if language == "zh" else 0]


def of_function(name: str, language: str) -> str:
    """What a value function does."""
    return (_CHINESE.get(name) if language == "zh" else None) or FUNCTIONS[name].summary
