SELECT 'what was cut out is nowhere any more';
