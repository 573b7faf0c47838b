-- The people who use the console: accounts, roles, second factors, sessions, and what needs two of them.

CREATE TABLE users (
    id UUID PRIMARY KEY,
    -- As the history has it, in small letters.
    name TEXT NOT NULL,
    -- Argon2id, in the format of PHC strings, which tells its own cost.
    password_hash TEXT NOT NULL,
    -- Given by somebody else: it must be changed at the first use, which must come before this.
    temporary_until TIMESTAMPTZ,
    -- The key of the codes, wrapped by the master key; counts once a code of it was given.
    code_key BYTEA,
    code_confirmed BOOLEAN NOT NULL DEFAULT FALSE,
    -- The step of 30 seconds of the last code that was used: none is used twice.
    code_step BIGINT NOT NULL DEFAULT 0,
    disabled_at TIMESTAMPTZ,
    signed_in_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX users_name ON users (name);

CREATE TABLE user_roles (
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('VIEWER', 'OPERATOR', 'PAYMENTS_OPERATOR', 'SUPERVISOR', 'ADMINISTRATOR', 'AUDITOR')),
    PRIMARY KEY (user_id, role)
);

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES users (id),
    -- Of the code's text; it has too many random bits to be guessed from it.
    hash BYTEA NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    -- SHA-256 of what the browser holds.
    token_hash BYTEA NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    stage TEXT NOT NULL CHECK (stage IN ('NEW_PASSWORD', 'ENROL', 'CODE', 'OPEN')),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- Exact to the minute: more would be a write for every page.
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_created ON sessions (created_at);

-- Failures to sign in, by account and by address; an account that does not exist has some too, so that
-- nobody learns which do.
CREATE TABLE sign_in_failures (
    -- `name:SHA-256 of the name`, or `address:ADDRESS`.
    source TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    barred_until TIMESTAMPTZ
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- What one person asks for and another must approve.
CREATE TABLE four_eyes_requests (
    id UUID PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('CANCEL_SENT_ORDER', 'RESEND_ANSWERED_ORDER', 'REVOKE_KEY', 'RESET_SECOND_FACTOR')),
    -- What it is about, as people read it aloud: an order's number, a key's id, an account's name.
    subject TEXT NOT NULL,
    -- The state in which the subject was when it was asked.
    subject_state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_by TEXT,
    ended_reason TEXT,
    ended_at TIMESTAMPTZ,
    outcome TEXT CHECK (outcome IN ('DONE', 'REJECTED', 'WITHDRAWN', 'EXPIRED')),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX four_eyes_requests_waiting ON four_eyes_requests (action, subject) WHERE outcome IS NULL;
CREATE INDEX four_eyes_requests_asked ON four_eyes_requests (asked_at);
