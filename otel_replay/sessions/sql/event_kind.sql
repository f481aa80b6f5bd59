-- Rage and dead clicks were of the kind custom once, and rows of then are still so.
if(Kind = 'custom' AND Name IN ('browser.user_action.rage_click', 'browser.user_action.dead_click'), substring(Name, 21), Kind)
