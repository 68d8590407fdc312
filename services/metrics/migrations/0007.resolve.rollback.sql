UPDATE pending SET detail = 'settle' WHERE kind = 'handled' AND detail = 'resolve';
UPDATE log SET detail = 'settle' WHERE kind = 'handled' AND detail = 'resolve';
UPDATE cut SET value = 'settle' WHERE measure = 'handled' AND facet = 'detail' AND value = 'resolve';
UPDATE ever SET value = 'settle' WHERE measure = 'handled' AND facet = 'detail' AND value = 'resolve';
