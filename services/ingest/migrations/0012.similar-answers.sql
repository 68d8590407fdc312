-- Answers of the archive that partners were shown with a question, for their page

CREATE TABLE offered (
    assignment_id uuid NOT NULL,
    question uuid NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    url text NOT NULL,
    PRIMARY KEY (assignment_id, number)
);

CREATE INDEX offered_by_question ON offered (question);
