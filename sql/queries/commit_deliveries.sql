-- Our new messages, and whether each is an answer.
INSERT INTO pontis.delivery (message, is_answer) SELECT * FROM unnest($1::uuid[], $2::boolean[]);
