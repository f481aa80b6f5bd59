ALTER TABLE session_inputs DELETE WHERE SessionId = {id:String}
