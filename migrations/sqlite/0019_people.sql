-- The people who use the console: accounts, roles, second factors, sessions, and what needs two of them.

CREATE TABLE users (
    id BLOB PRIMARY KEY,
    -- As the history has it, in small letters.
    name TEXT NOT NULL,
    -- Argon2id, in the format of PHC strings, which tells its own cost.
    password_hash TEXT NOT NULL,
    -- Given by somebody else: it must be changed at the first use, which must come before this.
    temporary_until TEXT,
    -- The key of the codes, wrapped by the master key; counts once a code of it was given.
    code_key BLOB,
    code_confirmed INTEGER NOT NULL DEFAULT FALSE,
    -- The step of 30 seconds of the last code that was used: none is used twice.
    code_step INTEGER NOT NULL DEFAULT 0,
    disabled_at TEXT,
    signed_in_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX users_name ON users (name);

CREATE TABLE user_roles (
    user_id BLOB NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('VIEWER', 'OPERATOR', 'PAYMENTS_OPERATOR', 'SUPERVISOR', 'ADMINISTRATOR', 'AUDITOR')),
    PRIMARY KEY (user_id, role)
) STRICT;

CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES users (id),
    -- Of the code's text; it has too many random bits to be guessed from it.
    hash BLOB NOT NULL,
    used_at TEXT,
    PRIMARY KEY (user_id, hash)
) STRICT;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    -- SHA-256 of what the browser holds.
    token_hash BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    stage TEXT NOT NULL CHECK (stage IN ('NEW_PASSWORD', 'ENROL', 'CODE', 'OPEN')),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- Exact to the minute: more would be a write for every page.
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    ended_by TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_created ON sessions (created_at);

-- Failures to sign in, by account and by address; an account that does not exist has some too, so that
-- nobody learns which do.
CREATE TABLE sign_in_failures (
    -- `name:SHA-256 of the name`, or `address:ADDRESS`.
    source TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    barred_until TEXT
) STRICT;
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- What one person asks for and another must approve.
CREATE TABLE four_eyes_requests (
    id BLOB PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('CANCEL_SENT_ORDER', 'RESEND_ANSWERED_ORDER', 'REVOKE_KEY', 'RESET_SECOND_FACTOR')),
    -- What it is about, as people read it aloud: an order's number, a key's id, an account's name.
    subject TEXT NOT NULL,
    -- The state in which the subject was when it was asked.
    subject_state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_by TEXT,
    ended_reason TEXT,
    ended_at TEXT,
    outcome TEXT CHECK (outcome IN ('DONE', 'REJECTED', 'WITHDRAWN', 'EXPIRED')),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX four_eyes_requests_waiting ON four_eyes_requests (action, subject) WHERE outcome IS NULL;
CREATE INDEX four_eyes_requests_asked ON four_eyes_requests (asked_at);
