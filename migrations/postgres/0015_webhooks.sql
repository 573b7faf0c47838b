-- Events that are pushed to offices: where to, signed with what, and how it went.

CREATE TABLE webhooks (
    office_id UUID PRIMARY KEY REFERENCES offices (id),
    -- Under which the history and the holds know it: the id of the office's lane.
    id UUID NOT NULL CONSTRAINT webhooks_id_key UNIQUE,
    url TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('DISABLED', 'ENABLED')),
    -- Why it was disabled, where nobody asked for it.
    reason BIGINT,
    on_exhausted TEXT NOT NULL CHECK (on_exhausted IN ('DEAD_LETTER', 'BLOCK')),
    rate_per_second BIGINT NOT NULL,
    -- The share of its tries, in percent, of which the office was warned last.
    warned_percent BIGINT NOT NULL,
    refused_in_row BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE webhook_keys (
    id UUID PRIMARY KEY,
    office_id UUID NOT NULL REFERENCES offices (id),
    kind TEXT NOT NULL CHECK (kind IN ('ED25519', 'HMAC')),
    -- Readable with the vault's master key only.
    secret BYTEA NOT NULL,
    public_key TEXT,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_until TIMESTAMPTZ
);
CREATE INDEX webhook_keys_office ON webhook_keys (office_id, id);

-- Tries at successive events of a lane that ended alike, in one row.
CREATE TABLE deliveries (
    id UUID NOT NULL,
    lane TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('DELIVERED', 'RETRY', 'LATER', 'AMBIGUOUS', 'PERMANENT')),
    status BIGINT,
    detail TEXT,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (lane, id, started_at)
) PARTITION BY RANGE (started_at);
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
