-- Where an answer stands is under the asker's own post in a channel: it goes once they are erased

UPDATE fact SET data = data - 'url'
WHERE data ? 'url' AND question IN (SELECT question FROM fact WHERE type = 'asker.erased');
