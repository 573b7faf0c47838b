-- People whom a provider outside knows, and their way there and back.

-- Which account is whose. An account without a password has an empty `users.password_hash`.
CREATE TABLE user_subjects (
    user_id BLOB PRIMARY KEY REFERENCES users (id),
    -- The provider that vouches for the person.
    issuer TEXT NOT NULL,
    -- The keyed hash of what that provider calls the person, which may be a CNP.
    subject_hash BLOB NOT NULL,
    linked_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_subjects_subject ON user_subjects (issuer, subject_hash);

-- Whoever has left for the provider and is expected back, once.
CREATE TABLE provider_trips (
    -- SHA-256 of what the browser holds.
    token_hash BLOB PRIMARY KEY,
    -- With what the browser holds, it gives state, nonce and verifier; alone it gives none of them.
    salt BLOB NOT NULL,
    -- Where the person wanted to go.
    next TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX provider_trips_address ON provider_trips (address, expires_at);
CREATE INDEX provider_trips_expires ON provider_trips (expires_at);
