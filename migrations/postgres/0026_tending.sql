-- Who works on a hold and since when, until when it rests, what was last remarked about it.
ALTER TABLE holds ADD COLUMN claimed_by TEXT;
ALTER TABLE holds ADD COLUMN claimed_at TIMESTAMPTZ;
ALTER TABLE holds ADD COLUMN wakes_on DATE;
ALTER TABLE holds ADD COLUMN snoozed_by TEXT;
ALTER TABLE holds ADD COLUMN snooze_reason TEXT;
ALTER TABLE holds ADD COLUMN remark TEXT;
ALTER TABLE holds ADD COLUMN remarked_by TEXT;
ALTER TABLE holds ADD COLUMN remarked_at TIMESTAMPTZ;

-- Complaints that nobody has decided, the oldest first; all others by state, and by office.
CREATE INDEX complaints_undecided ON complaints (id) WHERE open;
CREATE INDEX complaints_state ON complaints (state, id);
CREATE INDEX complaints_office_state ON complaints (office_id, state, id);
