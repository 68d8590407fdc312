"""Documents made from the code: the contract's schemas, AsyncAPI, and the table of events."""
