-- Functions of arrays of clicks as (tab, ms, x, y), in order, to be put into a WITH clause. A burst is a run of clicks of a tab, each
-- within {rage_ms} and {rage_px} of the one before it. It is one of rage when some {rage_clicks} of it lie within both: 3, as the arrays are shifted.
(click, other) -> click.1 = other.1 AND click.2 - other.2 <= {rage_ms:Int64} AND hypot(toFloat64(click.3) - other.3, toFloat64(click.4) - other.4) <= {rage_px:Int64} AS close_to,
(clicks) -> arrayCumSum(arrayMap((click, last) -> NOT close_to(click, last), clicks, arrayShiftRight(clicks, 1))) AS burst_numbers,
(clicks) -> arrayMap((click, last, one_more) -> close_to(click, last) AND close_to(click, one_more), clicks, arrayShiftRight(clicks, 1), arrayShiftRight(clicks, 2)) AS raging,
(clicks) -> arrayUniq(arrayFilter((number, rage) -> rage, burst_numbers(clicks), raging(clicks))) AS bursts
