-- Failed orders: holds know their cause, one decision settles all orders of a cause, an order can be
-- taken out of all automatic sending, and two persons may apply what the bureau told by other means.

ALTER TABLE holds ADD COLUMN cause TEXT;
UPDATE holds
SET cause = CASE
    WHEN code = 808 AND detail LIKE '101 %' THEN 'SIGNATURE'
    WHEN code = 808 AND (detail LIKE '102 %' OR detail LIKE '110 %') THEN 'CERTIFICATE'
    WHEN code = 808 AND (detail LIKE '104 %' OR detail LIKE '106 %' OR detail LIKE '112 %') THEN 'SCHEMA'
    WHEN code = 808 AND detail LIKE '107 %' THEN 'SIZE'
    WHEN code = 808 AND (detail LIKE '105 %' OR detail LIKE '111 %') THEN 'CONFLICT'
    WHEN code = 808 AND (detail LIKE '2__ %' OR detail LIKE '3__ %') THEN 'REFUSED_LINES'
    WHEN code IN (806, 808) THEN 'REFUSED'
    WHEN code = 101 THEN 'SIGNATURE'
    WHEN code IN (102, 110) THEN 'CERTIFICATE'
    WHEN code = 103 THEN 'BYTES_LOST'
    WHEN code IN (104, 106, 112) THEN 'SCHEMA'
    WHEN code = 107 THEN 'SIZE'
    WHEN code = 109 THEN 'ENVIRONMENT'
    WHEN code IN (105, 108, 111, 209, 802, 807) THEN 'CONFLICT'
    WHEN code IN (801, 803, 812) THEN 'SILENCE'
    WHEN code = 805 THEN 'UNREACHABLE'
    WHEN code IN (804, 809) OR code BETWEEN 401 AND 599 THEN 'PRODUCTION'
    WHEN code = 810 THEN 'OPERATOR'
    ELSE 'OTHER'
    END
WHERE open AND subject_kind IN ('ORDER', 'ORDER_LINE');
CREATE INDEX holds_open_cause ON holds (cause, subject_kind, subject_id) WHERE open AND cause IS NOT NULL;

ALTER TABLE orders ADD COLUMN quarantined INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE order_lines ADD COLUMN forced INTEGER NOT NULL DEFAULT FALSE;

CREATE TABLE cause_decisions (
    id BLOB PRIMARY KEY,
    cause TEXT NOT NULL,
    action TEXT NOT NULL,
    orders INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;

CREATE TABLE cause_decision_orders (
    decision_id BLOB NOT NULL REFERENCES cause_decisions (id),
    place INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    lines TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('DONE', 'REFUSED', 'SKIPPED', 'FAILED')),
    detail TEXT,
    replacement TEXT,
    ended_at TEXT,
    PRIMARY KEY (decision_id, place),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX cause_decision_orders_order ON cause_decision_orders (order_id);
CREATE INDEX cause_decision_orders_waiting ON cause_decision_orders (decision_id, place) WHERE outcome IS NULL;

CREATE TABLE forced_words (
    id BLOB PRIMARY KEY,
    order_line_id BLOB NOT NULL REFERENCES order_lines (id),
    status TEXT NOT NULL,
    reason INTEGER,
    document_number TEXT,
    consignment TEXT,
    occurred_at TEXT NOT NULL,
    evidence TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    why TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_by TEXT,
    ended_at TEXT,
    outcome TEXT CHECK (outcome IN ('APPLIED', 'WITHDRAWN', 'EXPIRED')),
    told_state TEXT,
    standing INTEGER NOT NULL,
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX forced_words_proposed ON forced_words (order_line_id) WHERE outcome IS NULL;
CREATE INDEX forced_words_line ON forced_words (order_line_id);
CREATE INDEX forced_words_waiting ON forced_words (id) WHERE outcome IS NULL;
