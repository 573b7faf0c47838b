-- What becomes of cards after they are made: consignments as told and as counted, complaints, and
-- since when an office holds a card.

ALTER TABLE cards DROP CONSTRAINT cards_state_check;
ALTER TABLE cards ADD CONSTRAINT cards_state_check CHECK (state IN ('PRODUCED', 'FAILED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'RETURNED', 'LOST', 'DAMAGED', 'DESTROYED', 'VOID'));

ALTER TABLE order_lines ADD COLUMN at_office_at TIMESTAMPTZ;
UPDATE order_lines SET at_office_at = updated_at WHERE state IN ('AT_OFFICE', 'HANDED_OVER');
CREATE INDEX order_lines_at_office ON order_lines (at_office_at) WHERE state = 'AT_OFFICE';

CREATE TABLE consignments (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL,
    office_code TEXT NOT NULL,
    office_id UUID REFERENCES offices (id),
    state TEXT NOT NULL CHECK (state IN ('ON_ITS_WAY', 'BEING_COUNTED', 'COMPLETE', 'DIFFERS')),
    told_at TIMESTAMPTZ NOT NULL,
    counted_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT consignments_number_key UNIQUE (number, office_code)
);
CREATE INDEX consignments_office ON consignments (office_id, id);
CREATE INDEX consignments_open ON consignments (office_id, id) WHERE state <> 'COMPLETE';

CREATE TABLE consignment_parcels (
    consignment_id UUID NOT NULL REFERENCES consignments (id),
    parcel TEXT NOT NULL,
    cards BIGINT NOT NULL,
    inbox_id UUID NOT NULL REFERENCES inbox (id),
    told_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consignment_id, parcel)
);
CREATE INDEX consignment_parcels_inbox ON consignment_parcels (inbox_id);

CREATE TABLE consignment_cards (
    consignment_id UUID NOT NULL REFERENCES consignments (id),
    document_number TEXT NOT NULL,
    application_number TEXT,
    parcel TEXT,
    scanned_at TIMESTAMPTZ,
    finding TEXT CHECK (finding IN ('RECEIVED', 'WAITING', 'WRONG_OFFICE', 'VOID', 'NOT_POSSIBLE', 'UNKNOWN')),
    PRIMARY KEY (consignment_id, document_number)
);
CREATE INDEX consignment_cards_number ON consignment_cards (document_number);

CREATE TABLE complaints (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT complaints_number_key UNIQUE,
    application_id UUID NOT NULL REFERENCES applications (id),
    order_line_id UUID NOT NULL REFERENCES order_lines (id),
    document_number TEXT,
    office_id UUID NOT NULL REFERENCES offices (id),
    code BIGINT NOT NULL,
    text TEXT,
    noticed_on DATE NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('LODGED', 'SENT', 'ADMITTED', 'REFUSED', 'WITHDRAWN')),
    open BOOLEAN NOT NULL,
    letter_id UUID,
    payer TEXT CHECK (payer IN ('BUREAU', 'OFFICE', 'HOLDER', 'WARRANTY')),
    refusal BIGINT,
    lodged_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX complaints_open ON complaints (order_line_id) WHERE open;
CREATE INDEX complaints_line ON complaints (order_line_id);
CREATE INDEX complaints_office ON complaints (office_id);
CREATE INDEX complaints_application ON complaints (application_id);
CREATE UNIQUE INDEX complaints_letter ON complaints (letter_id) WHERE letter_id IS NOT NULL;
