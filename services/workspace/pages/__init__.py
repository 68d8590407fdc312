"""How pages are made: templates, words, the marks of an answer."""
