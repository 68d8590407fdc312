"""Partners from the operator's side: accounts on the broker, records in the router, the sheet to send."""
