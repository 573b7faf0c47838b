-- Letters to the bureau, and what the nightly comparison of open orders found.

CREATE TABLE letters (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT letters_number_key UNIQUE,
    bureau TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('INQUIRY', 'CANCEL', 'COMPLAINT', 'TECHNICAL_ERROR')),
    occasion TEXT NOT NULL CHECK (occasion IN ('DOUBT', 'NIGHT', 'DECISION', 'DOCUMENT')),
    order_id BLOB REFERENCES orders (id),
    order_line_id BLOB REFERENCES order_lines (id),
    inbox_id BLOB REFERENCES inbox (id),
    state TEXT NOT NULL CHECK (state IN ('DECIDED', 'QUEUED', 'SENT', 'ANSWERED', 'GIVEN_UP')),
    open INTEGER NOT NULL,
    code INTEGER,
    text TEXT,
    document_number TEXT,
    noticed_at TEXT,
    sealed_id BLOB REFERENCES sealed_contents (id),
    sha256 BLOB,
    size_bytes INTEGER,
    asked_by TEXT NOT NULL,
    reason TEXT,
    outcome TEXT,
    answer_inbox_id BLOB REFERENCES inbox (id),
    due_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    answered_at TEXT,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX letters_decided ON letters (due_at) WHERE state = 'DECIDED';
CREATE INDEX letters_unanswered ON letters (sent_at) WHERE state = 'SENT';
CREATE UNIQUE INDEX letters_inquiry ON letters (order_id) WHERE open AND kind = 'INQUIRY';
CREATE INDEX letters_order ON letters (order_id);
CREATE INDEX letters_order_line ON letters (order_line_id);
CREATE UNIQUE INDEX letters_inbox ON letters (inbox_id) WHERE inbox_id IS NOT NULL;
CREATE INDEX letters_sealed ON letters (sealed_id);
CREATE INDEX letters_answer ON letters (answer_inbox_id);
CREATE INDEX letters_sha256 ON letters (sha256);

CREATE TABLE letter_lines (
    letter_id BLOB NOT NULL REFERENCES letters (id),
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    open INTEGER NOT NULL,
    outcome TEXT,
    PRIMARY KEY (letter_id, order_line_id)
) STRICT;
CREATE INDEX letter_lines_order_line ON letter_lines (order_line_id);
CREATE UNIQUE INDEX letter_lines_open ON letter_lines (order_line_id) WHERE open;

CREATE INDEX orders_sha256 ON orders (sha256);

CREATE TABLE reconciliations (
    night TEXT PRIMARY KEY,
    begun_at TEXT NOT NULL,
    asked_at TEXT
) STRICT;

CREATE TABLE reconciliation_orders (
    night TEXT NOT NULL REFERENCES reconciliations (night),
    order_id BLOB NOT NULL REFERENCES orders (id),
    letter_id BLOB NOT NULL REFERENCES letters (id),
    answered_at TEXT,
    PRIMARY KEY (night, order_id)
) STRICT;
CREATE INDEX reconciliation_orders_order ON reconciliation_orders (order_id);
CREATE INDEX reconciliation_orders_letter ON reconciliation_orders (letter_id);

CREATE TABLE reconciliation_findings (
    id BLOB PRIMARY KEY,
    night TEXT NOT NULL REFERENCES reconciliations (night),
    order_id BLOB NOT NULL REFERENCES orders (id),
    line_no INTEGER NOT NULL,
    application_number TEXT NOT NULL,
    difference TEXT NOT NULL CHECK (difference IN ('MISSING', 'EXTRA', 'CONTRADICTING')),
    detail TEXT NOT NULL,
    found_at TEXT NOT NULL
) STRICT;
CREATE INDEX reconciliation_findings_night ON reconciliation_findings (night, id);
CREATE INDEX reconciliation_findings_order ON reconciliation_findings (order_id);
