-- Servers like to repeat the address they refuse

UPDATE silenced_address SET diagnostic = regexp_replace(diagnostic, '[^[:space:]<>]+@[^[:space:]<>]+', '<address>', 'g')
WHERE diagnostic LIKE '%@%';
