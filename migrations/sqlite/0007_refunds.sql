-- Money that is given back: refunds, the persons who approve, and the lists that the bank is asked to
-- pay. Accounts and names are in sealed content only.

CREATE TABLE history_of_more (
    id BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'REFUND', 'ORDER', 'ORDER_LINE', 'INBOX', 'HOLD', 'LANE')),
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

CREATE TABLE refund_lists (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT refund_lists_number_key UNIQUE,
    currency TEXT NOT NULL,
    refunds INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    document_id BLOB NOT NULL REFERENCES sealed_contents (id),
    table_id BLOB NOT NULL REFERENCES sealed_contents (id),
    sha256 BLOB NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;
CREATE INDEX refund_lists_document ON refund_lists (document_id);
CREATE INDEX refund_lists_table ON refund_lists (table_id);

CREATE TABLE refunds (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT refunds_number_key UNIQUE,
    payment_id BLOB NOT NULL REFERENCES payments (id),
    application_id BLOB REFERENCES applications (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PROPOSED', 'APPROVED', 'EXPORTED', 'PAID', 'RETURNED', 'REJECTED', 'WITHDRAWN')),
    persons INTEGER NOT NULL,
    untied INTEGER NOT NULL,
    told_by_bank INTEGER NOT NULL,
    sealed_id BLOB NOT NULL REFERENCES sealed_contents (id),
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    list_id BLOB REFERENCES refund_lists (id),
    listed_on TEXT,
    debit_id BLOB REFERENCES payments (id),
    return_id BLOB REFERENCES payments (id),
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_application ON refunds (application_id);
CREATE INDEX refunds_state ON refunds (state, id);
CREATE INDEX refunds_sealed ON refunds (sealed_id);
CREATE INDEX refunds_list ON refunds (list_id);
CREATE INDEX refunds_listed ON refunds (listed_on);
CREATE INDEX refunds_debit ON refunds (debit_id);
CREATE INDEX refunds_return ON refunds (return_id);

CREATE TABLE approvals (
    subject_id BLOB NOT NULL,
    decision TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (subject_id, decision, person)
) STRICT;
