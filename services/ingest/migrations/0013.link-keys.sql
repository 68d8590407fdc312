-- Which keys have signed the links and reply addresses that are out there, by their digest: a restored platform with
-- another key would take them all for forged, and say nothing.
CREATE TABLE link_key (
    fingerprint text PRIMARY KEY,
    first_used_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL
);
