-- What people did, each record bound to the one before by its hash; heads of the chain are signed daily.

CREATE TABLE audit_records (
    -- From 1 on, without a gap.
    seq BIGINT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
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
    history_id UUID,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_records_actor ON audit_records (actor, seq);
CREATE INDEX audit_records_subject ON audit_records (subject, seq);
CREATE INDEX audit_records_at ON audit_records (at);

-- Where the chain ends; one row, locked by whoever adds to it.
CREATE TABLE audit_chain (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO audit_chain (id, seq, hash)
VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_heads (
    -- The day in Romania whose last record it is.
    day DATE PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    -- A document signed with the gateway's seal that says day, number and hash.
    document BYTEA NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL
);

-- Records are added, never changed and never removed, not even by mistake.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit record only grows';
END
$$;
CREATE TRIGGER audit_records_only_grow BEFORE UPDATE OR DELETE ON audit_records
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_records_are_not_emptied BEFORE TRUNCATE ON audit_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_heads_only_grow BEFORE UPDATE OR DELETE ON audit_heads
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
