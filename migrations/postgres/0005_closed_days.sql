-- Days of payments that are closed and reopened by decision, and what the reconciliation report asks
-- for: payments by their day, statements by theirs, and what each sighting of a payment said.

CREATE TABLE day_decisions (
    channel TEXT NOT NULL CHECK (channel IN ('CEC', 'SELFPAY')),
    day DATE NOT NULL,
    number BIGINT NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('CLOSE_DECIDED', 'REOPEN_DECIDED')),
    actor TEXT NOT NULL,
    reason TEXT,
    totals TEXT NOT NULL,
    digest BYTEA NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (channel, day, number)
);

ALTER TABLE observations ADD COLUMN told_minor BIGINT;
ALTER TABLE observations ADD COLUMN contradicts BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX payments_booked ON payments (channel, booked_on, id);
CREATE INDEX statements_booked ON statements (booked_to);
