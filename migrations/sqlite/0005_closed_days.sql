-- Days of payments that are closed and reopened by decision, and what the reconciliation report asks
-- for: payments by their day, statements by theirs, and what each sighting of a payment said.

CREATE TABLE day_decisions (
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    day TEXT NOT NULL,
    number INTEGER NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('CLOSE_DECIDED', 'REOPEN_DECIDED')),
    actor TEXT NOT NULL,
    reason TEXT,
    totals TEXT NOT NULL,
    digest BLOB NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (channel, day, number)
) STRICT;

ALTER TABLE observations ADD COLUMN told_minor INTEGER;
ALTER TABLE observations ADD COLUMN contradicts INTEGER NOT NULL DEFAULT 0;

CREATE INDEX payments_booked ON payments (channel, booked_on, id);
CREATE INDEX statements_booked ON statements (booked_to);
