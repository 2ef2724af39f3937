SELECT encode(body, 'hex') FROM pontis.message_body WHERE message = $1::uuid;
