SELECT count() AS found FROM sessions FINAL WHERE SessionId = {run:String}
