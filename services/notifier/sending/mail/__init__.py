"""Letters: templates, their rendering as text and HTML, and the mails made of them."""
