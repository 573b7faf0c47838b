-- Nothing refers to a row of the log any more, so that its beginning can be cut off when its time is
-- over; dead letters say themselves what they are about. (On PostgreSQL the log lies in months.)

CREATE TABLE dead_letters_after (
    message_id BLOB PRIMARY KEY,
    lane TEXT NOT NULL REFERENCES lanes (lane),
    seq INTEGER NOT NULL,
    cause TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    died_at TEXT NOT NULL,
    resolved_at TEXT,
    resolution TEXT,
    replayed_as BLOB,
    lane_kind TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    status INTEGER,
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO dead_letters_after
    (message_id, lane, seq, cause, attempts, died_at, resolved_at, resolution, replayed_as,
     lane_kind, kind, subject_id, status, created_at)
SELECT d.message_id, d.lane, d.seq,
       CASE WHEN d.cause GLOB '* [0-9][0-9][0-9]' AND instr(d.cause, ' ') = length(d.cause) - 3
            THEN substr(d.cause, 1, length(d.cause) - 4) ELSE d.cause END,
       d.attempts, d.died_at, d.resolved_at, d.resolution, d.replayed_as,
       l.kind, o.kind, o.subject_id,
       CASE WHEN d.cause GLOB '* [0-9][0-9][0-9]' AND instr(d.cause, ' ') = length(d.cause) - 3
            THEN CAST(substr(d.cause, -3) AS INTEGER) END,
       o.created_at
FROM dead_letters d
JOIN outbox o ON o.message_id = d.message_id
JOIN lanes l ON l.lane = o.lane;
DROP TABLE dead_letters;
ALTER TABLE dead_letters_after RENAME TO dead_letters;
CREATE INDEX dead_letters_open ON dead_letters (lane, seq) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_group ON dead_letters (lane_kind, cause, status, died_at) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_died ON dead_letters (died_at, lane, seq) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_resolved ON dead_letters (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX dead_letters_subject ON dead_letters (subject_id);

CREATE TABLE delivery_attempts_after (
    id BLOB PRIMARY KEY,
    message_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    detail TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
INSERT INTO delivery_attempts_after
    (id, message_id, attempt, outcome, status, detail, started_at, ended_at)
SELECT id, message_id, attempt, outcome, status, detail, started_at, ended_at
FROM delivery_attempts;
DROP TABLE delivery_attempts;
ALTER TABLE delivery_attempts_after RENAME TO delivery_attempts;
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, id);

-- One decision about many dead letters, and what became of each.
CREATE TABLE dead_letter_decisions (
    id BLOB PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('REDRIVE', 'DISCARD')),
    selection TEXT NOT NULL,
    letters INTEGER NOT NULL,
    rate INTEGER NOT NULL,
    next_at TEXT,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;
CREATE INDEX dead_letter_decisions_waiting ON dead_letter_decisions (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE dead_letter_turns (
    decision_id BLOB NOT NULL REFERENCES dead_letter_decisions (id),
    place INTEGER NOT NULL,
    message_id BLOB NOT NULL,
    outcome TEXT CHECK (outcome IN ('DONE', 'REFUSED', 'SKIPPED', 'FAILED')),
    detail TEXT,
    replayed_as BLOB,
    ended_at TEXT,
    PRIMARY KEY (decision_id, place),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX dead_letter_turns_waiting ON dead_letter_turns (decision_id, place) WHERE outcome IS NULL;
