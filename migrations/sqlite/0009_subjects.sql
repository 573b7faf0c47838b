-- Letters to the bureau, consignments and complaints have histories and may wait for a person.

CREATE TABLE history_of_more (
    id BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'REFUND', 'ORDER', 'ORDER_LINE', 'LETTER', 'CONSIGNMENT', 'COMPLAINT', 'INBOX', 'HOLD', 'LANE')),
    subject_id BLOB NOT NULL,
    from_state TEXT NOT NULL,
    event TEXT NOT NULL,
    to_state TEXT NOT NULL,
    actor TEXT NOT NULL,
    note TEXT,
    at TEXT NOT NULL
) STRICT;
INSERT INTO history_of_more (id, subject_kind, subject_id, from_state, event, to_state, actor, note, at)
SELECT id, subject_kind, subject_id, from_state, event, to_state, actor, note, at
FROM history;
DROP TABLE history;
ALTER TABLE history_of_more RENAME TO history;
CREATE INDEX history_subject ON history (subject_id, id);

CREATE TABLE holds_of_more (
    id BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'PAYMENT', 'ORDER', 'ORDER_LINE', 'LETTER', 'CONSIGNMENT', 'COMPLAINT', 'INBOX', 'SOURCE_FILE', 'LANE')),
    subject_id BLOB NOT NULL,
    subject_number TEXT NOT NULL,
    code INTEGER NOT NULL,
    detail TEXT NOT NULL,
    open INTEGER NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,
    decision TEXT,
    decision_reason TEXT,
    CHECK (open = (closed_at IS NULL))
) STRICT;
INSERT INTO holds_of_more (id, subject_kind, subject_id, subject_number, code, detail, open, opened_at, closed_at, closed_by, decision, decision_reason)
SELECT id, subject_kind, subject_id, subject_number, code, detail, open, opened_at, closed_at, closed_by, decision, decision_reason
FROM holds;
DROP TABLE holds;
ALTER TABLE holds_of_more RENAME TO holds;
CREATE UNIQUE INDEX holds_open ON holds (subject_id, code) WHERE open;
CREATE INDEX holds_open_code ON holds (code, opened_at) WHERE open;
CREATE INDEX holds_subject ON holds (subject_id);
