-- Offices may have their events pushed; a feed has a beginning; revisions tell replicas to look again.

ALTER TABLE lanes ADD COLUMN pushed BOOLEAN NOT NULL DEFAULT FALSE;
-- The last place that the receiver took. Behind `acked_seq` where messages died on the way.
ALTER TABLE lanes ADD COLUMN delivered_seq BIGINT NOT NULL DEFAULT 0;
-- The last place that retention has dropped.
ALTER TABLE lanes ADD COLUMN floor_seq BIGINT NOT NULL DEFAULT 0;
UPDATE lanes SET pushed = TRUE WHERE kind = 'BUREAU';

CREATE TABLE revisions (
    topic TEXT PRIMARY KEY,
    revision BIGINT NOT NULL
);
