SELECT 'what was deleted belonged to nothing';
