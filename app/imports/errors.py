"""What stops an import as a whole; what is wrong with one row is a Rejection instead."""

from __future__ import annotations

from app.core.errors import DaybookError


class FileMissing(DaybookError):
    """There is no file {file} in {place}. Put it there, or name another one."""

    zh = "{place} 中没有文件 {file}，请放入该文件或改用其他文件。"
    status = 404


class FileUnreadable(DaybookError):
    """{file} can't be read: {reason}"""

    zh = "无法读取 {file}：{reason}"
    status = 422


class FileTooLarge(DaybookError):
    """{file} is larger than {most}. Split it into several files."""

    zh = "{file} 超过 {most}，请拆分成多个文件。"
    status = 413


class ColumnsMissing(DaybookError):
    """{file} lacks the columns {missing}. It has {there}. Nothing was imported."""

    zh = "{file} 缺少列 {missing}，现有列：{there}。没有导入任何数据。"
    status = 422


class NothingMatches(DaybookError):
    """No column of {file} fits a field of {form}. Say with --map which column goes where."""

    zh = "{file} 中没有与{form}对应的列，请用 --map 指定对应关系。"
    status = 422


class KeyNeeded(DaybookError):
    """To update what is there, a column must tell which {form} each row means: {known}."""

    zh = "要更新已有的{form}，需要有一列指明每行对应哪一张：{known}。"
    status = 422


class UnknownTarget(DaybookError):
    """{form} has no field '{name}' to import into. Possible: {known}."""

    zh = "{form}没有可导入的字段“{name}”，可选：{known}。"
    status = 422


class UnknownImport(DaybookError):
    """There is no import, plan or form '{name}' here. Imports and plans stand in examples/ and site/imports/."""

    zh = "没有名为“{name}”的导入、计划或表单。导入和计划应放在 examples/ 或 site/imports/ 中。"
    status = 404


class TooManyRejected(DaybookError):
    """{rejected} of {read} rows of {name} were rejected, more than the plan lets pass. Mend the file and run it again."""

    zh = "{name} 的 {read} 行中有 {rejected} 行被拒绝，超过计划允许的上限。请修正文件后再次运行。"
    status = 422


class RunBusy(DaybookError):
    """This import is being run by somebody else. Wait until it is through."""

    zh = "该导入正在由他人运行，请等待其完成。"
    status = 409


class NotUndone(DaybookError):
    """Import {run} can't be undone: {reason}"""

    zh = "无法撤销导入 {run}：{reason}"
    status = 409


class WrongCurrency(DaybookError):
    """The plan is in {wanted}, the office in {there}, and a currency can't change once somebody works with it."""

    zh = "该计划使用 {wanted}，而系统使用 {there}；投入使用后不能更改本位币。"
    status = 409


class SameMoment(DaybookError):
    """Somebody else made or changed the same documents at the same moment. What is through is kept; run the file again."""

    zh = "有人同时新建或修改了相同的单据。已完成的部分已保存，请再次运行该文件。"
    status = 409
