DROP INDEX entry_by_question;
