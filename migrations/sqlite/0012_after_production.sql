-- What becomes of cards after they are made: consignments as told and as counted, complaints, and
-- since when an office holds a card.

CREATE TABLE cards_after (
    document_number TEXT PRIMARY KEY,
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    application_id BLOB NOT NULL REFERENCES applications (id),
    state TEXT NOT NULL CHECK (state IN ('PRODUCED', 'FAILED', 'SHIPPED', 'AT_OFFICE', 'HANDED_OVER', 'RETURNED', 'LOST', 'DAMAGED', 'DESTROYED', 'VOID')),
    produced_at TEXT NOT NULL,
    consignment TEXT,
    updated_at TEXT NOT NULL
) STRICT;
INSERT INTO cards_after (document_number, order_line_id, application_id, state, produced_at, consignment, updated_at)
SELECT document_number, order_line_id, application_id, state, produced_at, consignment, updated_at
FROM cards;
DROP TABLE cards;
ALTER TABLE cards_after RENAME TO cards;
CREATE INDEX cards_order_line ON cards (order_line_id);
CREATE INDEX cards_application ON cards (application_id);
CREATE INDEX cards_consignment ON cards (consignment) WHERE consignment IS NOT NULL;

ALTER TABLE order_lines ADD COLUMN at_office_at TEXT;
UPDATE order_lines SET at_office_at = updated_at WHERE state IN ('AT_OFFICE', 'HANDED_OVER');
CREATE INDEX order_lines_at_office ON order_lines (at_office_at) WHERE state = 'AT_OFFICE';

CREATE TABLE consignments (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL,
    office_code TEXT NOT NULL,
    office_id BLOB REFERENCES offices (id),
    state TEXT NOT NULL CHECK (state IN ('ON_ITS_WAY', 'BEING_COUNTED', 'COMPLETE', 'DIFFERS')),
    told_at TEXT NOT NULL,
    counted_at TEXT,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT consignments_number_key UNIQUE (number, office_code)
) STRICT;
CREATE INDEX consignments_office ON consignments (office_id, id);
CREATE INDEX consignments_open ON consignments (office_id, id) WHERE state <> 'COMPLETE';

CREATE TABLE consignment_parcels (
    consignment_id BLOB NOT NULL REFERENCES consignments (id),
    parcel TEXT NOT NULL,
    cards INTEGER NOT NULL,
    inbox_id BLOB NOT NULL REFERENCES inbox (id),
    told_at TEXT NOT NULL,
    PRIMARY KEY (consignment_id, parcel)
) STRICT;
CREATE INDEX consignment_parcels_inbox ON consignment_parcels (inbox_id);

CREATE TABLE consignment_cards (
    consignment_id BLOB NOT NULL REFERENCES consignments (id),
    document_number TEXT NOT NULL,
    application_number TEXT,
    parcel TEXT,
    scanned_at TEXT,
    finding TEXT CHECK (finding IN ('RECEIVED', 'WAITING', 'WRONG_OFFICE', 'VOID', 'NOT_POSSIBLE', 'UNKNOWN')),
    PRIMARY KEY (consignment_id, document_number)
) STRICT;
CREATE INDEX consignment_cards_number ON consignment_cards (document_number);

CREATE TABLE complaints (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL CONSTRAINT complaints_number_key UNIQUE,
    application_id BLOB NOT NULL REFERENCES applications (id),
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    document_number TEXT,
    office_id BLOB NOT NULL REFERENCES offices (id),
    code INTEGER NOT NULL,
    text TEXT,
    noticed_on TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('LODGED', 'SENT', 'ADMITTED', 'REFUSED', 'WITHDRAWN')),
    open INTEGER NOT NULL,
    letter_id BLOB,
    payer TEXT CHECK (payer IN ('BUREAU', 'OFFICE', 'HOLDER', 'WARRANTY')),
    refusal INTEGER,
    lodged_at TEXT NOT NULL,
    decided_at TEXT,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX complaints_open ON complaints (order_line_id) WHERE open;
CREATE INDEX complaints_line ON complaints (order_line_id);
CREATE INDEX complaints_office ON complaints (office_id);
CREATE INDEX complaints_application ON complaints (application_id);
CREATE UNIQUE INDEX complaints_letter ON complaints (letter_id) WHERE letter_id IS NOT NULL;
