-- Credentials have a beginning and an end, so that two overlap while one replaces the other; and
-- failures to prove who calls are kept, counted by the minute.

-- Without a beginning it counts at once, without an end until it is revoked.
ALTER TABLE credentials ADD COLUMN valid_from TIMESTAMPTZ;
ALTER TABLE credentials ADD COLUMN valid_until TIMESTAMPTZ;
-- Exact to the hour: more would be a write for every request.
ALTER TABLE credentials ADD COLUMN last_used_at TIMESTAMPTZ;
-- The one that this one took over from.
ALTER TABLE credentials ADD COLUMN replaces UUID REFERENCES credentials (id);
-- The revision of all credentials with which this one changed last.
ALTER TABLE credentials ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX credentials_revision ON credentials (revision);
CREATE INDEX credentials_replaces ON credentials (replaces);
INSERT INTO revisions (topic, revision) VALUES ('credentials', 1) ON CONFLICT (topic) DO NOTHING;

CREATE TABLE authentication_failures (
    minute TIMESTAMPTZ NOT NULL,
    -- Where the caller's connection comes from; empty where that is not known, or too many to tell apart.
    address TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('MISSING', 'UNKNOWN', 'REVOKED', 'NOT_YET_VALID', 'EXPIRED', 'OTHER_ENVIRONMENT', 'LIMITED', 'PARTY_NOT_ALLOWED', 'SCOPE_MISSING', 'SIGNATURE_WRONG', 'CERTIFICATE_REFUSED')),
    -- `credential:ID`, `certificate:SHA-256 of its public key`, or empty. Never anything of an API key.
    who TEXT NOT NULL,
    occurrences BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (minute, address, cause, who)
);
