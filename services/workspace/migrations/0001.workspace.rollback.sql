DROP TABLE audit, presence, mention, note, draft_kept, draft, claim, request, assignment, question, fact,
    attempt, passkey, identity, session, sign_in, membership, person, library;
DROP FUNCTION tell_streams();
