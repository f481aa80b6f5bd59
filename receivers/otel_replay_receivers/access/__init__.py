"""Who may send: ingest keys, their origins, rates and budgets."""
