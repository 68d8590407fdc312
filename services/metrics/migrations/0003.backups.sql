-- When the platform was copied, for the alert on a copy that is old
CREATE TABLE backup (
    made_at timestamptz PRIMARY KEY,
    bytes bigint NOT NULL
);
