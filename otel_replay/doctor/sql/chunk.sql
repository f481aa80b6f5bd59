SELECT count() AS found FROM replay_chunks FINAL WHERE SessionId = {run:String} AND Seq = {seq:UInt32}
