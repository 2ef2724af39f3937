-- Messages to and from the peer, their sendings, and events to the wallet.

CREATE TABLE pontis.message (
    id uuid PRIMARY KEY,
    instruction uuid NOT NULL,
    corridor text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('outbound', 'inbound')),
    type text NOT NULL,
    message_id text NOT NULL,
    business_message_id text NOT NULL,
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    traceparent text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX message_of_instruction ON pontis.message (instruction, id);

CREATE TABLE pontis.message_body (
    message uuid PRIMARY KEY,
    body bytea COMPRESSION lz4 NOT NULL
);

-- Committed before the first byte leaves.
CREATE TABLE pontis.attempt (
    id uuid PRIMARY KEY,
    message uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    at timestamptz NOT NULL
);

CREATE TABLE pontis.attempt_end (
    attempt uuid PRIMARY KEY,
    message uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'not_sent', 'unknown')),
    http_status int NOT NULL,
    detail text NOT NULL,
    at timestamptz NOT NULL
);

-- How far the sending of one of our messages has come: a summary of its attempts.
CREATE TABLE pontis.delivery (
    message uuid PRIMARY KEY,
    is_answer boolean NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    attempted_at timestamptz NOT NULL DEFAULT '-infinity',
    delivered boolean NOT NULL DEFAULT false
) WITH (fillfactor = 60);
-- Answers nobody has taken yet. A payment's message is repeated by its instruction's timer instead.
CREATE INDEX delivery_undelivered ON pontis.delivery (attempted_at) WHERE is_answer AND NOT delivered;

CREATE TABLE pontis.wallet_event (
    id uuid PRIMARY KEY,
    instruction uuid,
    version bigint NOT NULL,
    type text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    body bytea COMPRESSION lz4 NOT NULL,
    at timestamptz NOT NULL
);

-- The relay's work list: a row leaves when Kafka has the event.
CREATE TABLE pontis.wallet_event_unpublished (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL
);
CREATE INDEX wallet_event_unpublished_at ON pontis.wallet_event_unpublished (at, id);
