SELECT count() AS chunks, sum(StoredBytes) AS bytes FROM replay_chunks FINAL WHERE {{of_sessions}}
