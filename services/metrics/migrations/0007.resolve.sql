-- A coordinator resolves a follow-up that needs no message: in what was counted before, too

UPDATE pending SET detail = 'resolve' WHERE kind = 'handled' AND detail = 'settle';
UPDATE log SET detail = 'resolve' WHERE kind = 'handled' AND detail = 'settle';
UPDATE cut SET value = 'resolve' WHERE measure = 'handled' AND facet = 'detail' AND value = 'settle';
UPDATE ever SET value = 'resolve' WHERE measure = 'handled' AND facet = 'detail' AND value = 'settle';
