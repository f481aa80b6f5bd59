({{of_either}}
    OR (SessionId = '' AND lower(hex(SHA256(concat({salt:String}, multiIf(SpanAttributes['user.id'] != '', SpanAttributes['user.id'], SpanAttributes['enduser.id']))))) = {user_hash:String}))
