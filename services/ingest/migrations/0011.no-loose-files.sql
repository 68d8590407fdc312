-- Files of mails that came again were kept, belonging to no question, so that nothing erased them

DELETE FROM file_chunk USING file WHERE file_chunk.file = file.id AND file.question IS NULL;

DELETE FROM file WHERE question IS NULL;
