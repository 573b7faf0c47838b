-- Imports that can be taken up again, the keys by which money and applications find each other, and
-- what stations said of each payment. Names and personal codes are here only as keyed hashes.

ALTER TABLE source_files ADD COLUMN finished_at TIMESTAMPTZ;
ALTER TABLE source_files ADD COLUMN report TEXT;
CREATE INDEX source_files_unfinished ON source_files (received_at) WHERE finished_at IS NULL;

CREATE INDEX statements_period ON statements (account, booked_to);

CREATE UNIQUE INDEX observations_once ON observations (source_file_id, place, payment_id) WHERE source_file_id IS NOT NULL;

CREATE TABLE payment_keys (
    key TEXT NOT NULL,
    payment_id UUID NOT NULL REFERENCES payments (id),
    PRIMARY KEY (key, payment_id)
);
CREATE INDEX payment_keys_payment ON payment_keys (payment_id);

CREATE TABLE application_names (
    name_key BYTEA NOT NULL,
    application_id UUID NOT NULL REFERENCES applications (id),
    PRIMARY KEY (name_key, application_id)
);
CREATE INDEX application_names_application ON application_names (application_id);

CREATE TABLE notifications (
    inbox_id UUID PRIMARY KEY REFERENCES inbox (id),
    movement_key TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    changed BOOLEAN NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX notifications_movement ON notifications (movement_key, changed);
