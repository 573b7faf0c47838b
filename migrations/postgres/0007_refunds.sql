-- Money that is given back: refunds, the persons who approve, and the lists that the bank is asked to
-- pay. Accounts and names are in sealed content only.

ALTER TABLE history DROP CONSTRAINT history_subject_kind_check;
ALTER TABLE history ADD CONSTRAINT history_subject_kind_check CHECK (subject_kind IN ('APPLICATION', 'FEE', 'PAYMENT', 'REFUND', 'ORDER', 'ORDER_LINE', 'INBOX', 'HOLD', 'LANE'));

CREATE TABLE refund_lists (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT refund_lists_number_key UNIQUE,
    currency TEXT NOT NULL,
    refunds BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    document_id UUID NOT NULL REFERENCES sealed_contents (id),
    table_id UUID NOT NULL REFERENCES sealed_contents (id),
    sha256 BYTEA NOT NULL,
    written_by TEXT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    withdrawn_at TIMESTAMPTZ
);
CREATE INDEX refund_lists_document ON refund_lists (document_id);
CREATE INDEX refund_lists_table ON refund_lists (table_id);

CREATE TABLE refunds (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT refunds_number_key UNIQUE,
    payment_id UUID NOT NULL REFERENCES payments (id),
    application_id UUID REFERENCES applications (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PROPOSED', 'APPROVED', 'EXPORTED', 'PAID', 'RETURNED', 'REJECTED', 'WITHDRAWN')),
    persons BIGINT NOT NULL,
    untied BOOLEAN NOT NULL,
    told_by_bank BOOLEAN NOT NULL,
    sealed_id UUID NOT NULL REFERENCES sealed_contents (id),
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    list_id UUID REFERENCES refund_lists (id),
    listed_on DATE,
    debit_id UUID REFERENCES payments (id),
    return_id UUID REFERENCES payments (id),
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX refunds_payment ON refunds (payment_id);
CREATE INDEX refunds_application ON refunds (application_id);
CREATE INDEX refunds_state ON refunds (state, id);
CREATE INDEX refunds_sealed ON refunds (sealed_id);
CREATE INDEX refunds_list ON refunds (list_id);
CREATE INDEX refunds_listed ON refunds (listed_on);
CREATE INDEX refunds_debit ON refunds (debit_id);
CREATE INDEX refunds_return ON refunds (return_id);

CREATE TABLE approvals (
    subject_id UUID NOT NULL,
    decision TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject_id, decision, person)
);
