"""What the loader says of a wrong file, in both languages, one entry a rule."""

from __future__ import annotations

from app.core.words import Words

FAULTS: dict[str, Words] = {
    # the YAML itself
    "syntax": Words("this can't be read as YAML: {word}", "这里不是合法的 YAML：{word}"),
    "duplicate": Words("'{word}' stands here twice. Keep one", "“{word}”在这里写了两次，保留一个。"),
    "trap": Words(
        "'{word}' is read as true or false by many tools. Choose another name",
        "“{word}”会被许多工具读成真或假，换个名字。",
    ),
    "secret": Words(
        "this looks like a secret, and a file is no place for one. Set it in the environment, and change it where it was used",
        "这里像是一个密钥，密钥不写在文件里。改用环境变量，并更换已经写出来的那一个。",
    ),
    "alias": Words(
        "anchors and aliases (& and *) are not used here. Write it out", "这里不用锚点和别名（& 和 *），直接写出来。"
    ),
    "key": Words("a key is one word", "键只能是一个词。"),
    "unquoted": Words(
        'an expression with a comma or a bracket stands in quotes inside {{ }}: formula: "round(a, 2)"',
        '花括号里带逗号或括号的表达式要加引号：formula: "round(a, 2)"',
    ),
    "twice": Words("the {kind} '{name}' already stands in {file}", "{kind} “{name}”已经写在 {file} 中。"),
    "no_kind": Words(
        "the first key of a file says its kind and name: {kinds}", "文件的第一个键说明种类和名称：{kinds}"
    ),
    "wrong_folder": Words("a {kind} doesn't belong into this folder", "{kind} 不放在这个文件夹。"),
    "upgrade_both": Words(
        "the product changed '{word}' too: it was {then}, it is {now} now. Yours runs; settle it with 'daybook upgrade'",
        "产品也改了“{word}”：原来是 {then}，现在是 {now}。以你的为准，用 daybook upgrade 处理。",
    ),
    "upgrade_gone": Words(
        "the product took '{word}' away; it was {then}. Yours stays; settle it with 'daybook upgrade'",
        "产品去掉了“{word}”，原来是 {then}。你的保留，用 daybook upgrade 处理。",
    ),
    # shapes of values
    "unknown_key": Words("'{word}' is not an option here.{near}", "这里没有“{word}”这个选项。{near}"),
    "missing_key": Words("'{word}' is missing here", "这里缺少“{word}”。"),
    "not_map": Words("here stands a map of names: {example}", "这里要写成名称到值的映射：{example}"),
    "not_list": Words("here stands a list: [{example}]", "这里要写成列表：[{example}]"),
    "not_text": Words("here stands one text", "这里要写一段文字。"),
    "not_flag": Words("here stands true or false", "这里写 true 或 false。"),
    "not_whole": Words("'{word}' is not a whole number", "“{word}”不是整数。"),
    "not_number": Words("'{word}' is not a number", "“{word}”不是数字。"),
    "not_name": Words(
        "'{word}' is not a name: small letters, figures and _ only", "“{word}”不能作名称：只用小写字母、数字和 _。"
    ),
    "not_option": Words("'{word}' is not one of {options}.{near}", "“{word}”不在 {options} 之中。{near}"),
    "not_span": Words(
        "'{word}' is not a length of time. Write it as in '30 minutes', '2 days', '2 working days'",
        "“{word}”不是时长，写成“30 minutes”“2 days”“2 working days”这样。",
    ),
    "not_share": Words(
        "'{word}' is neither a share such as 60% nor a whole number", "“{word}”既不是 60% 这样的比例，也不是整数。"
    ),
    "no_words": Words(
        "'{word}' has no word yet: add it to the glossary or give it a label.{near}",
        "“{word}”还没有中英文名称：加到词表，或给它写 label。{near}",
    ),
    "one_language": Words(
        "the {language} text is missing; the other one is shown", "缺少{language}文字，会显示另一种语言。"
    ),
    # forms
    "no_type": Words("a field needs its type", "字段要写类型（type）。"),
    "unknown_type": Words("'{word}' is neither a type nor a form.{near}", "“{word}”既不是类型也不是表单。{near}"),
    "misplaced_option": Words("'{word}' belongs to {types}, not to {type}", "“{word}”属于 {types}，不属于 {type}。"),
    "formula_and": Words(
        "a field with a formula is filled in by it: leave out {word}", "有公式的字段自动计算，去掉 {word}。"
    ),
    "stored_without": Words("'stored' belongs to a field with a formula", "“stored”只用于有公式的字段。"),
    "no_field": Words("there is no field '{word}'.{near}", "没有“{word}”这个字段。{near}"),
    "no_counter": Words("a number needs its counter {{seq:5}}", "编号里要有计数器 {{seq:5}}。"),
    "number_or_key": Words("a form has either a number or a key", "表单要么有 number，要么有 key。"),
    "fields_or_rows": Words(
        "a table has either its own fields or rows: a form", "明细表要么有自己的 fields，要么写 rows: 某表单。"
    ),
    "lines_or_tables": Words("'lines' is short for one table: write it once", "“lines”是一张明细表的简写，只写一次。"),
    "reserved": Words(
        "'{word}' is kept by every document and can't be a field", "“{word}”是每张单据自带的，不能作字段名。"
    ),
    "reserved_form": Words(
        "'{word}' is an address of the office and can't be a form", "“{word}”是系统地址，不能作表单名。"
    ),
    "in_section": Words("'{word}' already stands in the section '{section}'", "“{word}”已经在分组“{section}”里。"),
    "tree_link": Words(
        "a tree needs a link to its own form: {{type: {form}}}", "树要有一个指向自身的链接：{{type: {form}}}"
    ),
    "tree_view": Words("a tree view needs the form's own link: tree: parent", "树形视图需要表单的 tree：tree: parent"),
    "gallery_view": Words("a gallery needs a field of the type image", "图册视图需要一个 image 类型的字段"),
    "bad_match": Words("this is not a pattern: {why}", "这不是合法的匹配式：{why}"),
    "in_circle": Words("these fields wait for each other: {names}", "这些字段互相依赖：{names}"),
    "no_person": Words(
        "'{word}' is neither a role nor a person field of {form}.{near}",
        "“{word}”既不是角色，也不是 {form} 的人员字段。{near}",
    ),
    "no_role": Words("there is no role '{word}'.{near}", "没有“{word}”这个角色。{near}"),
    "fill_link": Words(
        "fill starts from a line table of a linked document: purchase_order.lines",
        "fill 从链接单据的明细开始：purchase_order.lines",
    ),
    # workflows
    "no_form": Words("there is no form '{word}'.{near}", "没有“{word}”这个表单。{near}"),
    "steps_or_stages": Words("a workflow has either steps or stages", "流程要么写 steps，要么写 stages。"),
    "no_stage": Words("there is no stage '{word}'.{near}", "没有“{word}”这个阶段。{near}"),
    "no_way_out": Words(
        "no way leads out of the stage '{word}' (S-2). Add an action, or write final: true",
        "阶段“{word}”没有出路（S-2）。加一个动作，或写 final: true。",
    ),
    "no_way_in": Words("no way leads to the stage '{word}' (S-1)", "没有路通向阶段“{word}”（S-1）。"),
    "final_out": Words(
        "the stage '{word}' is final, and yet a way leads out of it", "阶段“{word}”写了 final，却还有出路。"
    ),
    "no_action": Words("there is no action '{word}'.{near}", "没有“{word}”这个动作。{near}"),
    "no_message": Words("there is no message '{word}'.{near}", "没有“{word}”这条消息。{near}"),
    "no_decision": Words("there is no decision '{word}'.{near}", "没有“{word}”这个决策表。{near}"),
    "no_step": Words("there is no step '{word}'.{near}", "没有“{word}”这个步骤。{near}"),
    "no_verb": Words(
        "say what is done: a registered action, or one of {verbs}", "写明做什么：一个已注册的动作，或 {verbs} 之一。"
    ),
    "who_decides": Words(
        "say who decides in '{word}': one of approver, any_of, all_of, some_of{found}",
        "写明“{word}”由谁审批：approver、any_of、all_of、some_of 选一个{found}",
    ),
    "need_some": Words(
        "'need' belongs to some_of: some_of needs it, the others don't take it",
        "“need”只配 some_of：some_of 必须有，其他没有。",
    ),
    "one_who": Words("say one of {options} to name people", "用 {options} 之一指明人员。"),
    "step_twice": Words("the step '{word}' stands here twice. Keep one", "步骤“{word}”写了两次，保留一个。"),
    "no_otherwise": Words(
        "the last case is {{otherwise: true}}, so that every document finds its way",
        "最后一个分支写 {{otherwise: true}}，让每张单据都有路可走。",
    ),
    "clock_approves": Words(
        "a form with money can't be approved by a clock (approvals.md S-6)",
        "带金额的表单不能到时自动通过（approvals.md S-6）。",
    ),
    "not_yet": Words(
        "'{word}' is understood but not carried out yet: don't rely on it", "“{word}”已能识别，但尚未执行，请勿依赖。"
    ),
    "stored_over_live": Words(
        "'{word}' is stored, but reads a figure that isn't: nothing would refresh it. Store that figure too",
        "“{word}”是存储的，但它读取的数字没有存储，无法随之更新。把那个数字也设为 stored。",
    ),
    "no_money": Words(
        "say which figure bands and limits compare: amount: one of {options}",
        "写明按哪个金额分档：amount: {options} 之一。",
    ),
    "needs_field": Words(
        "{action} needs the field '{field}', and the form {form} has none",
        "{action} 需要字段“{field}”，表单 {form} 没有。",
    ),
    "needs_type": Words(
        "{action} needs the field '{field}' as {type}, and in {form} it is {found}",
        "{action} 需要字段“{field}”是 {type}，在 {form} 里却是 {found}。",
    ),
    "no_link_back": Words("no field of {form} links to {other}", "{form} 没有指向 {other} 的链接。"),
    "after_wait": Words("say how long: wait: 7 days", "写明多久：wait: 7 days"),
    "no_source": Words(
        "what is copied or filled must be there on both sides: {form} has no '{word}'.{near}",
        "两边都要有才能带过去：{form} 没有“{word}”。{near}",
    ),
    # overlays
    "no_base": Words("there is no {kind} '{word}' to change.{near}", "没有可改的{kind}“{word}”。{near}"),
    "nothing_to_change": Words(
        "there is no {what} '{word}' to change.{near}{hint}", "没有可改的{what}“{word}”。{near}{hint}"
    ),
    "nowhere": Words("there is no '{word}' to stand {side}.{near}", "没有“{word}”可以排在{side}。{near}"),
    "bad_place": Words(
        "'{word}' is no place: write first, last, before x or after x",
        "“{word}”不是位置：写 first、last、before x 或 after x。",
    ),
    "cant_remove": Words("'{word}' isn't there and can't be removed.{near}", "“{word}”本来就没有，不能去掉。{near}"),
    # organisation, posting, imports
    "bad_hours": Words("'{word}' is not a stretch of hours: 09:00-12:00", "“{word}”不是时段：09:00-12:00"),
    "no_zone": Words("there is no time zone '{word}'.{near}", "没有“{word}”这个时区。{near}"),
    "no_calendar": Words("there is no calendar '{word}'.{near}", "没有“{word}”这个日历。{near}"),
    "no_currency": Words(
        "'{word}' is no currency: three capitals such as CNY", "“{word}”不是币种：用 CNY 这样的三个大写字母。"
    ),
    "no_duty": Words("there is no duty '{word}'.{near}", "没有“{word}”这项职责。{near}"),
    "unbalanced": Words("{event}: {sign}1 x {figure} is left over", "{event}：{figure} 借贷不平，差 {sign}1 倍。"),
    "debit_or_credit": Words("a line is either a debit or a credit", "一行要么是借方（debit），要么是贷方（credit）。"),
    "no_sum": Words("'{word}' is not a sum or difference of figures: net + tax", "“{word}”不是数值的加减：net + tax"),
    "no_posting_role": Words(
        "there is no role '{word}' in the posting table.{near}", "过账表里没有“{word}”这个角色。{near}"
    ),
    "no_book": Words("there is no book '{word}' in the posting table.{near}", "过账表里没有“{word}”这本账。{near}"),
    "no_place_in_book": Words(
        "there is no place '{word}' in the book {book}.{near}", "账“{book}”里没有“{word}”这个地点。{near}"
    ),
    "no_floor": Words(
        "'{word}' has no floor, so nothing can be held there: write floor: 0 at its place",
        "“{word}”没有下限，不能预占：请在该地点写 floor: 0。",
    ),
    "mixed_event": Words(
        "an event either moves, holds or releases; here are {acts}", "一个事件只能是过账、预占或释放之一，这里有 {acts}。"
    ),
    "no_value_there": Words(
        "'{word}' has no role, so no value goes there: name its role or leave value out",
        "“{word}”没有角色，不能带金额：请写明角色，或去掉 value。",
    ),
    "no_column": Words(
        "the source has no column '{word}'.{near} (a column with spaces or dots: column('{word}'))",
        "来源里没有“{word}”这一列。{near}（列名带空格或点：column('{word}')）",
    ),
    "key_unfilled": Words(
        "the key names '{word}', which this import doesn't fill in: give it a place under fields",
        "key 中的“{word}”没有被填写：请在 fields 中给出它的来源。",
    ),
    "update_without_key": Words(
        "to change what is there, the import must know it: write key: [...]",
        "要更新已有单据，必须能认出它：请写 key: [...]。",
    ),
    "no_import": Words("there is no import '{word}'.{near}", "没有“{word}”这个导入。{near}"),
    "last_rule": Words(
        "the last rule must be without 'when', so that every document finds its row",
        "最后一行不写 when，让每张单据都有对应的行。",
    ),
    "last_only": Words("only the last rule goes without 'when'", "只有最后一行可以不写 when。"),
    "one_target": Words("say either {one} or {other}", "{one} 和 {other} 选一个。"),
    "no_act": Words("there is no '{word}' of {form} to do.{near}", "{form} 没有“{word}”这个动作。{near}"),
    "two_admins": Words(
        "approvals of money need two process admins, so that none waits for the other's return (S-15)",
        "带金额的审批至少要有两名流程管理员，避免一人不在就卡住（S-15）。",
    ),
    # metrics
    "no_rows": Words(
        "'{word}' is neither a form nor a ledger view.{near}", "“{word}”既不是表单，也不是总账的视图。{near}"
    ),
    "no_table": Words("{form} has no line table '{word}'.{near}", "{form} 没有明细表“{word}”。{near}"),
    "no_metric": Words("there is no metric '{word}'.{near}", "没有“{word}”这个指标。{near}"),
    "needs_from": Words(
        "'{word}' belongs to a metric with 'from': its parts say it here",
        "“{word}”只用于带 from 的指标；由其他指标算出的，写在各指标里。",
    ),
    "ungathered": Words("say how '{word}' is gathered: sum({word})", "写明“{word}”怎样汇总：sum({word})"),
    "row_division": Words(
        "a metric divides its sums, not its rows: sum(a) / sum(b)", "指标只用合计相除，不逐行相除：sum(a) / sum(b)"
    ),
    "not_in_metric": Words(
        "a metric can't ask '{word}' here. Keep it in a field and gather that",
        "指标这里不能用“{word}”，存入字段后再汇总。",
    ),
    "not_one_value": Words(
        "'{word}' is not one value that can be counted or compared", "“{word}”不是可统计、可比较的单个值。"
    ),
    "not_kept": Words(
        "'{word}' is worked out when somebody looks. A metric reads what is kept: stored: true",
        "“{word}”是查看时才算的，指标只读已保存的值：加 stored: true",
    ),
    "no_time": Words("'{word}' is no date: 'at' says when a row counts", "“{word}”不是日期：at 说明每行计入哪一天。"),
    "not_path": Words("here stands a field, such as product.category", "这里写字段，如 product.category"),
    "not_balance": Words(
        "a balance is a sum of columns whose moves are known, without 'at': from {options}",
        "余额只能是可追溯变动的列的合计，不写 at：from {options}",
    ),
    "no_dimension": Words(
        "these figures can't be cut by '{word}'.{near}", "这些指标不能按“{word}”拆分。{near}"
    ),
    "one_content": Words("a tile shows one thing: one of {options}", "一个卡片只放一样内容：{options} 之一。"),
    "no_view": Words("{form} has no view '{word}'.{near}", "{form} 没有“{word}”这个视图。{near}"),
    "other_report": Words(
        "'{word}' doesn't belong here: a report has either metrics, by, across or from, columns, where, sort",
        "“{word}”不用在这里：报表要么写 metrics、by、across，要么写 from、columns、where、sort。",
    ),
    "made_of_nothing": Words(
        "say where the rows come from ('from'), or which metrics this is made of",
        "写明数据来源（from），或由哪些指标算出。",
    ),
    "metrics_in_circle": Words("these metrics wait for each other: {names}", "这些指标互相依赖：{names}"),
    # templates
    "no_file": Words("there is no file '{word}' here.{near}", "这里没有“{word}”这个文件。{near}"),
    # words
    "zh_width": Words(
        "half-width '{word}' stands next to 汉字: write the full-width sign", "汉字旁有半角“{word}”，改用全角。"
    ),
    "zh_space": Words("汉字 touches '{word}': put a space between", "汉字紧挨“{word}”，中间空一格。"),
    "zh_black": Words("'{word}' is not how we speak (ux.md 9)", "不用“{word}”这个说法。"),
    "zh_same": Words("the Chinese text is the same as the English one", "中文和英文一样。"),
}
