-- Letters to the bureau, and what the nightly comparison of open orders found.

CREATE TABLE letters (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT letters_number_key UNIQUE,
    bureau TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('INQUIRY', 'CANCEL', 'COMPLAINT', 'TECHNICAL_ERROR')),
    occasion TEXT NOT NULL CHECK (occasion IN ('DOUBT', 'NIGHT', 'DECISION', 'DOCUMENT')),
    order_id UUID REFERENCES orders (id),
    order_line_id UUID REFERENCES order_lines (id),
    inbox_id UUID REFERENCES inbox (id),
    state TEXT NOT NULL CHECK (state IN ('DECIDED', 'QUEUED', 'SENT', 'ANSWERED', 'GIVEN_UP')),
    open BOOLEAN NOT NULL,
    code BIGINT,
    text TEXT,
    document_number TEXT,
    noticed_at TIMESTAMPTZ,
    sealed_id UUID REFERENCES sealed_contents (id),
    sha256 BYTEA,
    size_bytes BIGINT,
    asked_by TEXT NOT NULL,
    reason TEXT,
    outcome TEXT,
    answer_inbox_id UUID REFERENCES inbox (id),
    due_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
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
    letter_id UUID NOT NULL REFERENCES letters (id),
    order_line_id UUID NOT NULL REFERENCES order_lines (id),
    open BOOLEAN NOT NULL,
    outcome TEXT,
    PRIMARY KEY (letter_id, order_line_id)
);
CREATE INDEX letter_lines_order_line ON letter_lines (order_line_id);
CREATE UNIQUE INDEX letter_lines_open ON letter_lines (order_line_id) WHERE open;

CREATE INDEX orders_sha256 ON orders (sha256);

CREATE TABLE reconciliations (
    night DATE PRIMARY KEY,
    begun_at TIMESTAMPTZ NOT NULL,
    asked_at TIMESTAMPTZ
);

CREATE TABLE reconciliation_orders (
    night DATE NOT NULL REFERENCES reconciliations (night),
    order_id UUID NOT NULL REFERENCES orders (id),
    letter_id UUID NOT NULL REFERENCES letters (id),
    answered_at TIMESTAMPTZ,
    PRIMARY KEY (night, order_id)
);
CREATE INDEX reconciliation_orders_order ON reconciliation_orders (order_id);
CREATE INDEX reconciliation_orders_letter ON reconciliation_orders (letter_id);

CREATE TABLE reconciliation_findings (
    id UUID PRIMARY KEY,
    night DATE NOT NULL REFERENCES reconciliations (night),
    order_id UUID NOT NULL REFERENCES orders (id),
    line_no BIGINT NOT NULL,
    application_number TEXT NOT NULL,
    difference TEXT NOT NULL CHECK (difference IN ('MISSING', 'EXTRA', 'CONTRADICTING')),
    detail TEXT NOT NULL,
    found_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX reconciliation_findings_night ON reconciliation_findings (night, id);
CREATE INDEX reconciliation_findings_order ON reconciliation_findings (order_id);
