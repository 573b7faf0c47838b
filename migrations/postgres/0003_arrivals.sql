-- Documents that wait to be read are found per source, oldest first, however many were read before.

DROP INDEX inbox_arrived;
CREATE INDEX inbox_arrived ON inbox (source, id) WHERE state = 'ARRIVED';
