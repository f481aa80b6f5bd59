({{of_either}}
    OR (SessionId = '' AND lower(hex(SHA256(concat({salt:String}, multiIf(LogAttributes['user.id'] != '', LogAttributes['user.id'], LogAttributes['enduser.id']))))) = {user_hash:String}))
