UPDATE frozen SET figures = figures - 'cuts';
