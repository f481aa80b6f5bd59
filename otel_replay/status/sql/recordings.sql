SELECT count() AS chunks, sum(Length) AS bytes FROM replay_chunks
