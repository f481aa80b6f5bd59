CREATE TABLE template.chunks ENGINE = Memory AS
SELECT chunks.*, visits.Visit AS Visit, visits.Start AS Start
FROM template.replay_chunks AS chunks
INNER JOIN template.visits AS visits ON chunks.SessionId = visits.SessionId
