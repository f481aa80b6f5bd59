-- Sessions in which the user was known at any moment.
SELECT SessionId FROM sessions FINAL WHERE UserId = {user:String}
UNION DISTINCT
SELECT SessionId FROM session_events WHERE UserId = {user:String}
UNION DISTINCT
SELECT SessionId FROM replay_chunks WHERE UserId = {user:String}
