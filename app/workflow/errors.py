"""What stages and approvals refuse, in sentences."""

from __future__ import annotations

from app.core.errors import DaybookError


class AlreadySettled(DaybookError):
    """{person} {act} this at {time}. Nothing left for you to do."""

    zh = "{person} 已在 {time} {act}，你无需再处理。"
    status = 409


class PassedOn(DaybookError):
    """Passed on to {person}. Nothing left for you to do."""

    zh = "已转交给 {person}，你无需再处理。"
    status = 409


class NotYourTask(DaybookError):
    """This task waits for {people}, not for you."""

    zh = "这项待办由 {people} 处理，不是你。"
    status = 403


class Barred(DaybookError):
    """You can't decide {number}: {reason} Somebody else has to."""

    zh = "你不能审批 {number}：{reason}须由其他人审批。"
    status = 403


class KeptApart(DaybookError):
    """You can't {act} {number}: {reason} Somebody else has to."""

    zh = "你不能对 {number} 执行“{act}”：{reason}须由其他人完成。"
    status = 403


class NobodyToUnblock(DaybookError):
    """{number} can't be submitted: all who could help if it gets stuck are barred from it.
    {people} can name another process administrator."""

    zh = "{number} 不能提交：流程受阻时能处理的人都须回避。请 {people} 另外指定流程管理员。"
    status = 409


class SelfApproval(DaybookError):
    """{number} can't be submitted by you: you would have to approve it yourself in the step "{step}".
    Let a colleague submit it."""

    zh = "你不能提交 {number}：“{step}”节点需由你本人审批。请由同事提交。"
    status = 409


class CommentNeeded(DaybookError):
    """Write a comment, so that the others know why."""

    zh = "请填写意见，让其他人知道原因。"
    status = 422


class NotOffered(DaybookError):
    """{number} can't be {act} now. Possible here: {offered}."""

    zh = "{number} 现在不能{act}。可选：{offered}。"
    status = 409


class ActionRefused(DaybookError):
    """ "{action}" isn't possible for {number} while it is {stage}. {hint}"""

    zh = "{number} 处于“{stage}”时不能“{action}”。{hint}"
    status = 409


class WithdrawRefused(DaybookError):
    """{number} can't be withdrawn: {reason}"""

    zh = "{number} 不能撤回：{reason}"
    status = 409


class WrongReceiver(DaybookError):
    """The task can't go to {person}: {reason}"""

    zh = "不能转交给 {person}：{reason}"
    status = 409


class NotSeen(DaybookError):
    """{number} has changed since you opened it. Look at it again, then decide."""

    zh = "{number} 在你打开之后有改动，请重新查看再审批。"
    status = 409


class StillWaiting(DaybookError):
    """You asked {people} first. It comes back to you once they have answered."""

    zh = "你已请 {people} 先处理，处理后会回到你这里。"
    status = 409


class NotYours(DaybookError):
    """{person} was not asked by you, or has answered already ({number})."""

    zh = "{person} 不是你加的，或已处理（{number}）。"
    status = 409


class UndoRefused(DaybookError):
    """Your decision on {number} can't be taken back: {reason}"""

    zh = "不能撤销对 {number} 的审批：{reason}"
    status = 409


class UrgedAlready(DaybookError):
    """The holders of {number} were urged less than an hour ago. Again from {time}."""

    zh = "{number} 在一小时内已催办，{time} 后可再次催办。"
    status = 409


class Unchanged(DaybookError):
    """{number} has not changed since it came back. Change what was asked for, then submit (forbid_unchanged)."""

    zh = "{number} 退回后没有修改，请按要求修改后再提交（forbid_unchanged）。"
    status = 409


class ChooseApprover(DaybookError):
    """Choose who decides in the step "{step}", then submit."""

    zh = "请先为“{step}”节点选择审批人，再提交。"
    status = 422


class AmendmentRefused(DaybookError):
    """{number} is approved, and this goes beyond it: {fields}{figures}. Take it back, or raise another document."""

    zh = "{number} 已批准，此次修改超出批准范围：{fields}{figures}。请改回，或另提单据。"
    status = 409


class ApprovalExpired(DaybookError):
    """The approval of {number} of {approved} was good until {until}. Ask for it again ({action}), then go on."""

    zh = "{number} 于 {approved} 批准，有效期至 {until}。请先“{action}”，再继续。"
    status = 409


class TooManySteps(DaybookError):
    """The workflow of {number} goes round in circles in the stage {stage}. Tell the process administrator."""

    zh = "{number} 的流程在“{stage}”阶段循环，请联系流程管理员。"
    status = 409
