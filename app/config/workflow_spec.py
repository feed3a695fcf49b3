"""What a workflow is, once its file has been read and checked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.core.expressions import Expression
from app.core.words import Words


@dataclass(frozen=True)
class Span:
    """A length of time: `2 working days`."""

    amount: int
    unit: str                                      # minutes hours days months
    working: bool = False


@dataclass(frozen=True)
class Who:
    """One way to name people. Exactly one of the first group is set."""

    role: str | None = None
    user: str | None = None
    post: str | None = None
    field: str | None = None                       # path of a person field
    head_of: str | None = None                     # path of a department field
    manager_of: str | None = None                  # path of a person field
    managers_of: str | None = None                 # a chain
    chosen_by: str | None = None
    level: int = 1
    up_to: object = None                           # 3, {"limit": field}, {"post": name}
    of: str | None = None                          # role holders for that record
    everyone: bool = False                         # one slot each
    among: Who | None = None


@dataclass(frozen=True)
class DoSpec:
    """One thing that a way does: a registered action, or create, set, tell, act, assign, decide."""

    verb: str                                      # call create set tell act assign decide
    name: str = ""                                 # the action, form or decision
    options: Mapping[str, Any] = field(default_factory=dict)   # checked: expressions compiled, people as Who
    when: Expression | None = None
    each: str | None = None


@dataclass(frozen=True)
class WaySpec:
    """A way out of a stage: who may, when, what is asked, what is done, where it leads (`back`: whence it came)."""

    name: str
    title: Words
    who: tuple[Who, ...] | None = None             # None: those who may edit
    when: Expression | None = None
    ask: tuple[str, ...] = ()
    checks: tuple[Any, ...] = ()
    confirm: Words = Words()
    do: tuple[DoSpec, ...] = ()
    to: str | None = None
    if_refused: str | None = None
    style: str = "plain"                           # main plain danger
    bulk: bool = False
    wait: Span | None = None                       # of `after`
    since: str | None = None
    every: bool = False
    signature: bool = False
    line: int = 0                                  # where it stands in its file


@dataclass(frozen=True)
class Options:
    """Approval options of a step, each one resolved (R-3.1); names and defaults are those of the language."""

    settle: str = ""                               # veto collect_all first_decision all_reject; by mode
    need: Decimal | int | None = None              # share (0 < p <= 1, Decimal) or count (int)
    in_order: bool = False
    abstain: bool = False
    returns: str = "decisive"                      # decisive needs_mode never  (key `return`)
    return_to: tuple[str, ...] | None = None
    empty: str = "rescue_admin"
    fallback: Who | None = None
    self_rule: str = "next_manager_up"             # key `self`
    repeat: str = "ask_again"
    distinct_from: tuple[str, ...] = ()
    distinct_persons: bool = False
    deadline: Span | None = None
    deadline_field: str | None = None              # a date of the form, frozen as the step is entered
    calendar: str = ""                             # whose working time; empty: the company's
    remind: tuple[Span, ...] = ()
    escalate: tuple[Span, Who] | None = None
    reassign: tuple[Span, Who] | None = None
    auto_return: Span | None = None
    auto_reject: Span | None = None
    auto_approve: Span | None = None
    editable: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    approver_edits: str = "void_earlier"           # void_earlier forward_only
    comment: str = "on_reject"                     # on_reject optional required
    checklist: tuple[Words, ...] = ()
    bulk: bool = True
    transfer: bool = True
    transfers_max: int | None = None
    transfer_to: tuple[Who, ...] = ()              # to whom a task may be passed on; nobody named: to everybody
    add_signer: bool = True
    consult: bool = True
    pause_on: tuple[str, ...] = ()                 # consult, add_signer: the clock stands still meanwhile
    reset_clock: bool = False                      # a transfer begins the clock anew
    limit: str | None = None                       # figure that the approver's own limit must cover, or a step follows
    carbon_copy: tuple[Who, ...] = ()              # told as the step is entered
    on_passed: tuple[Who, ...] = ()                # told as it is passed
    others: Mapping[str, Any] = field(default_factory=dict)   # keys that are not executed yet, kept as written


@dataclass(frozen=True)
class StepSpec:
    """One approval step."""

    name: str
    title: Words
    mode: str                                      # single any_of all_of some_of
    approvers: tuple[Who, ...]
    when: Expression | None = None
    options: Options = Options()


@dataclass(frozen=True)
class ChooseSpec:
    """The first case that fits; the last has no condition."""

    name: str
    cases: tuple[tuple[Expression | None, tuple[Node, ...]], ...]


@dataclass(frozen=True)
class ParallelSpec:
    """Branches that run side by side."""

    name: str
    branches: Mapping[str, tuple[Expression | None, tuple[Node, ...]]]
    on_reject: str = "cancel_siblings"


Node = StepSpec | ChooseSpec | ParallelSpec


@dataclass(frozen=True)
class StageSpec:
    """A stage of a document's life, with its ways out."""

    name: str
    title: Words
    meaning: str = "under_way"                     # not_begun waiting under_way ended_well stopped goes_back
    do: tuple[DoSpec, ...] = ()
    editable: bool | tuple[str, ...] = False
    amends: tuple[str, ...] = ()                   # of these, what after_approval alone opens
    owner: str | None = None
    final: bool = False
    steps: tuple[Node, ...] = ()
    approval: bool = False                         # has steps, even none: an approval runs here
    on_approved: WaySpec | None = None
    on_rejected: WaySpec | None = None
    on_returned: WaySpec | None = None
    on_withdrawn: WaySpec | None = None
    actions: Mapping[str, WaySpec] = field(default_factory=dict)
    events: Mapping[str, WaySpec] = field(default_factory=dict)
    after: tuple[WaySpec, ...] = ()
    auto: tuple[WaySpec, ...] = ()
    icon: str = ""
    was: str | None = None                         # the name before: documents move over with it


@dataclass(frozen=True)
class ExampleSpec:
    """A business user's acceptance test: with these values the approval takes this path."""

    given: Mapping[str, Any]
    path: tuple[str, ...]
    line: int = 0
    column: int = 0
    file: str = ""
    excerpt: str = ""                              # the line itself, for messages


@dataclass(frozen=True)
class AfterSpec:
    """What may change after approval: free fields, material ones within a tolerance; what follows beyond it."""

    material: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    tolerance: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)   # amount, share
    lowering: str = "material"                     # material free
    then: str = "refuse"                           # refuse new_round
    resume: str = "from_start"                     # from_start affected_steps


@dataclass(frozen=True)
class TogetherSpec:
    """Documents that count as one (R-4.10): same values in these fields, begun within this time."""

    same: tuple[str, ...]
    within: Span


@dataclass(frozen=True)
class WorkflowSpec:
    """The life of a form's documents; the short form (steps only) is written out as stages here."""

    name: str
    form: str
    title: Words
    stages: Mapping[str, StageSpec]
    start: str
    when: Expression | None = None
    amount: str | None = None                      # the field whose figure bands and limits compare
    withdraw: str = "before_first_decision"
    resume: str = "from_start"
    returns_max: int = 5
    admins: tuple[Who, ...] = ()
    after_approval: AfterSpec | None = None
    examples: tuple[ExampleSpec, ...] = ()
    retired: bool = False
    hash: str = ""                                 # of the merged text: the version a run keeps
    text: str = ""                                 # the merged file, so that a pinned version can be read again
    file: str = ""
    together: TogetherSpec | None = None           # which documents' amounts are added for the bands
    own_band: bool = False                         # negative amounts are compared as they are, not by their size
    approval: Mapping[str, Any] = field(default_factory=dict)    # forbid_unchanged, shelf_life
