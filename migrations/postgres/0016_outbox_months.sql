-- The log lies in months, so that what is past its time is dropped as a whole. A month's table is made
-- ahead of its month; what falls into none lies in the DEFAULT one. Nothing outside refers to a row of
-- it any more, so dead letters say themselves what they are about.

ALTER TABLE dead_letters
    DROP CONSTRAINT dead_letters_message_id_fkey,
    ADD COLUMN lane_kind TEXT,
    ADD COLUMN kind TEXT,
    ADD COLUMN subject_id UUID,
    ADD COLUMN status BIGINT,
    ADD COLUMN created_at TIMESTAMPTZ;
UPDATE dead_letters d
SET lane_kind = l.kind, kind = o.kind, subject_id = o.subject_id, created_at = o.created_at,
    cause = CASE WHEN d.cause ~ '^\S+ [0-9]{3}$' THEN split_part(d.cause, ' ', 1) ELSE d.cause END,
    status = CASE WHEN d.cause ~ '^\S+ [0-9]{3}$' THEN split_part(d.cause, ' ', 2)::BIGINT END
FROM outbox o
JOIN lanes l ON l.lane = o.lane
WHERE o.message_id = d.message_id;
ALTER TABLE dead_letters
    ALTER COLUMN lane_kind SET NOT NULL,
    ALTER COLUMN kind SET NOT NULL,
    ALTER COLUMN subject_id SET NOT NULL,
    ALTER COLUMN created_at SET NOT NULL;
CREATE INDEX dead_letters_group ON dead_letters (lane_kind, cause, status, died_at) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_died ON dead_letters (died_at, lane, seq) WHERE resolved_at IS NULL;
CREATE INDEX dead_letters_resolved ON dead_letters (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX dead_letters_subject ON dead_letters (subject_id);

ALTER TABLE outbox RENAME TO outbox_before;
ALTER TABLE outbox_before
    DROP CONSTRAINT outbox_pkey,
    DROP CONSTRAINT outbox_lane_fkey;
ALTER TABLE delivery_attempts RENAME TO delivery_attempts_before;
ALTER TABLE delivery_attempts_before
    DROP CONSTRAINT delivery_attempts_message_id_fkey,
    DROP CONSTRAINT delivery_attempts_pkey;
ALTER TABLE outbox_before DROP CONSTRAINT outbox_message_key;
DROP INDEX outbox_subject;
DROP INDEX delivery_attempts_message;

-- A place is taken from the lane's row in the same transaction and lanes are never removed, so a
-- foreign key would only cost a look per message, and a lock on all lanes when a month is added.
CREATE TABLE outbox (
    lane TEXT NOT NULL,
    seq BIGINT NOT NULL,
    message_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    payload TEXT NOT NULL,
    replay_of UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (lane, seq, created_at),
    CONSTRAINT outbox_message_key UNIQUE (message_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_subject ON outbox (subject_id);
CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;

CREATE TABLE delivery_attempts (
    id UUID NOT NULL,
    message_id UUID NOT NULL,
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    detail TEXT,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id, started_at)
) PARTITION BY RANGE (started_at);
CREATE INDEX delivery_attempts_message ON delivery_attempts (message_id, id);
CREATE TABLE delivery_attempts_default PARTITION OF delivery_attempts DEFAULT;

-- The months of what there is already, in UTC.
DO $$
DECLARE
    found RECORD;
BEGIN
    FOR found IN
        SELECT 'outbox' AS parent, date_trunc('month', created_at, 'UTC') AS begins
        FROM outbox_before
        GROUP BY 2
        UNION ALL
        SELECT 'delivery_attempts', date_trunc('month', started_at, 'UTC')
        FROM delivery_attempts_before
        GROUP BY 2
    LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            found.parent || to_char(found.begins AT TIME ZONE 'UTC', '_YYYY_MM'),
            found.parent,
            found.begins,
            (found.begins AT TIME ZONE 'UTC' + INTERVAL '1 month') AT TIME ZONE 'UTC');
    END LOOP;
END
$$;
INSERT INTO outbox (lane, seq, message_id, kind, subject_id, payload, replay_of, created_at)
SELECT lane, seq, message_id, kind, subject_id, payload, replay_of, created_at
FROM outbox_before;
DROP TABLE outbox_before;
INSERT INTO delivery_attempts
    (id, message_id, attempt, outcome, status, detail, started_at, ended_at)
SELECT id, message_id, attempt, outcome, status, detail, started_at, ended_at
FROM delivery_attempts_before;
DROP TABLE delivery_attempts_before;

-- One decision about many dead letters, and what became of each.
CREATE TABLE dead_letter_decisions (
    id UUID PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('REDRIVE', 'DISCARD')),
    selection TEXT NOT NULL,
    letters BIGINT NOT NULL,
    rate BIGINT NOT NULL,
    next_at TIMESTAMPTZ,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX dead_letter_decisions_waiting ON dead_letter_decisions (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE dead_letter_turns (
    decision_id UUID NOT NULL REFERENCES dead_letter_decisions (id),
    place BIGINT NOT NULL,
    message_id UUID NOT NULL,
    outcome TEXT CHECK (outcome IN ('DONE', 'REFUSED', 'SKIPPED', 'FAILED')),
    detail TEXT,
    replayed_as UUID,
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (decision_id, place),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX dead_letter_turns_waiting ON dead_letter_turns (decision_id, place) WHERE outcome IS NULL;
