-- What the console's first page counts, found without walking through what is finished.

-- Living applications by state, age and term; an application leaves it when its card lies at the office or it ends.
CREATE INDEX applications_unfinished ON applications (state, registered_on, deadline_on, office_id)
WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD', 'CANCEL_REQUESTED');

-- Who came to a stage, by time: ids begin with their time.
CREATE INDEX history_stages ON history (to_state, id)
WHERE subject_kind = 'APPLICATION' AND from_state <> to_state AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED', 'AT_OFFICE');
