-- What an erasure could not look for in texts: names that somebody else has too,
-- and names of one word. The receipt says how many; the names stand nowhere.
ALTER TABLE erasures ADD COLUMN unsearched_names integer NOT NULL DEFAULT 0;
