-- What the console lists, found in the order of the list.

-- Living applications by the end of their terms; what narrows a list stands in the index too.
CREATE INDEX applications_terms ON applications (deadline_on, id, state, registered_on, office_id)
WHERE state IN ('RECEIVED', 'APPROVED', 'AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED', 'SHIPPED', 'COUNTY_VALIDATED', 'RETURNED', 'ON_HOLD', 'CANCEL_REQUESTED');
