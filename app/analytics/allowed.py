"""What free SQL may be made of: the kinds of nodes and the functions, as sqlglot names them. Nothing else passes."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NODES = _words("""
    Select Union Intersect Except Subquery With CTE From Join Where Group Having Order Ordered Limit Offset Distinct
    Qualify Column Identifier Table TableAlias Alias Star Literal Boolean Null Paren Tuple Var
    Add Sub Mul Div IntDiv Mod Neg Not And Or Xor EQ NEQ LT LTE GT GTE NullSafeEQ NullSafeNEQ Is In Between Like ILike
    Escape DPipe Case If Cast TryCast DataType DataTypeParam Interval Exists Any All Extract
    AtTimeZone Window WindowSpec WithinGroup Filter IgnoreNulls RespectNulls Cube Rollup GroupingSets
""")

FUNCTIONS = _words("""
    count sum avg min max median mode quantile quantile_cont quantile_disc percentile_cont percentile_disc
    approx_distinct stddev stddev_pop stddev_samp variance variance_pop var_pop var_samp corr covar_pop covar_samp
    any_value first last arg_max arg_min max_by min_by logical_and logical_or bool_and bool_or count_if product
    group_concat string_agg listagg
    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
    abs ceil ceiling floor round trunc sign sqrt ln log log2 log10 exp pow power mod greatest least div
    coalesce nullif ifnull case if and or xor cast try_cast exists
    lower upper trim ltrim rtrim length len char_length left right substring substr replace split_part concat
    concat_ws contains starts_with startswith ends_with endswith suffix prefix str_position strpos regexp_like
    regexp_matches reverse initcap
    date year quarter month week day day_of_week dayofweek day_of_month day_of_year dayofyear dow doy isodow
    week_of_year weekofyear hour minute second dayname monthname extract date_part date_trunc timestamp_trunc
    datetrunc date_diff datediff date_sub date_add datesub last_day make_date date_from_parts time_to_str strftime
    str_to_time strptime current_date current_timestamp today epoch to_days to_months to_years ts_or_ds_to_date
    ts_or_ds_add ts_or_ds_diff timestamp_diff
""")
