"""The authority over a question's life: which partner has it, until when, and what happens next."""
