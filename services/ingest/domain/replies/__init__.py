"""What a person wrote in a reply to a mail of ours, and what a library means by it."""
