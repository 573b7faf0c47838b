-- Events that are pushed to offices: where to, signed with what, and how it went.

CREATE TABLE webhooks (
    office_id BLOB PRIMARY KEY REFERENCES offices (id),
    -- Under which the history and the holds know it: the id of the office's lane.
    id BLOB NOT NULL CONSTRAINT webhooks_id_key UNIQUE,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('DISABLED', 'ENABLED')),
    -- Why it was disabled, where nobody asked for it.
    reason INTEGER,
    on_exhausted TEXT NOT NULL CHECK (on_exhausted IN ('DEAD_LETTER', 'BLOCK')),
    rate_per_second INTEGER NOT NULL,
    -- The share of its tries, in percent, of which the office was warned last.
    warned_percent INTEGER NOT NULL,
    refused_in_row INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE webhook_keys (
    id BLOB PRIMARY KEY,
    office_id BLOB NOT NULL REFERENCES offices (id),
    kind TEXT NOT NULL CHECK (kind IN ('ED25519', 'HMAC')),
    -- Readable with the vault's master key only.
    secret BLOB NOT NULL,
    public_key TEXT,
    valid_from TEXT NOT NULL,
    valid_until TEXT
) STRICT;
CREATE INDEX webhook_keys_office ON webhook_keys (office_id, id);

-- Tries at successive events of a lane that ended alike, in one row.
CREATE TABLE deliveries (
    id BLOB NOT NULL,
    lane TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('DELIVERED', 'RETRY', 'LATER', 'AMBIGUOUS', 'PERMANENT')),
    status INTEGER,
    detail TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    PRIMARY KEY (lane, id, started_at)
) STRICT;
