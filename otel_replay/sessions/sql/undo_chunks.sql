ALTER TABLE replay_chunks DELETE WHERE SessionId = {id:String}
