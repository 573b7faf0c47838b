-- What people did, each record bound to the one before by its hash; heads of the chain are signed daily.

CREATE TABLE audit_records (
    -- From 1 on, without a gap.
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    -- What was done, in a word.
    action TEXT NOT NULL,
    -- What it was done to: its kind, and its id or name.
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The states before and after, or what else is to be told; without personal data.
    detail TEXT NOT NULL,
    reason TEXT,
    -- The row of the history that says the same.
    history_id BLOB,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_records_actor ON audit_records (actor, seq);
CREATE INDEX audit_records_subject ON audit_records (subject, seq);
CREATE INDEX audit_records_at ON audit_records (at);

-- Where the chain ends; one row, locked by whoever adds to it.
CREATE TABLE audit_chain (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_chain (id, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TABLE audit_heads (
    -- The day in Romania whose last record it is.
    day TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    -- A document signed with the gateway's seal that says day, number and hash.
    document BLOB NOT NULL,
    signed_at TEXT NOT NULL
) STRICT;

-- Records are added, never changed and never removed, not even by mistake.
CREATE TRIGGER audit_records_do_not_change BEFORE UPDATE ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'the audit record only grows');
END;
CREATE TRIGGER audit_records_do_not_go BEFORE DELETE ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'the audit record only grows');
END;
CREATE TRIGGER audit_heads_do_not_change BEFORE UPDATE ON audit_heads
BEGIN
    SELECT RAISE(ABORT, 'the audit record only grows');
END;
CREATE TRIGGER audit_heads_do_not_go BEFORE DELETE ON audit_heads
BEGIN
    SELECT RAISE(ABORT, 'the audit record only grows');
END;
